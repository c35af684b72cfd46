"""送审、退回、签发、上报: from the draft to the text that no longer changes (DOMAIN §13.4).

Signing keeps the Word file, the text and the figures as an edition; the page of a signed summary shows that edition.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from core.choices import OfficeRole
from core.editing import update_record
from core.models import User
from core.notices import notify, take_back
from core.periods import today
from core.transitions import advance
from reports.choices import SUMMARY_FLOW, EditionKind, SummaryStatus
from reports.guards import readiness_of
from reports.models import Edition, Summary
from reports.narrative import Composed
from reports.workflows.editions import Paper, keep_edition

KEY = "summary-"  # of notices


def is_own(user: User, summary: Summary) -> bool:
    """The office itself hands up, returns, signs and reports; one above only reads."""
    return user.is_office and summary.committee_id == user.committee_id


def can_review_summary(user: User, summary: Summary) -> bool:
    """退回、签发: the leader; staff record what a leader decided on paper."""
    return is_own(user, summary) and summary.status == SummaryStatus.REVIEW


def can_recall_summary(user: User, summary: Summary) -> bool:
    return user.is_committee_staff and can_review_summary(user, summary)


def can_reopen_summary(user: User, summary: Summary) -> bool:
    return is_own(user, summary) and summary.is_signed


def can_report_summary(user: User, summary: Summary) -> bool:
    return user.is_committee_staff and can_reopen_summary(user, summary)


def submit_summary(summary: Summary, composed: Composed, paper: Paper, *, answers: dict[str, str], by: User) -> Summary:
    """送审. No gap may be printed; `answers` says for each failed check, by its label, why the figures differ."""
    ready = readiness_of(composed)
    if ready.gaps:
        names = "、".join(f"“{row.label}”" for row in ready.gaps[:5])
        raise ValidationError(
            f"正文里还有{len(ready.gaps)}处缺数据（{names}），不能送审。请先补记录，或改写、不印那一段。", code="gaps"
        )
    if ready.barred:
        check = ready.barred[0]
        raise ValidationError(f"“{check.label}”不符（{check.shown}），不能送审。{check.remedy}", code="barred")
    unanswered = [check.label for check in ready.doubtful if not answers.get(check.label)]
    if unanswered:
        raise ValidationError(f"“{unanswered[0]}”不符，还没有说明原因。请写明后再送审。", code="answers")
    said = {check.label: answers[check.label][:200] for check in ready.doubtful}
    on = today(summary.committee)
    note = "；".join(f"{label}：{words}" for label, words in said.items())[:500]
    with kept(paper, EditionKind.SUBMITTED, by) as submission:
        advance(
            summary, SUMMARY_FLOW, SummaryStatus.REVIEW, by=by, note=note,
            submitted_by=by, submitted_on=on, submission=submission, excuses=said,
        )  # fmt: skip
        tell(leaders_of(summary), summary, f"{summary}送审，请审阅", f"{by}送审。请审阅后签发或退回。")
    return summary


def recall_summary(summary: Summary, *, by: User) -> Summary:
    """撤回: the author goes on writing; nobody is asked to read it any more."""
    with transaction.atomic():
        advance(summary, SUMMARY_FLOW, SummaryStatus.DRAFT, by=by, note="撤回送审")
        take_back(f"{KEY}{summary.pk}-")
    return summary


def return_summary(summary: Summary, *, reason: str, by: User) -> Summary:
    """退回修改, from review or after signing; a signed edition stays as it is."""
    if not reason:
        raise ValidationError("没有写退回意见。请写明要改什么。", code="reason")
    was_signed = summary.is_signed
    with transaction.atomic():
        advance(
            summary, SUMMARY_FLOW, SummaryStatus.RETURNED, by=by, note=reason,
            opinion=reason, returned_by=by, returned_on=today(summary.committee),
            returned_edition=summary.edition if was_signed else summary.submission,
        )  # fmt: skip
        what = "签发后退回修改" if was_signed else "退回修改"
        tell(others(summary, by), summary, f"{summary}{what}", reason)
    return summary


def sign_summary(summary: Summary, paper: Paper, *, signer: str, closing: bool, seen: str, by: User) -> Edition:
    """签发: keeps 定稿 and closes the summary. `seen` is the digest of the text that the signer had before the eyes."""
    signer, on = signer.strip()[:40], paper.signed_on or today(summary.committee)
    if not signer:
        raise ValidationError({"signer": "请填写签发人。"}, code="signer")
    if on > today(summary.committee):
        raise ValidationError({"on": "签发日期不能晚于今天。"}, code="future")
    if summary.submitted_on and on < summary.submitted_on:
        raise ValidationError({"on": f"签发日期不能早于送审日期{summary.submitted_on}。"}, code="order")
    if paper.has_gaps:
        raise ValidationError("送审以后有记录被删改，正文里又有缺数据的地方，不能签发。请退回补齐。", code="gaps")
    if paper.digest != seen:
        raise ValidationError(
            "您打开以后，记录有了变化，正文跟着变了，没有签发。请看过现在的正文再签发。", code="stale"
        )
    with kept(paper, EditionKind.SIGNED, by) as edition:
        advance(
            summary, SUMMARY_FLOW, SummaryStatus.SIGNED, by=by, note=f"定稿第{edition.number}份",
            signer=signer, signed_by=by, signed_on=on, has_signature=closing, edition=edition, opinion="",
            reported_on=None, reported_to="",
        )  # fmt: skip
        words = f"{by}登记：{signer}在纸上签发" if summary.is_signed_on_paper else f"{signer}签发"
        tell(others(summary, by), summary, f"{summary}已签发", f"{words}。定稿已留存，可以下载上报。")
    return edition


@contextmanager
def kept(paper: Paper, kind: EditionKind, by: User) -> Iterator[Edition]:
    """An edition together with what follows from it: all in one transaction, and no file without its row."""
    edition = None
    try:
        with transaction.atomic():
            edition = keep_edition(paper, kind=kind, by=by)
            yield edition
    except Exception:
        if edition is not None:
            edition.file.delete(save=False)
        raise


def report_summary(summary: Summary, *, on: date, to: str, by: User, expected: int | None = None) -> Summary:
    """上报: when and to whom the signed text went; may be corrected."""
    if not summary.is_signed:
        raise ValidationError("还没有签发，不能登记上报。", code="open")
    if on > today(summary.committee):
        raise ValidationError({"on": "上报日期不能晚于今天。"}, code="future")
    if summary.signed_on and on < summary.signed_on:
        raise ValidationError({"on": f"上报日期不能早于签发日期{summary.signed_on}。"}, code="order")
    summary.reported_on, summary.reported_to = on, to.strip()[:60]
    return update_record(summary, by=by, expected=expected, note="登记上报")


def leaders_of(summary: Summary) -> QuerySet[User]:
    return User.objects.filter(committee_id=summary.committee_id, role=OfficeRole.LEADER, is_active=True)


def others(summary: Summary, by: User) -> list[User]:
    """Who ought to know beside the one who acts: the author and the leaders."""
    people = [summary.submitted_by, *leaders_of(summary)]
    return [user for user in {u.pk: u for u in people if u is not None}.values() if user.pk != by.pk]


def tell(users: Iterable[User], summary: Summary, title: str, body: str) -> None:
    notify(users, key=f"{KEY}{summary.pk}-{summary.version}", title=title, body=body, url=summary.get_absolute_url())
