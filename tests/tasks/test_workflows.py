"""Who may move what, from every state to every state, and what follows."""

from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from core import attachments
from core.models import AuditEntry, Notice
from core.transitions import TransitionError, advance
from tasks import choices, workflows
from tasks.models import ActivityParty, TaskAssignment, TaskItem, TaskList
from tests.factories import (
    make_activity,
    make_assignment,
    make_branch,
    make_committee,
    make_joint_meeting,
    make_leader,
    make_organization,
    make_plan,
    make_problem,
    make_secretary,
    make_staff,
    make_task_item,
    make_task_list,
    make_training,
)

TODAY = date(2023, 3, 29)
S = choices.AssignmentStatus


class Office(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=TODAY)
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.branch, cls.other = make_branch(cls.committee), make_branch(cls.committee)
        cls.secretary, cls.stranger = make_secretary(cls.branch), make_secretary(cls.other)
        cls.list = make_task_list(cls.committee)
        cls.item = make_task_item(cls.list)

    def refuses(self, sentence, function, *args, **kwargs):
        with self.assertRaises(ValidationError) as caught:
            function(*args, **kwargs)
        self.assertIn(sentence, " ".join(caught.exception.messages))


class FlowTests(Office):
    """Every pair of states of every row with a status."""

    def test_every_pair_of_states(self):
        flows = (
            (make_task_list(self.committee, status="draft"), choices.TaskListStatus, choices.TASK_LIST_FLOW),
            (make_assignment(self.item, self.branch, submitted_on=TODAY), S, choices.ASSIGNMENT_FLOW),
            (make_joint_meeting(self.committee), choices.MeetingStatus, choices.MEETING_FLOW),
            (make_training(self.committee), choices.TrainingStatus, choices.TRAINING_FLOW),
            (make_problem(self.committee), choices.ProblemStatus, choices.PROBLEM_FLOW),
            (make_plan(self.committee), choices.PlanStatus, choices.PLAN_FLOW),
        )
        for row, states, flow in flows:
            for was, to in product(states, states):
                type(row).objects.filter(pk=row.pk).update(status=was)
                fresh = type(row).objects.get(pk=row.pk)
                with self.subTest(model=type(row).__name__, was=was, to=to):
                    if to in flow[was]:
                        self.assertEqual(advance(fresh, flow, to, by=self.staff).status, to)
                    else:
                        self.assertRaises(TransitionError, advance, fresh, flow, to, by=self.staff)
                        self.assertEqual(type(row).objects.get(pk=row.pk).status, was)

    def test_what_a_person_may_do_is_a_move_that_the_table_allows(self):
        row = make_assignment(self.item, self.branch, submitted_on=TODAY)
        verbs = {
            workflows.can_accept_assignment: S.ACCEPTED,
            workflows.can_report_assignment: S.SUBMITTED,
            workflows.can_pass_assignment: S.PASSED,
            workflows.can_return_assignment: S.RETURNED,
            workflows.can_mark_not_applicable: S.NOT_APPLICABLE,
            workflows.can_reopen_assignment: S.OPEN,
        }
        for was, (can, to) in product(S, verbs.items()):
            row.status = was
            wanted = to in choices.ASSIGNMENT_FLOW[was]
            with self.subTest(can=can.__name__, was=was):
                self.assertEqual(can(self.staff, row), wanted)
                self.assertFalse(can(self.leader, row))
                self.assertFalse(can(self.stranger, row))

    def test_secretary_reports_but_does_not_judge(self):
        row = make_assignment(self.item, self.branch)
        self.assertTrue(workflows.can_report_assignment(self.secretary, row))
        row.status = S.SUBMITTED
        self.assertFalse(workflows.can_pass_assignment(self.secretary, row))
        self.assertFalse(workflows.can_mark_not_applicable(self.secretary, row))
        self.assertFalse(workflows.can_extend_assignment(self.secretary, row))


