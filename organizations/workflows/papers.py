"""Charters and commitment letters on their way (DOMAIN §3)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core.models import User
from core.transitions import advance
from organizations.choices import CHARTER_FLOW, LETTER_FLOW, CharterStatus, LetterStatus, SyncEvent
from organizations.models import CharterRecord, CommitmentLetter

from .intervals import can_keep
from .sync import emit, settle


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
