"""换届: the ledger, one election with its warnings, and what is done step by step."""

from copy import copy
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core import audit
from core.attachments import attachment_context
from core.choices import AuditEvent
from core.letters import letter_response
from core.pages import (
    Action,
    Cell,
    Column,
    CreatePage,
    DetailPage,
    Fact,
    ListPage,
    UpdatePage,
    act,
    reason,
    visible_or_404,
)
from core.periods import today
from core.permissions import allow, is_office, is_staff
from organizations.choices import TERM_KINDS, TERM_PATH, BranchKind, TermStatus
from organizations.documents import ELECTION_PAPERS
from organizations.forms import elections as forms
from organizations.models import ElectedPerson, ElectionTerm, PartyBranch, term_state
from organizations.workflows import elections as workflows
from organizations.workflows import terms as term_workflows
from organizations.workflows.election_rules import ElectionRules, election_rules

from .base import WorkflowPage, branch_name, office_day
from .figures import ELECTIONS

NAMES = "organizations:electionterm"


def deadline_cell(row: dict[str, Any]) -> Cell:
    kind, word = term_state(row, row["today"], row["near_months"])
    return Cell(word, kind=kind)


class TermFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(field_name="branch__kind", label="类别", choices=BranchKind.choices)
    status = django_filters.ChoiceFilter(label="状态", choices=TermStatus.choices)
    due_on = django_filters.DateFromToRangeFilter(label="应换届日期")

    class Meta:
        model = ElectionTerm
        fields: list[str] = []


class ElectionTermList(ListPage):
    model = ElectionTerm
    template_name = "organizations/figures_list.html"
    title = "换届台账"
    unit = "条"
    search_hint = "党组织名称、拼音首字母"
    ordering = ("deadline",)
    create_url_name = "organizations:electionterm-create"
    create_label = "登记换届"
    import_kind = export_kind = "elections"
    filterset_class = TermFilter
    empty_title = "没有要换届的党组织"
    empty_text = "党组织台账里填了本届届满日期的，换届会自动列在这里。"
    tabs = (
        ("due", "临近和超期", lambda rows, page: rows.due_soon(office_day(page.request), page.near_months)),
        ("near", "临近", lambda rows, page: rows.near(office_day(page.request), page.near_months)),
        ("overdue", "超期", lambda rows, page: rows.overdue(office_day(page.request))),
        ("running", "进行中", "running"),
        ("done", "完成", "done"),
        ("all", "全部", ""),
    )
    columns = (
        Column("党组织", "branch__name", link=True, fields=("branch__short_name",), value=branch_name),
        Column("类别", "branch__kind", phone="hide"),
        Column("届次", "number", "number"),
        Column("应换届日期", "due_on", "date", sort="due_on"),
        Column("延期至", "extended_until", "date", phone="hide"),
        Column("选举日期", "elected_on", "date", sort="elected_on"),
        Column(
            "期限",
            "due_on",
            fields=("extended_until", "elected_on", "status", "today", "near_months"),
            value=deadline_cell,
        ),
        Column("状态", "status", "state", states=TERM_KINDS),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_deadline().with_today(office_day(self.request), self.near_months)

    @cached_property
    def rules(self) -> ElectionRules:
        return election_rules(self.request.user.committee, office_day(self.request))

    @property
    def near_months(self) -> int:
        """From how many months before the day an election is near, by the office's setting."""
        return self.rules.near_months

    @property
    def meta_text(self) -> str:
        return f"任期将满的{self.rules.reminder_words}，选举、报批、延期都在这里办"

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), **ELECTIONS.context(self)}