class TaskListTests(Office):
    def draft(self, *items, **overrides):
        task_list = make_task_list(self.committee, status="draft", **overrides)
        return task_list, [make_task_item(task_list, **item) for item in (items or ({},))]

    def test_issuing_assigns_by_scope_and_tells_the_secretaries(self):
        task_list, (everybody, chosen, own) = self.draft({}, {"scope": "chosen"}, {"scope": "committee"})
        chosen.branches.add(self.other)

        workflows.issue_task_list(task_list, by=self.staff)

        self.assertEqual(task_list.status, "issued")
        rows = TaskAssignment.objects.filter(item__task_list=task_list)
        self.assertEqual(
            set(rows.filter(item=everybody).values_list("branch", flat=True)), {self.branch.pk, self.other.pk}
        )
        self.assertEqual(rows.get(item=chosen).branch, self.other)
        self.assertIsNone(rows.get(item=own).branch)
        self.assertEqual({(r.quarter, r.due, r.status) for r in rows}, {(2023 * 4, date(2023, 3, 31), "open")})
        self.assertEqual(Notice.objects.filter(user=self.secretary).count(), 1)
        self.assertEqual(Notice.objects.filter(user=self.staff).count(), 0)

    def test_dissolved_branches_get_nothing(self):
        gone = make_branch(self.committee, status="dissolved", dissolved_on=date(2023, 2, 1))
        task_list, _ = self.draft()

        workflows.issue_task_list(task_list, by=self.staff)

        self.assertFalse(gone.assignments.exists())

    def test_an_empty_list_and_a_chosen_item_without_branches_are_refused(self):
        empty = make_task_list(self.committee, status="draft")
        self.refuses("清单里还没有任务", workflows.issue_task_list, empty, by=self.staff)
        task_list, _ = self.draft({"scope": "chosen"})
        self.refuses("还没有选党支部", workflows.issue_task_list, task_list, by=self.staff)
        self.assertEqual(TaskList.objects.get(pk=task_list.pk).status, "draft")
        self.assertFalse(TaskAssignment.objects.filter(item__task_list=task_list).exists())

    def test_a_branch_founded_later_gets_only_items_that_begin_later(self):
        task_list, (early, late) = self.draft({"start": date(2023, 1, 1)}, {"start": date(2023, 3, 20)})
        workflows.issue_task_list(task_list, by=self.staff)
        young = make_branch(self.committee, founded_on=date(2023, 3, 10))

        self.assertEqual(workflows.assign_new_branches(task_list, by=self.staff), 1)
        self.assertEqual([a.item for a in young.assignments.all()], [late])
        self.assertEqual(workflows.assign_new_branches(task_list, by=self.staff), 0)
        self.assertEqual(early.assignments.count(), 2)

    def test_copy_shifts_days_and_keeps_the_link(self):
        task_list, (item,) = self.draft(
            {"start": date(2023, 1, 1), "due": date(2023, 3, 25), "scope": "chosen"},
            title="2023年第一季度任务清单",
        )
        item.branches.add(self.other)

        copy = workflows.copy_task_list(task_list, by=self.staff)

        self.assertEqual((copy.title, copy.quarter, copy.status), ("2023年第二季度任务清单", 2023 * 4 + 1, "draft"))
        carried = copy.items.get()
        self.assertEqual(
            (carried.start, carried.due, carried.carried_from), (date(2023, 4, 1), date(2023, 6, 24), item)
        )
        self.assertEqual(list(carried.branches.all()), [self.other])
        self.refuses("已有“2023年第二季度任务清单”", workflows.copy_task_list, task_list, by=self.staff)

    def test_an_item_may_be_deleted_from_a_draft_only(self):
        _, (item,) = self.draft()
        self.assertTrue(workflows.can_delete_item(self.staff, item))
        self.assertFalse(workflows.can_delete_item(self.staff, self.item))
        workflows.delete_item(item, by=self.staff)
        self.assertFalse(TaskItem.objects.filter(pk=item.pk).exists())


