"""重复记录合并: two rows of one body become one; every count, list and search of any day knows one body from then on."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.due import due
from core.editing import StaleError, create_record, update_record
from core.journal import Journal, image
from core.merging import Absorber, hanging, referred_to
from core.models import Committee, User
from core.notices import notify
from core.periods import today
from core.validators import validate_credit_code
from organizations.choices import NoBranchReason
from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    CoveragePlan,
    DuplicateDismissal,
    IncubationBatch,
    MemberSurvey,
    OrganizationEvent,
    OrganizationMerge,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)

from .duplicates import dismissal_of, looks_after, words_of
from .intervals import NOT_ASKED, can_keep
from .recipients import office_of

CHOOSABLE = (
    "committee", "name", "short_name", "code", "kind", "category", "is_trade_association", "is_visiting_chamber", "registration_mode", "registration_no",
    "supervising_unit", "industry_department", "registration_authority", "party_leading_body", "registered_on", "status",
    "legal_representative", "secretary_general", "contact", "phone", "address", "district", "staff_count",
    "full_time_count", "grade", "is_charity", "batch", "council_term_end", "no_branch_reason",
    "no_branch_note", "review_note", "remark",
)  # fmt: skip
TOGETHER = {  # an answer and its days are one
    "status": ("status", "ended_on"),
    "grade": ("grade", "graded_on", "grade_until"),
    "council_term_end": ("council_term_start", "council_term_end", "council_extension_no", "council_extended_until"),
}
NAMES = ("name", "short_name", "code")
PAPERS = (CharterRecord, CommitmentLetter, MemberSurvey, OrganizationEvent, RegistrationReview, SyncDuty, CoveragePlan)
OTHER_OFFICE = (
    "两条记录由不同的综合党委登记，要由管着这两家的上级综合党委{act}。您的工作范围只到其中一家，请报上级综合党委办理。"
)
SKIPPED = (OrganizationMerge, DuplicateDismissal)  # these tell of the two rows themselves


def can_merge(user: User, body: SocialOrganization) -> bool:
    return can_keep(user) and body.duplicate_of_id is None


def attached(body: SocialOrganization) -> dict[str, int]:
    """What hangs on a row, by kind."""
    return hanging(body, SKIPPED)


def differing(keep: SocialOrganization, drop: SocialOrganization) -> list[str]:
    """The fields in which the two rows disagree."""
    return [
        name for name in CHOOSABLE if any(getattr(keep, n) != getattr(drop, n) for n in TOGETHER.get(name, (name,)))
    ]


def require_mergeable(keep: SocialOrganization, drop: SocialOrganization, by: User) -> None:
    """Rows of two committees of one tree are merged by an office above both; everybody else is told so."""
    if keep.pk == drop.pk:
        raise ValidationError("要选两条不同的记录。", code="same")
    if not looks_after(by, keep.committee_id, drop.committee_id):
        raise ValidationError(OTHER_OFFICE.format(act="合并"), code="committee")
    for one, other in ((keep, drop), (drop, keep)):
        if OrganizationEvent.objects.valid().filter(organization=one, successor=other).exists():
            raise ValidationError(
                f"{one}已依法并入{other}，它们是先后两家单位，不是重复的记录。登记错了的，请先撤回那件登记事件。",
                code="legal",
            )
    if (dismissal := dismissal_of(keep, drop)) is not None:
        raise ValidationError(
            f"这两条已判定不是重复（{words_of(dismissal)}）。确实是同一家的，请先恢复到疑似重复，再合并。",
            code="dismissed",
        )


def two_codes(keep: SocialOrganization, drop: SocialOrganization) -> bool:
    """Two valid credit codes are two legal bodies; one body has one for its whole life."""
    codes = {keep.code, drop.code}
    return len(codes) == 2 and all(is_credit_code(code) for code in codes)


def is_credit_code(code: str) -> bool:
    try:
        validate_credit_code(code)
    except ValidationError:
        return False
    return bool(code)


def merge_bodies(
    keep: SocialOrganization,
    drop: SocialOrganization,
    *,
    choices: Collection[str] = (),
    by: User,
    versions: tuple[int, int] | None = None,
) -> OrganizationMerge:
    """Everything that hangs on `drop` moves to `keep`, which takes the fields named in `choices` from it.

    The row that is dropped stays in the table as `duplicate_of` the other: its names and code go on finding the body.
    """
    require_mergeable(keep, drop, by)
    expected = versions or (keep.version, drop.version)
    committees = {keep.committee_id, drop.committee_id}
    journal = Journal(strict=True)
    absorber = Absorber(journal, SKIPPED)
    before = image(SocialOrganization, keep.pk) or {}
    names = [str(keep), str(drop)]
    try:
        with transaction.atomic():
            _set_aside(drop, keep, expected[1], journal, by)
            absorber.absorb(keep, drop)
            taken = _take(keep, drop, choices)
            absorber.lost += _own_batch(keep)
            _end_mark(keep, journal)
            keep.full_clean(exclude=NOT_ASKED)
            update_record(keep, by=by, expected=expected[0], note=f"重复记录“{drop.name}”并入这一条")
            journal.saved(keep, before)
            _bring_papers(keep, committees, journal)
            merge = OrganizationMerge(
                committee_id=keep.committee_id, kept=keep, dropped=drop, names=names, taken=taken,
                moved=dict(absorber.moved), lost=absorber.lost, journal=journal.entries,
            )  # fmt: skip
            create_record(merge, by=by)
            _tell_former_office(merge, committees)
            return merge
    except IntegrityError:
        raise ValidationError("这两条记录刚刚被别人改动或合并过，请刷新页面再看。", code="stale") from None


def _set_aside(drop: SocialOrganization, keep: SocialOrganization, version: int, journal: Journal, by: User) -> None:
    """One conditional UPDATE claims the row; a second click finds nothing to claim."""
    before = image(SocialOrganization, drop.pk) or {}
    rows = SocialOrganization.objects.filter(pk=drop.pk, version=version)
    if not rows.update(duplicate_of=keep, version=version + 1, updated_at=timezone.now()):
        raise StaleError(drop)
    journal.saved(drop, before)
    changes = {"已并入": ["", f"{keep.name}（{keep.code or '无代码'}）"]}
    audit.record(AuditEvent.CHANGE, drop, by=by, changes=changes, note="重复记录合并")


def _take(keep: SocialOrganization, drop: SocialOrganization, choices: Collection[str]) -> dict[str, list[Any]]:
    """Set the chosen fields; names and codes that no longer stand on the row become aliases."""
    known = [getattr(row, name) for row in (keep, drop) for name in NAMES] + [*keep.aliases, *drop.aliases]
    taken: dict[str, list[Any]] = {}
    for name in differing(keep, drop):
        if name in choices:
            label = str(SocialOrganization._meta.get_field(name).verbose_name)
            taken[label] = [audit.readable(getattr(keep, name)), audit.readable(getattr(drop, name))]
            for part in TOGETHER.get(name, (name,)):
                setattr(keep, part, getattr(drop, part))
    now = {getattr(keep, name) for name in NAMES}
    keep.aliases = [word for word in dict.fromkeys(known) if word and word not in now]
    return taken


def _own_batch(keep: SocialOrganization) -> list[str]:
    """A batch belongs to an office: that of another is replaced by the same number here, or taken off; told in a sentence."""
    old = keep.batch
    if old is None or old.committee_id == keep.committee_id:
        return []
    keep.batch = IncubationBatch.objects.filter(committee_id=keep.committee_id, number=old.number).first()
    told = "改为本综合党委的同一期" if keep.batch else "本综合党委没有登记这一期，已清空"
    return [f"孵化入驻批次“{old}”是{old.committee}的，{told}"]


def _end_mark(keep: SocialOrganization, journal: Journal) -> None:
    """A mark 应建未建 that came from the other row, while the answer that was chosen says otherwise, ends today."""
    mark = keep.due_marks.filter(end=None).first()
    if mark is None or keep.no_branch_reason == NoBranchReason.DUE:
        return
    day = today(keep.committee)
    if mark.start < day:
        journal.change(mark, end=day)
    else:
        journal.remove(mark)


def _bring_papers(keep: SocialOrganization, committees: set[int], journal: Journal) -> None:
    """What tells of the body alone goes to the committee that keeps it, so that its pages open there. What belongs to
    another thing of an office (activities, tasks, inspections) stays with that office and its figures."""
    for model in PAPERS:
        for row in model._default_manager.filter(organization=keep, committee__in=committees - {keep.committee_id}):
            journal.change(row, committee_id=keep.committee_id, **(_rule_of(row, keep) if model is SyncDuty else {}))


def _rule_of(duty: SyncDuty, keep: SocialOrganization) -> dict[str, int]:
    """The new office's rule of the same event, so that it does not make the duty once more."""
    rule = SyncRule.objects.filter(committee_id=keep.committee_id, event=duty.event).order_by("-start").first()
    is_free = rule is not None and not rule.duties.filter(organization=keep, event_on=duty.event_on).exists()
    return {"rule_id": rule.pk} if is_free else {}


