"""前置审查 (DOMAIN §3): moving through the stages, 补正 with its clock, and what approval creates, once."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, require_reason, update_record
from core.models import User
from core.periods import today
from core.transitions import TransitionError, advance
from core.working_days import add_working_days, working_days_between
from organizations.choices import (
    CHANGED_FIELDS,
    LETTER_FLOW,
    RENAMING,
    REVIEW_ENDED,
    REVIEW_FLOW,
    CharterStatus,
    LetterStatus,
    NoBranchReason,
    OrganizationEventKind,
    ReviewStage,
    ReviewType,
    SyncEvent,
)
from organizations.models import (
    Affiliation,
    CharterRecord,
    CommitmentLetter,
    Correction,
    MemberSurvey,
    OrganizationEvent,
    RegistrationReview,
    SocialOrganization,
)
from organizations.models.conditions import MEMBERS_FOR_BRANCH

from .bodies import name_liaison
from .events import note_past_event, record_event
from .papers import letter_title
from .review_checks import missing
from .sync import emit, settle
from .sync_sources import catch_up

ENDED = "这件审查已经办结，不能再修改。"

# Taking in and changing --------------------------------------------------------------------------------------------


def can_keep_review(user: User, review: RegistrationReview | None = None) -> bool:
    return user.is_committee_staff


def can_edit_review(user: User, review: RegistrationReview) -> bool:
    return user.is_committee_staff and not review.is_ended


def clock_of(review: RegistrationReview) -> tuple[date, bool]:
    """The day of decision: working days from acceptance; what was left goes on after each answered correction."""
    due, provisional = add_working_days(review.accepted_on, review.review_days)
    rows = review.corrections.all() if review.pk else ()
    for row in sorted(rows, key=lambda row: (row.asked_on, row.pk)):
        left = working_days_between(row.asked_on, due) if row.answered_on and due >= row.asked_on else 0
        if left:
            due, more = add_working_days(row.answered_on, left)
            provisional = provisional or more
    return due, provisional


def _set_clock(review: RegistrationReview) -> None:
    review.due_on, review.is_provisional = clock_of(review)


def check_target(review: RegistrationReview) -> None:
    """A change is of a body in the ledger; a founding is of one that is not there yet."""
    if review.review_type != ReviewType.FOUNDING and review.organization_id is None:
        raise ValidationError(
            {"organization": f"{review.get_review_type_display()}要选已登记的社会组织。"}, code="target"
        )
    if review.review_type == ReviewType.FOUNDING and review.organization_id is None:
        twin = SocialOrganization.objects.filter(committee=review.committee, name=review.name, ended_on=None)
        if twin.exists():
            raise ValidationError({"name": "台账里已有同名的在册社会组织，请先查找，不要重复登记。"}, code="twin")


def accept_review(review: RegistrationReview, *, by: User) -> RegistrationReview:
    """受理: the clock starts on the next working day."""
    check_target(review)
    _set_clock(review)
    review.full_clean(exclude=["due_on"])
    return create_record(review, by=by)


def change_review(review: RegistrationReview, *, by: User, expected: int | None = None) -> RegistrationReview:
    """Save what was entered; a clock that was started anew counts from the new day."""
    stored = RegistrationReview.objects.values("accepted_on", "review_days", "status").get(pk=review.pk)
    if stored["status"] in REVIEW_ENDED:
        raise ValidationError(ENDED, code="ended")
    check_target(review)
    if (stored["accepted_on"], stored["review_days"]) != (review.accepted_on, review.review_days):
        _set_clock(review)
    review.full_clean(exclude=["due_on"])
    return update_record(review, by=by, expected=expected)


# 补正 --------------------------------------------------------------------------------------------------------------


def open_correction(review: RegistrationReview) -> Correction | None:
    return review.corrections.filter(answered_on=None).first()


def can_ask_correction(user: User, review: RegistrationReview) -> bool:
    return user.is_committee_staff and review.is_undecided


def ask_correction(review: RegistrationReview, *, reason: str, days: int, asked_on: date, by: User) -> Correction:
    """退回补正: the applicant has so many working days, and the office's own clock stands still."""
    if not can_ask_correction(by, review):
        raise TransitionError(f"前置审查当前为“{review.get_status_display()}”，不能再退回补正。", code="transition")
    if open_correction(review):
        raise ValidationError("已经通知补正，正在等申请人补正，不用再通知。", code="open")
    if asked_on < review.accepted_on:
        raise ValidationError({"asked_on": f"通知日期不能早于受理日期{review.accepted_on}。"}, code="order")
    due_on, provisional = add_working_days(asked_on, days)
    row = Correction(
        review=review, stage=review.status, reason=reason, asked_on=asked_on, days=days, due_on=due_on,
        is_provisional=provisional,
    )  # fmt: skip
    with transaction.atomic():
        row.full_clean()
        row.save()
        log = {"补正": ["", f"{asked_on}通知，{due_on}前补正"]}
        audit.record(AuditEvent.CHANGE, review, by=by, changes=log, note=reason)
    return row


