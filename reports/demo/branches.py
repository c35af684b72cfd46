"""党组织 and their members: 22 branches of 2022 and earlier that are due for the review, five of 2023, and what lies above."""

from datetime import date, timedelta
from random import Random

from core.periods import add_months

from . import people
from .bodies import full_name
from .books import Book, day

JOINT_CARE = "市养老服务行业联合党支部"
JOINT_CENTRE = "社会组织培育发展中心联合党支部"
CHARITY = "市公益志愿领域功能型党支部"
SECRETARY_BRANCH = "市江苏商会党支部"
# short name, kind, founded, bodies, parent; the order is the order of the review
DUE = (
    ("市广告协会党支部", "党支部", "2012-07-01", ("市广告协会",), "市行业协会党总支"),
    ("市机动车辆检测协会党支部", "党支部", "2014-06-20", ("市机动车辆检测协会",), "市行业协会党总支"),
    ("市建筑业协会党支部", "党支部", "2008-05-16", ("市建筑业协会",), "市行业协会党总支"),
    ("市物业管理协会党支部", "党支部", "2013-11-12", ("市物业管理协会",), "市行业协会党总支"),
    (SECRETARY_BRANCH, "党支部", "2013-03-28", ("市江苏商会",), "市商会组织党委"),
    ("市青年商会党支部", "党支部", "2016-05-04", ("市青年商会",), "市商会组织党委"),
    ("市橙心公益协会党支部", "党支部", "2017-03-05", ("市橙心公益协会",), ""),
    ("市餐饮业协会党支部", "党支部", "2015-09-10", ("市餐饮业协会",), "市行业协会党总支"),
    ("市装饰装修行业协会党支部", "党支部", "2016-06-30", ("市装饰装修行业协会",), "市行业协会党总支"),
    ("市汽车流通行业协会党支部", "党支部", "2018-04-26", ("市汽车流通行业协会",), "市行业协会党总支"),
    ("市道路运输协会党支部", "党支部", "2011-12-09", ("市道路运输协会",), "市行业协会党总支"),
    ("市茶业协会党支部", "党支部", "2019-07-18", ("市茶业协会",), ""),
    ("市电子商务协会党支部", "党支部", "2021-06-22", ("市电子商务协会",), ""),
    ("市浙江商会党支部", "党支部", "2014-12-19", ("市浙江商会",), "市商会组织党委"),
    ("市福建商会党支部", "党支部", "2017-11-08", ("市福建商会",), "市商会组织党委"),
    ("市家政服务业协会党支部", "党支部", "2022-01-14", ("市家政服务业协会",), ""),
    ("市会计学会党支部", "党支部", "2020-10-15", ("市会计学会",), ""),
    ("市晨光社会工作服务中心党支部", "党支部", "2021-09-17", ("市晨光社会工作服务中心",), ""),
    ("市启航职业培训学校党支部", "党支部", "2018-09-06", ("市启航职业培训学校",), ""),
    (JOINT_CARE, "联合党支部", "2021-12-10", ("市暖阳养老服务中心", "市康宁护理院"), ""),
    (JOINT_CENTRE, "联合党支部", "2022-05-20",
     ("市和美社区服务中心", "市金秋老年学堂", "市益行公益服务中心", "市绿芽环保服务中心", "市向阳儿童关爱中心", "市同心社区矛盾调解中心"), ""),
    (CHARITY, "功能型党支部", "2022-09-08", ("市志愿服务联合会", "市扶老助困基金会", "市优才体育俱乐部"), ""),
)  # fmt: skip
NEW = (
    ("市社会组织志愿服务队临时党支部", "临时党支部", "2023-01-12", (), ""),
    ("市软件和信息服务业协会党支部", "党支部", "2023-02-16", ("市软件和信息服务业协会",), ""),
    ("市旅游协会党支部", "党支部", "2023-03-10", ("市旅游协会",), ""),
    ("市教育培训行业联合党支部", "联合党支部", "2023-03-24", ("市知行教育培训学校", "市心桥心理服务中心"), ""),
)
ABOVE = (
    ("市商会组织党委", "党委", "2018-11-30", ("市温州商会", "市河南商会"), ""),
    ("市行业协会党总支", "党总支", "2019-03-15", (), ""),
)
# when the present term began, where it matters: near, postponed, elected in time this quarter, waiting for approval
ELECTED = {
    SECRETARY_BRANCH: date(2020, 7, 8),
    "市福建商会党支部": date(2019, 12, 15),
    "市青年商会党支部": date(2023, 2, 21),
    "市餐饮业协会党支部": date(2020, 3, 20),
}
# branches of other ledgers, which cover bodies that another party organization manages
ELSEWHERE = (("市快递行业协会党支部", "党支部", "2023-03-31", ("市快递行业协会",), ""),)
DISSOLVED = (("市包装印刷协会党支部", "党支部", "2010-04-09", (), "", "2022-06-28"),)
NAMES = {"市商会组织党委": "中共示例市商会组织委员会", "市行业协会党总支": "中共示例市行业协会总支部委员会"}
SUFFIXES = (
    ("联合党支部", "联合支部委员会"),
    ("功能型党支部", "功能型支部委员会"),
    ("临时党支部", "临时支部委员会"),
    ("党支部", "支部委员会"),
)
ABROAD = "日本大阪"
PLACES = {287: ABROAD}  # of the members away, who is not in Hangzhou
EDUCATION = ("本科", "大专", "本科", "研究生", "高中", "本科", "大专", "中专")