def _tell_former_office(merge: OrganizationMerge, committees: set[int]) -> None:
    """An office that no longer sees the body learns why."""
    for office in Committee.objects.filter(pk__in=committees - {merge.committee_id}):
        if merge.committee_id not in office.scope_ids:
            title = f"“{merge.names[1]}”已并入另一个综合党委登记的同一家单位"
            body = f"今后由{merge.committee}管理，登记的材料一并移交。认为不是同一家的，请与其联系，由上级综合党委撤销合并。"
            notify(office_of(office.pk), key=f"merge-{merge.pk}", title=title, body=body)


@due("organizations.merges")
def gather_late_rows() -> int:
    """Rows that came to a dropped row after its merge (a workbook previewed before, two people at once) follow it."""
    count, merges = 0, OrganizationMerge.objects.filter(undone_at=None)
    late = referred_to(SocialOrganization.everything.filter(pk__in=merges.values("dropped")), SKIPPED)
    for merge in merges.filter(dropped__in=late).select_related("kept", "dropped").order_by("pk"):
        with transaction.atomic():
            journal = Journal(merge.journal, strict=True)
            absorber = Absorber(journal, SKIPPED)
            absorber.absorb(merge.kept, merge.dropped)
            _bring_papers(merge.kept, merge.committee_ids, journal)
            for name, number in absorber.moved.items():
                merge.moved[name] = merge.moved.get(name, 0) + number
            merge.lost = [*merge.lost, *absorber.lost]
            update_record(merge, by=None, note="合并以后才来的内容移到保留的记录")
            count += absorber.moved.total()
    return count