def answer_correction(review: RegistrationReview, *, on: date, answer: str, by: User) -> Correction:
    """补正到了: the office's clock goes on with the working days that were left when it stopped."""
    row = open_correction(review)
    if row is None:
        raise ValidationError("没有正在等待的补正。", code="none")
    if on < row.asked_on:
        raise ValidationError(f"补正日期不能早于通知日期{row.asked_on}。", code="order")
    row.answered_on, row.answer = on, answer[:500]
    with transaction.atomic():
        row.full_clean()
        row.save()
        _set_clock(review)
        late = "，超过补正期限" if on > row.due_on else ""
        update_record(review, by=by, note=f"已补正（{on}）{late}")
    return row


# Moving ------------------------------------------------------------------------------------------------------------


def can_pass_review(user: User, review: RegistrationReview) -> bool:
    return user.is_committee_staff and review.next_stage is not None


def pass_stage(review: RegistrationReview, *, stage: str, by: User, note: str = "") -> RegistrationReview:
    """The present stage is in order: go on. `stage` is the one the person saw, so that a double click moves once."""
    if review.status != stage:
        word = review.status_words.get(stage, stage)
        raise TransitionError(f"“{word}”这一步已经办过了，现在是“{review.get_status_display()}”。", code="transition")
    lacking = missing(review)
    if lacking:
        raise ValidationError([ValidationError(check.wrong, code="evidence") for check in lacking])
    if open_correction(review):
        raise ValidationError("正在等申请人补正。收到补正材料并登记以后，才能通过。", code="correction")
    with transaction.atomic():
        changes = {"finished_on": today(review.committee)} if review.next_stage == ReviewStage.DONE else {}
        if review.next_stage == ReviewStage.DONE or review.status == ReviewStage.APPROVAL:
            changes["decision"] = note[:500] or review.decision or "经审查，材料齐全，予以通过。"
        advance(review, REVIEW_FLOW, review.next_stage, by=by, note=note, **changes)
        follow = FOLLOW.get((review.review_type, stage))
        if follow:
            follow(review, by)
    return review


def can_refuse_review(user: User, review: RegistrationReview) -> bool:
    return user.is_committee_staff and review.is_undecided


def refuse_review(review: RegistrationReview, *, reason: str, by: User) -> RegistrationReview:
    require_reason(reason, "请写明不予通过的理由。", field="")
    day = today(review.committee)
    return advance(review, REVIEW_FLOW, ReviewStage.REFUSED, by=by, note=reason, decision=reason[:500], finished_on=day)


def can_step_back(user: User, review: RegistrationReview) -> bool:
    return user.is_committee_staff and review.previous_stage is not None


def step_back(review: RegistrationReview, *, reason: str, by: User) -> RegistrationReview:
    if review.previous_stage is None:
        raise TransitionError(f"前置审查当前为“{review.get_status_display()}”，不能退回上一步。", code="transition")
    return advance(review, REVIEW_FLOW, review.previous_stage, by=by, note=reason)


# What a passed stage leaves in the ledgers -------------------------------------------------------------------------


def _stored(row: Any, review: RegistrationReview, by: User, note: str) -> Any:
    row.committee_id = review.committee_id
    row.full_clean()
    return create_record(row, by=by, note=note)


def _found(review: RegistrationReview, by: User) -> None:
    """Approval of a founding: the body, its 归口, its event, charter and letter — in the transaction that moved the review."""
    note = "前置审查通过"
    body = SocialOrganization(
        name=review.name, short_name=review.short_name, kind=review.kind, code=review.code,
        is_trade_association=review.is_trade_association, supervising_unit=review.supervising_unit,
        registered_on=review.approved_on, registration_no=review.approval_no, legal_representative=review.legal_representative,
        contact=review.contact, phone=review.phone, staff_count=review.staff_count,
    )  # fmt: skip
    _stored(body, review, by, note)
    RegistrationReview.objects.filter(pk=review.pk).update(organization=body)
    review.organization = body
    Affiliation.objects.create(organization=body, kind=review.affiliation, start=review.approved_on)
    event = OrganizationEvent(
        organization=body, kind=OrganizationEventKind.FOUNDED, on=review.approved_on, document_no=review.approval_no
    )
    _stored(event, review, by, note)
    _store_charter(review, body, by)
    letter = CommitmentLetter(
        organization=body, signed_on=review.letter_signed_on, signer=review.letter_signer,
        is_sealed=review.letter_sealed, status=LetterStatus.SIGNED,
        title=letter_title(review.committee_id, review.approved_on),
    )  # fmt: skip
    _stored(letter, review, by, note)
    emit(SyncEvent.REGISTERED, body, on=review.approved_on, by=by, note=note)
    emit(SyncEvent.CHARTER, body, on=review.approved_on, by=by, note=note)
    settle(body, by=by)


