"""社会组织 of the demonstration: what is registered, who manages their party work, who guides them."""

from datetime import date, timedelta
from random import Random

from . import people
from .books import Book, day

BATCH_6 = 6
# short name, kind, category, registered, what else: t 行业协会商会, v 异地商会, x other 归口, i 指导员, number 孵化期数
BODIES = (
    ("市广告协会", "51", "行业性", "2003-06-18", "t"),
    ("市机动车辆检测协会", "51", "行业性", "2011-04-22", "t"),
    ("市建筑业协会", "51", "行业性", "1998-09-10", "t"),
    ("市物业管理协会", "51", "行业性", "2006-11-08", "t"),
    ("市江苏商会", "51", "联合性", "2009-11-20", "tv"),
    ("市青年商会", "51", "联合性", "2012-05-04", "t"),
    ("市橙心公益协会", "51", "联合性", "2014-03-05", ""),
    ("市餐饮业协会", "51", "行业性", "2007-03-15", "t"),
    ("市装饰装修行业协会", "51", "行业性", "2005-08-26", "t"),
    ("市汽车流通行业协会", "51", "行业性", "2010-06-30", "t"),
    ("市道路运输协会", "51", "行业性", "2002-10-12", "t"),
    ("市茶业协会", "51", "行业性", "2008-04-18", "t"),
    ("市电子商务协会", "51", "行业性", "2014-09-16", "t"),
    ("市浙江商会", "51", "联合性", "2008-12-06", "tv"),
    ("市福建商会", "51", "联合性", "2010-01-22", "tv"),
    ("市家政服务业协会", "51", "行业性", "2013-07-09", "t"),
    ("市会计学会", "51", "学术性", "1996-05-20", ""),
    ("市志愿服务联合会", "51", "联合性", "2013-12-05", ""),
    ("市旅游协会", "51", "行业性", "2004-09-27", "ti"),
    ("市软件和信息服务业协会", "51", "行业性", "2015-11-11", "ti"),
    ("市房地产业协会", "51", "行业性", "1999-06-16", "tx"),
    ("市医药行业协会", "51", "行业性", "2001-07-19", "tx"),
    ("市快递行业协会", "51", "行业性", "2014-04-28", "tx"),
    ("市粮食行业协会", "51", "行业性", "2000-03-24", "tx"),
    ("市环境保护产业协会", "51", "行业性", "2012-06-05", "ti"),
    ("市人力资源服务行业协会", "51", "行业性", "2017-08-22", "ti"),
    ("市温州商会", "51", "联合性", "2011-03-18", "tvi"),
    ("市河南商会", "51", "联合性", "2016-10-25", "tv"),
    ("市社会工作联合会", "51", "联合性", "2015-03-17", "i"),
    ("市退役军人创业促进会", "51", "联合性", "2018-08-01", "i"),
    ("市女企业家联谊会", "51", "联合性", "2012-03-08", "x"),
    ("市历史文化研究会", "51", "学术性", "2006-04-14", "x"),
    ("市水利学会", "51", "学术性", "1995-11-30", "x"),
    ("市心理学会", "51", "学术性", "2010-10-10", ""),
    ("市书法爱好者协会", "51", "专业性", "2005-05-25", "i"),
    ("市登山运动协会", "51", "专业性", "2013-09-03", ""),
    ("市营养师协会", "51", "专业性", "2019-05-17", "i"),
    ("市朗诵协会", "51", "专业性", "2018-04-23", ""),
    ("市晨光社会工作服务中心", "52", "", "2013-04-11", ""),
    ("市启航职业培训学校", "52", "", "2009-08-28", ""),
    ("市暖阳养老服务中心", "52", "", "2014-10-02", ""),
    ("市康宁护理院", "52", "", "2016-06-21", ""),
    ("市知行教育培训学校", "52", "", "2011-09-01", ""),
    ("市青苗幼儿园", "52", "", "2008-09-01", "x"),
    ("市博雅民办博物馆", "52", "", "2017-05-18", "i"),
    ("市和美社区服务中心", "52", "", "2019-03-20", "5"),
    ("市金秋老年学堂", "52", "", "2019-10-07", "5"),
    ("市优才体育俱乐部", "52", "", "2018-07-12", "5"),
    ("市益行公益服务中心", "52", "", "2021-06-18", "6"),
    ("市绿芽环保服务中心", "52", "", "2021-04-22", "6"),
    ("市向阳儿童关爱中心", "52", "", "2021-06-01", "6"),
    ("市同心社区矛盾调解中心", "52", "", "2021-09-09", "6"),
    ("市心桥心理服务中心", "52", "", "2021-10-10", "6"),
    ("市慧聚社会组织评估中心", "52", "", "2021-12-03", "6"),
    ("市小桔灯助学服务中心", "52", "", "2022-03-05", "6"),
    ("市星火志愿服务中心", "52", "", "2022-05-04", "6"),
    ("市乐业残疾人服务中心", "52", "", "2022-05-15", "6"),
    ("市乡土文化传习中心", "52", "", "2022-06-11", "6"),
    ("市安行道路救援协会", "51", "专业性", "2022-08-16", "6"),
    ("市家庭教育促进会", "51", "联合性", "2022-10-20", "6"),
    ("市教育发展基金会", "53", "", "2012-09-10", "x"),
    ("市扶老助困基金会", "53", "", "2015-10-21", "i"),
    ("市低碳技术促进会", "51", "学术性", "2023-01-18", "n"),
    ("市银龄助老服务中心", "52", "", "2023-02-21", "n"),
    ("市露营行业协会", "51", "行业性", "2023-03-14", "tn"),
    ("市包装印刷协会", "51", "行业性", "2004-12-20", "t"),
    ("市珠算协会", "51", "学术性", "1993-06-12", ""),
)
ENDED = {"市包装印刷协会": "2022-06-28", "市珠算协会": "2021-11-15"}
UNITS = {"市房地产业协会": "市住房和城乡建设局", "市医药行业协会": "市卫生健康委员会", "市快递行业协会": "市邮政管理局"}
REASONS = ("仅有个别党员", "没有党员", "党员组织关系不在本单位", "应建未建")
RENAMED = {
    "市青年商会": ("示例市青年企业家联合会", "2016-03-18"),
    "市广告协会": ("示例市广告业联合会", "2010-05-11"),
    "市知行教育培训学校": ("示例市知行英语培训中心", "2018-02-06"),
}