class AssignmentTests(Office):
    def row(self, **overrides):
        return make_assignment(self.item, self.branch, **overrides)

    def test_secretary_submits_and_staff_are_told(self):
        row = self.row(report="3月22日讲党课，36人。")

        workflows.submit_assignment(row, by=self.secretary)

        row.refresh_from_db()
        self.assertEqual((row.status, row.submitted_on), ("submitted", TODAY))
        self.assertEqual((row.reported_by, row.entered_by), (self.secretary, None))
        self.assertEqual(Notice.objects.filter(user=self.staff).count(), 1)

    def test_staff_enter_for_the_branch(self):
        row = self.row(report="补录。")

        workflows.submit_assignment(row, by=self.staff)

        row.refresh_from_db()
        self.assertEqual((row.reported_by, row.entered_by), (self.secretary, self.staff))
        self.assertEqual(AuditEntry.objects.latest("pk").note, "工作人员代填")

    def test_an_empty_report_and_a_missing_quantity_are_refused(self):
        self.refuses("请写明完成情况", workflows.submit_assignment, self.row(), by=self.secretary)
        counted = make_task_item(self.list, target=4, unit="次")
        row = make_assignment(counted, self.branch, report="开展了。")
        self.refuses("量化目标是4次", workflows.submit_assignment, row, by=self.secretary)

    def test_tk_02_pass_needs_the_evidence_that_the_item_names(self):
        item = make_task_item(self.list, evidence="照片2张")
        row = make_assignment(item, self.branch, status="submitted")
        self.refuses("照片2张", workflows.pass_assignment, row, by=self.staff)

        row.activities.add(make_activity(self.committee, organizers=(self.branch,)))
        workflows.pass_assignment(row, by=self.staff)

        self.assertEqual((row.status, row.passed_on), ("passed", TODAY))
        self.assertEqual(Notice.objects.get(user=self.secretary).title, f"任务已通过：{item.text}")

    def test_tk_02_a_file_is_evidence_too(self):
        row = make_assignment(make_task_item(self.list, evidence="照片"), self.branch, status="submitted")
        self.assertFalse(workflows.has_evidence(row))
        attachments.attach(row, SimpleUploadedFile("照片.png", b"\x89PNG\r\n\x1a\n0000"), by=self.secretary)
        self.assertTrue(workflows.has_evidence(row))

    def test_return_needs_a_reason_and_takes_a_pass_back(self):
        row = self.row(status="passed", passed_on=TODAY)
        self.refuses("请写明要改什么", workflows.return_assignment, row, by=self.staff, reason=" ")

        workflows.return_assignment(row, by=self.staff, reason="缺签到表。")

        row.refresh_from_db()
        self.assertEqual((row.status, row.remark, row.passed_on), ("returned", "缺签到表。", None))
        self.assertEqual(Notice.objects.get(user=self.secretary).body, "缺签到表。")

    def test_not_applicable_and_back(self):
        row = self.row()
        self.refuses("为什么不适用", workflows.mark_not_applicable, row, by=self.staff, reason="")
        workflows.mark_not_applicable(row, by=self.staff, reason="没有会员企业。")
        self.assertEqual(row.status, "not_applicable")
        workflows.reopen_assignment(row, by=self.staff)
        self.assertEqual((row.status, row.remark), ("open", ""))

    def test_extension_moves_lateness(self):
        row = self.row(due=date(2023, 3, 25))
        self.assertTrue(row.is_overdue(TODAY))
        self.refuses("要晚于", workflows.extend_assignment, row, by=self.staff, due=date(2023, 3, 25), reason="忙")

        workflows.extend_assignment(row, by=self.staff, due=date(2023, 4, 5), reason="书记外出。")

        row.refresh_from_db()
        self.assertEqual((row.due, row.is_overdue(TODAY)), (date(2023, 4, 5), False))
        self.assertIn("书记外出", AuditEntry.objects.latest("pk").note)


