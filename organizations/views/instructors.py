"""Instructors with their visits, liaisons and mass organizations: who reaches the bodies beside a party organization."""

from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.pages import (
    Action,
    Button,
    Cell,
    Column,
    CreatePage,
    Crumb,
    DetailPage,
    ListPage,
    UpdatePage,
    act,
)
from core.periods import Period, quarter_of
from core.permissions import allow, is_office, is_staff
from core.secrets import mask_phone
from organizations.forms.coverage import (
    InstructorChangeForm,
    InstructorCreateForm,
    LiaisonCreateForm,
    MassForm,
    VisitForm,
)
from organizations.models import (
    InstructorAssignment,
    InstructorVisit,
    Liaison,
    MassOrganization,
)
from organizations.workflows import bodies as body_workflows
from organizations.workflows import guidance as workflows

from .base import WorkflowPage, body_name, body_url, coverage_crumb, office_day, posted_day

Row = dict[str, Any]

# Instructors ---------------------------------------------------------------------------------------------------------


class Running:
    """Tabs of dated rows: those that hold today, those that are over."""

    tabs = (
        ("now", "在任", lambda rows, page: rows.on(office_day(page.request))),
        ("over", "已结束", lambda rows, page: rows.filter(end__lte=office_day(page.request))),
        ("all", "全部", ""),
    )