def full_name(short: str) -> str:
    return "示例" + short


def bodies_of_batch(number: int) -> list[str]:
    return [body[0] for body in BODIES if str(number) in body[4]]


def inspected() -> list[tuple[str, str]]:
    """(short name, kind) of those registered before 2023 and still there: they are due for the inspection of 2022."""
    return [(b[0], b[1]) for b in BODIES if b[0] not in ENDED and b[3] < "2023"]


def associations() -> list[str]:
    """行业协会商会 on the invitation list of the joint meeting of February 2023."""
    return [b[0] for b in BODIES if "t" in b[4] and b[0] not in ENDED and b[3] < "2023"]


def books(covered: set[str]) -> list[Book]:
    """`covered`: short names that a branch covers; the others tell why they have none."""
    batches = [
        (5, "市社会组织培育发展中心", day("2021-09-01"), day("2022-08-31")),
        (BATCH_6, "市社会组织培育发展中心", day("2022-11-01"), None),
    ]
    return [
        Book(
            "incubation_batches",
            "社会组织培育发展中心入驻批次表",
            ("期数", "孵化中心", "入驻日期", "出壳日期"),
            batches,
        ),
        _book(
            "2022年度全市社会组织党建工作台账", [row for row in _rows(covered) if row[8].year < 2023], "2022年12月31日"
        ),
    ]


