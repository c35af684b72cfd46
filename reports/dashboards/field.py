"""The home pages of a branch secretary and of the liaison of a body: what is mine, what is owed, until when."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse

from core.menu import url_or_empty
from core.models import Notice
from organizations.choices import CharterStatus, LetterStatus
from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    PartyBranch,
    SocialOrganization,
    liaised_ids,
    posted_ids,
)
from reports.dashboards.watches import Desk
from reviews.choices import DutyReportStatus, FindingStatus, InspectionStatus
from reviews.models import DutyReport, Finding, InspectionRecord
from tasks.choices import WAITING_FOR_BRANCH, AssignmentStatus
from tasks.models import Activity, TaskAssignment

TASKS_SHOWN = 5
NOTICES_SHOWN = 3
NEAR = 14  # days before the due day from which a duty report stands before the tasks
SOON = 3  # days before the due day from which a card turns golden
S = AssignmentStatus


@dataclass(frozen=True)
class Card:
    """One thing that is owed: state, until when, what, why, and the button."""

    kind: str
    word: str
    title: str
    url: str
    css: str = ""
    until: str = ""
    who: str = ""
    note: str = ""
    act: str = ""
    act_url: str = ""
    primary: bool = False
    icon: str = "pencil"


@dataclass(frozen=True)
class BranchPart:
    """One branch of the secretary and how its tasks of the period stand."""

    branch: PartyBranch
    passed: int
    applicable: int
    activities: int


@dataclass(frozen=True)
class BodyPart:
    """One body of the liaison and what it owes."""

    body: SocialOrganization
    owed: list[Card]


@dataclass(frozen=True)
class FieldHome:
    """The page of everybody who holds postings."""

    desk: Desk
    branches: list[BranchPart]
    tasks: list[Card]
    open_count: int
    reports: list[Card]
    bodies: list[BodyPart]
    notices: list[Notice]
    quick: list[tuple[str, str, str]] = field(default_factory=list)  # icon, label, url

    @property
    def pressing_reports(self) -> list[Card]:
        """Returned, late, or due soon: they stand before the tasks."""
        return [card for card in self.reports if card.css]

    @property
    def other_reports(self) -> list[Card]:
        return [card for card in self.reports if not card.css]


def field_home(desk: Desk) -> FieldHome:
    """A constant number of queries: postings, branches, tasks, reports, bodies and what they owe, notices."""
    branch_ids, body_ids = posted_ids(desk.user)
    branches, tasks, open_count, reports = [], [], 0, []
    own = liaised_ids(desk.user) if body_ids else []
    if branch_ids:
        branches = branch_parts(desk, branch_ids)
        tasks, open_count = open_tasks(desk, len(branches) > 1)
        reports = report_cards(desk, len(branches) > 1)
    return FieldHome(
        desk=desk,
        branches=branches,
        tasks=tasks,
        open_count=open_count,
        reports=reports,
        bodies=body_parts(desk, body_ids, own) if body_ids else [],
        notices=list(Notice.objects.filter(user=desk.user, read_at=None)[:NOTICES_SHOWN]),
        quick=quick_links(branches, reports) if branches else paper_links() if own else [],
    )


def paper_links() -> list[tuple[str, str, str]]:
    """What a liaison hands in, each with what was handed in before."""
    links = [
        ("file-text", "承诺书", url_or_empty("organizations:commitmentletter-list")),
        ("scroll-text", "章程", url_or_empty("organizations:charterrecord-list")),
        ("users-round", "党员调查表", url_or_empty("organizations:membersurvey-list")),
    ]
    return [link for link in links if link[2]]


def quick_links(branches: list[BranchPart], reports: list[Card]) -> list[tuple[str, str, str]]:
    writing = next((card.act_url for card in reports if card.act_url), url_or_empty("reviews:dutyreport-list"))
    links = [
        ("flag", "记录活动", url_or_empty("tasks:activity-create")),
        ("list-checks", "填报任务", url_or_empty("tasks:assignment-list")),
        ("file-text", "写述职报告", writing),
    ]
    return [link for link in links if link[2]]


def branch_parts(desk: Desk, ids: list[int]) -> list[BranchPart]:
    """Three queries: the branches, their tasks and their activities of the period."""
    p = desk.period
    tasks = TaskAssignment.objects.visible_to(desk.user).for_quarters(p.first, p.last).order_by().values("branch_id")
    tasks = tasks.annotate(
        passed=Count("pk", filter=Q(status=S.PASSED)), applicable=Count("pk", filter=~Q(status=S.NOT_APPLICABLE))
    )
    numbers = {row["branch_id"]: (row["passed"], row["applicable"]) for row in tasks}
    held = Activity.objects.for_quarters(p.first, p.last).filter(parties__branch__in=ids).order_by()
    activities = dict(held.values_list("parties__branch").annotate(n=Count("pk", distinct=True)))
    rows = PartyBranch.objects.visible_to(desk.user).filter(pk__in=ids)
    return [BranchPart(row, *numbers.get(row.pk, (0, 0)), activities.get(row.pk, 0)) for row in rows]


def open_tasks(desk: Desk, many: bool) -> tuple[list[Card], int]:
    """The tasks that wait for the secretary, the most urgent first, and how many there are in all; two queries."""
    rows = TaskAssignment.objects.visible_to(desk.user).filter(
        status__in=WAITING_FOR_BRANCH, quarter__lte=desk.period.last
    )
    shown = rows.select_related("item", "branch").order_by("due", "pk")[:TASKS_SHOWN]
    return [task_card(row, desk.on, many) for row in shown], rows.count()


def task_card(row: TaskAssignment, on: date, many: bool) -> Card:
    left = (row.due - on).days
    url = row.get_absolute_url()
    kind, word, css = "off", f"还剩{left}天", ""
    if row.status == S.RETURNED:
        kind, word, css = "warn", "被退回", "taskcard-late"
        if left < 0:
            kind, word = "bad", f"被退回，逾期{-left}天"
    elif left < 0:
        kind, word, css = "bad", f"逾期{-left}天", "taskcard-late"
    elif left <= SOON:
        kind, word, css = "warn", f"还剩{left}天" if left else "今天截止", "taskcard-today"
    returned = row.status == S.RETURNED
    return Card(
        kind=kind,
        word=word,
        css=css,
        title=row.item.text,
        url=url,
        until=f"{row.due.month}月{row.due.day}日" + ("前改好" if returned else "截止"),
        who=str(row.branch) if many else "",
        note=row.remark if returned else row.item.evidence,
        act="修改后再交" if returned else "填报",
        act_url=f"{url}report/",
        primary=left < 0 and not returned,
    )


REPORT_WORDS = {
    DutyReportStatus.DRAFT: ("warn", "待提交", "写述职报告"),
    DutyReportStatus.RETURNED: ("warn", "被退回", "修改"),
    DutyReportStatus.SUBMITTED: ("info", "待审核", ""),
    DutyReportStatus.ACCEPTED: ("ok", "审核通过", ""),
}


def report_cards(desk: Desk, many: bool) -> list[Card]:
    """The duty report of the latest session of each branch; one query."""
    rows = (
        DutyReport.objects.visible_to(desk.user)
        .due()
        .select_related("session", "branch")
        .defer("duties", "practices", "achievements", "problems", "thoughts", "measures")
        .order_by("-session__year", "-pk")[: 4 * TASKS_SHOWN]
    )
    latest: dict[int, DutyReport] = {}
    for row in rows:
        latest.setdefault(row.branch_id, row)
    return (
        [report_card(row, desk.on, many) for row in latest.values()] if url_or_empty("reviews:dutyreport-list") else []
    )


def report_card(row: DutyReport, on: date, many: bool) -> Card:
    kind, word, act = REPORT_WORDS[DutyReportStatus(row.status)]
    due = row.session.report_due
    late = bool(act) and due is not None and due < on
    near = bool(act) and due is not None and 0 <= (due - on).days <= NEAR
    url = row.get_absolute_url()
    return Card(
        kind="bad" if late and row.status == DutyReportStatus.DRAFT else kind,
        word=f"逾期{(on - due).days}天" if late and row.status == DutyReportStatus.DRAFT else word,
        css="taskcard-late" if late or row.status == DutyReportStatus.RETURNED else "taskcard-today" if near else "",
        title=f"{row.session.year}年度述职报告（{row.get_mode_display()}）",
        url=url,
        until=f"{'' if due.year == on.year else f'{due.year}年'}{due.month}月{due.day}日截止" if due and act else "",
        who=str(row.branch) if many else "",
        note=row.remark if row.status == DutyReportStatus.RETURNED else "",
        act=act,
        act_url=f"{url}edit/" if act else "",
        primary=late,
    )


def body_parts(desk: Desk, ids: list[int], own: list[int]) -> list[BodyPart]:
    """Three queries: the bodies with their papers, their inspections, their open findings."""
    here = {"organization": OuterRef("pk")}
    drafts = CharterRecord.objects.filter(status=CharterStatus.ABSENT, **here).order_by("-version_no")
    letters = CommitmentLetter.objects.filter(**here)
    bodies = SocialOrganization.objects.visible_to(desk.user).filter(pk__in=ids).with_papers(desk.on)
    bodies = bodies.annotate(charter_pk=Subquery(drafts.values("pk")[:1]), letter_pk=Subquery(letters.values("pk")[:1]))
    owed: dict[int, list[Card]] = {}
    pages = bool(url_or_empty("reviews:finding-list"))
    records = InspectionRecord.objects.visible_to(desk.user).filter(
        organization__in=ids, status__in=[InspectionStatus.PENDING, InspectionStatus.RETURNED]
    )
    for record in records.select_related("campaign").order_by("-campaign__checked_year"):
        owed.setdefault(record.organization_id, []).append(inspection_card(record, desk.on, pages))
    findings = Finding.objects.visible_to(desk.user).filter(record__organization__in=ids)
    findings = findings.exclude(status__in=[FindingStatus.CLOSED, FindingStatus.WAITING])
    for finding in findings.select_related("record").order_by("due", "pk"):
        owed.setdefault(finding.record.organization_id, []).append(finding_card(finding, desk.on, pages))
    return [BodyPart(body, [*paper_cards(body, body.pk in own), *owed.get(body.pk, [])]) for body in bodies]


READ_ON = ("查看本单位", "building-2")
ADD_FILES = ("查看、上传扫描件", "paperclip")


def paper_cards(body: SocialOrganization, hands_in: bool) -> list[Card]:
    """The charter and the commitment letter, where one of them is lacking; the liaison hands them in."""
    url = body.get_absolute_url() if url_or_empty("organizations:socialorganization-list") else ""
    cards = []
    if body.charter_status != CharterStatus.APPROVED:
        word = CharterStatus(body.charter_status).label
        note = "修订章程，经会员（代表）大会或理事会表决后报核准。"
        if body.charter_status == CharterStatus.ABSENT and hands_in:
            step = ADD_FILES if body.charter_pk else ("填报章程", "pencil")
            cards.append(
                paper_card(word, "章程写入党的建设", paper_url("charterrecord", body.charter_pk, body.pk), note, step)
            )
        else:
            cards.append(paper_card(word, "章程写入党的建设", url, note, READ_ON))
    if body.letter_status in (None, LetterStatus.PENDING):
        title, note, step = "党建工作承诺书", "签订后交综合党委办公室。", READ_ON
        if hands_in:
            url = paper_url("commitmentletter", body.letter_pk, body.pk)
            note = (
                "已填报，等工作人员确认；扫描件在里面上传。" if body.letter_pk else "签订以后在这里填报，上传扫描件。"
            )
            step = ADD_FILES if body.letter_pk else ("填报承诺书", "pencil")
        cards.append(paper_card("待签", title, url, note, step))
    return cards


def paper_card(word: str, title: str, url: str, note: str, step: tuple[str, str]) -> Card:
    act, icon = step
    return Card("warn", word, title, url, note=note, act=act if url else "", act_url=url, icon=icon)


def paper_url(model: str, pk: int | None, body: int) -> str:
    """The paper that waits, else the form on which it is handed in."""
    if pk is not None:
        return reverse(f"organizations:{model}-detail", args=[pk])
    return f"{reverse(f'organizations:{model}-create')}?organization={body}"


def inspection_card(record: InspectionRecord, on: date, pages: bool) -> Card:
    due = record.campaign.submit_due
    late = due is not None and due < on
    url = record.get_absolute_url() if pages else ""
    return Card(
        "bad" if late else "warn",
        f"逾期{(on - due).days}天" if late else record.get_status_display(),
        str(record.campaign),
        url,
        css="taskcard-late" if late else "",
        until=f"{due.month}月{due.day}日截止" if due else "",
        act="办理年检" if url else "",
        act_url=url,
        primary=late,
    )


def finding_card(finding: Finding, on: date, pages: bool) -> Card:
    late = finding.due is not None and finding.due < on
    url = finding.get_absolute_url() if pages else ""
    return Card(
        "bad" if late else "warn",
        f"逾期{(on - finding.due).days}天" if late else finding.get_status_display(),
        f"整改：{finding.description}",
        url,
        css="taskcard-late" if late else "",
        until=f"{finding.due.month}月{finding.due.day}日前完成" if finding.due else "",
        note=finding.advice,
        act="办理整改" if url else "",
        act_url=url,
        primary=late,
    )
