"""党员: MB-01…MB-12, FL-01, FL-02 and the collected items.

MB-04 the other way round, MB-06 twice at a time, more than a year of MB-11 and the check digit of MB-01 are refused by the
database or when entered.
The number is stored encrypted, so MB-01 decrypts the members of one branch (numbers.py) and no rule counts it office-wide.
"""

from datetime import date

from core.periods import add_months
from organizations.choices import FindingLevel, LapseGround, Subject
from organizations.models import PartyMember
from organizations.models.checks.members import ITEMS

from .rules import Place, Row, Rule

CHECKS = PartyMember.objects.none()
MUST, CHECK, REMIND = FindingLevel
UPDATE, LEAVE = "partymember-update", Place("partymember-leave", "id_leave_reason")
MEMBER = Subject.MEMBER
DETAIL = Place("partymember-detail")
FLOATING = Place("floatingrecord-detail", ref="floating_ref", otherwise=DETAIL)
CORRECTION = Place("membercorrection-detail", "conclude", ref="correction_ref", otherwise=DETAIL)
LAPSE = Place("memberlapse-detail", "conclude", ref="lapse_ref", otherwise=DETAIL)
VALUES = (
    "pk", "name", "sex", "branch_ref", "branch_name", "category", "status", "born_on", "education", "joined_on",
    "full_on", "position", "phone", "address", "id_kind", "id_hash", "floating", "floating_place", "is_lost", "lost_on",
    "fee_paid_until", "suspended_on", "membership_kind", "floating_ref", "left_on", "last_contact", "correction_ref",
    "correction_until", "lapse_ref", "lapse_since", "lapse_ground",
)  # fmt: skip


def missing(row: Row) -> list[tuple[str, str]]:
    """Words and form field of each collected item that is not filled."""
    found = [(words, field) for name, words, empty, field in ITEMS if row[name] == empty]
    found += [("失联日期", "lost_on")] if row["is_lost"] and row["lost_on"] is None else []
    found += [("流向", "floating_place")] if row["floating"] == "out" and not row["floating_place"] else []
    return found


def lacks(row: Row, on: date) -> str:
    return f"缺{len(missing(row))}项：{'、'.join(words for words, _ in missing(row))}。"


def first_missing(row: Row) -> Place:
    field = missing(row)[0][1]
    return FLOATING if field in ("floating_place", "lost_on") else Place(UPDATE, f"id_{field}")


def months_since(day: date, on: date) -> int:
    """Whole months from one day to the other."""
    months = (on.year - day.year) * 12 + on.month - day.month
    return months - (add_months(day, months) > on)


def fee_says(row: Row, on: date) -> str:
    paid = row["fee_paid_until"]
    return f"党费缴纳至{paid}，已有{months_since(paid, on)}个月没有缴纳。"


def contact_says(row: Row, on: date) -> str:
    return f"最近一次联系上是{row['last_contact']}。" if row["last_contact"] else "登记以后没有联系上的记录。"


def lapse_says(row: Row, on: date) -> str:
    since, ground = row["lapse_since"], LapseGround(row["lapse_ground"]).label
    return f"{since}起{ground}，已有{months_since(since, on)}个月，没有写正当理由。"


