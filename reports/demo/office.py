"""The demonstration office: who works there, what is brought in, in which order."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction

from core import accounts, audit
from core.choices import AuditEvent, BatchStatus, OfficeRole
from core.editing import update_record
from core.excel.applying import apply_batch
from core.excel.sheet import get_sheet
from core.excel.staging import error_lines, new_batch, read_batch
from core.models import Committee, ImportBatch, User
from core.pages.saved import save_filter
from core.passwords import ALPHABET, rule_errors
from core.setup import Office, office_exists, setup_office
from core.transitions import advance
from organizations.choices import MembershipKind, PostingRole, PostKind
from organizations.models import PartyBranch, Posting, SocialOrganization
from organizations.workflows import branches as branch_work
from organizations.workflows.confirmations import confirm_data
from reports.choices import PHRASE_FLOW, PhraseStatus
from reports.models import Phrase
from tasks import workflows as task_workflows
from tasks.models import TaskAssignment, TaskList

from . import (
    bodies,
    branches,
    duty,
    elections,
    events,
    guidance,
    inspections,
    members,
    papers,
    register,
    signed,
    wording,
    work,
)
from .books import Book

DAY = date(2023, 4, 6)
NAME = "市社会组织综合党委"
PEOPLE = (
    (OfficeRole.SYSTEM_ADMIN, "admin", "周试用"),
    (OfficeRole.STAFF, "staff", "李样本"),
    (OfficeRole.LEADER, "leader", "王演示"),
)
LIAISON_BODY = "市广告协会"
SIGN_INS = (
    ("staff", "工作人员", "台账、任务、检查、总结"),
    ("leader", "分管领导", "查看、点评、签发"),
    ("secretary", "党支部书记", f"{branches.SECRETARY_BRANCH}，任务填报和述职"),
    ("liaison", "社会组织联络员", f"{LIAISON_BODY}，查看本单位"),
    ("admin", "系统管理员", "账号和设置，不看业务数据"),
)
Say = Callable[[str], None]


class RealDataError(Exception):
    """There are rows of a real office; demonstration data stays away from it."""


def all_books() -> list[tuple[Book, date]]:
    """(workbook, 数据截至) in the order in which an office brings them in."""
    covered = branches.covered_bodies()
    old = [(book, date(2022, 12, 31)) for book in bodies.books(covered)]
    rest = [
        bodies.new_book(covered),
        *branches.books(),
        elections.book(),
        *papers.books(),
        *guidance.books(),
        *work.books(),
        *events.books(),
        *inspections.books(),
        *duty.books(),
        *wording.books(),
    ]
    return old + [(book, DAY) for book in rest]


def write_workbooks(folder: Path) -> list[Path]:
    """The same workbooks as files, numbered in their order, for trying the import by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (book, _) in enumerate(all_books(), 1):
        path = folder / f"{number:02d}-{book.file_name}"
        path.write_bytes(book.content())
        paths.append(path)
    return paths


def demo_committee() -> Committee | None:
    return Committee.objects.filter(parent=None).exclude(demo_date=None).first()


def require_no_real_data() -> None:
    real = Committee.objects.filter(demo_date=None).exists()
    if real or (office_exists() and demo_committee() is None):
        raise RealDataError("这个数据库里已有真实单位或账号，演示数据没有载入。请换一个空的数据库再试。")


def demo_password(username: str) -> str:
    """Different in every installation, the same whenever it is asked for, stored nowhere."""
    for attempt in range(1000):
        digest = hmac.new(settings.SECRET_KEY.encode(), f"demo:{username}:{attempt}".encode(), hashlib.sha256).digest()
        letters = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:12])
        password = f"{letters[:4].capitalize()}-{letters[4:8]}-{letters[8:]}"
        if not rule_errors(password) and any(char.isdigit() for char in password) and password[0].isupper():
            return password
    raise RuntimeError("no demonstration password satisfies the rules")


@transaction.atomic
def load(password: str = "", say: Say = lambda text: None) -> Committee:
    """Everything or nothing: the office, its accounts, its workbooks and what was done in the system since."""
    require_no_real_data()
    committee = _office(password)
    staff = User.objects.select_related("committee").get(username="staff")
    for book, as_of in all_books():
        batch = bring_in(book, as_of, staff)
        say(f"{book.file_name}：{get_sheet(book.kind).title}，新增{batch.new_count}行")
    _approve_phrases(staff)
    _committees(committee, staff)
    _postings(committee, password)
    _work(committee, staff)
    guidance.load(committee, staff)
    elections.hold(committee, staff)
    elections.apply(committee, staff)
    register.build(committee, staff)
    signed.load(committee, staff)
    return committee


