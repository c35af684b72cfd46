"""The home page of staff and leaders: figures, what waits, progress, coverage trend, risks, latest, next dates.

Everything is read in a constant number of queries; the draft's completeness is a fragment of its own (narrative)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, F, Min, Q, QuerySet, Value
from django.utils.safestring import SafeString

from core import charts
from core.menu import url_or_empty
from core.models import Committee
from core.periods import Period, quarter_code
from organizations.statistics import TrendPoint, coverage_trend, rate
from reports.dashboards.watches import RISKS, TODO, Desk, Line, count_all
from reports.narrative import Composed, missing_of
from reports.workflows import compose_stored
from reviews.choices import CampaignStatus, DutyMode, DutyReportStatus, FindingStatus, SessionStatus
from reviews.models import DutyReport, Finding, InspectionCampaign, ReviewSession
from tasks.choices import MeetingStatus, PlanStatus, TaskListStatus, TrainingStatus
from tasks.models import JointMeeting, PlanItem, TaskAssignment, TaskItem, Training
from tasks.statistics import Completion, NamedCompletion, completion_by_category

TREND_QUARTERS = 8
AHEAD_DAYS = 60
DATES_SHOWN = 6
RECENT_SHOWN = 5
RECENT_TIME = timedelta(days=31)
LEGEND = (("ok", "已通过"), ("info", "待审核"), ("run", "在办"), ("bad", "逾期"))


@dataclass(frozen=True)
class Figure:
    """One of the large figures of the strip."""

    label: str
    value: str | None
    unit: str
    note: str
    url: str = ""
    change: str = ""
    change_kind: str = ""


@dataclass(frozen=True)
class CategoryProgress:
    """季度任务进度 of one category, with the addresses of its rows."""

    label: str
    figures: Completion
    bar: SafeString
    urls: dict[str, str]


@dataclass(frozen=True)
class Recent:
    """Something that a branch handed in."""

    on: date
    text: str
    who: str
    url: str


@dataclass(frozen=True)
class NextDate:
    """近期节点."""

    on: date
    text: str


@dataclass(frozen=True)
class OfficeHome:
    """All parts of the page."""

    desk: Desk
    figures: list[Figure]
    todo: list[Line]
    risks: list[Line]
    progress: list[CategoryProgress]
    total: Completion
    trend: SafeString
    recent: list[Recent]
    dates: list[NextDate]
    is_new: bool


def office_home(desk: Desk) -> OfficeHome:
    coverage = coverage_trend(desk.committee, desk.period.last, TREND_QUARTERS, today=desk.day, chosen=desk.definition)
    rows = TaskAssignment.objects.visible_to(desk.user).for_quarters(desk.period.first, desk.period.last)
    categories = completion_by_category(rows, desk.on)
    total = add_up(categories)
    lines = count_all(desk, (*TODO, *RISKS))
    risks = {watch.key for watch in RISKS}
    return OfficeHome(
        desk=desk,
        figures=[*coverage_figures(desk, coverage), task_figure(desk, total), duty_figure(desk)],
        todo=[line for line in lines if line.watch.key not in risks],
        risks=[line for line in lines if line.watch.key in risks],
        progress=[category_progress(desk, row) for row in categories],
        total=total,
        trend=trend_chart(coverage),
        recent=recent(desk),
        dates=next_dates(desk),
        is_new=not coverage[-1].base and not total.total,
    )


def add_up(rows: list[NamedCompletion]) -> Completion:
    names = Completion.__dataclass_fields__
    return Completion(**{name: sum(getattr(row.figures, name) for row in rows) for name in names})


def shown(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def coverage_figures(desk: Desk, trend: list[TrendPoint]) -> Iterator[Figure]:
    """组织覆盖率 and 工作覆盖率 with the change against the quarter before."""
    now, before = trend[-1], trend[-2]
    for label, key, part, value, old in (
        ("党的组织覆盖率", "covered", now.covered, now.organization_rate, before.organization_rate),
        ("党的工作覆盖率", "work_covered", now.work_covered, now.work_rate, before.work_rate),
    ):
        change = None if value is None or old is None else value - old
        listed = url_or_empty("organizations:coverage-rows")
        yield Figure(
            label,
            shown(value),
            "%",
            f"{part} / {now.base}家",
            f"{listed}?figure={key}&on={desk.day}" if listed else "",
            "" if change is None else f"较上季度{change:+.1f}个百分点" if change else "与上季度持平",
            "" if not change else "up" if change > 0 else "down",
        )


def task_list_url(desk: Desk, tab: str, **query: str) -> str:
    url = url_or_empty("tasks:assignment-list")
    more = "".join(f"&{key}={value}" for key, value in query.items())
    return f"{url}?tab={tab}&period={desk.period.code}{more}" if url else ""


def task_figure(desk: Desk, total: Completion) -> Figure:
    late = f" · 今天逾期{total.overdue}项" if total.overdue else " · 没有逾期"
    note = f"{total.passed} / {total.applicable}项，按支部计{late}" if total.applicable else "本期还没有下发任务"
    return Figure(
        "支部任务完成率", shown(rate(total.passed, total.applicable)), "%", note, task_list_url(desk, "passed")
    )


def duty_figure(desk: Desk) -> Figure:
    """述职 of the latest session up to the period: 22 = 口头 + 书面."""
    handed = Q(status__in=[DutyReportStatus.SUBMITTED, DutyReportStatus.ACCEPTED])
    row = (
        DutyReport.objects.visible_to(desk.user)
        .filter(quarter__lte=desk.period.last)
        .due()
        .order_by("-session__year", "-session_id")
        .values("session_id", "session__year")
        .annotate(
            oral=Count("pk", filter=Q(mode=DutyMode.ORAL)),
            written=Count("pk", filter=Q(mode=DutyMode.WRITTEN)),
            handed=Count("pk", filter=handed),
        )
        .first()
    )
    if row is None:
        return Figure("述职", None, "", "还没有述职评议会议")
    due = row["oral"] + row["written"]
    state = "全部提交" if row["handed"] == due else f"已提交{row['handed']}个"
    url = url_or_empty("reviews:dutyreport-list")
    return Figure(
        f"{row['session__year']}年度述职",
        str(due),
        "个党支部",
        f"口头{row['oral']}个、书面{row['written']}个 · {state}",
        f"{url}?tab=due&session={row['session_id']}" if url else "",
    )


def category_progress(desk: Desk, row: NamedCompletion) -> CategoryProgress:
    f = row.figures
    running = max(0, f.applicable - f.passed - f.submitted - f.overdue)
    numbers = (f.passed, f.submitted, running, f.overdue)
    parts = [charts.Part(kind, label, n) for (kind, label), n in zip(LEGEND, numbers, strict=True)]
    urls = {tab: task_list_url(desk, tab, category=row.key) for tab in ("passed", "submitted", "overdue")}
    return CategoryProgress(row.label, f, charts.stacked_bar(parts, row.label), urls)


def trend_chart(trend: list[TrendPoint]) -> SafeString:
    def values(name: str) -> list[float | None]:
        return [None if (value := getattr(point, name)) is None else float(value) for point in trend]

    labels = [quarter_code(point.quarter)[2:] for point in trend]
    lines = [
        charts.Series("组织覆盖率", values("organization_rate")),
        charts.Series("工作覆盖率", values("work_rate")),
    ]
    return charts.trend(lines, labels)


def recent(desk: Desk) -> list[Recent]:
    """刚刚提交: tasks and duty reports, newest first; two queries. Over many committees those of the last weeks."""
    since = desk.on - RECENT_TIME if len(desk.user.scope_ids) > 1 else date.min
    tasks = TaskAssignment.objects.visible_to(desk.user).filter(submitted_on__gte=since)
    tasks = tasks.select_related("item", "branch").order_by("-submitted_on", "-pk")[:RECENT_SHOWN]
    reports = DutyReport.objects.visible_to(desk.user).filter(submitted_on__gte=since)
    reports = reports.select_related("branch").order_by("-submitted_on", "-pk")[:RECENT_SHOWN]
    found = [Recent(r.submitted_on, r.item.text, str(r.branch or "综合党委本级"), r.get_absolute_url()) for r in tasks]
    found += [Recent(r.submitted_on, "述职报告", f"{r.branch} {r.secretary_name}", address(r)) for r in reports]
    return sorted(found, key=lambda row: row.on, reverse=True)[:RECENT_SHOWN]


def address(row: Any) -> str:
    """A row's page, or nothing where its app has no pages."""
    url = url_or_empty(f"{row._meta.app_label}:{row._meta.model_name}-list")
    return row.get_absolute_url() if url else ""


