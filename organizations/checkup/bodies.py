"""社会组织: ORG-01…ORG-05, COV-03, COV-04, CH-01…CH-04, PR-01…PR-04.

Double own or joint coverage (COV-01) and more full-time than all staff (ORG-02) are refused by the database.
"""

from datetime import date

from django.db.models import Q

from organizations.choices import (
    CharterStatus,
    ClauseKind,
    CoverageMethod,
    FindingLevel,
    OrganizationKind,
    RegistrationStatus,
    Subject,
    VoteBody,
)
from organizations.models import SocialOrganization
from organizations.models.conditions import unbuilt_for

from .limits import Limits
from .rules import Place, Row, Rule

CHECKS = SocialOrganization.objects.none()
MUST, CHECK, REMIND = FindingLevel
BODY = Subject.BODY
UPDATE, DETAIL = "socialorganization-update", "socialorganization-detail"
CHARTER, LETTER, SURVEY = "charterrecord-create", "commitmentletter-create", "membersurvey-create"
VALUES = (
    "pk", "name", "short_name", "code", "kind", "status", "registered_on", "ended_on", "contact", "phone", "staff_count",
    "council_term_end", "no_branch_reason", "coverage_method", "branch_ref", "branch_name", "member_count",
    "charter_status", "charter_ref", "charter_vote", "clause_kind", "clause_ref", "written_in_ref", "letter_on",
    "letter_status", "letter_ref", "surveyed_on", "surveyed_full", "marked_since",
)  # fmt: skip


def code_says(row: Row, on: date) -> str:
    code, kind = row["code"], OrganizationKind(row["kind"])
    if len(code) != 18:
        return f"统一社会信用代码{code}是{len(code)}位，应为18位。"
    if not code.startswith(kind):
        return f"统一社会信用代码前两位是{code[:2]}，与类型“{kind.label}”（{kind}）不一致。"
    return f"统一社会信用代码{code}的校验位不对，其中有字符写错。"


def council_too_far(on: date, limits: Limits) -> Q:
    found = Q(pk__in=[])
    for kind, years in limits.council_years.items():
        found |= CHECKS.council_too_far(on, kind, years * 12 + limits.council_extension)
    return found


def vote_says(row: Row, on: date) -> str:
    right = "会员大会或会员代表大会" if row["kind"] == OrganizationKind.ASSOCIATION else "理事会"
    kind = OrganizationKind(row["kind"]).label
    return f"{kind}的章程应由{right}表决，登记的是{VoteBody(row['charter_vote']).label}。"


def clause_says(row: Row, on: date) -> str:
    method = CoverageMethod(row["coverage_method"]).label if row["coverage_method"] else "没有党组织覆盖"
    return f"章程写的是“{ClauseKind(row['clause_kind']).label}”，实际是“{method}”。"


def unbuilt_says(row: Row, on: date) -> str:
    if row["marked_since"] and row["coverage_method"] is None:
        return f"{row['marked_since']}起标注为应建未建，至今没有党组织。"
    full = row["surveyed_full"]
    members = f"正式党员{full}名" if full else f"党员{row['member_count']}名"
    return f"最近一次调查（{row['surveyed_on']}）有{members}，超过期限没有单独或联合组建党组织。"


def letter_place(row: Row) -> Place:
    """Its own page where the letter is on record, else the form for a new one."""
    if row["letter_ref"] is None:
        return Place(LETTER, "id_signed_on", query="organization")
    return Place("commitmentletter-detail", ref="letter_ref")


def charter_place(row: Row) -> Place:
    waiting = row["charter_status"] in (CharterStatus.PROVISIONAL, CharterStatus.VOTED)
    if waiting and row["charter_ref"] is not None:
        return Place("charterrecord-detail", ref="charter_ref")
    return Place(CHARTER, "id_version_no", query="organization")


