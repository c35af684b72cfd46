"""Charters, commitment letters and member surveys on their way (DOMAIN §3): a liaison hands in those of the own body,
which count once the office has entered the signing, the vote or its confirmation."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.attachments import attachments_of
from core.choices import AuditEvent
from core.editing import StaleError, create_record, require_reason, update_record
from core.models import Committee, OfficeSetting, User
from core.notices import notify
from core.transitions import advance
from organizations.choices import CHARTER_FLOW, LETTER_FLOW, CharterStatus, LetterStatus, SyncEvent
from organizations.models import CharterRecord, CommitmentLetter, MemberSurvey, SocialOrganization, liaised_ids

from .intervals import can_keep
from .recipients import office_of
from .sync import emit, settle, unsettle

Paper = CharterRecord | CommitmentLetter | MemberSurvey
TITLE_SETTING, TITLE = "commitment_letter_title", "社会组织党建工作承诺书"
NUMBERS = ("filled_on", "staff_count", "member_count", "full_member_count", "can_transfer", "planned_form")


def letter_title(committee: Committee | int, on: date) -> str:
    """What the commitment letter is called here (DOMAIN §15), by the office's setting."""
    title = OfficeSetting.objects.value(committee, TITLE_SETTING, on, TITLE)
    return title.strip()[:60] if isinstance(title, str) and title.strip() else TITLE


def next_version(body: SocialOrganization) -> int:
    last = CharterRecord.objects.filter(organization=body).order_by("-version_no").values_list("version_no", flat=True)
    return (last.first() or 0) + 1


# Handing in --------------------------------------------------------------------------------------------------------


def can_enter_papers(user: User) -> bool:
    """Staff, and a liaison for the own body."""
    return user.is_committee_staff or (not user.is_office and not user.is_administrator and bool(liaised_ids(user)))


def hands_in(user: User, body: SocialOrganization) -> bool:
    """Whether the user enters papers of this body."""
    return user.is_committee_staff or (can_enter_papers(user) and body.pk in liaised_ids(user))


def is_waiting(row: Paper) -> bool:
    """Nothing of it counts yet: the office has not entered the signing or the vote, or not confirmed it."""
    if isinstance(row, MemberSurvey):
        return not row.is_confirmed
    return row.status == (CharterStatus.ABSENT if isinstance(row, CharterRecord) else LetterStatus.PENDING)


def can_edit_paper(user: User, row: Paper) -> bool:
    """Staff; the liaison of the body while the paper waits."""
    return user.is_committee_staff or (is_waiting(row) and hands_in(user, row.organization))


def enter_paper(row: Paper, *, by: User) -> Paper:
    """A paper as it came in; what a liaison hands in is told to the office and waits for it."""
    if not hands_in(by, row.organization):
        raise ValidationError({"organization": "只能填报您担任联络员的社会组织。"}, code="own")
    if isinstance(row, MemberSurvey):
        row.is_confirmed = by.is_committee_staff
    with transaction.atomic():
        create_record(row, by=by, committee=row.organization.committee)
        if not by.is_committee_staff:
            _ask(row, by)
    return row


def change_paper(row: Paper, *, by: User, expected: int | None = None) -> Paper:
    with transaction.atomic():
        update_record(row, by=by, expected=expected)
        if not by.is_committee_staff:
            _ask(row, by)
    return row


def _ask(row: Paper, by: User) -> None:
    notify(
        office_of(row.committee_id), key=f"paper-{row._meta.model_name}-{row.pk}-{row.version}",
        title=f"{row.organization}报来{row._meta.verbose_name}", body=f"{by}填报，请核对后确认；确认以前不计入统计。",
        url=row.get_absolute_url(),
    )  # fmt: skip


# Surveys -----------------------------------------------------------------------------------------------------------


def can_confirm(user: User, survey: MemberSurvey) -> bool:
    return can_keep(user) and not survey.is_confirmed