def units() -> list[tuple]:
    """Branches that have members of their own."""
    return [*DUE, *NEW, *ELSEWHERE]


def covered_bodies() -> set[str]:
    return {body for branch in (*units(), *ABOVE) for body in branch[3]}


def secretaries() -> dict[str, str]:
    names = people.names()
    return {branch[0]: next(names) for branch in (*units(), *ABOVE)}


def official_name(short: str) -> str:
    if short in NAMES:
        return NAMES[short]
    stem, ending = next((short.removesuffix(old), new) for old, new in SUFFIXES if short.endswith(old))
    return f"中共示例{stem if stem.startswith('市') else '市' + stem}{ending}"


HEADINGS = (
    "党组织全称", "简称", "类别", "上级党组织", "覆盖单位（名单）", "成立时间", "批复文号", "批复机关",
    "书记|姓名", "书记|任职时间", "书记|在单位职务", "书记|电话", "届次", "本届选举时间", "届满时间", "活动场所", "标准化达标",
    "状态", "撤销日期", "撤销文号", "备注",
)  # fmt: skip


def books() -> list[Book]:
    heads = secretaries()
    rows = [_row(number, branch, heads) for number, branch in enumerate([*ABOVE, *units(), *DISSOLVED], 1)]
    members, count = _members(heads)
    return [
        Book("branches", "党支部台账", HEADINGS, rows, file="党组织台账"),
        Book(
            "members",
            "党员名册",
            MEMBER_HEADINGS,
            members,
            notes=(f"期初至填报日共{count}名党员，转入、转出另附凭证。",),
        ),
    ]


def _row(number: int, branch: tuple, heads: dict[str, str]) -> tuple:
    short, kind, founded, bodies, parent, *rest = branch
    dissolved = rest[0] if rest else ""
    start = date.fromisoformat(founded)
    elected = start if start > date(2020, 1, 1) else date(2021, 1 + number % 9, 10 + number % 15)
    elected = ELECTED.get(short, elected)
    return (
        official_name(short), short, kind, parent, "、".join(bodies), start, f"综党〔{start.year}〕{number + 3}号", "市社会组织综合党委",
        heads.get(short, ""), elected if short in heads else None, ("会长", "副会长", "秘书长")[number % 3] if short in heads else "",
        people.phone(number + 500) if short in heads else "", term_number(short, elected == start, number), elected,
        elected.replace(year=elected.year + 3), ("自有", "共用", "租用")[number % 3], "是" if number % 4 else "否",
        "撤销" if dissolved else "正常", day(dissolved), "综党〔2022〕19号" if dissolved else "",
        "单位注销，党员组织关系已转出。" if dissolved else "",
    )  # fmt: skip