def _office(password: str) -> Committee:
    office = Office(
        name=NAME,
        code="city",
        place="市",
        level="city",
        superior_body="市委非公经济和社会组织工委",
        superior_short="市委非公工委",
        bureau="市民政局",
        contact_phone="0000-1234567",
    )
    setup_office(office, list(PEOPLE))
    committee = Committee.objects.get(code="city")
    committee.short_name, committee.demo_date = "综合党委", DAY
    committee.save()
    for _, username, _ in PEOPLE:
        _open_account(User.objects.get(username=username), password)
    return committee


def _open_account(user: User, password: str) -> None:
    accounts.change_password(user, password or demo_password(user.username))


def bring_in(book: Book, as_of: date, by: User) -> ImportBatch:
    """One workbook through the product's own importer, refused by what the importer finds wrong."""
    sheet = get_sheet(book.kind)
    content = ContentFile(book.content())
    batch = new_batch(sheet, content, book.file_name, by=by, committee=by.committee, source="演示数据", as_of=as_of)
    batch = read_batch(batch)
    if batch.status != BatchStatus.PREVIEWED:
        wrong = [f"第{number}行{heading}：{sentence}" for number, _, heading, sentence in error_lines(batch)]
        raise ValidationError([f"{book.file_name}：{batch.report.get('fatal', '')}", *wrong[:10]])
    return apply_batch(batch, by=by)


def _approve_phrases(staff: User) -> None:
    for phrase in Phrase.objects.filter(status=PhraseStatus.WAITING):
        advance(phrase, PHRASE_FLOW, PhraseStatus.APPROVED, by=staff)


WITHOUT_COMMITTEE = ("市道路运输协会党支部", "市启航职业培训学校党支部", branches.JOINT_CENTRE)


def _committees(committee: Committee, staff: User) -> None:
    """The posts beside the secretary's, which the workbook of branches has no columns for; three were forgotten."""
    later = (*WITHOUT_COMMITTEE, elections.ON_TIME)  # that one's committee is seated by its elections
    found = PartyBranch.objects.filter(committee=committee, dissolved_on=None).exclude(short_name__in=later)
    for branch in found.order_by("pk"):
        roster = branch.memberships.filter(end=None).select_related("member").order_by("pk")[1:3]
        for row, post in zip(roster, (PostKind.ORGANIZATION, PostKind.PUBLICITY), strict=False):
            if row.kind == MembershipKind.FULL:
                start = max(branch.term_start or row.start, branch.founded_on)
                branch_work.appoint(branch, post=post, start=start, by=staff, member=row.member)


def _postings(committee: Committee, password: str) -> None:
    branch = PartyBranch.objects.get(committee=committee, short_name=branches.SECRETARY_BRANCH)
    body = SocialOrganization.objects.get(committee=committee, short_name=LIAISON_BODY)
    wanted = (
        ("secretary", branches.secretaries()[branch.short_name], PostingRole.SECRETARY, {"branch": branch}),
        ("liaison", "孙例文", PostingRole.LIAISON, {"organization": body}),
    )
    for username, name, role, target in wanted:
        user, _ = accounts.create_account(username=username, name=name, committee=committee, by=None, note="演示账号")
        posting = Posting.objects.create(user=user, role=role, start=date(2022, 1, 1), **target)
        audit.record(AuditEvent.CREATE, posting, by=None, committee=committee, note="演示账号")
        _open_account(user, password)


def _work(committee: Committee, staff: User) -> None:
    """What happened in the system itself: a report sent back to the secretary, the next list handed down."""
    secretary = User.objects.select_related("committee").get(username="secretary")
    rows = TaskAssignment.objects.select_related("item__task_list", "branch", "committee")
    assignment = rows.get(
        item__task_list__quarter=2023 * 4, item__number=3, branch__short_name=branches.SECRETARY_BRANCH
    )
    assignment.report = "支部党员到烈士陵园敬献花篮，9人参加。"
    assignment = update_record(assignment, by=secretary)
    task_workflows.submit_assignment(assignment, by=secretary)
    assignment = rows.get(pk=assignment.pk)
    task_workflows.return_assignment(assignment, by=staff, reason="请补充活动照片和签到表，并写明实到人数和请假情况。")
    branch = PartyBranch.objects.get(committee=committee, short_name=branches.SECRETARY_BRANCH)
    confirm_data(branch, on=date(2022, 12, 20), by=secretary)
    save_filter("organizations:socialorganization-list", name="未入章的协会", query="tab=clause&kind=51", by=staff)
    task_workflows.issue_task_list(TaskList.objects.get(committee=committee, quarter=2023 * 4 + 1), by=staff)
    members.load(staff, secretary)
