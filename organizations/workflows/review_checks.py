"""前置审查: what each stage needs as evidence, and what people should look at (PR-01…04, CH-02…04)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.models import OfficeSetting, User
from core.periods import today
from core.working_days import add_working_days
from organizations.choices import (
    BEFORE_APPROVAL,
    RENAMING,
    CharterStatus,
    ClauseKind,
    CoverageMethod,
    OrganizationKind,
    ReviewStage,
    ReviewType,
    VoteBody,
)
from organizations.models import (
    BranchCoverage,
    CharterRecord,
    InstructorAssignment,
    RegistrationReview,
    SocialOrganization,
)
from organizations.models.conditions import MEMBERS_FOR_BRANCH

from .events import short_name_problem

HANDOVER_DAYS = 5  # PR-03; an office changes it by the setting of this name
HANDOVER_SETTING = "registration.handover_days"
LONG_PROVISIONAL_DAYS = 365  # CH-04
MOST_DAYS = 250
CLAUSE_METHODS = {
    ClauseKind.OWN: CoverageMethod.OWN,
    ClauseKind.JOINT: CoverageMethod.JOINT,
    ClauseKind.LIAISON: None,
    ClauseKind.INSTRUCTOR: None,
}
ASSOCIATION_VOTES = (VoteBody.ASSEMBLY, VoteBody.REPRESENTATIVES)


def days_problem(days: int | None) -> str:
    """Why so many working days are no time for a review."""
    if not days:
        return "请填写审查时限，至少1个工作日。"
    return f"审查时限不能超过{MOST_DAYS}个工作日。" if days > MOST_DAYS else ""


AFTER = {"approved_on": "accepted_on", "handed_over_on": "approved_on", "finished_on": "accepted_on"}


def order_problems(days: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Days of a review before those that they follow, as (field, sentence); others are compared by constraints."""
    label = lambda name: RegistrationReview._meta.get_field(name).verbose_name  # noqa: E731
    for later, earlier in AFTER.items():
        first, day = days.get(earlier), days.get(later)
        if first and day and day < first:
            yield later, f"{label(later)}不能早于{label(earlier)}{first}。"


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what must be there for a stage, which field proves it, and what is wrong now."""

    stage: ReviewStage
    field: str
    label: str
    shown: Any
    wrong: str = ""

    @property
    def is_met(self) -> bool:
        return not self.wrong


def checklist(review: RegistrationReview, guided: bool | None = None) -> list[Check]:
    """Every required item of the way of this review; `guided` tells whether the body has a branch or an instructor."""
    found = list(_charter_checks(review))
    if review.review_type == ReviewType.FOUNDING:
        found += _letter_checks(review)
    found.append(_required(review, ReviewStage.APPROVAL, "approved_on", "准予决定书的日期"))
    found.append(_required(review, ReviewStage.APPROVAL, "approval_no", "准予决定书的文号"))
    if review.review_type == ReviewType.FOUNDING:
        found += _later_checks(review, guided)
    return found


def _required(review: RegistrationReview, stage: ReviewStage, field: str, label: str) -> Check:
    value = getattr(review, field)
    shown = getattr(review, f"get_{field}_display")() if review._meta.get_field(field).choices else value
    return Check(stage, field, label, shown, "" if value not in (None, "") else f"还没有填写{label}。")


def _charter_checks(review: RegistrationReview) -> Iterator[Check]:
    stage = ReviewStage.CHARTER
    if review.review_type == ReviewType.CHANGE:
        yield from _change_checks(review)
        return
    yield _required(review, stage, "clause_article", "党建条款所在条目")
    yield _required(review, stage, "clause_text", "党建条款原文")
    yield _required(review, stage, "clause_kind", "党建条款类型")
    yield _required(review, stage, "values_article", "社会主义核心价值观所在条目")
    yield _vote_check(review)
    if review.review_type == ReviewType.FOUNDING:
        yield _required(review, stage, "voted_on", "章程表决日期")


def _change_checks(review: RegistrationReview) -> Iterator[Check]:
    """What is to change; a new name needs a short one where the body has one."""
    stage = ReviewStage.CHARTER
    yield _required(review, stage, "changed_item", "变更事项")
    yield _required(review, stage, "changed_to", "变更后的内容")
    if review.changed_item == RENAMING and review.organization is not None:
        short, wrong = review.changed_short_name, short_name_problem(review.organization, review.changed_short_name)
        if short or wrong:
            yield Check(stage, "changed_short_name", "变更后的简称", short, wrong)
        twin = SocialOrganization.objects.filter(committee=review.committee_id, name=review.changed_to, ended_on=None)
        if twin.exclude(pk=review.organization_id).exists():
            wrong = f"“{review.changed_to}”已是在册社会组织的名称，不能变更为这个名称。"
            yield Check(stage, "changed_to", "变更后的名称", review.changed_to, wrong)


def _vote_check(review: RegistrationReview) -> Check:
    """CH-02: the body that votes must fit the type."""
    check = _required(review, ReviewStage.CHARTER, "vote_body", "章程表决会议")
    if not check.is_met:
        return check
    association = review.kind == OrganizationKind.ASSOCIATION
    if association == (review.vote_body in ASSOCIATION_VOTES):
        return check
    right = "会员大会或会员代表大会" if association else "理事会"
    wrong = f"{review.get_kind_display()}的章程应由{right}表决，现在填的是{check.shown}。"
    return Check(check.stage, check.field, check.label, check.shown, wrong)


def _letter_checks(review: RegistrationReview) -> Iterator[Check]:
    yield _required(review, ReviewStage.LETTER, "letter_signer", "承诺书签署人")
    yield _required(review, ReviewStage.LETTER, "letter_signed_on", "承诺书签订日期")


def _later_checks(review: RegistrationReview, guided: bool | None) -> Iterator[Check]:
    survey = ReviewStage.SURVEY
    for field in ("survey_filled_on", "staff_count", "member_count", "full_member_count", "planned_form", "liaison"):
        yield _required(review, survey, field, str(review._meta.get_field(field).verbose_name))
    yield _required(review, ReviewStage.CERTIFICATE, "certified_on", "领证日期")
    yield _required(review, ReviewStage.CERTIFICATE, "code", "统一社会信用代码")
    yield _required(review, ReviewStage.HANDOVER, "handed_over_on", "移交日期")
    yield _required(review, ReviewStage.HANDOVER, "receiver", "接收人")
    wrong = "" if guided else "还没有组建党组织，也没有选派党建指导员。请先在这家社会组织的页面上登记。"
    shown = "已登记" if guided else None
    yield Check(ReviewStage.GUIDANCE, "", "组建党组织或选派指导员", shown, wrong)


def is_guided(body: SocialOrganization | None, on: date) -> bool:
    """A party organization covers the body, or an instructor was sent to it."""
    if body is None:
        return False
    return any(
        rows.on(on).filter(organization=body).exists()
        for rows in (BranchCoverage.objects, InstructorAssignment.objects)
    )


def missing(review: RegistrationReview) -> list[Check]:
    """What the present stage still lacks; before approval also what earlier stages lack."""
    guided = review.status == ReviewStage.GUIDANCE and is_guided(review.organization, today(review.committee))
    stages = BEFORE_APPROVAL[: BEFORE_APPROVAL.index(review.status) + 1] if review.is_undecided else (review.status,)
    return [check for check in checklist(review, guided) if check.stage in stages and not check.is_met]


def warnings(review: RegistrationReview, on: date, guided: bool | None = None) -> list[str]:
    """What people should look at; nothing here stops them."""
    found = []
    if review.is_provisional and not review.is_ended:
        found.append("这段时间的节假日还没有录全，期限暂按周末推算。请在“前置审查—节假日”里录入放假安排。")
    if review.handed_over_on and review.approved_on:
        limit = handover_day(review)[0]
        if review.handed_over_on > limit:
            found.append(f"移交日期{review.handed_over_on}超过了登记后的规定期限{limit}（PR-03）。")
    elif review.approved_on and not review.is_ended and review.organization_id:
        limit = handover_day(review)[0]
        if on > limit:
            found.append(f"承诺书和调查表应在{limit}以前移交党建工作机构，现已超期（PR-03）。")
    if (review.full_member_count or 0) >= MEMBERS_FOR_BRANCH and not guided and not review.is_ended:
        found.append(f"有正式党员{review.full_member_count}名，应督促组建党组织（PR-04）。")
    if review.clause_kind == ClauseKind.OWN and review.planned_form and review.planned_form != "own":
        found.append(
            f"章程写的是“{review.get_clause_kind_display()}”，拟建形式是“{review.get_planned_form_display()}”，两者不一致（CH-03）。"
        )
    return found


def handover_day(review: RegistrationReview) -> tuple[date, bool]:
    """The last day for passing letter and survey on (PR-03)."""
    days = OfficeSetting.objects.value(review.committee_id, HANDOVER_SETTING, review.approved_on, HANDOVER_DAYS)
    return add_working_days(review.approved_on, int(days))


def clause_conflict(charter: CharterRecord, on: date) -> str:
    """CH-03: the form that the charter names and what covers the body on that day; empty where they agree.

    Of a body that is over, and of a charter that a later one has taken the place of, nothing is to be put right.
    """
    body = charter.organization
    if charter.clause_kind not in CLAUSE_METHODS or not charter.has_party_clause or (body.ended_on or date.max) <= on:
        return ""
    if CharterRecord.objects.approved(on).filter(organization=body, version_no__gt=charter.version_no).exists():
        return ""
    rows = BranchCoverage.objects.on(on).filter(organization=body).order_by("-method")
    found = rows.values_list("method", flat=True).first()
    if found == CLAUSE_METHODS[charter.clause_kind]:
        return ""
    actual = CoverageMethod(found).label if found else "没有党组织"
    return (
        f"章程写的是“{charter.get_clause_kind_display()}”，实际是“{actual}”，两者不一致（CH-03）。下次修订章程时改正。"
    )


def stale_provisional(user: User, on: date) -> list[CharterRecord]:
    """CH-04: written in first, and after more than a year still not voted."""
    rows = CharterRecord.objects.visible_to(user).filter(status=CharterStatus.PROVISIONAL, voted_on=None)
    return [
        row for row in rows.select_related("organization") if (on - row.created_at.date()).days > LONG_PROVISIONAL_DAYS
    ]
