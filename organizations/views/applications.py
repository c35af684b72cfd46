"""组织设置申请: the list, one application on its way, and each step with its form."""

from copy import copy
from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.pages import Action, Cell, Column, CreatePage, DetailPage, Fact, ListPage, UpdatePage, act, reason
from core.permissions import allow, is_business, is_office, is_staff
from organizations.choices import APPLICATION_KINDS, ApplicationKind, ApplicationStatus
from organizations.forms import applications as forms
from organizations.models import BranchApplication, PartyBranch
from organizations.workflows import applications as workflows

from .base import WorkflowPage, branch_name

NAMES = "organizations:branchapplication"
FINISH = {
    ApplicationKind.SET_UP: "启用，建立党组织",
    ApplicationKind.CHANGE: "执行变更",
    ApplicationKind.CANCEL: "执行撤销",
}


def subject(row: dict[str, Any]) -> str:
    if row["kind"] == ApplicationKind.SET_UP:
        return row["short_name"] or row["name"]
    return branch_name(row)


class ApplicationFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="申请事项", choices=ApplicationKind.choices)
    status = django_filters.ChoiceFilter(label="环节", choices=ApplicationStatus.choices)
    requested_on = django_filters.DateFromToRangeFilter(label="请示日期")

    class Meta:
        model = BranchApplication
        fields: list[str] = []


class BranchApplicationList(ListPage):
    model = BranchApplication
    title = "党组织成立、变更、撤销"
    meta_text = "从请示到批复、选举、启用，一件一件看办到哪一步"
    unit = "件"
    search_hint = "党组织、申请单位、文号"
    ordering = ("-requested_on",)
    import_kind = export_kind = "branch_applications"
    create_url_name = "organizations:branchapplication-create"
    create_label = "登记申请"
    can_create = staticmethod(workflows.can_apply)
    filterset_class = ApplicationFilter
    empty_title = "没有组织设置申请"
    empty_text = "收到成立、变更、撤销党组织的请示时，点“登记申请”。批复以后，台账自动更新。"
    tabs = (("running", "在办", "running"), ("ended", "已办结", "ended"), ("all", "全部", ""))
    columns = (
        Column("党组织", "name", link=True, fields=("short_name", "kind", "branch__name", "branch__short_name"), value=subject),
        Column("申请事项", "kind"),
        Column("申请单位", "applicant", phone="wide"),
        Column("请示日期", "requested_on", "date", sort="requested_on"),
        Column("批复文号", "approval_no"),
        Column("批复日期", "approved_on", "date", sort="approved_on", phone="hide"),
        Column("环节", "status", "state", states=APPLICATION_KINDS),
    )  # fmt: skip


class BranchApplicationDetail(DetailPage):
    model = BranchApplication
    template_name = "organizations/branchapplication_detail.html"
    related = ("branch", "parent", "committee")
    can_edit = staticmethod(workflows.can_edit_application)

    def meta(self) -> str:
        row = self.object
        return f"{row.applicant} · {row.requested_on}请示"

    def facts(self) -> list[Fact]:
        row = self.object
        covers = "、".join(str(body) for body in self.covers)
        texts = ("grounds", "member_list", "proposed_posts", "remark")
        return [
            self.fact("kind"),
            *([self.fact("branch")] if row.branch_id else []),
            self.fact("applicant"),
            self.fact("contact"),
            self.fact("request_no"),
            self.fact("requested_on"),
            *([self.fact("name")] if row.name else []),
            *([self.fact("branch_kind")] if row.branch_kind else []),
            *([self.fact("parent")] if row.parent_id else []),
            *([self.fact("full_member_count")] if row.full_member_count is not None else []),
            *([Fact("覆盖单位", covers, wide=True)] if covers else []),
            *(Fact(self.fact(n).label, getattr(row, n), wide=True) for n in texts if getattr(row, n)),
        ]

    @property
    def covers(self) -> list[Any]:
        if not hasattr(self, "_covers"):
            self._covers = list(self.object.covers.all())
        return self._covers

    def course(self) -> list[Fact]:
        row = self.object
        found = [
            Fact("研究", row.studied_on, note=row.study_note) if row.studied_on else None,
            Fact("批复", row.approved_on, note=f"{row.approval_no} {row.approved_by}") if row.approved_on else None,
            Fact("生效日期", row.effective_on) if row.effective_on and row.kind != ApplicationKind.SET_UP else None,
            Fact("选举", row.elected_on, note=f"应到{row.voters_due}人，实到{row.voters_present}人" if row.voters_due else "")
            if row.elected_on else None,
            Fact("报批备案", row.filed_on, note=row.filing_no) if row.filed_on else None,
            Fact("办结日期", row.finished_on) if row.finished_on else None,
        ]  # fmt: skip
        return [fact for fact in found if fact]

    def states(self) -> list[Cell]:
        return [Cell(self.object.get_status_display(), kind=self.object.status_kind)]

    def actions(self) -> list[Action]:
        row, user, found = self.object, self.request.user, []

        def add(to: str, label: str, name: str, icon: str, **more: Any) -> None:
            if workflows.can_move_application(user, row, to):
                found.append(Action(label, reverse(f"{NAMES}-{name}", args=[row.pk]), icon, **more))

        s = ApplicationStatus
        add(s.STUDYING, "提交研究", "study", "users-round", post=False, primary=True)
        if row.status == s.RETURNED:
            add(s.APPLIED, "重新提交", "resubmit", "check", primary=True)
        if row.status == s.STUDYING:
            add(s.APPROVED, "批复", "approve", "check", post=False, primary=True)
        add(s.ELECTED, "登记选举结果", "elect", "clipboard-list", post=False, primary=True)
        add(s.FILED, "报批备案", "file", "file-text", post=False, primary=True)
        add(s.DONE, FINISH[ApplicationKind(row.kind)], "finish", "flag", primary=True)
        add(s.RETURNED, "退回补充", "return", "undo-2", reason="要补充什么")
        if row.status == s.ELECTED:
            add(s.APPROVED, "退回重选", "return", "undo-2", reason="退回原因")
        add(
            s.REFUSED,
            "不予批准",
            "refuse",
            "ban",
            reason="不予批准的理由",
            danger=True,
            note="不予批准以后不能恢复，只能重新申请。",
        )
        return found

    def steps(self) -> list[dict[str, str]]:
        row = self.object
        status = ApplicationStatus.APPLIED if row.status == ApplicationStatus.RETURNED else row.status
        place = row.path.index(status) if status in row.path else -1
        ended = row.status == ApplicationStatus.DONE
        return [
            {"label": step.label, "css": "done" if n < place or ended else "now" if n == place else ""}
            for n, step in enumerate(row.path)
        ]

    def get_context(self) -> dict[str, Any]:
        row = self.object
        return {
            **super().get_context(),
            **attachment_context(self.request.user, row),
            "steps": self.steps(),
            "course": self.course(),
            "remark": "" if row.is_ended else workflows.remark_on(row),
            "elected": list(row.elected.all()) if row.elected_on else [],
        }


