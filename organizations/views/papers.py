"""章程入章记录, 党建工作承诺书 and 党员情况调查表."""

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
from core.pages import (
    Action,
    Button,
    Cell,
    Column,
    CreatePage,
    DetailPage,
    Fact,
    ListPage,
    SideBySide,
    UpdatePage,
    act,
    reason,
    visible_or_404,
)
from core.permissions import allow, is_staff
from core.secrets import mask_phone
from organizations import forms
from organizations.choices import (
    CHARTER_KINDS,
    LETTER_KINDS,
    CharterStatus,
    LetterStatus,
)
from organizations.models import CharterRecord, CommitmentLetter, MemberSurvey, SocialOrganization, liaised_ids
from organizations.statistics import clause_figures
from organizations.workflows import papers as workflows
from organizations.workflows.review_checks import clause_conflict
from organizations.workflows.sync_sources import notice

from .base import WorkflowPage, body_name, office_day, posted_day
from .clauses import rows_url

BODY = {"field": "organization__name", "fields": ("organization__short_name",), "value": body_name, "link": True}


class OfBodyCreate(CreatePage):
    """`?organization=12` fills in the body from whose page the clerk came; a liaison's paper waits for the office."""

    allowed = staticmethod(workflows.can_enter_papers)

    def get_instance(self) -> Any:
        row = super().get_instance()
        wanted = self.request.GET.get("organization", "")
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 15:
            row.organization = SocialOrganization.objects.visible_to(self.request.user).filter(pk=wanted).first()
        elif not self.request.user.is_committee_staff and len(own := liaised_ids(self.request.user)) == 1:
            row.organization = SocialOrganization.objects.filter(pk=own[0]).first()
        return row

    def save(self, form: Any) -> Any:
        row = workflows.enter_paper(form.save(commit=False), by=self.request.user)
        if self.request.user.is_committee_staff:
            notice(row.organization, by=self.request.user)
        return row

    def done(self, row: Any) -> str:
        if self.request.user.is_committee_staff:
            return super().done(row)
        return "已报给综合党委，等工作人员确认。有扫描件的，请在本页上传附件。"


class PaperUpdate(UpdatePage):
    allowed = staticmethod(workflows.can_enter_papers)
    can_edit = staticmethod(workflows.can_edit_paper)
    related = ("organization", "committee")

    def save(self, form: Any) -> Any:
        return workflows.change_paper(form.save(commit=False), by=self.request.user, expected=form.expected)


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
    can_create = staticmethod(workflows.can_enter_papers)
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
        """The rate is the office's; of the one body of a liaison it would tell nothing. Of many offices see clauses.py."""
        shown = self.request.user.is_office and not self.is_wide
        return {**super().get_context(), "figures": self.figures() if shown else []}

    def extra_actions(self) -> list[Button]:
        if not self.offices:
            return []
        return [Button("各综合党委的入章率", reverse("organizations:charterrecord-offices"), "chart-column")]

    def figures(self) -> list[dict[str, Any]]:
        """党建入章率: bodies on the register with the clause in an approved charter ÷ all of them (DOMAIN §3.1)."""
        bodies = self.of_office(SocialOrganization.objects.visible_to(self.request.user))
        found = clause_figures(bodies, office_day(self.request))
        code = self.office.code if self.office else ""
        return [
            {"label": "在册社会组织", "value": found.base, "unit": "家", "url": rows_url("base", code)},
            {"label": "党建已入章", "value": found.written, "unit": "家", "url": rows_url("written", code),
             "note": "章程已核准、含党的建设条款"},
            {"label": "党建入章率", "value": None if found.rate is None else f"{found.rate}", "unit": "%", "note": "已入章÷在册"},
            {"label": "未入章", "value": found.unwritten, "unit": "家", "url": rows_url("unwritten", code)},
        ]  # fmt: skip


class PaperDetail(DetailPage):
    related = ("organization", "created_by")
    can_edit = staticmethod(workflows.can_edit_paper)
    template_name = "organizations/paper_detail.html"
    steps: tuple[tuple[Any, str, str], ...] = ()  # (status, button, label of the day)
    can: Callable[..., bool]

    def meta(self) -> str:
        body = self.object.organization
        return f"{body.name} · {body.code or '信用代码未填'}"

    def states(self) -> list[Cell]:
        row = self.object
        handed_in = row.created_by is not None and not row.created_by.is_office and workflows.is_waiting(row)
        return [*super().states(), *([Cell("待工作人员确认", kind="warn")] if handed_in else [])]

    def get_context(self) -> dict[str, Any]:
        user, row = self.request.user, self.object
        moves = [
            {"to": to, "label": label, "day": day} for to, label, day in self.steps if type(self).can(user, row, to)
        ]
        url = reverse(f"organizations:{self.model._meta.model_name}-move", args=[row.pk]) if moves else ""
        context = {"moves": moves, "move_url": url, "today": office_day(self.request)}
        return {**super().get_context(), **attachment_context(user, row), **context}