RULES = (
    Rule(
        "items", "采集16项", REMIND, MEMBER, "采集项目不全", lambda on, limits: CHECKS.lacks_items(), lacks,
        "补齐采集的16项；确实不掌握的，先与本人或转出党组织核实，不要编造。", first_missing, "去补填",
    ),
    Rule(
        "mb-02", "MB-02", MUST, MEMBER, "入党时不满18周岁", lambda on, limits: CHECKS.joined_under_age(),
        lambda row, on: f"出生日期{row['born_on']}，入党日期{row['joined_on']}，入党时不满18周岁。",
        "对照入党志愿书改正出生日期或入党日期。", Place(UPDATE, "id_joined_on"),
    ),
    Rule(
        "mb-03-early", "MB-03", CHECK, MEMBER, "转正过早", lambda on, limits: CHECKS.full_too_early(),
        lambda row, on: f"入党日期{row['joined_on']}，转正日期{row['full_on']}，预备期不满一年。",
        "预备期为一年，从支部大会通过接收之日算起。核对两个日期。", Place(UPDATE, "id_full_on"),
    ),
    Rule(
        "mb-03-late", "MB-03", CHECK, MEMBER, "转正过晚", lambda on, limits: CHECKS.full_too_late(),
        lambda row, on: f"入党日期{row['joined_on']}，转正日期{row['full_on']}，相隔超过两年。",
        "预备期最多延长一次、不超过一年。核对两个日期。", Place(UPDATE, "id_full_on"),
    ),
    Rule(
        "mb-04", "MB-04", CHECK, MEMBER, "正式党员没有转正日期", lambda on, limits: CHECKS.full_without_day(),
        lambda row, on: "人员类别是正式党员，没有转正日期，算不出党龄。", "对照入党志愿书补填；还没有转正的，人员类别改为预备党员。",
        Place(UPDATE, "id_full_on"), "去补填",
    ),
    Rule(
        "mb-05", "MB-05", MUST, MEMBER, "党龄为负", lambda on, limits: CHECKS.joined_in_future(on),
        lambda row, on: f"入党日期{row['joined_on'] or '未填'}，转正日期{row['full_on'] or '未填'}，有日期晚于今天。",
        "党龄从转正之日算起。改正写错的日期。", Place(UPDATE, "id_joined_on"),
    ),
    Rule(
        "mb-06", "MB-06", MUST, MEMBER, "不在任何党支部", lambda on, limits: CHECKS.without_branch(),
        lambda row, on: "党籍状态正常，没有编入任何党支部。", "每名党员都要编入一个党支部；已转出本市的，补登转出。",
        Place("partymember-transfer", "id_to_branch"), "编入支部",
    ),
    Rule(
        "mb-07", "MB-07", MUST, MEMBER, "预备期满没有讨论转正",
        lambda on, limits: CHECKS.probation_overdue(on, limits.probation_grace),
        lambda row, on: f"{row['joined_on']}接收为预备党员，预备期{add_months(row['joined_on'], 12)}已满，还没有转正结果。",
        "及时召开支部大会讨论；延长预备期或取消资格的，按大会决议登记。", Place("partymember-full", "id_full_on"), "办理转正",
    ),
    Rule(
        "mb-07-soon", "MB-07", REMIND, MEMBER, "预备期已满",
        lambda on, limits: CHECKS.probation_ended(on, limits.probation_grace),
        lambda row, on: f"{row['joined_on']}接收为预备党员，预备期{add_months(row['joined_on'], 12)}期满。",
        "收到本人转正申请后，召开支部大会讨论。", Place("partymember-full", "id_full_on"), "办理转正",
    ),
    Rule(
        "mb-08-away", "MB-08", REMIND, MEMBER, "流出党员", lambda on, limits: CHECKS.away(),
        lambda row, on: f"流出到{row['floating_place']}。", "保持联系；在外有固定地点、满六个月的，动员转接组织关系。",
        FLOATING, "看登记",
    ),
    Rule(
        "mb-08", "MB-08", CHECK, MEMBER, "流出满期应转接", lambda on, limits: CHECKS.to_transfer(on, limits.floating_months),
        lambda row, on: f"{row['left_on']}流出到{row['floating_place'] or '外地'}，地点固定，组织关系还在本支部。",
        "动员本人转接组织关系；暂不能转的，写明原因并保持联系。", FLOATING, "看登记",
    ),
    Rule(
        "fl-01", "FL-01", REMIND, MEMBER, "流出党员没有联系",
        lambda on, limits: CHECKS.out_of_contact(on, limits.contact_months, abroad=False),
        contact_says, "每季度至少联系一次，登记联系情况。", FLOATING, "登记联系",
    ),
    Rule(
        "fl-02", "FL-02", CHECK, MEMBER, "流入党员计入了本支部", lambda on, limits: CHECKS.guest_counted(),
        lambda row, on: "流动状态是流入，组织关系却登记在本支部。", "流入党员的组织关系在原支部，不计入本支部党员数；已经转来的，流动状态改为非流动。",
        FLOATING, "看登记",
    ),
    Rule(
        "mb-09", "MB-09", MUST, MEMBER, "失联应停止党籍", lambda on, limits: CHECKS.lost_long(on, limits.lost_months),
        lambda row, on: f"{row['lost_on']}起失联，党籍状态仍是正常。", "继续查找；失联期满的，按规定停止党籍。",
        LEAVE, "去办理",
    ),
    Rule(
        "mb-09-expel", "MB-09", MUST, MEMBER, "停止党籍后仍失联",
        lambda on, limits: CHECKS.suspended_long(on, limits.suspended_months),
        lambda row, on: f"{row['suspended_on']}停止党籍，至今没有取得联系。", "期满仍失联的，按规定讨论除名；联系上的恢复党籍。",
        DETAIL, "去查看",
    ),
    Rule(
        "mb-10", "MB-10", MUST, MEMBER, "长期欠缴党费",
        lambda on, limits: CHECKS.fee_behind(on, limits.fee_alarm),
        fee_says,
        "了解原因并补缴；没有正当理由连续六个月不交的，按党章第九条处理，由党组织决定。", Place(UPDATE, "id_fee_paid_until"),
    ),
    Rule(
        "mb-10-soon", "MB-10", REMIND, MEMBER, "欠缴党费",
        lambda on, limits: CHECKS.fee_behind(on, limits.fee_remind, limits.fee_alarm),
        fee_says,
        "提醒本人补缴；已经缴纳的，更新缴纳日期。", Place(UPDATE, "id_fee_paid_until"),
    ),
    Rule(
        "mb-10-lapse", "MB-10", MUST, MEMBER, "长期不履行党员义务",
        lambda on, limits: CHECKS.duties_neglected(on, limits.lapse_alarm), lapse_says,
        "同本人谈话核实，有正当理由的补记；没有正当理由连续六个月的，按自行脱党由支部大会决定除名，报上级党组织批准。",
        LAPSE, "去办理",
    ),
    Rule(
        "mb-10-lapse-soon", "MB-10", REMIND, MEMBER, "没有履行党员义务",
        lambda on, limits: CHECKS.duties_neglected(on, limits.lapse_remind, limits.lapse_alarm), lapse_says,
        "及时谈话提醒；有正当理由的补记，已经恢复的登记结论。", LAPSE, "去办理",
    ),
    Rule(
        "mb-10-parting", "MB-10", CHECK, MEMBER, "决定除名，名册没有办理", lambda on, limits: CHECKS.removal_not_executed(),
        lambda row, on: "未履行义务的结论是除名，名册里还没有离开。",
        "上级党组织批准后办理离开名册；没有批准的，撤回结论。", LEAVE, "去办理",
    ),
    Rule(
        "mb-11", "MB-11", MUST, MEMBER, "限期改正期满没有结论", lambda on, limits: CHECKS.correction_over(on),
        lambda row, on: f"限期改正{row['correction_until']}期满，没有登记结论。",
        "期满由支部大会评议作出结论：已改正的登记；没有转变的，劝其退党，劝而不退的除名，报上级党组织批准。",
        CORRECTION, "登记结论",
    ),
    Rule(
        "mb-11-soon", "MB-11", REMIND, MEMBER, "限期改正临近期满",
        lambda on, limits: CHECKS.correction_ending(on, limits.correction_months),
        lambda row, on: f"限期改正{row['correction_until']}期满，还有{(row['correction_until'] - on).days}天。",
        "准备评议，听取联系人、党员和群众的意见。", CORRECTION, "看登记",
    ),
    Rule(
        "mb-11-parting", "MB-11", CHECK, MEMBER, "决定劝退、除名，名册没有办理",
        lambda on, limits: CHECKS.parting_not_executed(),
        lambda row, on: "限期改正的结论是劝退或者除名，名册里还没有离开。",
        "本人退党或上级党组织批准除名后办理离开名册；没有批准的，撤回结论。", LEAVE, "去办理",
    ),
    Rule(
        "mb-12", "MB-12", MUST, MEMBER, "出国（境）党员没有联系",
        lambda on, limits: CHECKS.out_of_contact(on, limits.abroad_months, abroad=True),
        contact_says, "出国（境）的党员每半年至少联系一次，登记联系情况。", FLOATING, "登记联系",
    ),
)  # fmt: skip