def next_dates(desk: Desk) -> list[NextDate]:
    """近期节点: what falls due in the next weeks, one query; several on one day are told together."""
    until = desk.on + timedelta(days=AHEAD_DAYS)

    def of(rows: QuerySet, slot: str, field: str, caption: str) -> QuerySet:
        rows = rows.order_by().filter(**{f"{field}__range": (desk.on, until)})
        rows = rows.annotate(slot=Value(slot, CharField()), on_day=F(field)).values("slot", "on_day")
        return rows.annotate(amount=Count("pk"), caption=Min(caption, output_field=CharField()))

    def seen(model: Any, **conditions: Any) -> QuerySet:
        return model.objects.visible_to(desk.user).filter(**conditions)

    first, *others = [
        of(seen(TaskItem, task_list__status=TaskListStatus.ISSUED), "task", "due", "text"),
        of(seen(InspectionCampaign, status=CampaignStatus.RUNNING), "campaign", "submit_due", "title"),
        of(seen(ReviewSession).exclude(status=SessionStatus.CLOSED), "report", "report_due", "name"),
        of(seen(ReviewSession).exclude(status=SessionStatus.CLOSED), "session", "held_on", "name"),
        of(seen(JointMeeting, status__in=[MeetingStatus.PREPARING, MeetingStatus.ANNOUNCED]), "meeting", "held_on", "name"),
        of(seen(Training, status=TrainingStatus.PLANNED), "training", "start", "name"),
        of(seen(PlanItem, status__in=[PlanStatus.PLANNED, PlanStatus.UNDERWAY]), "plan", "due", "heading"),
        of(seen(Finding).exclude(status=FindingStatus.CLOSED), "finding", "due", "description"),
    ]  # fmt: skip
    rows = first.union(*others, all=True).order_by("on_day", "slot")[: DATES_SHOWN * 2]
    days: dict[date, list[str]] = {}
    for row in rows:
        days.setdefault(row["on_day"], []).append(told(row["slot"], row["caption"], row["amount"]))
    if desk.on <= desk.period.end <= until:
        days.setdefault(desk.period.end, []).insert(0, f"{desk.period.name}结束")
    return [NextDate(on, "；".join(days[on])) for on in sorted(days)][:DATES_SHOWN]


