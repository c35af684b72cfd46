"""章程入章记录 and 党建工作承诺书."""

from collections.abc import Callable
from datetime import date
from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.pages import Column, CreatePage, DetailPage, Fact, ListPage, UpdatePage, act, reason, visible_or_404
from core.permissions import allow, is_staff
from organizations import forms
from organizations.choices import (
    CHARTER_KINDS,
    LETTER_KINDS,
    CharterStatus,
    LetterStatus,
)
from organizations.models import CharterRecord, CommitmentLetter, MemberSurvey, SocialOrganization
from organizations.statistics import clause_figures
from organizations.workflows import papers as workflows
from organizations.workflows.review_checks import clause_conflict
from organizations.workflows.sync_sources import notice

from .base import body_name, office_day, posted_day

BODY = {"field": "organization__name", "fields": ("organization__short_name",), "value": body_name, "link": True}


class OfBodyCreate(CreatePage):
    """`?organization=12` fills in the body from whose page the clerk came."""

    def get_instance(self) -> Any:
        row = super().get_instance()
        wanted = self.request.GET.get("organization", "")
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 15:
            row.organization = SocialOrganization.objects.visible_to(self.request.user).filter(pk=wanted).first()
        return row


class CharterFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label="状态", choices=CharterStatus.choices)
    approved_on = django_filters.DateFromToRangeFilter(label="核准日期")

    class Meta:
        model = CharterRecord
        fields: list[str] = []


class CharterRecordList(ListPage):
    model = CharterRecord
    title = "章程入章台账"
    template_name = "organizations/figures_list.html"
    create_url_name = "organizations:charterrecord-create"
    create_label = "登记章程"
    import_kind = export_kind = "charters"
    ordering = ("-approved_on",)
    indexed = frozenset({"approved_on"})
    filterset_class = CharterFilter
    tabs = (
        ("all", "全部", ""),
        ("waiting", "待办", lambda rows, page: rows.filter(
            status__in=[CharterStatus.PROVISIONAL, CharterStatus.VOTED])),
        ("absent", "未入章", lambda rows, page: rows.filter(status=CharterStatus.ABSENT)),
    )  # fmt: skip
    columns = (
        Column("社会组织", **BODY),
        Column("版次", "version_no", "number"),
        Column("表决日期", "voted_on", "date", sort="voted_on"),
        Column("核准日期", "approved_on", "date", sort="approved_on"),
        Column("党建条款", "has_party_clause", "yesno"),
        Column("核心价值观", "has_values_clause", "yesno"),
        Column("条款类型", "clause_kind", phone="hide"),
        Column("状态", "status", "state", states=CHARTER_KINDS),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization")

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "figures": self.figures()}

    def figures(self) -> list[dict[str, Any]]:
        """党建入章率: bodies on the register with the clause in an approved charter ÷ all of them (DOMAIN §3.1)."""
        bodies = self.of_office(SocialOrganization.objects.visible_to(self.request.user))
        found = clause_figures(bodies, office_day(self.request))
        url = reverse("organizations:socialorganization-list")
        return [
            {"label": "在册社会组织", "value": found.base, "unit": "家", "url": f"{url}?tab=live"},
            {"label": "党建已入章", "value": found.written, "unit": "家", "url": f"{url}?tab=live&clause=true",
             "note": "章程已核准、含党的建设条款"},
            {"label": "党建入章率", "value": None if found.rate is None else f"{found.rate}", "unit": "%", "note": "已入章÷在册"},
            {"label": "未入章", "value": found.base - found.written, "unit": "家", "url": f"{url}?tab=clause"},
        ]  # fmt: skip


class PaperDetail(DetailPage):
    related = ("organization",)
    template_name = "organizations/paper_detail.html"
    steps: tuple[tuple[Any, str, str], ...] = ()  # (status, button, label of the day)
    can: Callable[..., bool]

    def meta(self) -> str:
        body = self.object.organization
        return f"{body.name} · {body.code or '信用代码未填'}"

    def get_context(self) -> dict[str, Any]:
        user, row = self.request.user, self.object
        moves = [
            {"to": to, "label": label, "day": day} for to, label, day in self.steps if type(self).can(user, row, to)
        ]
        url = reverse(f"organizations:{self.model._meta.model_name}-move", args=[row.pk])
        context = {"moves": moves, "move_url": url, "today": office_day(self.request)}
        return {**super().get_context(), **attachment_context(user, row), **context}


