"""社会组织: list, page, forms and what happens to a body."""

from collections.abc import Callable
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
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
    UpdatePage,
    current_period,
)
from core.permissions import allow, is_office, is_staff
from core.secrets import mask_phone
from core.timeline import events_of, todos_of
from organizations import forms
from organizations.choices import (
    CHARTER_KINDS,
    LETTER_KINDS,
    REGISTRATION_KINDS,
    AffiliationKind,
    CharterStatus,
    CoverageMethod,
    LetterStatus,
    OrganizationKind,
    RegistrationStatus,
)
from organizations.models import (
    Affiliation,
    InstructorAssignment,
    Liaison,
    OrganizationEvent,
    SocialOrganization,
)
from organizations.workflows import bodies as workflows
from organizations.workflows import contacts
from organizations.workflows.intervals import store
from organizations.workflows.sync_sources import notice

from .base import WorkflowPage, end_part, office_day, reveal_contacts
from .bodystory import history_rows, own_events, own_todos

METHODS = (("any", "已覆盖"), ("none", "未覆盖"), *CoverageMethod.choices)
Row = dict[str, Any]


def coverage_cell(row: Row) -> Cell:
    method = row["coverage_method"]
    if method:
        return Cell(CoverageMethod(method).label, kind="ok" if method == CoverageMethod.OWN else "info")
    if row["ended_on"]:
        return Cell("")
    return Cell("未建", kind="off") if row["has_instructor"] else Cell("覆盖空白", kind="bad")


def work_cell(row: Row) -> Cell:
    if row["coverage_method"]:
        return Cell("党组织", kind="ok")
    if row["has_instructor"]:
        return Cell("指导员", kind="info")
    return Cell("") if row["ended_on"] else Cell("未派", kind="bad")


def charter_cell(row: Row) -> Cell:
    status = row["charter_status"]
    return Cell(CharterStatus(status).label, kind=CHARTER_KINDS[status])


def letter_cell(row: Row) -> Cell:
    status = row["letter_status"]
    return Cell(LetterStatus(status).label, kind=LETTER_KINDS[status]) if status else Cell("无", kind="off")


def affiliation_cell(row: Row) -> str:
    return AffiliationKind(row["affiliation_kind"]).label if row["affiliation_kind"] else ""


@lru_cache(maxsize=64)
def drawn(cell: Cell) -> SafeString:
    """The markup of a state; a list shows the same few states in every row."""
    return cell.__html__()


def in_list(cell: Callable[[Row], Cell]) -> Callable[[Row], SafeString]:
    return lambda row: drawn(cell(row))


class OrganizationFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类型", choices=OrganizationKind.choices)
    coverage = django_filters.ChoiceFilter(label="组织覆盖", choices=METHODS, method="by_coverage")
    affiliation = django_filters.ChoiceFilter(label="归口", choices=AffiliationKind.choices, method="by_affiliation")
    status = django_filters.ChoiceFilter(label="登记状态", choices=RegistrationStatus.choices)

    class Meta:
        model = SocialOrganization
        fields: list[str] = []

    def by_coverage(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        day = office_day(self.request)
        if value in ("any", "none"):
            return rows.organization_covered(day) if value == "any" else rows.without_branch(day)
        return rows.filter(coverage_method=value)

    def by_affiliation(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(affiliation_kind=value)


def live(rows: QuerySet, page: ListPage) -> QuerySet:
    return rows.registered(office_day(page.request))


def new_in_period(rows: QuerySet, page: ListPage) -> QuerySet:
    period = current_period(page.request)
    return rows.newly_registered(period.start, period.end)


class SocialOrganizationList(ListPage):
    model = SocialOrganization
    title = "社会组织台账"
    unit = "家"
    search_hint = "名称、简称、曾用名、拼音首字母、信用代码"
    create_url_name = "organizations:socialorganization-create"
    import_kind = export_kind = "organizations"
    ordering = ("sort_key",)
    empty_text = "先导入《社会组织党建工作台账》，或一家一家登记。"
    filterset_class = OrganizationFilter
    tabs = (
        ("live", "在册", live),
        ("direct", "直属", lambda rows, page: live(rows, page).directly_managed(office_day(page.request))),
        ("new", "本期新成立", new_in_period),
        ("uncovered", "覆盖空白", lambda rows, page: live(rows, page).uncovered(office_day(page.request))),
        ("without", "未建党组织", lambda rows, page: live(rows, page).without_branch(office_day(page.request))),
        ("clause", "未入章", lambda rows, page: live(rows, page).without_party_clause(office_day(page.request))),
        ("ended", "已注销撤销", lambda rows, page: rows.filter(ended_on__isnull=False)),
        ("all", "全部", ""),
    )
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name",),
               value=lambda row: row["short_name"] or row["name"]),
        Column("统一社会信用代码", "code", "code", sort="code", phone="wide"),
        Column("类型", "kind", sort="kind", phone="hide"),
        Column("登记日期", "registered_on", "date", sort="registered_on"),
        Column("登记状态", "status", "state", states=REGISTRATION_KINDS),
        Column("归口", "affiliation_kind", value=affiliation_cell, phone="hide"),
        Column("组织覆盖", "coverage_method", fields=("has_instructor", "ended_on"), value=in_list(coverage_cell)),
        Column("工作覆盖", "coverage_method", fields=("has_instructor", "ended_on"), value=in_list(work_cell)),
        Column("党建入章", "charter_status", value=in_list(charter_cell)),
        Column("承诺书", "letter_status", value=in_list(letter_cell)),
        Column("党员", "member_count", "number"),
    )  # fmt: skip

    @cached_property
    def tab(self) -> str:
        """A search looks everywhere unless a tab was chosen: who looks for a cancelled body types its name."""
        if "tab" not in self.params and self.params.get("q"):
            return "all"
        chosen = self.params.get("tab", "")
        return chosen if chosen in {key for key, *_ in self.tabs} else "live"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_ledger(office_day(self.request))

    def get_context(self) -> dict[str, Any]:
        rows = SocialOrganization.objects.visible_to(self.request.user).registered(office_day(self.request))
        found = dict(rows.order_by().values_list("kind").annotate(n=Count("*")))
        parts = "、".join(f"{label}{found[kind]}家" for kind, label in OrganizationKind.choices if found.get(kind))
        meta = f"在册{sum(found.values())}家{f'：{parts}' if parts else ''}"
        return {**super().get_context(), "meta": meta}


