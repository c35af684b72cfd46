"""今天要办 and 风险提示: sets of rows that somebody should look at. A line's number is the count of the very rows that
its page lists; all lines together are one UNION query, however many rows there are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import CharField, Count, DateField, Exists, IntegerField, Min, OuterRef, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse

from core.menu import url_or_empty
from core.models import Committee, User
from core.periods import Period
from organizations.checkup import unbuilt_limits
from organizations.models import (
    ElectionTerm,
    FloatingRecord,
    LedgerDifference,
    MemberTransfer,
    PartyBranch,
    SocialOrganization,
    SyncDuty,
)
from organizations.models.conditions import unbuilt_for
from organizations.statistics import FIGURES, Definition, bodies_in_scope, classified, definition
from organizations.workflows.election_rules import election_rules
from reports.choices import PhraseStatus, SummaryStatus
from reports.models import Phrase, Summary
from reviews.choices import DutyReportStatus, FindingStatus, InspectionStatus
from reviews.models import DutyReport, Finding, InspectionRecord
from tasks.choices import ActivityKind, MeetingStatus
from tasks.models import Activity, ActivityParty, JointMeeting, TaskAssignment

EXPIRING_DAYS = 30


@dataclass(frozen=True)
class Desk:
    """Whose home page, of which period; `on` is the office's day."""

    user: User
    committee: Committee
    period: Period
    on: date

    @cached_property
    def definition(self) -> Definition:
        """How the office counts 两个覆盖 on that day; asked for once."""
        return definition(self.committee, self.day)

    @property
    def day(self) -> date:
        """Stocks count on this day: the end of the period, or today while it runs."""
        return self.period.as_of(self.on)


@dataclass(frozen=True)
class Watch:
    """One line: which rows, what to say about them, where they are listed, and the button."""

    key: str
    kind: str  # of the state word
    word: str
    text: str  # with {n} and {who}
    rule: str
    rows: Callable[[Desk], QuerySet]
    first: str = ""  # date field whose earliest value is told
    who: str = ""  # field whose different values are counted
    why: Callable[["Line"], str] = lambda line: ""
    name: str = ""  # the list that shows exactly these rows, and its query
    query: str = ""
    act: str = ""
    is_due: bool = False  # `first` is the day until which it must be done
    as_of: bool = False  # counted on the day of the period, while the list always counts today


@dataclass(frozen=True)
class Line:
    """A watch with its numbers."""

    watch: Watch
    desk: Desk
    n: int
    who: int
    first: date | None

    @property
    def kind(self) -> str:
        return self.watch.kind

    @property
    def word(self) -> str:
        return self.watch.word

    @property
    def text(self) -> str:
        return self.watch.text.format(n=self.n, who=self.who)

    @property
    def unit(self) -> str:
        """The measure word after the number: 家, 个."""
        return self.watch.text.partition("{n}")[2][:1]

    @property
    def rest(self) -> str:
        """The sentence after number and measure word."""
        return self.watch.text.partition("{n}")[2][1:]

    @property
    def why(self) -> str:
        return self.watch.why(self)

    @property
    def days(self) -> int:
        """Since the earliest date."""
        return (self.desk.on - self.first).days if self.first else 0

    @property
    def when(self) -> str:
        if self.watch.is_due and self.first and self.first > self.desk.on:
            return f"{self.first.month}月{self.first.day}日"
        return "今天"

    @property
    def url(self) -> str:
        listed = not self.watch.as_of or self.desk.day == self.desk.on
        if listed and self.watch.name and (url := url_or_empty(self.watch.name)):
            return f"{url}?{self.watch.query.format(day=self.desk.day)}"
        return reverse("reports:watch-detail", args=[self.watch.key])

    @property
    def act(self) -> str:
        return self.watch.act if self.desk.user.is_committee_staff or self.watch in LEADER else ""


def waited(line: Line) -> str:
    if not line.first:
        return ""
    return f"最早一项已等待{line.days}天" if line.days > 0 else "都是今天提交的"


