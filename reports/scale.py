"""Bulk data for measuring: an invented city or province of any size, with years of history (PERF §1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from types import SimpleNamespace
from typing import Any

from django.db import models, transaction

from core.choices import CommitteeLevel, OfficeRole
from core.excel import loading
from core.models import Committee, User
from core.periods import quarter_end, quarter_label, quarter_of, quarter_start
from core.pinyin import search_key, sort_key
from core.secrets import encrypt, keyed_hash
from organizations import models as o
from reports.demo.people import GIVEN, SURNAMES, credit_code, id_number, phone
from reports.models import Phrase
from reviews import models as r
from tasks import models as t

BRANCHES_PER_BODY = 0.21
ITEMS, ACTIVITIES, HIGHLIGHTS = 12, 8, 5  # per quarter: items, activities of a branch, highlighted ones of a committee
STEMS = (
    "建材", "餐饮", "物流", "软件", "养老", "旅游", "茶叶", "家政", "广告", "汽修", "装饰", "服装", "水产", "园林", "电商", "摄影",
    "书法", "登山", "环保", "助学", "助残", "康复", "培训", "幼教", "社工", "调解", "救援", "志愿", "文化", "体育",
)  # fmt: skip
ENDINGS = {"51": ("协会", "商会", "学会", "促进会"), "52": ("服务中心", "学校", "俱乐部", "护理院"), "53": ("基金会",)}
ACTIVITY_KINDS = (
    "theme_day",
    "theme_day",
    "party_class",
    "lecture",
    "sharing",
    "members_meeting",
    "committee_meeting",
    "volunteer",
)


class Table:
    """Rows of one model, written two thousand at a time by the loader of the imports."""

    def __init__(self, model: type[models.Model], **fixed: Any) -> None:
        self.model, self.buffer, self.keys = model, [], iter(())
        self.base = {field.attname: field.get_default() for field in model._meta.concrete_fields} | fixed
        self.written = 0

    def add(self, **values: Any) -> int:
        key = next(self.keys, None)
        if key is None:
            self.flush()
            self.keys = iter(loading.allocate(self.model, loading.CHUNK))
            key = next(self.keys)
        self.buffer.append(SimpleNamespace(**{**self.base, self.model._meta.pk.attname: key, **values}))
        return key

    def flush(self) -> None:
        if self.buffer:
            self.written += loading.insert(self.model, self.buffer)
            self.buffer = []


@dataclass(frozen=True)
class Size:
    organizations: int
    members: int
    years: int
    ledgers_only: bool = False

    @property
    def branches(self) -> int:
        return max(1, round(self.organizations * BRANCHES_PER_BODY))


@lru_cache(maxsize=100_000)
def keys_of(name: str) -> tuple[str, str]:
    return search_key(name), sort_key(name)


class Builder:
    """One committee with its years. `today` is the last day that has rows."""

    def __init__(self, committee: Committee, size: Size, random: Random, today: date, serial: int) -> None:
        self.committee, self.size, self.random, self.today, self.serial = committee, size, random, today, serial
        self.tables: dict[type[models.Model], Table] = {}
        self.bodies: list[tuple[int, date, str]] = []
        self.branches: list[tuple[int, date, str]] = []
        last = quarter_of(today)
        self.quarters = range(last - size.years * 4 + 1, last + 1)

    def table(self, model: type[models.Model]) -> Table:
        if model not in self.tables:
            known = {field.attname for field in model._meta.concrete_fields}
            fixed = {"committee_id": self.committee.pk} if "committee_id" in known else {}
            self.tables[model] = Table(model, **fixed)
        return self.tables[model]

    def add(self, model: type[models.Model], **values: Any) -> int:
        return self.table(model).add(**values)

    @transaction.atomic
    def build(self) -> int:
        self.make_bodies()
        self.make_branches()
        self.make_members()
        if not self.size.ledgers_only:
            self.make_history()
        for table in self.tables.values():
            table.flush()
        return sum(table.written for table in self.tables.values())

    def make_history(self) -> None:
        for quarter in self.quarters:
            self.make_quarter(quarter)
        for year in range(self.today.year - self.size.years, self.today.year):
            self.make_year(year)
        self.make_phrases()

    def person(self) -> str:
        return self.random.choice(SURNAMES) + self.random.choice(GIVEN)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randint(0, max(0, (last - first).days)))

    # --- who they are --------------------------------------------------------------------------------------------

    def make_bodies(self) -> None:
        random = self.random
        for number in range(self.size.organizations):
            kind = random.choices(("51", "52", "53"), (415, 574, 11))[0]
            short = f"市{random.choice(STEMS)}{random.choice(ENDINGS[kind])}{number + 1}"
            registered = self.day(date(1995, 1, 1), self.today)
            ended = self.day(registered, self.today) if number % 33 == 7 and registered < self.today else None
            code = credit_code(kind, self.serial + number)
            search, sort = keys_of(short)
            contact = self.person()
            pk = self.add(
                o.SocialOrganization, name=f"{self.committee.place}示例{short}", short_name=short, code=code, kind=kind,
                is_trade_association=kind == "51" and number % 3 == 0, registration_mode="direct", registered_on=registered,
                ended_on=ended, status="cancelled" if ended else "normal", contact=contact, phone=phone(number),
                legal_representative=self.person(), staff_count=random.randint(3, 60), full_time_count=random.randint(0, 3),
                no_branch_reason="due" if number % 25 == 13 else "", district=f"第{number % 8 + 1}区", search=f"{search} {code.lower()} {contact}"[:600], sort_key=sort,
            )  # fmt: skip
            self.papers_of(pk, registered, number)
            if ended is None:
                self.bodies.append((pk, registered, short))

    def papers_of(self, pk: int, registered: date, number: int) -> None:
        self.add(o.Affiliation, organization_id=pk, kind="direct" if number % 5 < 3 else "supervisor", start=registered)
        if number % 25 == 13:
            self.add(o.DueMark, organization_id=pk, start=registered)
        clause = number % 12 != 5
        self.add(
            o.CharterRecord, organization_id=pk, voted_on=registered, approved_on=registered, has_party_clause=clause,
            has_values_clause=clause, status="approved", clause_kind="liaison" if clause else "",
        )  # fmt: skip
        if number % 3 == 0:
            self.add(o.CommitmentLetter, organization_id=pk, signed_on=registered, signer="负责人", status="signed")
        if number % 5 == 2:
            name = self.person()
            self.add(o.InstructorAssignment, organization_id=pk, instructor_name=name, sort_key=sort_key(name),
                     sent_by="机关党支部", start=self.day(registered, self.today))  # fmt: skip
        if number % 4 == 1:
            members = number % 7
            self.add(o.MemberSurvey, organization_id=pk, filled_on=registered, staff_count=20, member_count=members,
                     full_member_count=max(0, members - 1))  # fmt: skip
        if number % 10 < 7:
            name = self.person()
            self.add(o.Liaison, organization_id=pk, name=name, sort_key=sort_key(name), phone=phone(number),
                     start=registered)  # fmt: skip

    def make_branches(self) -> None:
        free = iter(self.random.sample(self.bodies, len(self.bodies)))
        for number in range(self.size.branches):
            kind, count, method = ("branch", 1, "own")
            if number % 10 == 9:
                kind, count, method = ("joint", 3, "joint") if number % 20 == 9 else ("functional", 3, "functional")
            covered = [body for body in (next(free, None) for _ in range(count)) if body]
            start = max((registered for _, registered, _ in covered), default=date(2010, 1, 1))
            founded = self.day(start, self.today - timedelta(days=1)) if start < self.today else start
            short = f"{covered[0][2] if covered else f'第{number + 1}'}{'联合' if kind == 'joint' else ''}党支部"
            search, sort = keys_of(short)
            elected = max(founded, date(self.today.year - 2, 1 + number % 12, 1 + number % 28))
            pk = self.add(
                o.PartyBranch, name=f"中共示例{short}{number + 1}", short_name=short, kind=kind, founded_on=founded, term_number=2,
                term_start=elected, term_end=elected.replace(year=elected.year + 3, day=min(elected.day, 28)), search=search, sort_key=sort,
            )  # fmt: skip
            for body, _, _ in covered:
                self.add(o.BranchCoverage, branch_id=pk, organization_id=body, method=method, start=founded)
            self.add(
                o.ElectionTerm, branch_id=pk, number=2, started_on=elected,
                due_on=elected.replace(year=elected.year + 3, day=min(elected.day, 28)),
            )  # fmt: skip
            self.add(o.BranchPost, branch_id=pk, person_name=self.person(), post="secretary", start=founded)
            self.branches.append((pk, founded, short))

    def make_members(self) -> None:
        random, seen = self.random, set()
        for number in range(self.size.members):
            branch, founded, _ = self.branches[number % len(self.branches)]
            name = self.person()
            born = date(random.randint(1950, 1999), random.randint(1, 12), random.randint(1, 28))
            code = id_number(born, self.serial + number, number % 3 > 0)
            while code in seen:
                born += timedelta(days=1)
                code = id_number(born, self.serial + number, number % 3 > 0)
            seen.add(code)
            probationary = number % 40 == 1
            joined = date(self.today.year - 1, 7, 1) if probationary else date(born.year + 20 + number % 3, 7, 1)
            pk = self.add(
                o.PartyMember, name=name, sex="male" if number % 3 else "female", id_cipher=encrypt(code), born_on=born,
                id_hash=keyed_hash(code), id_tail=code[:3] + code[-4:], joined_on=joined, phone=phone(number),
                category="probationary" if probationary else "full", full_on=None if probationary else joined.replace(year=joined.year + 1),
                education=("bachelor", "college", "high_school")[number % 3], search=keys_of(name)[0], sort_key=keys_of(name)[1],
            )  # fmt: skip
            start = max(founded, joined) if max(founded, joined) <= self.today else founded
            row = self.add(o.Membership, member_id=pk, branch_id=branch, start=start, join_reason="transferred")
            self.add(
                o.MemberChange, member_id=pk, membership_id=row, branch_id=branch, kind="transferred_in", on=start,
                outside="外地党组织",
            )  # fmt: skip

    # --- what is done --------------------------------------------------------------------------------------------

    def make_quarter(self, quarter: int) -> None:
        start, end = quarter_start(quarter), min(quarter_end(quarter), self.today)
        present = [(pk, short) for pk, founded, short in self.branches if founded <= end]
        self.make_tasks(quarter, start, quarter_end(quarter), present)
        self.make_activities(quarter, start, end, present)
        self.make_meeting(quarter, start, end)
        for number in range(3):
            self.add(
                t.Problem, quarter=quarter, description=f"第{number + 1}个问题的情况", cause="原因", order=number + 1
            )
            self.add(
                t.PlanItem, quarter=quarter, heading=f"做好第{number + 1}项工作", description="内容。", order=number + 1
            )
        self.make_checks(quarter, start, end)

    def make_tasks(self, quarter: int, start: date, due: date, present: list) -> None:
        running = due > self.today
        title = f"{quarter_label(quarter)}全市非公企业和社会组织党建工作任务清单"
        task_list = self.add(
            t.TaskList, quarter=quarter, title=title, issued_on=start, status="issued" if running else "summed_up"
        )
        for number in range(1, ITEMS + 1):
            item = self.add(
                t.TaskItem,
                task_list_id=task_list,
                number=number,
                text=f"第{number}项任务",
                start=start,
                due=due,
                points=10,
            )
            for branch, _ in present:
                roll = self.random.random()
                status = (
                    "open"
                    if roll < (0.4 if running else 0.03)
                    else "returned"
                    if roll < 0.05
                    else "submitted"
                    if roll < 0.1
                    else "passed"
                )
                handed = start + timedelta(days=int(roll * 95)) if status in ("submitted", "passed") else None
                self.add(t.TaskAssignment, item_id=item, branch_id=branch, quarter=quarter, due=due, status=status, submitted_on=handed,
                         passed_on=handed if status == "passed" else None, report="已按要求完成。" if handed else "")  # fmt: skip

    def make_activities(self, quarter: int, start: date, end: date, present: list) -> None:
        left = HIGHLIGHTS
        for branch, _ in present:
            for number in range(ACTIVITIES):
                expected = self.random.randint(5, 30)
                shown = left > 0 and number == branch % ACTIVITIES
                left -= shown
                pk = self.add(
                    t.Activity, quarter=quarter, kind=ACTIVITY_KINDS[number], theme=f"{quarter_label(quarter)}学习{number + 1}",
                    held_on=self.day(start, end), expected=expected, attended=expected - number % 4, place="活动室",
                    highlight="做法具体、效果好" if shown else "", usable_for_summary=shown,
                )  # fmt: skip
                self.add(t.ActivityParty, activity_id=pk, branch_id=branch, role="organizer")

    def make_meeting(self, quarter: int, start: date, end: date) -> None:
        meeting = self.add(t.JointMeeting, quarter=quarter, year=start.year, ordinal=quarter % 4 + 1, held_on=self.day(start, end),
                           purpose="交流工作", status="minuted")  # fmt: skip
        self.add(t.ConveyedDocument, meeting_id=meeting, issuer="省民政厅", title="关于做好有关工作的通知")
        for number in range(3):
            self.add(t.MeetingRequirement, meeting_id=meeting, text=f"抓好第{number + 1}方面工作", order=number + 1)
            self.add(t.Resolution, meeting_id=meeting, text=f"议定第{number + 1}项", status="open", order=number + 1)
        for pk, _, _ in self.bodies[:60]:
            self.add(t.MeetingAttendance, meeting_id=meeting, organization_id=pk, attended=pk % 9 > 0)
        training = self.add(
            t.Training,
            quarter=quarter,
            name="党建业务培训",
            audience="secretaries",
            start=start,
            end=start,
            hours=8,
            status="held",
        )
        for branch, _, _ in self.branches[:60]:
            self.add(
                t.TrainingParticipant,
                training_id=training,
                branch_id=branch,
                person_name=self.person(),
                attended=branch % 8 > 0,
            )

    def make_checks(self, quarter: int, start: date, end: date) -> None:
        for other in ("platform", "member_database"):
            check = self.add(o.LedgerCheck, quarter=quarter, checked_on=self.day(start, end), source="own", compared_with=other,
                             organizations_checked=len(self.bodies), members_checked=self.size.members)  # fmt: skip
            for pk, _, short in self.random.sample(self.bodies, min(20, len(self.bodies))):
                self.add(o.LedgerDifference, check_run_id=check, organization_id=pk, object_label=short, field="联系电话",
                         decision="theirs", corrected_on=end if pk % 5 else None)  # fmt: skip

    # --- how it is judged ----------------------------------------------------------------------------------------

    def make_year(self, year: int) -> None:
        """The inspection and the review of `year`, both done in the first quarter of the next."""
        quarter = (year + 1) * 4
        on = date(year + 1, 2, 20)
        campaign = self.add(
            r.InspectionCampaign,
            quarter=quarter,
            checked_year=year,
            title=f"{year}年度社会组织检查",
            started_on=on,
            status="running",
        )
        for pk, registered, _ in self.bodies:
            if registered.year > year:
                continue
            clause = pk % 17 > 0
            record = self.add(
                r.InspectionRecord, campaign_id=campaign, organization_id=pk, quarter=quarter, submitted_on=on, has_party_clause=clause,
                has_branch=pk % 4 == 0, staff_count=20, member_count=pk % 7, status="checked" if pk % 20 else "pending",
            )  # fmt: skip
            if not clause:
                self.add(r.Finding, record_id=record, quarter=quarter, description="未将党的建设写入章程", is_charter_clause=True,
                         advice="修改章程", advised_on=on, due=on + timedelta(days=90), status="rectifying")  # fmt: skip
        session = self.add(r.ReviewSession, quarter=quarter, year=year, name=f"{year}年度党支部书记述职评议会议", held_on=on,
                           has_democratic_review=True, status="held")  # fmt: skip
        ballots = self.add(r.BallotBatch, session_id=session, voter_group="all", issued=60, returned=58, valid=58)
        for number, (branch, founded, _) in enumerate(self.branches):
            if founded.year > year:
                continue
            text = "开展学习教育，落实各项任务，联系服务会员。" * 12
            report = self.add(
                r.DutyReport, session_id=session, branch_id=branch, quarter=quarter, secretary_name=self.person(), order=number % 30_000 + 1,
                mode="oral" if number % 5 == 0 else "written", duties=text, practices=text, achievements=text, problems=text, thoughts=text,
                measures=text, submitted_on=on, accepted_on=on, status="accepted",
            )  # fmt: skip
            self.add(r.DutyProblem, report_id=report, description="学习不够深入", measure="坚持每月集中学习")
            self.add(r.BallotTally, batch_id=ballots, report_id=report, good=50, fair=8)

    def make_phrases(self) -> None:
        for kind, text in (
            ("guidance", "习近平新时代中国特色社会主义思想"),
            ("spirit", "党的二十大精神"),
            ("deployment", "上级会议"),
        ):
            self.add(Phrase, kind=kind, text=text, valid_from=date(2017, 1, 1), status="approved")


def build(
    organizations: int, members: int, years: int, committees: int, seed: int, today: date, ledgers_only: bool = False
) -> Iterator[tuple[Committee, int]]:
    """Yields each committee with the number of its rows; several committees stand under one of the province."""
    root = None
    if committees > 1:
        root = Committee.objects.create(
            name="测速省社会组织综合党委", code="scale", place="省", level=CommitteeLevel.PROVINCE
        )
    for number in range(1, committees + 1):
        name = f"测速{number}市社会组织综合党委"
        committee = Committee.objects.create(name=name, code=f"scale{number}" if root else "scale", parent=root)
        size = Size(max(3, organizations // committees), max(3, members // committees), years, ledgers_only)
        serial = (number - 1) * (size.organizations + 1) + 1
        yield committee, Builder(committee, size, Random(seed * 1000 + number), today, serial).build()
    user = User(username="scale", name="测速", role=OfficeRole.STAFF, committee=root or committee)
    user.set_unusable_password()
    user.save()