def term_number(short: str, first: bool, number: int) -> int:
    return 3 if short == "市青年商会党支部" else 1 if first else 2 + number % 2


PAID = {61: date(2022, 9, 30), 120: date(2022, 8, 31)}  # behind with the fee for half a year
ADMITTED = {72: date(2022, 2, 25), 156: date(2022, 3, 18)}  # whose year of probation is over
UNLIKE_NUMBER = 58  # a birth date that differs from the ID number
MEMBER_HEADINGS = (
    "所在党支部", "姓名", "性别", "民族", "身份证号", "学历", "人员类别", "入党日期", "转正日期", "工作单位及职务", "工作岗位", "党内职务",
    "社会组织专职人员", "手机号码", "家庭住址", "组织关系是否在本支部", "进入本支部日期", "进入原因", "是否流动", "流向", "党费缴纳至",
    "出生日期", "备注",
)  # fmt: skip


def _members(heads: dict[str, str]) -> tuple[list[tuple], int]:
    random = Random(19210701)
    names = people.names(30)
    rows: list[tuple] = []
    for number, branch in enumerate(units()):
        size = (14, 9, 16, 12, 15, 11, 8, 10, 12, 13, 14, 7, 9, 12, 10, 8, 15, 9, 13, 14, 16, 11, 6, 5, 6, 8, 8)[number]
        for place in range(size):  # two more of the last come by transfer (members.MOVED)
            name = heads[branch[0]] if place == 0 else next(names)
            rows.append(_member(len(rows) + 1, name, branch, place, random))
    return rows, len(rows)


def _member(serial: int, name: str, branch: tuple, place: int, random: Random) -> tuple:
    short, _, founded, bodies, _ = branch
    start = date.fromisoformat(founded)
    probationary = place == 5 and serial % 2 == 0
    born = people.born(random, youngest=1996)
    joined = (
        add_months(date(2022, 3, 28), serial % 12)
        if probationary
        else date(max(born.year + 19, 1975) + random.randint(0, 3), 7, 1)
    )
    joined = min(joined, date(2021, 6, 30)) if not probationary else joined
    full_on = None if probationary else joined.replace(year=joined.year + 1)
    entered = max(joined, start) + timedelta(days=0 if place < 4 or probationary else 37 * place)
    entered = min(entered, date(2023, 3, 20)) if entered > start else start
    male = serial % 5 not in (1, 3)
    away = serial % 41 == 0
    where = full_name(bodies[place % len(bodies)]) if bodies else "市社会组织志愿服务队"
    return (
        short, name, "男" if male else "女", "回族" if serial % 67 == 0 else "汉族", people.id_number(born, serial, male),
        EDUCATION[serial % len(EDUCATION)], "预备党员" if probationary else "正式党员", ADMITTED.get(serial, joined), full_on,
        f"{where}{('会长', '工作人员', '理事', '会员代表')[min(place, 3)]}"[:80], "管理岗位" if place < 3 else "专业技术岗位",
        "书记" if place == 0 else "",
        "是" if place % 3 else "否", people.phone(serial + 1000), "" if serial % 29 == 0 else f"示例市样本路{serial}号",
        "否" if serial % 53 == 0 else "是", entered,
        _reason(probationary and joined >= start, place, start), "是" if away else "" if serial % 53 == 0 else "否", PLACES.get(serial, "浙江省杭州市") if away else "",
        PAID.get(serial) or (date(2023, 3, 31) if serial % 23 else date(2022, 12, 31)),
        born + timedelta(days=1) if serial == UNLIKE_NUMBER else None, "",
    )  # fmt: skip


def _reason(admitted: bool, place: int, founded: date) -> str:
    """The first four of an old branch stood in its ledger from the start; whoever founds a new one comes from elsewhere."""
    if admitted:
        return "发展"
    return "建账时已在" if place < 4 and founded < date(2023, 1, 1) else "转入"