def new_book(covered: set[str]) -> Book:
    rows = [row for row in _rows(covered) if row[8].year == 2023]
    return _book("2023年第一季度新成立社会组织台账", rows, "2023年3月31日")


def _book(title: str, rows: list[tuple], filled: str) -> Book:
    return Book("organizations", title, HEADINGS, rows, totals=("从业人员数", "专职人员数"), filled=filled)


def _rows(covered: set[str]) -> list[tuple]:
    random, names = Random(20230406), people.names(400)
    return [_row(serial, body, covered, random, names) for serial, body in enumerate(BODIES, 1)]


HEADINGS = (
    "单位名称", "简称", "统一社会信用代码", "类型", "社团分类", "行业协会商会", "异地商会", "登记方式", "成立登记日期", "登记状态",
    "注销日期", "业务主管单位", "党建管理归口", "归口起始日期", "法定代表人", "秘书长", "联系人", "联系电话", "住所", "区县",
    "从业人员数", "专职人员数", "评估等级", "慈善组织", "孵化期数", "曾用名", "更名日期", "未建立党组织原因", "原因说明",
    "工作覆盖|指导员姓名", "工作覆盖|派出单位", "工作覆盖|选派日期", "工作覆盖|联络员", "工作覆盖|联络员电话", "负责人任期届满日", "备注",
)  # fmt: skip


GRADED_LATER = {
    "市广告协会": "2023-02-20",
    "市旅游协会": "2023-03-24",
}  # not known yet in the ledger of the year before
LATE_COUNCILS = {"市登山运动协会": date(2023, 2, 18), "市江苏商会": date(2023, 3, 12)}


def council_end(short: str, registered: date, years: int) -> date:
    """The end of the running term, counted from the registration; two bodies are late."""
    end = registered
    while end <= date(2023, 4, 6):
        end = end.replace(year=end.year + years)
    return LATE_COUNCILS.get(short, end)


def _row(serial: int, body: tuple, covered: set[str], random: Random, names) -> tuple:
    short, kind, category, registered, marks = body
    ended = ENDED.get(short, "")
    other = "x" in marks
    staff = random.randint(4, 46)
    batch = next((int(mark) for mark in marks if mark.isdigit()), None)
    alone = short not in covered and not ended
    reason = REASONS[serial % 3] if alone and not other else ""
    guided = "i" in marks
    sent = max(date(2021, 5, 10) + timedelta(days=60 * (serial % 10)), date.fromisoformat(registered))
    former, renamed = RENAMED.get(short, ("", ""))
    grade = "3A" if serial % 7 == 0 else "4A" if serial % 11 == 0 else "无"
    grade = "" if short in GRADED_LATER else grade
    head, secretary, contact, liaison = (next(names) for _ in range(4))
    return (
        full_name(short), short, people.credit_code(kind, serial), {"51": "社团", "52": "民非", "53": "基金会"}[kind],
        category, "是" if "t" in marks else "否", "是" if "v" in marks else "否",
        "双重管理" if other else "直接登记", day(registered), "已注销" if ended else "正常", day(ended),
        UNITS.get(short, "市有关主管部门") if other else "无", "业务主管单位" if other else "直管",
        day(registered) if registered > "2019" else day("2019-01-01"), head, secretary if kind == "51" else "", contact, people.phone(serial),
        f"示例市模拟路{serial * 2}号", "模拟区" if serial % 3 else "样本县", staff, random.randint(2, max(2, staff // 2)),
        grade, "是" if kind == "53" or "公益" in short else "否",
        batch, former, day(renamed), reason, "",
        next(names) if guided else "", "市委非公工委机关党支部" if guided else "", sent if guided else None,
        "" if ended else liaison, "" if ended else people.phone(serial + 200),
        None if ended else council_end(short, date.fromisoformat(registered), 4 if kind == "52" else 5), "",
    )  # fmt: skip