class ElectionTermDetail(DetailPage):
    model = ElectionTerm
    template_name = "organizations/electionterm_detail.html"
    related = ("branch", "committee")
    can_edit = staticmethod(lambda user, term: workflows.can_run(user, term) and term.elected_on is None)

    @cached_property
    def rules(self) -> ElectionRules:
        return election_rules(self.object.committee_id, self.object.elected_on or office_day(self.request))

    @cached_property
    def elected(self) -> list[ElectedPerson]:
        return list(self.object.elected.all())

    def get_title(self) -> str:
        return f"{self.object.branch}换届"

    def meta(self) -> str:
        term = self.object
        return f"第{term.number}届任期到{term.due_on}届满" + (
            f"，延期至{term.extended_until}" if term.extended_until else ""
        )

    def states(self) -> list[Cell]:
        kind, word = self.object.state(office_day(self.request))
        return [*super().states(), *([] if kind == "off" else [Cell(word, kind=kind)])]

    def facts(self) -> list[Fact]:
        term = self.object
        return [
            self.fact("branch"),
            Fact("届次", f"第{term.number}届"),
            self.fact("started_on"),
            self.fact("due_on"),
            Fact("提醒", term.reminded_on, note=term.get_reminder_way_display()),
            self.fact("request_no"),
            self.fact("reply_no"),
            *([Fact("延期", f"至{term.extended_until}", note=f"{term.extension_no} {term.extension_reason}".strip())]
              if term.extended_until else []),
            *([self.fact("approval_no"), self.fact("approved_on")] if term.approved_on else []),
            *([Fact("备注", term.remark, wide=True)] if term.remark else []),
        ]  # fmt: skip

    def vote(self) -> list[Fact]:
        term = self.object
        if term.voters_due is None:
            return []
        return [
            Fact("选举日期", term.elected_on),
            Fact("应到 / 实到有选举权", f"{term.voters_due} / {term.voters_present}"),
            Fact("候选人 / 应选", f"{term.candidates or '—'} / {term.seats or '—'}"),
            Fact("发出 / 收回选票", f"{term.ballots_issued or '—'} / {term.ballots_returned or '—'}"),
            Fact("过半数的基数", f"{term.get_majority_base_display()}{term.base}人" if term.majority_base else None),
        ]

    def actions(self) -> list[Action]:
        term, user, found = self.object, self.request.user, []

        def add(to: str, label: str, name: str, icon: str, **more: Any) -> None:
            if workflows.can_move(user, term, to):
                found.append(Action(label, reverse(f"{NAMES}-{name}", args=[term.pk]), icon, **more))

        first = term.status in (TermStatus.WAITING, TermStatus.POSTPONED)
        add(TermStatus.REMINDED, "登记提醒", "remind", "bell", post=False, primary=first)
        if term.status == TermStatus.ELECTED:
            add(
                TermStatus.PREPARING,
                "退回重选",
                "return",
                "undo-2",
                reason="退回原因",
                note="选举结果会清除，修改记录里保留。",
            )
        else:
            add(
                TermStatus.PREPARING,
                "开始筹备",
                "prepare",
                "flag",
                post=False,
                primary=term.status == TermStatus.REMINDED,
            )
        add(TermStatus.ELECTED, "登记选举结果", "elect", "clipboard-list", post=False, primary=True)
        add(TermStatus.DONE, "登记批复，新班子任职", "approve", "check", post=False, primary=True)
        if term.latest_day < self.rules.last_extension(term.due_on):
            label = "批准再次延期" if term.extended_until else "批准延期"
            add(TermStatus.POSTPONED, label, "postpone", "calendar", post=False)
        return found

    def steps(self) -> list[dict[str, str]]:
        status = TermStatus.WAITING if self.object.status == TermStatus.POSTPONED else self.object.status
        if status == TermStatus.CLOSED:
            return []
        place = TERM_PATH.index(status)
        skipped = () if self.object.reminded_on else (TermStatus.REMINDED,)
        return [
            {"label": step.label, "css": "" if step in skipped and n < place else
             "done" if n < place or step == status == TermStatus.DONE else "now" if n == place else ""}
            for n, step in enumerate(TERM_PATH)
        ]  # fmt: skip

    def get_context(self) -> dict[str, Any]:
        user, term = self.request.user, self.object
        papers = [(key, label) for key, (label, _) in ELECTION_PAPERS.items() if key == "reminder" or term.elected_on]
        return {
            **super().get_context(),
            **attachment_context(user, term),
            "steps": self.steps(),
            "vote": self.vote(),
            "elected": self.elected,
            "warnings": workflows.remarks_on(term, self.elected, self.rules),
            "papers": papers if user.is_office else [],
        }


class ElectionTermCreate(CreatePage):
    model = ElectionTerm
    form_class = forms.OpenTermForm
    title = "登记换届"
    intro = "党组织台账里有本届届满日期的，换届已自动列出，不用再登记。"

    def get_instance(self) -> ElectionTerm:
        row = super().get_instance()
        wanted = self.request.GET.get("branch", "")
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 15:
            row.branch = PartyBranch.objects.visible_to(self.request.user).filter(pk=wanted).first()
            if row.branch:
                row.number, row.started_on = row.branch.term_number or 1, row.branch.term_start
        return row

    def save(self, form: forms.OpenTermForm) -> ElectionTerm:
        values = {name: form.cleaned_data[name] for name in ("number", "started_on", "due_on", "remark")}
        return term_workflows.open_term(form.cleaned_data["branch"], by=self.request.user, **values)