class CharterRecordDetail(PaperDetail):
    model = CharterRecord
    fact_fields = (
        "organization", "version_no", "has_party_clause", "has_values_clause", "has_integrity_clause", "clause_kind",
        "vote_body", "voted_on", "approved_on", "approved_by", "remark",
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


class CharterRecordUpdate(PaperUpdate):
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
    can_create = staticmethod(workflows.can_enter_papers)
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


class CommitmentLetterUpdate(PaperUpdate):
    model = CommitmentLetter
    form_class = forms.LetterForm


@require_POST
@allow(is_staff)
def move_letter(request: HttpRequest, pk: int) -> HttpResponse:
    signed = request.POST.get("to") == LetterStatus.SIGNED
    return on_a_day(request, CommitmentLetter, pk, workflows.sign_letter if signed else workflows.hand_over_letter)


class MemberSurveyList(ListPage):
    model = MemberSurvey
    title = "党员情况调查表"
    unit = "份"
    create_url_name = "organizations:membersurvey-create"
    create_label = "登记调查表"
    can_create = staticmethod(workflows.can_enter_papers)
    import_kind = export_kind = "surveys"
    ordering = ("-filled_on",)
    indexed = frozenset({"filled_on"})
    tabs = (
        ("all", "全部", ""),
        ("waiting", "待确认", lambda rows, page: rows.filter(is_confirmed=False)),
    )
    columns = (
        Column("社会组织", **BODY),
        Column("填报日期", "filled_on", "date", sort="filled_on"),
        Column("从业人员", "staff_count", "number", phone="hide"),
        Column("党员", "member_count", "number"),
        Column("正式党员", "full_member_count", "number"),
        Column("拟建形式", "planned_form", phone="hide"),
        Column("状态", "is_confirmed", value=lambda row: survey_state(row["is_confirmed"])),
    )


def survey_state(confirmed: bool) -> Cell:
    return Cell("已确认", kind="ok") if confirmed else Cell("待工作人员确认", kind="warn")


class MemberSurveyDetail(PaperDetail):
    """The latest survey that counts tells how many members a body without an own branch has."""

    model = MemberSurvey
    fact_fields = (
        "organization", "filled_on", "staff_count", "member_count", "full_member_count", "can_transfer", "planned_form",
        "liaison",
    )  # fmt: skip

    def states(self) -> list[Cell]:
        return [survey_state(self.object.is_confirmed)]

    def facts(self) -> list[Fact]:
        phone = self.object.liaison_phone
        return [*super().facts(), Fact("联络员电话", mask_phone(phone) if phone else "")]

    def actions(self) -> list[Action]:
        row, user, found = self.object, self.request.user, []
        if workflows.can_confirm(user, row):
            url = reverse("organizations:membersurvey-confirm", args=[row.pk])
            found.append(Action("确认", url, "check", primary=True))
        if user.is_committee_staff:
            url = reverse("organizations:membersurvey-void", args=[row.pk])
            found.append(Action("作废", url, post=False, danger=True))
        return found


class MemberSurveyCreate(OfBodyCreate):
    model = MemberSurvey
    form_class = forms.SurveyForm

    def success_url(self, row: MemberSurvey) -> str:
        """The liaison goes on with the attachments; staff are back where they came from."""
        return (row.organization if self.request.user.is_committee_staff else row).get_absolute_url()

    def cancel_url(self) -> str:
        body = self.get_instance().organization_id
        return reverse("organizations:socialorganization-detail", args=[body]) if body else super().cancel_url()


class MemberSurveyUpdate(PaperUpdate):
    model = MemberSurvey
    form_class = forms.SurveyForm


class MemberSurveyVoid(SideBySide, WorkflowPage):
    model = MemberSurvey
    title = "作废调查表"
    submit_label = "作废"
    intro = "只作废本来就不该登记的。作废以后不再计入统计，修改记录里保留各项数字。"
    form_class = forms.VoidForm
    workflow = staticmethod(workflows.void_survey)
    done_text = "已作废。"
    related = ("organization",)

    def get_instance(self) -> MemberSurvey:
        return self.object

    def success_url(self, row: Any) -> str:
        return self.object.organization.get_absolute_url()

    def cancel_url(self) -> str:
        return self.object.get_absolute_url()

    def answers(self, form: Any) -> dict[str, Any]:
        return {**super().answers(form), "expected": form.expected}


@require_POST
@allow(is_staff)
def confirm_survey(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, MemberSurvey, pk, workflows.confirm_survey, done="已确认，从现在起计入统计。")