class InstructorAssignmentList(ListPage):
    model = InstructorAssignment
    allowed = staticmethod(is_office)
    title = "党建工作指导员"
    meta_text = "上级选派到没有党组织的社会组织指导党建工作的党员；每季走访"
    search_hint = "指导员、社会组织"
    import_kind = export_kind = "instructors"
    wide_count_cap = 1_000  # the persons are told apart by reading the bodies
    ordering = ("sort_key", "start")
    create_url_name = "organizations:instructorassignment-create"
    create_label = "选派指导员"
    empty_title = "没有指导员"
    empty_text = "给没有党组织的社会组织选派指导员，或导入《党建工作指导员选派表》。"
    tabs = (
        ("people", "按指导员", lambda rows, page: rows.one_each(office_day(page.request))),
        ("now", "按单位", lambda rows, page: rows.on(office_day(page.request))),
        ("unvisited", "本季没有走访", lambda rows, page: rows.on(office_day(page.request)).filter(quarter_visits=0)),
        Running.tabs[1],
        Running.tabs[2],
    )
    columns = (
        Column("指导员", "instructor_name", link=True, sort="sort_key"),
        Column("派出单位", "sent_by", sort="sent_by"),
        Column("指导单位数", "guided", "number", sort="guided",
               url=lambda row: f"{reverse('organizations:instructorassignment-list')}?tab=now&q={quote(row['instructor_name'])}"),
        Column("社会组织", "organization__name", fields=("organization__short_name", "organization_id"), value=body_name,
               url=body_url, phone="wide"),
        Column("电话", "phone", value=lambda row: mask_phone(row["phone"]) if row["phone"] else ""),
        Column("选派日期", "start", "date", sort="start"),
        Column("终止日期", "end", "date", sort="end", phone="hide"),
        Column("本季走访", "quarter_visits", sort="quarter_visits", fields=("end",),
               value=lambda row: visits_cell(row)),
        Column("累计走访", "all_visits", "number", phone="hide"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet:
        day = office_day(self.request)
        rows = super().get_queryset().with_guided(day)
        return rows.with_visits(Period.quarter(quarter_of(day)).start, day)

    @property
    def counted(self) -> QuerySet:
        if self.tab != "people" or self.params.get("q"):
            return super().counted
        rows = InstructorAssignment.objects.visible_to(self.request.user)
        return self.of_office(rows).people(office_day(self.request))

    @property
    def unit(self) -> str:
        return "名" if self.tab == "people" else "条"

    def export(self) -> HttpResponse:
        """A line is one assignment: of the persons shown, all that run."""
        if self.tab == "people":
            self.tab = "now"
        return super().export()

    def page_rows(self) -> list[Row]:
        """A person's line names the first body and how many there are."""
        rows = super().page_rows()
        for row in rows:
            if self.tab == "people" and row["guided"] > 1:
                row["organization__short_name"] = f"{body_name(row)}等{row['guided']}家"
        return rows

    def extra_actions(self) -> list[Button]:
        return [Button("联络员", reverse("organizations:liaison-list"), "phone", fold_phone=True)]


def visits_cell(row: Row) -> Cell:
    n = row["quarter_visits"]
    return Cell(f"{n}次") if n or row["end"] else Cell("0次", kind="warn")


class InstructorAssignmentCreate(CreatePage):
    model = InstructorAssignment
    form_class = InstructorCreateForm
    title = "选派指导员"
    submit_label = "选派"

    def crumbs(self) -> list[Crumb]:
        return [coverage_crumb(), Crumb("指导员", reverse("organizations:instructorassignment-list"))]

    def save(self, form: InstructorCreateForm) -> InstructorAssignment:
        data = form.cleaned_data
        names = ("instructor_name", "sent_by", "phone", "start")
        return body_workflows.assign_instructor(
            data["organization"], by=self.request.user, **{name: data[name] for name in names}
        )

    def done(self, row: InstructorAssignment) -> str:
        return f"已选派{row.instructor_name}指导{row.organization}。"


class InstructorAssignmentUpdate(UpdatePage):
    model = InstructorAssignment
    form_class = InstructorChangeForm
    title = "更正选派"
    related = ("organization__committee",)

    def save(self, form: InstructorChangeForm) -> InstructorAssignment:
        row = form.save(commit=False)
        return workflows.correct_instructor(row, by=self.request.user, expected=form.expected)


class InstructorAssignmentDetail(DetailPage):
    model = InstructorAssignment
    allowed = staticmethod(is_office)
    related = ("organization",)
    fact_fields = ("organization", "sent_by", "start", "end")
    template_name = "organizations/instructorassignment_detail.html"
    show_history = False

    def get_queryset(self) -> QuerySet:
        day = office_day(self.request)
        rows = super().get_queryset().with_guided(day)
        return rows.with_visits(Period.quarter(quarter_of(day)).start, day)

    def get_title(self) -> str:
        return self.object.instructor_name

    def crumbs(self) -> list[Crumb]:
        return [coverage_crumb(), Crumb("指导员", reverse("organizations:instructorassignment-list"))]

    def meta(self) -> str:
        row = self.object
        return f"现在指导{row.guided}家单位；对{row.organization}本季走访{row.quarter_visits}次，累计{row.all_visits}次"

    def states(self) -> list[Cell]:
        end = self.object.end
        over = end is not None and end <= office_day(self.request)
        return [Cell("已结束", kind="off") if over else Cell("在任", kind="ok")]

    def actions(self) -> list[Action]:
        if not self.request.user.is_committee_staff:
            return []
        url = reverse("organizations:instructorassignment-visit", args=[self.object.pk])
        correct = reverse("organizations:datedrow-correct", args=["instructor", self.object.pk])
        return [
            Action("登记走访", url, "footprints", post=False, primary=True),
            Action("更正或作废", correct, "history", post=False),
        ]

    def get_context(self) -> dict[str, Any]:
        row = self.object
        end = reverse("organizations:instructor-end", args=[row.organization_id, row.pk])
        return {
            **super().get_context(),
            "visits": list(row.visits.all()),
            "can_keep": self.request.user.is_committee_staff,
            "end_url": end if row.end is None and self.request.user.is_committee_staff else "",
            "today": office_day(self.request),
            "own_url": row.get_absolute_url(),
            "phone": mask_phone(row.phone) if row.phone else "",
        }


class VisitPage(WorkflowPage):
    model = InstructorAssignment
    form_class = VisitForm
    title = "登记走访"
    workflow = staticmethod(workflows.record_visit)
    blank = staticmethod(lambda row: InstructorVisit(assignment=row))
    done_text = "已登记走访。"
    related = ("organization__committee",)

    def crumbs(self) -> list[Crumb]:
        row = self.object
        return [
            Crumb("指导员", reverse("organizations:instructorassignment-list")),
            Crumb(str(row), row.get_absolute_url()),
        ]


@require_POST
@allow(is_staff)
def remove_visit(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    rows = InstructorAssignment.objects.select_related("organization")
    return act(request, rows, pk, workflows.remove_visit, visit=part, done="已删除这次走访。")


# Liaisons and mass organizations -------------------------------------------------------------------------------------


class EndColumn:
    """The last column of a list of dated rows leads to the page that ends one."""

    @staticmethod
    def of(name: str) -> Column:
        return Column(
            "", "end", fields=("editable",),
            url=lambda row: reverse(f"organizations:{name}-finish", args=[row["pk"]]) if row["editable"] and not row["end"] else "",
            value=lambda row: "结束" if row["editable"] and not row["end"] else "",
        )  # fmt: skip

    @staticmethod
    def correct(kind: str) -> Column:
        """The page that mends the row or takes it away."""
        return Column(
            "", "pk", fields=("editable",),
            url=lambda row: reverse("organizations:datedrow-correct", args=[kind, row["pk"]]) if row["editable"] else "",
            value=lambda row: "更正" if row["editable"] else "",
        )  # fmt: skip


class LiaisonList(Running, ListPage):
    model = Liaison
    allowed = staticmethod(is_office)
    title = "党建联络员"
    meta_text = "社会组织里联系党建工作的人，一家一名"
    unit = "名"
    search_hint = "联络员、社会组织"
    ordering = ("organization__sort_key",)
    import_kind = export_kind = "liaisons"
    create_url_name = "organizations:liaison-create"
    create_label = "登记联络员"
    empty_title = "没有联络员"
    empty_text = "登记联络员，或在《社会组织党建工作台账》里填写后导入。"
    columns = (
        Column("社会组织", "organization__name", fields=("organization__short_name", "organization_id"), value=body_name,
               url=body_url, phone="name", sort="organization__sort_key"),
        Column("联络员", "name", sort="sort_key"),
        Column("电话", "phone", value=lambda row: mask_phone(row["phone"]) if row["phone"] else ""),
        Column("起始日期", "start", "date", sort="start"),
        Column("终止日期", "end", "date", sort="end"),
        EndColumn.of("liaison"),
        EndColumn.correct("liaison"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().annotate(editable=Value(self.request.user.is_committee_staff))

    def extra_actions(self) -> list[Button]:
        return [
            Button("指导员", reverse("organizations:instructorassignment-list"), "user-check"),
            Button("群团组织", reverse("organizations:massorganization-list"), "users"),
        ]


class LiaisonCreate(CreatePage):
    model = Liaison
    form_class = LiaisonCreateForm
    title = "登记联络员"

    def save(self, form: LiaisonCreateForm) -> Liaison:
        data = form.cleaned_data
        return body_workflows.name_liaison(
            data["organization"], by=self.request.user, **{name: data[name] for name in ("name", "phone", "start")}
        )

    def success_url(self, row: Liaison) -> str:
        return reverse("organizations:liaison-list")


class MassOrganizationList(Running, ListPage):
    model = MassOrganization
    allowed = staticmethod(is_office)
    title = "群团组织"
    meta_text = "社会组织里的工会、共青团、妇联组织；计不计入工作覆盖按口径"
    wide_count_cap = 2_000  # whose they are stands with the bodies
    unit = "个"
    search_hint = "社会组织"
    tabs = (("now", "现有", Running.tabs[0][2]), *Running.tabs[1:])
    ordering = ("organization__sort_key", "kind")
    import_kind = export_kind = "mass_organizations"
    create_url_name = "organizations:massorganization-create"
    create_label = "登记群团组织"
    empty_title = "没有群团组织"
    empty_text = "社会组织建立了工会、共青团或妇联组织的，登记在这里。"
    columns = (
        Column("社会组织", "organization__name", fields=("organization__short_name", "organization_id"), value=body_name,
               url=body_url, phone="name", sort="organization__sort_key"),
        Column("群团组织", "kind"),
        Column("成立日期", "start", "date", sort="start"),
        Column("撤销日期", "end", "date", sort="end"),
        EndColumn.of("massorganization"),
        EndColumn.correct("mass"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().annotate(editable=Value(self.request.user.is_committee_staff))


class MassOrganizationCreate(CreatePage):
    model = MassOrganization
    form_class = MassForm
    title = "登记群团组织"

    def save(self, form: MassForm) -> MassOrganization:
        data = form.cleaned_data
        return workflows.found_mass(data["organization"], kind=data["kind"], start=data["start"], by=self.request.user)

    def success_url(self, row: MassOrganization) -> str:
        return reverse("organizations:massorganization-list")


class FinishPage(DetailPage):
    """A small page that asks on which day a dated row ends; without JavaScript too."""

    allowed = staticmethod(is_staff)
    related = ("organization",)
    template_name = "organizations/finish.html"
    show_history = False
    fact_fields = ("organization", "start", "end")
    list_name = ""
    workflow: Any = None

    def crumbs(self) -> list[Crumb]:
        return [Crumb(str(self.model._meta.verbose_name), reverse(f"organizations:{self.list_name}"))]

    def get_title(self) -> str:
        return f"结束：{self.object}"

    def edit_url(self) -> str:
        return ""

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "today": office_day(self.request)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        end = posted_day(request, "end") or office_day(request)
        to = reverse(f"organizations:{self.list_name}")
        rows = self.model._default_manager.select_related("organization")
        return act(request, rows, kwargs["pk"], type(self).workflow, end=end, to=to, done="已登记结束。")


class LiaisonFinish(FinishPage):
    model = Liaison
    list_name = "liaison-list"
    workflow = staticmethod(workflows.end_liaison)


class MassOrganizationFinish(FinishPage):
    model = MassOrganization
    list_name = "massorganization-list"
    workflow = staticmethod(workflows.end_mass)
