"""党组织: PO-01…PO-06, COV-02 and the term. PO-05 and the same post held twice are refused by the database."""

from datetime import date

from django.db.models import Q

from organizations.choices import BranchKind, FindingLevel, Subject
from organizations.models import PartyBranch

from .limits import Limits
from .rules import Place, Row, Rule

CHECKS = PartyBranch.objects.none()
MUST, CHECK, REMIND = FindingLevel
BRANCH = Subject.BRANCH
UPDATE, POST, COVERAGE = "partybranch-update", "partybranch-post", "partybranch-coverage"
TERM = Place("electionterm-detail", ref="term_ref", otherwise=Place(UPDATE, "id_term_end"))
VALUES = (
    "pk", "name", "short_name", "kind", "term_start", "term_end", "contact", "phone", "secretary", "formal_count",
    "formal_total", "member_count", "body_count", "committee_size", "double_post", "deadline", "term_ref",
)  # fmt: skip


def term_too_long(on: date, limits: Limits) -> Q:
    found = Q(pk__in=[])
    for kind, years in limits.term_years.items():
        if years:
            found |= CHECKS.term_too_long([kind], years)
    return found


def upper_committee_unfit(on: date, limits: Limits) -> Q:
    sizes = {
        BranchKind.GENERAL: (limits.general_least, limits.general_most),
        BranchKind.COMMITTEE: (limits.party_least, limits.party_most),
    }
    return CHECKS.upper_committee_unfit(sizes)


def upper_members_unfit(on: date, limits: Limits) -> Q:
    general = (limits.general_members_least, limits.general_members_most)
    return CHECKS.upper_members_unfit(general, limits.party_members_least)


def covers_nothing(row: Row, on: date) -> str:
    return f"{BranchKind(row['kind']).label}没有覆盖任何社会组织。"