RULES = (
    Rule(
        "org-01", "ORG-01", MUST, BODY, "信用代码不对", lambda on, limits: CHECKS.code_wrong(), code_says,
        "对照登记证书逐位改正。", Place(UPDATE, "id_code"),
    ),
    Rule(
        "org-01-none", "ORG-01", REMIND, BODY, "没有信用代码", lambda on, limits: CHECKS.code_missing(),
        lambda row, on: "没有填写统一社会信用代码，导入和核对时容易认错。", "对照登记证书补填；老单位确实没有的可以不填。",
        Place(UPDATE, "id_code"), "去补填",
    ),
    Rule(
        "org-02", "ORG-02", REMIND, BODY, "党员多于从业人员", lambda on, limits: CHECKS.more_members_than_staff(),
        lambda row, on: f"党员{row['member_count']}名，从业人员{row['staff_count']}人。",
        "有离退休、兼职党员的属正常；否则核对从业人员数和名册。", Place(UPDATE, "id_staff_count"),
    ),
    Rule(
        "org-03", "ORG-03", MUST, BODY, "已注销仍被覆盖", lambda on, limits: CHECKS.ended_but_covered(on),
        lambda row, on: f"{row['ended_on']}已注销或撤销，{row['branch_name']}仍登记覆盖。", "结束覆盖关系；党支部撤销或转为联合，党员转出。",
        Place("partybranch-detail", "covers", ref="branch_ref"), "去结束",
    ),
    Rule(
        "org-03-status", "ORG-03", MUST, BODY, "登记状态与注销日期不符", lambda on, limits: CHECKS.status_unlike_end(),
        lambda row, on: f"登记状态是“{RegistrationStatus(row['status']).label}”，注销或撤销日期{row['ended_on'] or '没有填'}。",
        "已注销、已撤销的填日期，其他状态不填。", Place("socialorganization-event", "id_kind"),
    ),
    Rule(
        "org-04", "ORG-04", MUST, BODY, "负责人任期已届满", lambda on, limits: CHECKS.council_over(on),
        lambda row, on: f"负责人任期{row['council_term_end']}届满，已超期{(on - row['council_term_end']).days}天。",
        "督促换届；经批准延期的，改为批准后的日期。", Place(UPDATE, "id_council_term_end"), "改届满日",
    ),
    Rule(
        "org-04-soon", "ORG-04", REMIND, BODY, "负责人任期临近届满",
        lambda on, limits: CHECKS.council_ending(on, limits.council_months),
        lambda row, on: f"负责人任期{row['council_term_end']}届满，还有{(row['council_term_end'] - on).days}天。",
        "提醒单位准备换届，党建工作同步谋划。", Place(UPDATE, "id_council_term_end"), "改届满日",
    ),
    Rule(
        "org-04-far", "ORG-04", CHECK, BODY, "负责人任期太长", council_too_far,
        lambda row, on: f"负责人任期登记到{row['council_term_end']}，超过一届加延期的最长时间。", "对照章程和换届批复核对日期。",
        Place(UPDATE, "id_council_term_end"),
    ),
    Rule(
        "org-05", "ORG-05", REMIND, BODY, "没有前置审查记录", lambda on, limits: CHECKS.without_review(on, limits.new_months),
        lambda row, on: f"{row['registered_on']}登记成立，没有前置审查记录。", "新成立的要经过前置审查；线下办的，核对章程、承诺书和调查表是否登记齐全。",
        Place(DETAIL), "去核对",
    ),
    Rule(
        "cov-03", "COV-03", MUST, BODY, "覆盖空白", lambda on, limits: CHECKS.uncovered_on_day(),
        lambda row, on: "没有党组织覆盖，也没有党建工作指导员。", "先选派党建工作指导员，有条件的组建党组织。",
        Place("socialorganization-instructor", "id_instructor_name"), "选派指导员",
    ),
    Rule(
        "cov-04", "COV-04", CHECK, BODY, "应建未建",
        lambda on, limits: unbuilt_for(limits.unbuilt_months, on, limits.should_build_rule), unbuilt_says,
        "督促组建；一时建不了的，写明原因和组建计划。", Place("coverage-plan", "id_planned_on"), "写组建计划",
    ),
    Rule(
        "ch-01", "CH-01", CHECK, BODY, "党的建设未入章", lambda on, limits: CHECKS.without_clause(),
        lambda row, on: f"党的建设没有写入已核准的章程（{CharterStatus(row['charter_status']).label}）。", "下次修订章程时写入、表决并报核准。",
        charter_place, "登记章程",
    ),
    Rule(
        "ch-02", "CH-02", CHECK, BODY, "章程表决会议不符", lambda on, limits: CHECKS.voted_by_others(), vote_says,
        "核对会议纪要，改正表决会议。", Place("charterrecord-update", "id_vote_body", ref="charter_ref"),
    ),
    Rule(
        "ch-03", "CH-03", CHECK, BODY, "章程条款与组建方式不符", lambda on, limits: CHECKS.clause_unlike_coverage(),
        clause_says, "核对条款类型；组建方式变了的，下次修订章程时改写。",
        Place("charterrecord-update", "id_clause_kind", ref="clause_ref"),
    ),
    Rule(
        "ch-04", "CH-04", CHECK, BODY, "先行写入久未表决",
        lambda on, limits: CHECKS.written_in_long(on, limits.charter_months),
        lambda row, on: "党的建设先行写入章程，一年以上没有表决确认。", "催促召开会员大会或理事会表决，再报核准。",
        Place("charterrecord-detail", ref="written_in_ref"), "登记表决",
    ),
    Rule(
        "pr-01-letter", "PR-01", CHECK, BODY, "没有签承诺书", lambda on, limits: CHECKS.without_letter(on, limits.new_months),
        lambda row, on: f"{row['registered_on']}登记成立，没有签订党建工作承诺书。", "补签并登记。", letter_place, "登记承诺书",
    ),
    Rule(
        "pr-01-survey", "PR-01", CHECK, BODY, "没有党员情况调查表", lambda on, limits: CHECKS.without_survey(on, limits.new_months),
        lambda row, on: f"{row['registered_on']}登记成立，没有党员情况调查表。", "请单位填报并登记。",
        Place(SURVEY, "id_filled_on", query="organization"), "登记调查表",
    ),
    Rule(
        "pr-02", "PR-02", MUST, BODY, "承诺书晚于登记日期", lambda on, limits: CHECKS.letter_after_registration(),
        lambda row, on: f"{row['registered_on']}登记成立，承诺书签订日期{row['letter_on']}更晚。", "承诺书应在登记以前签订，核对两个日期。",
        Place("commitmentletter-update", "id_signed_on", ref="letter_ref"),
    ),
    Rule(
        "pr-03", "PR-03", CHECK, BODY, "承诺书没有按期移交",
        lambda on, limits: CHECKS.not_handed_over(on, limits.new_months, limits.handover),
        lambda row, on: f"{row['registered_on']}登记成立，承诺书和调查表还没有移交党建工作机构。", "登记后按规定期限移交，移交后登记日期。",
        letter_place, "登记移交",
    ),
    Rule(
        "pr-04", "PR-04", REMIND, BODY, "应督促组建党组织",
        lambda on, limits: CHECKS.qualifies_newly(limits.least_members, on, limits.unbuilt_months),
        lambda row, on: f"{row['surveyed_on']}调查有正式党员{row['surveyed_full']}名，还没有单独或联合组建党组织。",
        "督促组建党组织。", Place(DETAIL), "去查看",
    ),
    Rule(
        "contact-body", "联系方式", REMIND, BODY, "没有联系人或电话", lambda on, limits: CHECKS.no_contact(),
        lambda row, on: f"没有填写{'、'.join(words for words, value in (('联系人', row['contact']), ('联系电话', row['phone'])) if not value)}。",
        "补填，通知才发得到。", Place(UPDATE, "id_contact"), "去补填",
    ),
)  # fmt: skip