def _store_charter(review: RegistrationReview, body: SocialOrganization, by: User) -> CharterRecord:
    """The next version of the charter; without a vote it is only written in (先行写入)."""
    last = body.charters.order_by("-version_no").values_list("version_no", flat=True).first() or 0
    voted = review.voted_on is not None
    charter = CharterRecord(
        organization=body, version_no=last + 1, vote_body=review.vote_body, voted_on=review.voted_on,
        approved_on=review.approved_on if voted else None,
        has_party_clause=bool(review.clause_article), has_values_clause=bool(review.values_article),
        clause_kind=review.clause_kind, status=CharterStatus.APPROVED if voted else CharterStatus.PROVISIONAL,
        remark=f"党的建设：{review.clause_article}；核心价值观：{review.values_article}"[:200],
    )  # fmt: skip
    return _stored(charter, review, by, "前置审查通过")


def _approve_charter(review: RegistrationReview, by: User) -> None:
    charter = _store_charter(review, review.organization, by)
    if charter.approved_on:
        emit(SyncEvent.CHARTER, review.organization, on=charter.approved_on, by=by, note="章程核准")
        settle(review.organization, by=by)


def _approve_change(review: RegistrationReview, by: User) -> None:
    """The change is a registration event with all that follows from it, on the day of the approval; where it was entered
    on the page of the body before, it is only noted."""
    body, value = review.organization, review.changed_to
    answers = {"on": review.approved_on, "document_no": review.approval_no, "detail": review.remark, "by": by}
    if review.changed_item == RENAMING:
        names = {"new_name": value, "new_short_name": review.changed_short_name}
        if body.name != value:
            record_event(body, kind=OrganizationEventKind.RENAMED, **names, **answers)
        return
    change = {"kind": OrganizationEventKind.CHANGED, "item": review.changed_item, "new_value": value}
    if review.changed_item not in CHANGED_FIELDS or getattr(body, review.changed_item) != value:
        record_event(body, **change, **answers)
    elif not body.events.valid().filter(**change).exists():
        note_past_event(body, **change, **answers)


def _survey(review: RegistrationReview, by: User) -> None:
    """The survey, the contact person and why there is no branch yet (PR-04); a review that was imported may find both
    in the ledgers."""
    body = review.organization
    if not MemberSurvey.objects.filter(organization=body, filled_on=review.survey_filled_on).exists():
        survey = MemberSurvey(
            organization=body, filled_on=review.survey_filled_on, staff_count=review.staff_count,
            member_count=review.member_count, full_member_count=review.full_member_count,
            can_transfer=review.can_transfer, planned_form=review.planned_form,
            liaison=review.liaison, liaison_phone=review.liaison_phone,
        )  # fmt: skip
        _stored(survey, review, by, "前置审查")
    if not body.liaisons.filter(name=review.liaison, end=None).exists():
        start = max(review.survey_filled_on, body.registered_on)
        name_liaison(body, by=by, start=start, name=review.liaison, phone=review.liaison_phone)
    full = review.full_member_count
    body.staff_count = review.staff_count
    if full >= MEMBERS_FOR_BRANCH:
        body.no_branch_reason, body.no_branch_note = NoBranchReason.DUE, f"登记时有正式党员{full}名，应督促组建党组织。"
    else:
        body.no_branch_reason = NoBranchReason.FEW_MEMBERS if review.member_count else NoBranchReason.NO_MEMBERS
    update_record(body, by=by, note="党员情况调查")
    settle(body, by=by)


def _certify(review: RegistrationReview, by: User) -> None:
    body = review.organization
    body.code = review.code
    body.full_clean()
    update_record(body, by=by, note="领取登记证书")
    full = review.full_member_count or 0
    note = f"正式党员{full}名，督促组建党组织。" if full >= MEMBERS_FOR_BRANCH else "领取登记证书"
    emit(SyncEvent.SET_UP, body, on=review.certified_on, by=by, note=note)
    catch_up(
        body.committee, [body.pk], by=by
    )  # a body that was there before the review was asked from its registration on


def _hand_over(review: RegistrationReview, by: User) -> None:
    letter = review.organization.commitment_letter
    if letter.status == LetterStatus.SIGNED:
        advance(letter, LETTER_FLOW, LetterStatus.HANDED_OVER, by=by, handed_over_on=review.handed_over_on)


def _guide(review: RegistrationReview, by: User) -> None:
    settle(review.organization, by=by)


FOLLOW: dict[tuple[str, str], Callable[[RegistrationReview, User], None]] = {
    (ReviewType.FOUNDING, ReviewStage.APPROVAL): _found,
    (ReviewType.FOUNDING, ReviewStage.SURVEY): _survey,
    (ReviewType.FOUNDING, ReviewStage.CERTIFICATE): _certify,
    (ReviewType.FOUNDING, ReviewStage.HANDOVER): _hand_over,
    (ReviewType.FOUNDING, ReviewStage.GUIDANCE): _guide,
    (ReviewType.CHARTER, ReviewStage.APPROVAL): _approve_charter,
    (ReviewType.CHANGE, ReviewStage.APPROVAL): _approve_change,
}