class MeetingTests(Office):
    def test_a_meeting_from_invitation_to_the_end(self):
        body = make_organization(self.committee, is_trade_association=True)
        make_organization(self.committee)
        meeting = make_joint_meeting(self.committee)
        self.refuses("参会名单还是空的", workflows.announce_meeting, meeting, by=self.staff)

        self.assertEqual(workflows.invite_bodies(meeting, by=self.staff), 1)
        self.assertEqual(workflows.invite_bodies(meeting, by=self.staff), 0)
        workflows.announce_meeting(meeting, by=self.staff)
        workflows.hold_meeting(meeting, by=self.staff)
        row = meeting.attendances.get()
        ticks = {row.pk: {"attended": True, "role": "president", "person_name": "周拟名"}}
        self.assertEqual(workflows.tick_attendance(meeting, ticks, by=self.staff), 1)
        self.assertEqual(workflows.tick_attendance(meeting, ticks, by=self.staff), 0)
        self.assertEqual(meeting.attendances.present().get().organization, body)

        resolution = meeting.resolutions.create(committee=self.committee, text="建立联络员制度")
        self.refuses("还没有责任单位", workflows.minute_meeting, meeting, by=self.staff)
        meeting.resolutions.update(owner="市建筑业协会")
        self.refuses("还没有完成时限", workflows.minute_meeting, meeting, by=self.staff)
        meeting.resolutions.update(due=date(2023, 6, 30))
        workflows.minute_meeting(meeting, by=self.staff, reason="综党纪〔2023〕1号")
        self.assertEqual((meeting.status, meeting.minutes_no), ("minuted", "综党纪〔2023〕1号"))

        self.refuses("还有1项议定事项没有办结", workflows.close_meeting, meeting, by=self.staff)
        resolution.refresh_from_db()
        self.refuses("请写明办理结果", workflows.finish_resolution, resolution, by=self.staff, reason="")
        workflows.finish_resolution(resolution, by=self.staff, reason="已建立。")
        self.assertEqual((resolution.status, resolution.done_on), ("done", TODAY))
        workflows.close_meeting(meeting, by=self.staff)
        self.assertFalse(workflows.can_edit_meeting(self.staff, meeting))

    def test_a_meeting_of_tomorrow_has_not_been_held(self):
        meeting = make_joint_meeting(self.committee, held_on=date(2023, 3, 30))
        self.refuses("还没有到", workflows.hold_meeting, meeting, by=self.staff)


class OtherTests(Office):
    def test_training(self):
        training = make_training(self.committee)
        person = training.participants.create(person_name="张示例", branch=self.branch)
        workflows.hold_training(training, by=self.staff)
        self.assertEqual(workflows.tick_participants(training, {person.pk: True}, by=self.staff), 1)
        self.assertEqual(workflows.tick_participants(training, {person.pk: True}, by=self.staff), 0)
        later = make_training(self.committee, start=date(2023, 5, 1))
        self.refuses("还不能登记为已举办", workflows.hold_training, later, by=self.staff)
        self.refuses("取消的原因", workflows.cancel_training, later, by=self.staff, reason="")

    def test_plan_keeps_what_became_of_it(self):
        plan = make_plan(self.committee)
        self.assertFalse(workflows.can_move_plan(self.leader, plan, "done"))
        workflows.move_plan(plan, by=self.staff, to="done", reason="举办培训1期。")
        self.assertEqual((plan.status, plan.result), ("done", "举办培训1期。"))

    def test_activity_parties_are_replaced_in_order_and_once(self):
        body = make_organization(self.committee)
        activity = make_activity(self.committee, organizers=(self.other,))

        changed = workflows.set_activity_parties(activity, [self.branch, body], [body, self.other], by=self.staff)

        self.assertTrue(changed)
        rows = ActivityParty.objects.filter(activity=activity).order_by("order")
        self.assertEqual([(r.role, str(r)) for r in rows],
                         [("organizer", str(self.branch)), ("organizer", str(body)), ("participant", str(self.other))])  # fmt: skip
        self.assertFalse(workflows.set_activity_parties(activity, [self.branch, body], [self.other], by=self.staff))

    def test_star_needs_a_line(self):
        activity = make_activity(self.committee)
        self.refuses("请写一句亮点", workflows.star_activity, activity, by=self.staff)
        workflows.star_activity(activity, by=self.staff, reason="讲好党史故事。")
        self.assertTrue(activity.usable_for_summary)
        workflows.star_activity(activity, by=self.staff)
        self.assertFalse(activity.usable_for_summary)

    def test_who_edits_an_activity(self):
        own = make_activity(self.committee, organizers=(self.branch,))
        guest = make_activity(self.committee, organizers=(self.other,), participants=(self.branch,))
        for user, wanted in (
            (self.staff, [True, True]),
            (self.secretary, [True, False]),
            (self.leader, [False, False]),
        ):
            self.assertEqual([workflows.may_edit_activity(user, a) for a in (own, guest)], wanted)