class RegistrationList(ListPage):
    """前置审查: what each newly registered body has handed in."""

    model = SocialOrganization
    allowed = staticmethod(is_office)
    title = "前置审查"
    meta_text = "新成立的社会组织：章程、承诺书、党员情况调查和党建指导是否到位"
    unit = "家"
    period_filter = True
    ordering = ("-registered_on",)
    empty_title = "这一时期没有新成立的社会组织"
    empty_text = "登记日期在所选时期内的社会组织会列在这里。"
    columns = (
        Column("名称", "name", link=True, fields=("short_name",), value=lambda row: row["short_name"] or row["name"]),
        Column("类型", "kind"),
        Column("登记日期", "registered_on", "date", sort="registered_on"),
        Column("党建入章", "charter_status", value=in_list(charter_cell)),
        Column("承诺书", "letter_status", value=in_list(letter_cell)),
        Column("签订日期", "letter_on", "date"),
        Column("党员情况调查表", "survey_on", value=lambda row: row["survey_on"] or Cell("缺", kind="warn")),
        Column("组织覆盖", "coverage_method", fields=("has_instructor", "ended_on"), value=in_list(coverage_cell)),
        Column("工作覆盖", "coverage_method", fields=("has_instructor", "ended_on"), value=in_list(work_cell)),
        Column("党员", "member_count", "number"),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_ledger(office_day(self.request))

    def of_period(self, rows: QuerySet, period: Any) -> QuerySet:
        return rows.newly_registered(period.start, period.end)

    def extra_actions(self) -> list[Button]:
        return [
            Button("章程入章", reverse("organizations:charterrecord-list"), "book-open"),
            Button("承诺书", reverse("organizations:commitmentletter-list"), "file-check"),
            Button("孵化批次", reverse("organizations:incubationbatch-list"), "sprout"),
        ]


def years_and_months(day: date, until: date) -> str:
    months = (until.year - day.year) * 12 + until.month - day.month - (until.day < day.day)
    if months < 0:
        return "已过期"
    return (
        f"还有{f'{months // 12}年' if months >= 12 else ''}{f'{months % 12}个月' if months % 12 else ''}"
        if months
        else "不到一个月"
    )


class SocialOrganizationDetail(DetailPage):
    model = SocialOrganization
    related = ("batch",)
    template_name = "organizations/socialorganization_detail.html"

    @cached_property
    def day(self) -> date:
        return office_day(self.request)

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_ledger(self.day)

    @cached_property
    def story(self) -> list[dict[str, Any]]:
        return history_rows(self.object)

    def story_of(self, *sources: str) -> list[dict[str, Any]]:
        return [row for row in self.story if row["source"] in sources]

    def running(self, source: str) -> list[dict[str, Any]]:
        return [row for row in self.story_of(source) if row["end"] is None or row["end"] > self.day]

    def states(self) -> list[Cell]:
        body = self.object
        row = {**body.__dict__}
        found = [*super().states(), coverage_cell(row)]
        found += [Cell("行业协会商会", kind="off")] if body.is_trade_association else []
        return [state for state in found if state.text]

    def meta(self) -> str:
        body = self.object
        affiliation = f"归口{affiliation_cell(body.__dict__)}" if body.affiliation_kind else "归口未登记"
        return " · ".join(
            [body.code or "信用代码未填", body.get_kind_display(), f"{body.registered_on}登记", affiliation]
        )

    def facts(self) -> list[Fact]:
        body = self.object
        former = "、".join(
            f"{r['word']}（至{r['start']}）" if r["start"] else r["word"] for r in self.story_of("former")
        )
        staff = f"{body.staff_count}人 / {'—' if body.full_time_count is None else f'{body.full_time_count}人'}"
        term = body.council_term_end
        grade = body.get_grade_display() + (f"（至{body.grade_until}）" if body.grade and body.grade_until else "")
        return [
            Fact("全称", body.name),
            self.fact("short_name"),
            Fact("曾用名", former),
            *(self.fact(name) for name in ("supervising_unit", "industry_department", "registration_authority")),
            *(self.fact(name) for name in ("legal_representative", "secretary_general")),
            Fact("负责人任期届满", term, note=years_and_months(self.day, term) if term else ""),
            Fact("从业人员 / 专职", staff if body.staff_count is not None else None),
            Fact("党建入章", Cell(charter_cell(body.__dict__).text, kind=CHARTER_KINDS[body.charter_status]),
                 note=str(body.charter_on or "")),
            Fact("承诺书", letter_cell(body.__dict__), note=str(body.letter_on or "")),
            Fact("评估等级", grade),
            Fact("孵化入驻", str(body.batch) if body.batch else None),
            Fact("住所", body.address),
            *([Fact("未建立原因", body.get_no_branch_reason_display(), note=body.no_branch_note)]
              if body.no_branch_reason and not body.coverage_method else []),
            *([self.fact("ended_on")] if body.ended_on else []),
            *([Fact("备注", body.remark, wide=True)] if body.remark else []),
        ]  # fmt: skip

    def actions(self) -> list[Action]:
        if not workflows.can_keep(self.request.user) or self.object.ended_on:
            return []
        links = (
            ("变更登记事项", "socialorganization-event", "file-pen"),
            ("变更归口", "socialorganization-affiliation", "arrow-right-left"),
        )
        return [
            Action(label, reverse(f"organizations:{name}", args=[self.object.pk]), icon, post=False)
            for label, name, icon in links
        ]

    def get_context(self) -> dict[str, Any]:
        user, body = self.request.user, self.object
        return {
            **super().get_context(),
            **attachment_context(user, body),
            "events": events_of(body, user, own_events(body, self.story)),
            "todos": todos_of(body, user, own_todos(body, self.day, user)),
            "coverages": [{**row, "method": CoverageMethod(row["word"]).label} for row in self.running("coverage")],
            "instructors": self.running("instructor"),
            "liaisons": [{**row, "phone": mask_phone(row["note"])} for row in self.running("liaison")],
            "contact_phone": mask_phone(body.phone) if body.phone else "",
            "reveal_url": reverse("organizations:socialorganization-reveal", args=[body.pk]),
            "charters": [
                {**row, "method": CharterStatus(row["word"]).label, "kind": CHARTER_KINDS[row["word"]]}
                for row in self.story_of("charter")
            ],
            "can_keep": workflows.can_keep(user) and not body.ended_on,
            "today": self.day,
        }


class SocialOrganizationCreate(CreatePage):
    model = SocialOrganization
    form_class = forms.OrganizationForm

    def save(self, form: forms.OrganizationForm) -> SocialOrganization:
        with transaction.atomic():
            body = super().save(form)
            if kind := form.cleaned_data["affiliation"]:
                store(Affiliation(organization=body, kind=kind, start=body.registered_on))
            notice(body, by=self.request.user)
        return body


class SocialOrganizationUpdate(UpdatePage):
    model = SocialOrganization
    form_class = forms.OrganizationForm
    related = ("committee",)

    def save(self, form: forms.OrganizationForm) -> SocialOrganization:
        """A grade or a new council calls for its party action (六个同步)."""
        body = super().save(form)
        notice(body, by=self.request.user)
        return body


class AffiliationPage(WorkflowPage):
    model = SocialOrganization
    title = "变更党建管理归口"
    form_class = forms.AffiliationForm
    workflow = staticmethod(workflows.change_affiliation)
    blank = staticmethod(lambda body: Affiliation(organization=body))
    done_text = "已变更归口。"


class EventPage(WorkflowPage):
    model = SocialOrganization
    title = "变更登记事项"
    form_class = forms.EventForm
    workflow = staticmethod(workflows.record_event)
    blank = staticmethod(lambda body: OrganizationEvent(organization=body))
    done_text = "已登记变更事项。"


class InstructorPage(WorkflowPage):
    model = SocialOrganization
    title = "选派党建工作指导员"
    form_class = forms.InstructorForm
    workflow = staticmethod(workflows.assign_instructor)
    blank = staticmethod(lambda body: InstructorAssignment(organization=body))
    done_text = "已选派指导员。"


class LiaisonPage(WorkflowPage):
    model = SocialOrganization
    title = "登记党建联络员"
    form_class = forms.LiaisonForm
    workflow = staticmethod(workflows.name_liaison)
    blank = staticmethod(lambda body: Liaison(organization=body))
    done_text = "已登记联络员，原联络员同日结束。"


@require_POST
@allow(is_staff)
def end_instructor(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    return end_part(request, SocialOrganization, pk, "instructor_assignments", part, workflows.withdraw_instructor)


@never_cache
@require_POST
def reveal_body(request: HttpRequest, pk: int) -> HttpResponse:
    return reveal_contacts(request, SocialOrganization, pk, contacts.phones_of_body)