SENTENCES = {
    "task": ("任务“{}”截止", "{}项任务截止"),
    "campaign": ("{}填报截止", "{}项年度检查填报截止"),
    "report": ("述职报告提交截止", "述职报告提交截止"),
    "session": ("召开述职评议会议", "召开{}场述职评议会议"),
    "meeting": ("召开{}", "召开{}次联席会议"),
    "training": ("{}开班", "{}期培训开班"),
    "plan": ("打算“{}”到期", "{}项工作打算到期"),
    "finding": ("1个检查问题整改到期", "{}个检查问题整改到期"),
}


def told(slot: str, caption: str, amount: int) -> str:
    one, many = SENTENCES[slot]
    return one.format(caption) if amount == 1 else many.format(amount)


@dataclass(frozen=True)
class DraftState:
    """季度总结（活稿）: how far it has come."""

    composed: Composed
    paragraphs: int
    ready: int
    numbers: int
    gaps: int
    edited: int
    missing: list
    changed: list

    @property
    def period(self) -> Period:
        return self.composed.period

    @property
    def more(self) -> int:
        """Missing things that the card does not list."""
        return max(0, len(self.missing) - 4)


def draft_state(committee: Committee, period: Period) -> DraftState:
    """About thirty queries: asked for as a fragment of the page, not by the page itself."""
    composed = compose_stored(committee, period)
    wanted = [block for block in composed.blocks if not block.hidden and block.kind != "heading"]
    wanted = [block for block in wanted if not (block.kind == "section" and not block.pieces and not block.bare)]
    numbers = [piece for _, piece in composed.tokens]
    return DraftState(
        composed=composed,
        paragraphs=len(wanted),
        ready=sum(1 for block in wanted if block.is_printed and not block.gaps),
        numbers=len(numbers),
        gaps=sum(1 for piece in numbers if piece.is_gap),
        edited=sum(1 for block in wanted if block.origin != "auto"),
        missing=missing_of(composed),
        changed=[(block, piece) for block in composed.printed_blocks for piece in block.changed],
    )