def term(line: Line) -> str:
    if not line.first:
        return "还没有定期限"
    return f"最早一项已过期{line.days}天" if line.days > 0 else f"最近的期限是{line.first.month}月{line.first.day}日"


def planned(line: Line) -> str:
    return f"其中{line.who}家已有组建计划" if line.who else "都还没有组建计划"


def earliest(before: str, after: str) -> Callable[[Line], str]:
    return lambda line: f"{before}{line.first.month}月{line.first.day}日{after}" if line.first else ""


def visible(model: Any) -> Callable[[Desk], QuerySet]:
    return lambda desk: model.objects.visible_to(desk.user)


def bodies(desk: Desk) -> QuerySet:
    return SocialOrganization.objects.within(desk.committee).registered(desk.day)


def coverage_base(desk: Desk) -> QuerySet:
    return bodies_in_scope(desk.committee, desk.day, chosen=desk.definition)


def not_built(desk: Desk) -> QuerySet:
    """应建未建, by the office's rule; as the page 两个覆盖 lists them."""
    rows = classified(coverage_base(desk), desk.day, desk.definition)
    rows = rows.filter(FIGURES["should_unbuilt"].condition(desk.definition))
    return SocialOrganization.objects.filter(pk__in=rows.order_by().values("pk"))


def unbuilt_long(desk: Desk) -> QuerySet:
    """COV-04, with the months and the rule of today, as the list and the check-up ask."""
    months, rule = unbuilt_limits(desk.committee, desk.on)
    base = bodies_in_scope(desk.committee, desk.on, chosen=definition(desk.committee, desk.on))
    rows = base.with_coverage(desk.on).with_unbuilt(desk.on)
    found = rows.filter(unbuilt_for(months, desk.on, rule)).order_by().values("pk")
    return SocialOrganization.objects.filter(pk__in=found)


def without_letter(desk: Desk) -> QuerySet:
    found = bodies(desk).newly_registered(desk.period.start, desk.period.end)
    return found.exclude(pk__in=found.letter_signed().order_by().values("pk"))


def without_theme_day(desk: Desk) -> QuerySet:
    days = Activity.objects.within(desk.committee).for_quarters(desk.period.first, desk.period.last)
    parts = ActivityParty.objects.filter(activity__in=days.of_kind(ActivityKind.THEME_DAY).order_by().values("pk"))
    branches = PartyBranch.objects.within(desk.committee).active(desk.day)
    return branches.filter(~Exists(parts.filter(branch=OuterRef("pk"))))


def expiring(desk: Desk) -> QuerySet:
    soon = (desk.on, desk.on + timedelta(days=EXPIRING_DAYS))
    return Phrase.objects.visible_to(desk.user).filter(status=PhraseStatus.APPROVED, valid_until__range=soon)


def pending_differences(desk: Desk) -> QuerySet:
    return LedgerDifference.objects.visible_to(desk.user).pending()


def own_summaries(desk: Desk, leader: bool, **conditions: Any) -> QuerySet:
    """Of one's own office, for the leader or for staff; the other sees none."""
    rows = Summary.objects.visible_to(desk.user).filter(committee=desk.committee, **conditions)
    return rows if desk.user.is_leader == leader else rows.filter(pk__lt=0)