def confirm_survey(survey: MemberSurvey, *, by: User) -> MemberSurvey:
    """From now on the survey counts."""
    if survey.is_confirmed:
        raise ValidationError("这份调查表已经确认过，不用再确认。", code="confirmed")
    survey.is_confirmed = True
    with transaction.atomic():
        update_record(survey, by=by)
        changes = {str(survey._meta.get_field("filled_on").verbose_name): ["", survey.filled_on.isoformat()]}
        audit.record(AuditEvent.CHANGE, survey, by=by, changes=changes, note="确认以后计入统计")
        settle(survey.organization, by=by)
    return survey


def void_survey(survey: MemberSurvey, *, reason: str, by: User, expected: int | None = None) -> None:
    """Take a survey away that was entered by mistake; the log keeps its numbers."""
    why = require_reason(reason, "请写明作废的原因。")
    with transaction.atomic():
        mine = MemberSurvey.everything.filter(pk=survey.pk, version=survey.version if expected is None else expected)
        before = mine.values().first()
        if before is None:
            raise StaleError(survey)
        if attachments_of(survey):
            raise ValidationError("这张调查表有附件。请先删除附件，再作废。", code="files")
        fields = {name: survey._meta.get_field(name) for name in NUMBERS}
        changes = {
            f"原{field.verbose_name}": [audit.readable(before[name]), "作废"]
            for name, field in fields.items()
            if before[name] not in (None, "")
        }
        for row in (survey, survey.organization):
            audit.record(AuditEvent.CHANGE, row, by=by, changes=changes, note=f"作废{survey}：{why}")
        if not mine.delete()[0]:
            raise StaleError(survey)
        if survey.is_confirmed:
            unsettle(survey.organization, SyncEvent.REGISTERED, lost=survey.filled_on, by=by)


def can_move_charter(user: User, charter: CharterRecord, to: str) -> bool:
    return can_keep(user) and to in CHARTER_FLOW[CharterStatus(charter.status)]


def require_clause(charter: CharterRecord) -> None:
    if not charter.has_party_clause:
        raise ValidationError("这一版章程没有勾选“含党的建设条款”。请先编辑，再办理。", code="CH-01")


def write_in_first(charter: CharterRecord, *, by: User) -> CharterRecord:
    """先行写入: no meeting can be held soon; the clause is written in and confirmed at the next one."""
    require_clause(charter)
    return advance(charter, CHARTER_FLOW, CharterStatus.PROVISIONAL, by=by)


def vote_charter(charter: CharterRecord, *, on: date, by: User) -> CharterRecord:
    require_clause(charter)
    return advance(charter, CHARTER_FLOW, CharterStatus.VOTED, by=by, voted_on=on)


def approve_charter(charter: CharterRecord, *, on: date, by: User) -> CharterRecord:
    require_clause(charter)
    if charter.voted_on and on < charter.voted_on:
        raise ValidationError(f"核准日期不能早于表决日期{charter.voted_on}。", code="CH-02")
    with transaction.atomic():
        advance(charter, CHARTER_FLOW, CharterStatus.APPROVED, by=by, approved_on=on)
        emit(SyncEvent.CHARTER, charter.organization, on=on, by=by)
        settle(charter.organization, by=by)
    return charter


def drop_charter(charter: CharterRecord, *, by: User, note: str) -> CharterRecord:
    """Back to 未入章: the clause was not accepted."""
    return advance(charter, CHARTER_FLOW, CharterStatus.ABSENT, by=by, note=note)


def can_move_letter(user: User, letter: CommitmentLetter, to: str) -> bool:
    return can_keep(user) and to in LETTER_FLOW[LetterStatus(letter.status)]


def sign_letter(letter: CommitmentLetter, *, on: date, by: User) -> CommitmentLetter:
    with transaction.atomic():
        advance(letter, LETTER_FLOW, LetterStatus.SIGNED, by=by, signed_on=on)
        settle(letter.organization, by=by)
    return letter


def hand_over_letter(letter: CommitmentLetter, *, on: date, by: User) -> CommitmentLetter:
    if letter.signed_on and on < letter.signed_on:
        raise ValidationError(f"移交日期不能早于签订日期{letter.signed_on}。", code="PR-03")
    return advance(letter, LETTER_FLOW, LetterStatus.HANDED_OVER, by=by, handed_over_on=on)
