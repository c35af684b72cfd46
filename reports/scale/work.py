"""What they do in the quarters and years, and how it is judged."""

from datetime import date, timedelta

from core.periods import quarter_end, quarter_label, quarter_start
from organizations import models as o
from organizations.choices import SyncEvent
from reviews import models as r
from tasks import models as t

from .processes import Processes

ITEMS, ACTIVITIES, HIGHLIGHTS = 12, 8, 5  # per quarter: items, activities of a branch, highlighted ones of a committee
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


class Work(Processes):
    def make_history(self) -> None:
        for quarter in self.quarters:
            self.make_quarter(quarter)
        for year in range(self.today.year - self.size.years, self.today.year):
            self.make_year(year)

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
            if on >= quarter_start(self.quarters[0]):
                self.make_duty(SyncEvent.INSPECTED, pk, on, done=pk % 12 > 0)
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