class ElectionTermUpdate(UpdatePage):
    model = ElectionTerm
    form_class = forms.TermForm
    related = ("branch", "committee")
    intro = "届次、日期同时写进党组织台账的本届任期。"
    can_edit = ElectionTermDetail.can_edit

    def save(self, form: forms.TermForm) -> ElectionTerm:
        return term_workflows.change_term(form.save(commit=False), by=self.request.user, expected=form.expected)


class TermStep(WorkflowPage):
    """One step of an election; a state that does not allow it is explained above the form."""

    model = ElectionTerm
    related = ("branch", "committee")
    blank = staticmethod(copy)


class RemindPage(TermStep):
    title = "登记提醒"
    form_class = forms.RemindForm
    workflow = staticmethod(workflows.remind)
    done_text = "已登记提醒，党组织书记会收到消息。"


class PreparePage(TermStep):
    title = "开始筹备"
    intro = "党组织报来请示、综合党委同意换届以后登记；文号可以以后再补。"
    form_class = forms.PrepareForm
    workflow = staticmethod(workflows.prepare)
    done_text = "已转入筹备。选举以后，请登记选举结果。"


class PostponePage(TermStep):
    title = "批准延期"
    allowed = staticmethod(is_office)
    form_class = forms.PostponeForm
    workflow = staticmethod(workflows.postpone)
    done_text = "已登记延期。"

    @property
    def intro(self) -> str:
        months = election_rules(self.object.committee_id, office_day(self.request)).extension_max_months
        return f"应换届日期{self.object.due_on}，几次延期合计一般不超过{months}个月，要有批准文号。"


class ElectPage(TermStep):
    title = "登记选举结果"
    form_class = forms.ElectForm
    workflow = staticmethod(workflows.hold_election)
    done_text = "已登记选举结果，等待批复。批复以后新班子任职。"

    @cached_property
    def voters(self) -> int:
        return workflows.voters_of(self.object.branch, office_day(self.request))

    def get_instance(self) -> ElectionTerm:
        """The roster's number of voters to begin with."""
        term = copy(self.object)
        term.voters_due = self.voters or None
        return term

    @property
    def intro(self) -> str:
        rules = election_rules(self.object.committee_id, office_day(self.request))
        return (
            f"到会人数要达到应到的{rules.quorum_words}；赞成票要超过{rules.base_words}的半数；收回选票不能多于发出选票。"
            f"名册里现在有正式党员{self.voters}名。"
        )

    def answers(self, form: forms.ElectForm) -> dict[str, Any]:
        return {name: form.cleaned_data[name] for name in (*form.Meta.fields, "people")}


class ApprovePage(TermStep):
    title = "登记批复"
    submit_label = "登记批复，新班子任职"
    allowed = staticmethod(is_office)
    form_class = forms.ApproveForm
    intro = "登记以后，原班子从选举之日起免职，新班子同日任职，本届任期和下一次换届自动更新。"
    workflow = staticmethod(workflows.approve_election)
    done_text = "换届完成：新班子已任职，下一届任期已登记。"

    def success_url(self, row: ElectionTerm) -> str:
        return row.branch.get_absolute_url()


@require_POST
@allow(is_staff)
def return_term(request: HttpRequest, pk: int) -> HttpResponse:
    rows = ElectionTerm.objects.select_related("branch")
    return act(request, rows, pk, workflows.return_election, done="已退回筹备，请重新选举。", reason=reason(request))


@allow(is_office)
def election_paper(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """A paper of the election as a Word file; making it is logged."""
    if paper not in ELECTION_PAPERS:
        raise Http404("没有这种文书。")
    term = visible_or_404(ElectionTerm.objects.select_related("branch", "committee"), request.user, pk)
    label, build = ELECTION_PAPERS[paper]
    audit.record(AuditEvent.DOCUMENT, term, by=request.user, note=label)
    return letter_response(f"{term.branch}{label}（{today(term.committee)}）", build(term))
