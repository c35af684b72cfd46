"""What goes on around the ledgers: reviews before registration, applications, transfers, events, merges, sync duties."""

from datetime import date, timedelta

from core.choices import AuditEvent
from core.models import AuditEntry
from core.periods import quarter_end, quarter_start
from organizations import models as o
from organizations.choices import SyncEvent
from organizations.workflows.sync import SIX

from .rows import Rows, keys_of

STAGES = ("charter", "letter", "approval")  # of a review whose body is not registered yet
WEEK = timedelta(days=7)


class Processes(Rows):
    def make_processes(self) -> None:
        self.make_rules()
        for number, (pk, registered, short) in enumerate(self.bodies):
            if registered >= quarter_start(self.quarters[0]):
                self.make_review(pk, registered, short, number)
                self.make_duties(pk, registered, number)
            self.make_events(pk, registered, number)
            self.note(o.SocialOrganization, pk, short)
        for number in range(self.size.organizations // 200):
            self.make_waiting(number)
            self.make_merge(number)
        for number, (pk, founded, short) in enumerate(self.branches):
            self.make_application(pk, founded, short, number)
            self.make_confirmations(pk, founded)
        self.make_transfers()

    def note(self, model: type, pk: int, label: str) -> None:
        self.add(
            AuditEntry, event=AuditEvent.CREATE, user_name="测速", object_type=model._meta.label_lower, object_id=pk,
            object_label=label, note="导入台账。",
        )  # fmt: skip

    def past(self, day: date) -> date:
        return min(day, self.today)

    # --- registration --------------------------------------------------------------------------------------------

    def make_rules(self) -> None:
        start = quarter_start(self.quarters[0])
        self.rules = {
            event: (
                self.add(
                    o.SyncRule, order=order, event=event, name=name, action=action, due_days=days,
                    in_working_days=working, start=start,
                ),
                action,
                days,
            )
            for order, (event, name, action, days, working) in enumerate(SIX, 1)
        }  # fmt: skip

    def make_review(self, body: int, registered: date, short: str, number: int) -> None:
        accepted = registered - timedelta(days=30)
        handed = registered + 2 * WEEK
        over = handed + WEEK <= self.today
        review = self.add(
            o.RegistrationReview, organization_id=body, name=f"{self.committee.place}示例{short}", short_name=short, kind="51",
            contact=self.person(), phone="13900000000", accepted_on=accepted, due_on=accepted + 4 * WEEK, clause_article="第三条",
            clause_text="本会根据党章规定开展党的活动。", clause_kind="liaison", voted_on=accepted, vote_body="assembly",
            letter_signer="负责人", letter_signed_on=accepted + WEEK, letter_sealed=True, approved_on=registered,
            approval_no=f"社党审〔{registered.year}〕{number + 1}号", survey_filled_on=registered, staff_count=20,
            member_count=number % 7, full_member_count=max(0, number % 7 - 1), certified_on=registered,
            handed_over_on=handed if over else None, receiver="综合党委" if over else "", finished_on=handed if over else None,
            status="done" if over else "handover", search=keys_of(short)[0],
        )  # fmt: skip
        if number % 10 == 3:
            self.add(
                o.Correction, review_id=review, stage="charter", reason="章程没有写明党组织的设置方式", days=5,
                asked_on=accepted, due_on=accepted + WEEK, answered_on=accepted + WEEK, answer="已补正",
            )  # fmt: skip

    def make_waiting(self, number: int) -> None:
        """A review under way, whose body is not registered yet."""
        accepted = self.today - timedelta(days=number % 40)
        short = f"市待登记协会{number + 1}"
        self.add(
            o.RegistrationReview, name=f"{self.committee.place}示例{short}", short_name=short, kind="51", contact=self.person(),
            phone="13900000000", accepted_on=accepted, due_on=accepted + 4 * WEEK, status=STAGES[number % 3],
            letter_signed_on=accepted if number % 3 == 2 else None, search=keys_of(short)[0],
        )  # fmt: skip

    def make_duties(self, body: int, registered: date, number: int) -> None:
        for place, event in enumerate((SyncEvent.REGISTERED, SyncEvent.CHARTER, SyncEvent.SET_UP)):
            self.make_duty(event, body, registered, done=(number + place) % 12 > 0)

    def make_duty(self, event: SyncEvent, body: int, on: date, done: bool) -> None:
        rule, action, days = self.rules[event]
        done_on = on + timedelta(days=body % 40)
        self.add(
            o.SyncDuty, rule_id=rule, organization_id=body, event=event, event_on=on, action=action, is_automatic=True,
            due_on=on + timedelta(days=days), done_on=done_on if done and done_on <= self.today else None,
        )  # fmt: skip

    def make_events(self, body: int, registered: date, number: int) -> None:
        on = self.day(registered, self.today)
        if number % 5 == 1:
            self.add(
                o.OrganizationEvent, organization_id=body, kind="changed", on=on, item="legal_representative",
                old_value="前任负责人", new_value=self.person(), document_no=f"社变〔{on.year}〕{number}号",
            )  # fmt: skip
            if on >= quarter_start(self.quarters[0]):
                self.make_duty(SyncEvent.REELECTED, body, on, done=number % 12 > 0)
        if number % 50 == 2:
            self.add(
                o.OrganizationEvent, organization_id=body, kind="renamed", on=on, old_value="旧名", new_value="新名"
            )
            self.add(o.FormerName, organization_id=body, name=f"示例市旧名{number}协会", until=on)
        if number % 10 == 4:
            self.add(o.MassOrganization, organization_id=body, kind=("union", "youth", "women")[number % 3], start=on)
        if number % 25 == 13:
            self.add(o.CoveragePlan, organization_id=body, responsible=self.person(), measures="先派指导员，再联合组建")

    def make_merge(self, number: int) -> None:
        kept, registered, short = self.bodies[number * 7 % len(self.bodies)]
        dropped = self.add(
            o.SocialOrganization, name=f"重复的{short}", kind="51", registered_on=registered, duplicate_of_id=kept,
            search=keys_of(short)[0], sort_key=keys_of(short)[1],
        )  # fmt: skip
        self.add(o.OrganizationMerge, kept_id=kept, dropped_id=dropped, names=[f"重复的{short}"])

    # --- branches and members ------------------------------------------------------------------------------------

    def make_application(self, branch: int, founded: date, short: str, number: int) -> None:
        running = number % 40 == 7
        asked = founded - 3 * WEEK
        self.add(
            o.BranchApplication, kind="change" if running else "set_up", branch_id=branch, applicant=short,
            contact=self.person(), requested_on=self.today if running else asked, grounds="开展党的活动", name=f"中共示例{short}",
            short_name=short, branch_kind="branch", full_member_count=5, search=keys_of(short)[0],
            **({"status": "applied"} if running else {
                "status": "done", "studied_on": asked + WEEK, "approval_no": f"社党〔{founded.year}〕{number + 1}号",
                "approved_by": "综合党委", "approved_on": asked + 2 * WEEK, "elected_on": founded, "filing_no": f"备〔{founded.year}〕{number + 1}号",
                "filed_on": founded, "effective_on": founded, "finished_on": founded,
            }),
        )  # fmt: skip

    def make_confirmations(self, branch: int, founded: date) -> None:
        for quarter in self.quarters[-4:]:
            on = self.past(quarter_end(quarter))
            if founded <= on:
                self.add(o.DataConfirmation, branch_id=branch, confirmed_on=on, checker=self.person(), member_count=19)

    def make_transfers(self) -> None:
        """Those that brought the members in, and some that are under way."""
        for number, (member, branch, start) in enumerate(self.members):
            if number % 10 == 3:
                begun = start - WEEK
                self.add(
                    o.MemberTransfer, member_id=member, direction="inward", to_branch_id=branch, outside="外地党组织", started_on=begun,
                    approved_on=begun, ended_on=start, status="received", letter_no=f"{begun.year}第{number}号",
                )  # fmt: skip
            elif number % 500 == 11:
                self.add(
                    o.MemberTransfer, member_id=member, direction="outward", from_branch_id=branch, outside="外地党组织",
                    started_on=self.today - timedelta(days=number % 90), status="pending",
                )  # fmt: skip
            self.note(o.PartyMember, member, "党员")
