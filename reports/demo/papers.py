"""章程, 承诺书, 党员情况调查表, 台账核对 and the differences found."""

from datetime import date, timedelta

from . import branches
from .bodies import BODIES, ENDED, full_name
from .books import Book, day

WITHOUT_CLAUSE = ("市登山运动协会", "市朗诵协会", "市心理学会", "市优才体育俱乐部", "市金秋老年学堂")
REVISED = {  # charters approved anew in the quarter: with the clause at last
    "市粮食行业协会": "2023-01-31",
    "市温州商会": "2023-02-17",
    "市营养师协会": "2023-03-08",
    "市和美社区服务中心": "2023-03-22",
}
NEW = ("市低碳技术促进会", "市银龄助老服务中心", "市露营行业协会")


def books() -> list[Book]:
    return [*_charters(), *_letters(), *_surveys(), *_ledgers()]


def clause_forms() -> dict[str, str]:
    """The clause of a covered body names the form there is."""
    covering = (*branches.units(), *branches.ABOVE)
    words = {"联合党支部": "联合建立", "功能型党支部": "联络员"}
    return {body: words.get(kind, "单独建立") for _, kind, _, bodies, _ in covering for body in bodies}


def _charters() -> list[Book]:
    rows, forms = [], clause_forms()
    for number, (short, kind, _, registered, _) in enumerate(BODIES):
        if short in ENDED:
            continue
        start = date.fromisoformat(registered)
        clause = short not in WITHOUT_CLAUSE
        approved = start if start > date(2018, 6, 1) else date(2019 + number % 4, 1 + number % 9, 8 + number % 18)
        approved = min(approved, date(2022, 12, 9)) if start.year < 2023 else start
        meeting = "会员大会" if kind == "51" else "理事会"
        first = clause and short not in REVISED
        form = forms.get(short, "联络员")
        voted = approved - timedelta(days=20)
        rows.append((full_name(short), 1, meeting, voted, approved, "是" if first else "否", "是" if first else "否",
                     form if first else "", "已核准", ""))  # fmt: skip
        if short in REVISED:
            again = day(REVISED[short])
            rows.append(
                (
                    full_name(short),
                    2,
                    meeting,
                    again - timedelta(days=25),
                    again,
                    "是",
                    "是",
                    "联络员",
                    "已核准",
                    "按2022年度检查建议修订",
                )
            )
    headings = (
        "社会组织名称",
        "章程版次",
        "表决会议",
        "表决日期",
        "核准时间",
        "党建入章",
        "社会主义核心价值观写入章程",
        "条款类型",
        "入章状态",
        "备注",
    )
    return [Book("charters", "社会组织章程入章台账", headings, rows)]


def _letters() -> list[Book]:
    rows = []
    for short, _, _, registered, _ in BODIES:
        start = date.fromisoformat(registered)
        if short in ENDED or start < date(2018, 6, 1):
            continue
        signed = start - timedelta(days=12)
        rows.append(
            (
                full_name(short),
                "社会组织党建工作承诺书",
                signed,
                "拟任法定代表人",
                "否",
                start + timedelta(days=9),
                "已移交",
            )
        )
    headings = ("社会组织名称", "文书名称", "签订时间", "签署人", "是否盖章", "移交日期", "签订状态")
    return [Book("letters", "社会组织党建工作承诺书台账", headings, rows)]


def _surveys() -> list[Book]:
    filled = {"市低碳技术促进会": "2023-01-10", "市银龄助老服务中心": "2023-02-14", "市露营行业协会": "2023-03-07"}
    rows = [
        (
            full_name(short),
            day(filled[short]),
            staff,
            members,
            members - 1,
            "是" if members > 2 else "否",
            form,
            "钱试用",
            "13900000981",
        )
        for short, staff, members, form in zip(NEW, (9, 14, 6), (4, 3, 1), ("单独", "联合", "暂不具备"), strict=True)
    ]
    headings = (
        "社会组织名称",
        "填报时间",
        "从业人员数",
        "党员数",
        "正式党员数",
        "组织关系是否可转入",
        "拟建党组织形式",
        "联络员",
        "联络员电话",
    )
    return [Book("surveys", "新成立社会组织党员情况调查表", headings, rows)]


PLATFORM, MEMBER_DATABASE = "党建工作信息管理平台", "党员信息库"
CHECKS = (
    ("2022-12-15", PLATFORM, 62, 279, "2022-12-12"),
    ("2023-03-17", PLATFORM, 65, None, "2023-03-15"),
    ("2023-03-24", MEMBER_DATABASE, None, 293, "2023-03-20"),
)
DIFFERENCES = (
    ("2022-12-15", PLATFORM, "市道路运输协会", "联系人", "原联系人", "新联系人", "以对方为准", "2022-12-20"),
    ("2022-12-15", PLATFORM, "市茶业协会", "联系电话", "旧号码", "新号码", "以对方为准", "2022-12-20"),
    ("2023-03-17", PLATFORM, "市广告协会", "法定代表人", "现任会长", "上届会长", "以台账为准", "2023-03-21"),
    ("2023-03-17", PLATFORM, "市建筑业协会", "党组织书记", "现任书记", "上届书记", "以台账为准", "2023-03-21"),
    ("2023-03-17", PLATFORM, "市青年商会", "单位名称", "市青年商会", "市青年企业家联合会", "以台账为准", "2023-03-22"),
    ("2023-03-17", PLATFORM, "市暖阳养老服务中心", "从业人员数", "31", "28", "以对方为准", "2023-03-22"),
    ("2023-03-17", PLATFORM, "市知行教育培训学校", "是否建立党组织", "是", "否", "以台账为准", "2023-03-28"),
    ("2023-03-17", PLATFORM, "市登山运动协会", "党建入章", "否", "是", "待核实", ""),
    ("2023-03-17", PLATFORM, "市温州商会", "联系电话", "手机", "座机", "不是问题", ""),
    ("2023-03-24", MEMBER_DATABASE, "市江苏商会", "党员数", "15", "14", "以台账为准", "2023-03-30"),
    ("2023-03-24", MEMBER_DATABASE, "市会计学会", "党员学历", "大学本科", "大学专科", "以台账为准", "2023-03-30"),
    ("2023-03-24", MEMBER_DATABASE, "市物业管理协会", "转正日期", "2021-07-01", "2021-06-01", "以对方为准", "2023-03-31"),
    ("2023-03-24", MEMBER_DATABASE, "市家政服务业协会", "党员数", "8", "9", "待核实", ""),
)  # fmt: skip


def _ledgers() -> list[Book]:
    checks = [
        (day(on), day(on), "本系统台账", other, bodies, members, day(as_of), "李样本", "")
        for on, other, bodies, members, as_of in CHECKS
    ]
    differences = [(day(row[0]), row[1], row[2], row[2], *row[3:7], day(row[7])) for row in DIFFERENCES]
    quarter = "2023年第一季度"
    checks = [(row[0], quarter if row[0].year == 2023 else "2022年第四季度", *row[2:]) for row in checks]
    return [
        Book("ledger_checks", "台账核对情况表",
             ("核对时间", "归属季度", "我方台账", "核对对象", "核对社会组织数", "核对党员数", "对方数据截至", "核对人", "备注"), checks),
        Book("ledger_differences", "数据核对差异表",
             ("核对时间", "核对对象", "对象", "社会组织", "栏目", "台账内容", "平台内容", "判定", "处理时间"), differences),
    ]  # fmt: skip