class BranchApplicationCreate(CreatePage):
    model = BranchApplication
    form_class = forms.ApplicationForm
    allowed = staticmethod(workflows.can_apply)
    title = "登记组织设置申请"

    def get_instance(self) -> BranchApplication:
        """`?branch=12&kind=cancel` from the page of that branch."""
        row = super().get_instance()
        kind, wanted = self.request.GET.get("kind", ""), self.request.GET.get("branch", "")
        if kind in ApplicationKind.values:
            row.kind = kind
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 15:
            row.branch = PartyBranch.objects.visible_to(self.request.user).filter(pk=wanted).first()
        return row

    def save(self, form: forms.ApplicationForm) -> BranchApplication:
        return workflows.apply(
            form.save(commit=False), covers=form.cleaned_data["covers"], by=self.request.user
        )  # fmt: skip

    def done(self, row: BranchApplication) -> str:
        return f"已登记申请“{row}”。材料齐全的，下一步提交研究。"


class BranchApplicationUpdate(UpdatePage):
    model = BranchApplication
    form_class = forms.ApplicationForm
    allowed = staticmethod(workflows.can_apply)
    related = ("branch", "parent", "committee")
    can_edit = staticmethod(workflows.can_edit_application)

    def save(self, form: forms.ApplicationForm) -> BranchApplication:
        return workflows.change_application(
            form.save(commit=False), covers=form.cleaned_data["covers"], by=self.request.user, expected=form.expected
        )


class ApplicationStep(WorkflowPage):
    model = BranchApplication
    related = ("branch", "parent", "committee")
    blank = staticmethod(copy)


class StudyPage(ApplicationStep):
    title = "提交研究"
    form_class = forms.StudyForm
    workflow = staticmethod(workflows.study)
    done_text = "已提交研究。"


class ApproveApplicationPage(ApplicationStep):
    title = "批复"
    allowed = staticmethod(is_office)
    form_class = forms.DecideForm
    intro = "分管领导批准，或者由工作人员照签发的批复登记。"
    workflow = staticmethod(workflows.approve_application)
    done_text = "已登记批复。"


class FirstElectionPage(ApplicationStep):
    title = "登记选举结果"
    form_class = forms.FirstElectionForm
    intro = "临时、流动、功能型党支部的班子可以由上级指定：写指定日期，应到、实到不填。"
    workflow = staticmethod(workflows.elect_first)
    done_text = "已登记选举结果，下一步报批备案。"

    def answers(self, form: forms.FirstElectionForm) -> dict[str, Any]:
        return {name: form.cleaned_data[name] for name in (*form.Meta.fields, "people")}


class FilingPage(ApplicationStep):
    title = "报批备案"
    intro = "书记、副书记报批准，委员报备案。"
    form_class = forms.FilingForm
    workflow = staticmethod(workflows.file_result)
    done_text = "已登记报批备案，可以启用了。"


@require_POST
@allow(is_staff)
def finish_application(request: HttpRequest, pk: int) -> HttpResponse:
    rows = BranchApplication.objects.select_related("branch", "parent", "committee")
    return act(request, rows, pk, workflows.finish, done="已办结，党组织台账已更新。")


@require_POST
@allow(is_staff)
def return_application(request: HttpRequest, pk: int) -> HttpResponse:
    rows = BranchApplication.objects.select_related("created_by")
    return act(request, rows, pk, workflows.return_application, done="已退回。", reason=reason(request))


@require_POST
@allow(is_business)
def resubmit_application(request: HttpRequest, pk: int) -> HttpResponse:
    rows, can = BranchApplication.objects.select_related("committee"), workflows.can_edit_application
    return act(request, rows, pk, workflows.resubmit, can=can, done="已重新提交。")


@require_POST
@allow(is_office)
def refuse_application(request: HttpRequest, pk: int) -> HttpResponse:
    rows = BranchApplication.objects.select_related("committee")
    return act(request, rows, pk, workflows.refuse_application, done="已登记不予批准。", reason=reason(request))
