"""前置审查: what is done with a review from its page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import audit
from core.choices import AuditEvent
from core.letters import letter_response
from core.pages import act, reason, visible_or_404
from core.periods import today
from core.permissions import allow, is_office
from organizations.documents import PAPERS
from organizations.models import RegistrationReview
from organizations.workflows import contacts
from organizations.workflows import registration as workflows

from .base import office_day, posted_day, reveal_contacts


@require_POST
@allow(is_office)
def registration_pass(request: HttpRequest, pk: int) -> HttpResponse:
    rows = RegistrationReview.objects.select_related("committee", "organization__committee")
    return act(
        request, rows, pk, workflows.pass_stage, can=workflows.can_keep_review, done="已通过，进入下一步。",
        stage=request.POST.get("stage", ""),
    )  # fmt: skip


@require_POST
@allow(is_office)
def registration_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    rows = RegistrationReview.objects.select_related("committee")
    return act(
        request,
        rows,
        pk,
        workflows.refuse_review,
        can=workflows.can_keep_review,
        done="已登记不予通过。",
        reason=reason(request),
    )


@require_POST
@allow(is_office)
def registration_back(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, RegistrationReview, pk, workflows.step_back, can=workflows.can_keep_review, done="已退回上一步。",
        reason=reason(request),
    )  # fmt: skip


@never_cache
@require_POST
@allow(is_office)
def registration_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    return reveal_contacts(request, RegistrationReview, pk, contacts.phones_of_review)


@require_POST
@allow(is_office)
def registration_answer(request: HttpRequest, pk: int) -> HttpResponse:
    rows = RegistrationReview.objects.select_related("committee")
    return act(
        request, rows, pk, workflows.answer_correction, can=workflows.can_keep_review, done="已登记补正，审查时限继续计算。",
        on=posted_day(request, "on") or office_day(request), answer=reason(request, "answer"),
    )  # fmt: skip


@allow(is_office)
def registration_paper(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """One of the three papers as a Word file; making it is logged."""
    if paper not in PAPERS:
        raise Http404("没有这种文书。")
    row = visible_or_404(RegistrationReview.objects.select_related("committee"), request.user, pk)
    label, build = PAPERS[paper]
    audit.record(AuditEvent.DOCUMENT, row, by=request.user, note=label)
    return letter_response(f"{row}{label}（{today(row.committee)}）", build(row))