def can_undo_merge(user: User, merge: OrganizationMerge) -> bool:
    return can_keep(user) and merge.undone_at is None and looks_after(user, *merge.committee_ids)


def undo_merge(merge: OrganizationMerge, *, by: User, reason: str) -> OrganizationMerge:
    """Both rows and everything that moved stand again as they stood; refused with a list when any was edited since."""
    reason = reason.strip()[:200]
    if not reason:
        raise ValidationError("请写明撤销的原因。", code="reason")
    if merge.undone_at is not None:
        raise ValidationError("这次合并已经撤销过，不用再撤销。", code="undone")
    if not looks_after(by, *merge.committee_ids):
        raise ValidationError(OTHER_OFFICE.format(act="撤销合并"), code="committee")
    with transaction.atomic():
        values = {"undone_at": timezone.now(), "undone_by": by, "undone_reason": reason}
        mine = OrganizationMerge.objects.filter(pk=merge.pk, version=merge.version, undone_at=None)
        if not mine.update(version=merge.version + 1, **values):
            raise ValidationError("这次合并刚刚被别人撤销了，请刷新页面再看。", code="stale")
        Journal(merge.journal).take_back()
        for pk in (merge.kept_id, merge.dropped_id):
            body = SocialOrganization.everything.get(pk=pk)
            body.full_clean(exclude=NOT_ASKED)
            audit.record(AuditEvent.UNDO, body, by=by, note=f"撤销重复记录合并：{reason}")
        audit.record(AuditEvent.UNDO, merge, by=by, note=reason)
    merge.refresh_from_db()
    return merge
