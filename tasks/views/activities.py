"""Activities: list, page and form for staff and for the secretary of the branch."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.forms import RecordForm
from core.pages import Action, Cell, Column, CreatePage, DetailPage, Fact, ListPage, UpdatePage, act, reason
from core.pages.details import page_url
from core.periods import quarter_label
from core.permissions import is_business, is_staff
from organizations.models import posted_ids
from tasks.choices import PartyRole
from tasks.filters import ActivityFilter
from tasks.forms import ActivityForm, OwnActivityForm
from tasks.models import Activity, ActivityParty, TaskAssignment
from tasks.workflows import may_edit_activity, may_record_activity, set_activity_parties, star_activity


def heads(row: dict[str, Any]) -> str:
    """实到/应到 and guests, as far as they are known."""
    parts = []
    if row["attended"] is not None:
        parts.append(f"{row['attended']}/{row['expected']}" if row["expected"] is not None else str(row["attended"]))
    if row["guests"]:
        parts.append(f"+{row['guests']}")
    return "".join(parts) or "—"


class ActivityList(ListPage):
    model = Activity
    columns = (
        Column("主题", "theme", link=True),
        Column("日期", "held_on", "date", sort="held_on"),
        Column("类型", "kind", "tag", sort="kind"),
        Column("组织单位", fields=("is_by_committee",), value=lambda row: row["organizers"] or Cell(""), phone="wide"),
        Column("人数", fields=("attended", "expected", "guests"), kind="number", value=heads),
        Column("归属季度", "quarter", value=lambda row: quarter_label(row["quarter"]), phone="hide"),
        Column("总结", "usable_for_summary",
               value=lambda row: Cell("可用", tag=True) if row["usable_for_summary"] else Cell("")),
    )  # fmt: skip
    tabs = (
        ("all", "全部", ""),
        ("starred", "可用于总结", "highlighted"),
        ("committee", "综合党委组织", "by_committee"),
    )
    filterset_class = ActivityFilter
    search_hint = "主题、亮点、单位、拼音首字母"
    ordering = ("-held_on", "-pk")
    period_filter = True
    unit = "次"
    create_url_name = "tasks:activity-create"
    create_label = "登记活动"
    can_create = staticmethod(may_record_activity)
    import_kind = "activities"
    export_kind = "activities"
    empty_text = "主题党日、党课、宣讲会登记以后列在这里，季度总结举例时从中挑选。"

    def page_rows(self) -> list[dict[str, Any]]:
        """With the names of the organizers, fetched once for the page."""
        rows = super().page_rows()
        names: dict[int, list[str]] = {}
        parties = ActivityParty.objects.organizers().filter(activity__in=[r["pk"] for r in rows])
        fields = ("activity_id", "branch__short_name", "branch__name", "organization__short_name", "organization__name")
        for pk, *found in parties.order_by("activity_id", "order", "pk").values_list(*fields):
            names.setdefault(pk, []).append(next(n for n in found if n))
        for row in rows:
            own = ["综合党委"] if row["is_by_committee"] else []
            row["organizers"] = "、".join([*own, *names.get(row["pk"], [])])
        return rows


class ActivityDetail(DetailPage):
    model = Activity
    related = ("batch", "committee")
    can_edit = staticmethod(may_edit_activity)
    template_name = "tasks/activity_detail.html"

    def meta(self) -> str:
        row = self.object
        return f"{row.held_on} · {row.get_kind_display()} · 计入{row.quarter_label}"

    def states(self) -> list[Cell]:
        return [Cell("可用于总结", kind="ok")] if self.object.usable_for_summary else []

    def facts(self) -> list[Fact]:
        row = self.object
        facts = [self.fact(n) for n in ("place", "host", "speaker", "batch") if getattr(row, n)]
        if row.expected is not None or row.attended is not None:
            facts.append(Fact("应到 / 实到", f"{dash(row.expected)} / {dash(row.attended)}人"))
        facts += [self.fact(n) for n in ("guests", "hours") if getattr(row, n) is not None]
        if row.highlight:
            facts.append(Fact("亮点", row.highlight, wide=True))
        return [*facts, *([self.fact("remark")] if row.remark else [])]

    def actions(self) -> list[Action]:
        row = self.object
        if not self.request.user.is_committee_staff:
            return []
        url = reverse("tasks:activity-star", args=[row.pk])
        if row.usable_for_summary:
            return [Action("不再用于总结", url, "star-off")]
        if row.highlight:
            return [Action("可用于总结", url, "star", primary=True)]
        return [Action("可用于总结", url, "star", primary=True, reason="亮点（一句话，写进总结）")]

    def get_context(self) -> dict[str, Any]:
        user, row = self.request.user, self.object
        parties = list(row.parties.select_related("branch", "organization"))
        used = list(row.assignments.visible_to(user).select_related("item", "branch"))
        return {
            **super().get_context(),
            **attachment_context(user, row),
            "organizers": [self.named(p) for p in parties if p.role == PartyRole.ORGANIZER],
            "participants": [self.named(p) for p in parties if p.role == PartyRole.PARTICIPANT],
            "used": used,
            "proposals": self.proposals(parties, {a.pk for a in used}),
        }

    def named(self, party: ActivityParty) -> tuple[str, str]:
        """The name, and for the office the address of its page."""
        unit = party.branch or party.organization
        return str(unit), page_url(type(unit), "detail", unit.pk) if self.request.user.is_office else ""

    def proposals(self, parties: list[ActivityParty], used: set[int]) -> list[TaskAssignment]:
        """Tasks of the same branches and quarter that wait for a report: this activity may be their evidence."""
        branches = [p.branch_id for p in parties if p.branch_id]
        user = self.request.user
        mine = branches if user.is_committee_staff else [b for b in branches if b in posted_ids(user)[0]]
        if not mine or user.is_leader:
            return []
        rows = TaskAssignment.objects.visible_to(user).waiting().filter(branch__in=mine, quarter=self.object.quarter)
        return list(rows.exclude(pk__in=used).select_related("item", "branch").order_by("due")[:8])


def dash(value: Any) -> Any:
    return "—" if value is None else value


class ActivityFormMixin:
    """Staff write names; a secretary's activity is that of the own branch."""

    allowed = staticmethod(is_business)

    @property
    def form_class(self) -> type[RecordForm]:
        return ActivityForm if self.request.user.is_committee_staff else OwnActivityForm

    def save(self, form: RecordForm) -> Activity:
        row = super().save(form)
        set_activity_parties(row, form.organizers_chosen, form.participants_chosen, by=self.request.user)
        return row


class ActivityCreate(ActivityFormMixin, CreatePage):
    model = Activity
    allowed = staticmethod(may_record_activity)
    title = "登记活动"


class ActivityUpdate(ActivityFormMixin, UpdatePage):
    model = Activity
    can_edit = staticmethod(may_edit_activity)


@require_POST
def activity_star(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, Activity, pk, star_activity, can=lambda user, row: is_staff(user), done="已更新。",
               reason=reason(request))  # fmt: skip