class CharterRecordDetail(PaperDetail):
    model = CharterRecord
    fact_fields = (
        "organization", "version_no", "has_party_clause", "has_values_clause", "clause_kind", "vote_body", "voted_on",
        "approved_on", "approved_by", "remark",
    )  # fmt: skip
    can = staticmethod(workflows.can_move_charter)

    def facts(self) -> list[Fact]:
        conflict = clause_conflict(self.object, office_day(self.request))
        return [*super().facts(), *([Fact("与实际组建对照", conflict, wide=True)] if conflict else [])]

    steps = (
        (CharterStatus.PROVISIONAL, "先行写入", ""),
        (CharterStatus.VOTED, "登记表决", "表决日期"),
        (CharterStatus.APPROVED, "登记核准", "核准日期"),
        (CharterStatus.ABSENT, "退回未入章", ""),
    )


class CharterRecordCreate(OfBodyCreate):
    model = CharterRecord
    form_class = forms.CharterForm


class CharterRecordUpdate(UpdatePage):
    model = CharterRecord
    form_class = forms.CharterForm


@require_POST
@allow(is_staff)
def move_charter(request: HttpRequest, pk: int) -> HttpResponse:
    to = request.POST.get("to", "")
    if to == CharterStatus.PROVISIONAL:
        return act(request, CharterRecord, pk, workflows.write_in_first, done="已改为先行写入待确认。")
    if to == CharterStatus.VOTED:
        return on_a_day(request, CharterRecord, pk, workflows.vote_charter)
    if to == CharterStatus.APPROVED:
        return on_a_day(request, CharterRecord, pk, workflows.approve_charter)
    return act(request, CharterRecord, pk, workflows.drop_charter, note=reason(request), done="已退回未入章。")


def on_a_day(request: HttpRequest, model: Any, pk: int, workflow: Callable[..., Any]) -> HttpResponse:
    day: date | None = posted_day(request, "on")
    if day is None:
        messages.error(request, "请填写日期，例如2023-03-29。")
        return redirect(visible_or_404(model, request.user, pk))
    return act(request, model, pk, workflow, on=day)


class LetterFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label="状态", choices=LetterStatus.choices)
    signed_on = django_filters.DateFromToRangeFilter(label="签订日期")

    class Meta:
        model = CommitmentLetter
        fields: list[str] = []


class CommitmentLetterList(ListPage):
    model = CommitmentLetter
    title = "党建工作承诺书台账"
    unit = "份"
    create_url_name = "organizations:commitmentletter-create"
    create_label = "登记承诺书"
    import_kind = export_kind = "letters"
    ordering = ("-signed_on",)
    indexed = frozenset({"signed_on"})
    filterset_class = LetterFilter
    columns = (
        Column("社会组织", **BODY),
        Column("登记日期", "organization__registered_on", "date"),
        Column("签订日期", "signed_on", "date", sort="signed_on"),
        Column("签署人", "signer"),
        Column("已盖章", "is_sealed", "yesno", phone="hide"),
        Column("移交日期", "handed_over_on", "date", sort="handed_over_on"),
        Column("状态", "status", "state", states=LETTER_KINDS),
    )


class CommitmentLetterDetail(PaperDetail):
    model = CommitmentLetter
    fact_fields = ("organization", "title", "signed_on", "signer", "is_sealed", "handed_over_on")
    can = staticmethod(workflows.can_move_letter)
    steps = ((LetterStatus.SIGNED, "登记签订", "签订日期"), (LetterStatus.HANDED_OVER, "登记移交", "移交日期"))


class CommitmentLetterCreate(OfBodyCreate):
    model = CommitmentLetter
    form_class = forms.LetterForm

    def save(self, form: Any) -> CommitmentLetter:
        row = super().save(form)
        notice(row.organization, by=self.request.user)
        return row


class CommitmentLetterUpdate(UpdatePage):
    model = CommitmentLetter
    form_class = forms.LetterForm


@require_POST
@allow(is_staff)
def move_letter(request: HttpRequest, pk: int) -> HttpResponse:
    signed = request.POST.get("to") == LetterStatus.SIGNED
    return on_a_day(request, CommitmentLetter, pk, workflows.sign_letter if signed else workflows.hand_over_letter)


class MemberSurveyCreate(OfBodyCreate):
    """A survey stands in the timeline of its body; the latest one tells how many members a body without own branch has."""

    model = MemberSurvey
    form_class = forms.SurveyForm

    def save(self, form: Any) -> MemberSurvey:
        row = super().save(form)
        notice(row.organization, by=self.request.user)
        return row

    def success_url(self, row: MemberSurvey) -> str:
        return row.organization.get_absolute_url()

    def cancel_url(self) -> str:
        body = self.get_instance().organization_id
        return reverse("organizations:socialorganization-detail", args=[body]) if body else super().cancel_url()