HANDED_UP = Watch(
    "summaries", "info", "待签发", "{n}份工作总结送审", "已送审、还没有签发或退回的工作总结。",
    lambda d: own_summaries(d, leader=True, status=SummaryStatus.REVIEW), "submitted_on", "", waited, act="去审阅",
)  # fmt: skip
TODO = (
    HANDED_UP,
    Watch(
        "summaries_returned", "warn", "被退回", "{n}份工作总结退回修改", "领导退回、还没有再次送审的工作总结。",
        lambda d: own_summaries(d, leader=False, status=SummaryStatus.RETURNED), "returned_on", act="去修改",
    ),
    Watch(
        "summaries_signed", "info", "待上报", "{n}份工作总结已签发，还没有登记上报", "已签发、没有写上报日期的工作总结。",
        lambda d: own_summaries(d, leader=False, status=SummaryStatus.SIGNED, reported_on=None), "signed_on", act="去登记",
    ),
    Watch(
        "overdue", "bad", "逾期", "{n}项任务逾期，涉及{who}个党支部", "过了完成时限仍未提交或退回未改的任务，不限季度。",
        lambda d: visible(TaskAssignment)(d).overdue(d.on), "due", "branch", term,
        "tasks:assignment-list", "tab=overdue&all=1", "去催办",
    ),
    Watch(
        "submitted", "info", "待审核", "{n}项任务提交，等待审核", "党支部已提交、还没有通过或退回的任务，不限季度。",
        lambda d: visible(TaskAssignment)(d).submitted(), "submitted_on", "", waited,
        "tasks:assignment-list", "tab=submitted&all=1", "逐项审核",
    ),
    Watch(
        "duty_reports", "info", "待审核", "{n}份述职报告等待审核", "已提交、还没有通过或退回的述职报告。",
        lambda d: visible(DutyReport)(d).filter(status=DutyReportStatus.SUBMITTED), "submitted_on", "", waited,
        "reviews:dutyreport-list", "tab=waiting", "逐份审核",
    ),
    Watch(
        "inspections", "info", "待初审", "年度检查：{n}家社会组织的材料等待党建初审", "已提交、党建初审还没有完成的年检记录。",
        lambda d: visible(InspectionRecord)(d).filter(status=InspectionStatus.SUBMITTED), "submitted_on", "", waited,
        "reviews:inspectionrecord-list", f"status={InspectionStatus.SUBMITTED}", "去初审",
    ),
    Watch(
        "sync_overdue", "bad", "超期", "六个同步：{n}项同步事项超过期限，涉及{who}家单位", "业务事件已发生、要同步做的党建工作过了期限还没有完成的。",
        lambda d: visible(SyncDuty)(d).overdue(d.on), "due_on", "organization", term,
        "organizations:syncduty-list", "tab=overdue", "去办理",
    ),
    Watch(
        "unbuilt", "bad", "超期", "{n}家应建党组织的社会组织超过期限没有组建",
        "应建党组织、超过办公设置的月数（没有设置的为三个月）没有单独或联合组建的社会组织，建成以后自动去掉（COV-04）。",
        unbuilt_long, "", "coverage_plan", planned, "organizations:coverage-gaps", "tab=long", "写组建计划",
    ),
    Watch(
        "findings_late", "bad", "逾期", "年检整改：{n}个问题过了整改期限", "过了整改期限、还没有销号的检查问题。",
        lambda d: visible(Finding)(d).overdue(d.on), "due", "", term, "reviews:finding-list", "tab=late", "去催办",
    ),
    Watch(
        "findings", "info", "待复查", "年检整改：{n}条整改结果等待复查", "单位报告已完成整改、还没有复查的检查问题。",
        lambda d: visible(Finding)(d).filter(status=FindingStatus.WAITING), "due", "", term,
        "reviews:finding-list", f"status={FindingStatus.WAITING}", "去复查", is_due=True,
    ),
    Watch(
        "differences", "warn", "待核实", "数据核对：{n}条差异没有结论", "没有更正、也没有判定为不是问题的核对差异。",
        pending_differences, "check_run__checked_on", "", earliest("最早一批", "核对"),
        "organizations:ledgerdifference-list", "tab=pending", "去核对",
    ),
    Watch(
        "minutes", "warn", "待印发", "联席会议：{n}次会议的纪要没有印发", "已召开、纪要还没有印发的联席会议。",
        lambda d: visible(JointMeeting)(d).filter(status=MeetingStatus.HELD), "held_on", "", earliest("最早一次", "召开"),
        "tasks:jointmeeting-list", f"status={MeetingStatus.HELD}", "写纪要",
    ),
    Watch(
        "letters", "warn", "待签订", "前置审查：{n}家新成立社会组织没有签订党建工作承诺书",
        "登记日期在本期内、仍在册、还没有签订承诺书的社会组织。", without_letter, "registered_on", "",
        earliest("最早一家", "登记"), act="去登记",
    ),
    Watch(
        "transfers", "info", "待审核", "党员：{n}件组织关系转接等待审核", "党支部已发起、还没有审核或退回的组织关系转接。",
        lambda d: visible(MemberTransfer)(d).pending(), "started_on", "", waited,
        "organizations:membertransfer-list", "tab=pending", "去审核",
    ),
    Watch(
        "phrases", "warn", "待审定", "规范用语：{n}条提法没有审定，总结里不能用", "状态为待审的规范提法。",
        lambda d: visible(Phrase)(d).filter(status=PhraseStatus.WAITING), act="去审定",
    ),
    Watch(
        "phrases_expiring", "warn", "将到期", "规范用语：{n}条提法30天内到期", "已审、三十天内不再使用的规范提法。",
        expiring, "valid_until", "", earliest("最早一条", "到期"), act="去查看", is_due=True,
    ),
)  # fmt: skip
RISKS = (
    Watch(
        "not_built", "bad", "应建未建", "{n}家应建党组织没有单独、联合组建",
        "在册社会组织中，正式党员达到应建条件或标注为应建未建的，当日没有单独、联合组建的党组织。应建条件见“两个覆盖”的口径。",
        not_built, name="organizations:coverage-rows", query="figure=should_unbuilt&on={day}",
    ),
    Watch(
        "uncovered", "bad", "覆盖空白", "{n}家既无党组织也无指导员", "在册社会组织中，当日没有党组织覆盖、也没有选派党建工作指导员的。",
        lambda d: coverage_base(d).uncovered(d.day), name="organizations:coverage-rows", query="figure=uncovered&on={day}",
    ),
    Watch(
        "terms", "warn", "换届到期", "{n}个党组织已届满或临近届满，还没有换届",
        "没有撤销的党组织中，换届期限（批准延期的按延期后的日期）已经过去，或者进入办公设置的提醒期（没有设置的为六个月）、还没有选举的。",
        lambda d: visible(ElectionTerm)(d).due_soon(d.day, election_rules(d.committee, d.day).near_months), name="organizations:electionterm-list", query="tab=due",
        as_of=True,
    ),
    Watch(
        "charters", "warn", "未入章", "{n}家章程未写入党的建设", "在册社会组织中，截至当日没有核准写入党的建设条款的章程的。",
        lambda d: bodies(d).without_party_clause(d.day), name="organizations:socialorganization-list", query="tab=clause",
        as_of=True,
    ),
    Watch(
        "theme_days", "warn", "活动偏少", "{n}个党组织本期没有登记主题党日", "当日没有撤销的党组织中，没有组织或参加过归属本期的主题党日的。",
        without_theme_day,
    ),
    Watch(
        "floating", "warn", "没有联系", "{n}名流动党员本期没有取得联系", "还在外的流动党员，本期没有一次取得联系的记录。每季度至少联系一次，出国（境）的每半年至少一次。",
        lambda d: visible(FloatingRecord)(d).unreached_between(d.period.start, d.period.end),
    ),
)  # fmt: skip
LEADER = (HANDED_UP,)
WATCHES = {watch.key: watch for watch in (*TODO, *RISKS)}


def count_all(desk: Desk, watches: Iterable[Watch]) -> list[Line]:
    """The lines that have rows, in their order; one query."""
    watches = list(watches)
    first, *others = [_figures(desk, watch) for watch in watches]
    found = {row["slot"]: row for row in first.union(*others, all=True)}
    rows = ((watch, found.get(watch.key)) for watch in watches)
    return [
        Line(watch, desk, row["amount"], row["who_"], row["first_"]) for watch, row in rows if row and row["amount"]
    ]


def _figures(desk: Desk, watch: Watch) -> QuerySet:
    rows = watch.rows(desk).order_by()
    none = Cast(Value(None, DateField()), DateField())
    return rows.annotate(slot=Value(watch.key, CharField())).values("slot").annotate(
        amount=Count("pk", distinct=True),
        who_=Count(watch.who, distinct=True) if watch.who else Value(0, IntegerField()),
        first_=Min(watch.first) if watch.first else none,
    )  # fmt: skip