RULES = (
    Rule(
        "po-01-secretary", "PO-01", MUST, BRANCH, "没有书记", lambda on, limits: CHECKS.without_secretary(),
        lambda row, on: "没有登记现任书记。", "登记现任书记；空缺的尽快补选。", Place(POST, "id_post"), "登记书记",
    ),
    Rule(
        "po-01", "PO-01", CHECK, BRANCH, "支委会人数不符",
        lambda on, limits: CHECKS.committee_unfit(limits.committee_from, limits.committee_least, limits.committee_most),
        lambda row, on: f"有正式党员{row['formal_count']}名，登记的班子成员{row['committee_size']}人（含书记）。",
        "正式党员七名以上的设支部委员会，三至五人，一般不超过七人。登记齐全，或在党员大会上选举。", Place(POST, "id_post"), "登记职务",
    ),
    Rule(
        "po-01-upper", "PO-01", REMIND, BRANCH, "委员会人数不符", upper_committee_unfit,
        lambda row, on: f"{BranchKind(row['kind']).label}登记的委员会成员{row['committee_size']}人（含书记）。",
        "党总支委员会一般三至五人，党委一般五至七人。登记齐全；人数另有批准的不用改。", Place(POST, "id_post"), "登记职务",
    ),
    Rule(
        "po-02", "PO-02", CHECK, BRANCH, "正式党员不足", lambda on, limits: CHECKS.too_few_members(limits.least_members),
        lambda row, on: f"单独组建的党支部，正式党员{row['formal_count']}名。",
        "不足三名正式党员的，应改建联合党支部；名册没有录全的先补录。", Place("partybranch-detail", "members"), "看名册",
    ),
    Rule(
        "po-03", "PO-03", REMIND, BRANCH, "党员过多", lambda on, limits: CHECKS.too_many_members(limits.most_members),
        lambda row, on: f"党员{row['member_count']}名，超过党支部一般规模。", "研究改设党总支。", Place(UPDATE, "id_kind"), "看类别",
    ),
    Rule(
        "po-03-upper", "PO-03", REMIND, BRANCH, "党员数与类别不符", upper_members_unfit,
        lambda row, on: f"{BranchKind(row['kind']).label}连同下级支部有正式党员{row['formal_total']}名。",
        "党总支一般五十至一百名，党委一般一百名以上；较少的要有上级批准。名册没有录全的先补录。", Place(UPDATE, "id_kind"), "看类别",
    ),
    Rule(
        "po-04", "PO-04", CHECK, BRANCH, "书记不是本支部正式党员", lambda on, limits: CHECKS.secretary_from_outside(),
        lambda row, on: f"书记{row['secretary']}不在本支部正式党员名册中。",
        "核对姓名；组织关系没有转来的，先办理转接，或按程序改选。功能型党支部除外。", Place(POST, "id_person_name"), "看职务",
    ),
    Rule(
        "po-06", "PO-06", CHECK, BRANCH, "一人兼任多个职务", lambda on, limits: CHECKS.one_person_twice(),
        lambda row, on: f"{row['double_post']}在本党组织同时登记了两个以上职务。", "一人在一个党组织只任一个职务，结束已不担任的。",
        Place("partybranch-detail", "posts"), "看班子",
    ),
    Rule(
        "term-over", "按期换届", MUST, BRANCH, "任期已届满", lambda on, limits: CHECKS.term_over(on),
        lambda row, on: f"本届{row['deadline']}届满，已超期{(on - row['deadline']).days}天。",
        "尽快换届；不能按期的，报请批准延期并登记文号。", TERM, "去办换届",
    ),
    Rule(
        "term-soon", "按期换届", REMIND, BRANCH, "临近届满", lambda on, limits: CHECKS.term_nearly_over(on, limits.election_months),
        lambda row, on: f"本届{row['deadline']}届满，还有{(row['deadline'] - on).days}天。", "准备换届请示和候选人，按期选举。",
        TERM, "去办换届",
    ),
    Rule(
        "term-unknown", "按期换届", REMIND, BRANCH, "没有届满日期", lambda on, limits: CHECKS.term_unknown(),
        lambda row, on: "没有填写本届届满日期，到期无法提醒。", "按上届选举批复补填选举日期和届满日期。",
        Place(UPDATE, "id_term_end"), "去补填",
    ),
    Rule(
        "term-long", "任期年限", CHECK, BRANCH, "任期过长", term_too_long,
        lambda row, on: f"本届从{row['term_start']}到{row['term_end']}，比规定的一届长。",
        "按规定的届期核对两个日期；延期的要有批复。", Place(UPDATE, "id_term_end"),
    ),
    Rule(
        "cov-02-none", "COV-02", CHECK, BRANCH, "没有覆盖单位", lambda on, limits: CHECKS.covers_nothing(), covers_nothing,
        "登记所在单位或覆盖单位；单位已不存在的，研究撤销或合并。", Place(COVERAGE, "id_organization"), "登记覆盖",
    ),
    Rule(
        "cov-02-few", "COV-02", CHECK, BRANCH, "联合党支部单位太少", lambda on, limits: CHECKS.too_few_bodies(limits.least_bodies),
        lambda row, on: f"联合党支部只覆盖{row['body_count']}家单位。", "补登覆盖单位，或改为单独组建。",
        Place(COVERAGE, "id_organization"), "登记覆盖",
    ),
    Rule(
        "cov-02-many", "COV-02", REMIND, BRANCH, "联合党支部单位太多",
        lambda on, limits: CHECKS.too_many_bodies(limits.most_bodies),
        lambda row, on: f"联合党支部覆盖{row['body_count']}家单位，超过一般家数。", "单位较多的，研究分设。",
        Place("partybranch-detail", "covers"), "看单位",
    ),
    Rule(
        "contact-branch", "联系方式", REMIND, BRANCH, "没有联系电话", lambda on, limits: CHECKS.no_contact(),
        lambda row, on: "党组织和书记都没有登记电话，通知发不到。", "补填联系人和电话。", Place(UPDATE, "id_phone"), "去补填",
    ),
)  # fmt: skip
