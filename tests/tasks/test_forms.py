"""What people type on the pages, from the first save to what the next person sees."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.attachments import attachments_of
from tasks.models import (
    Activity,
    AgendaItem,
    ConveyedDocument,
    JointMeeting,
    PlanItem,
    Problem,
    Resolution,
    TaskAssignment,
    TaskItem,
    TaskList,
    Training,
)
from tests.factories import make_joint_meeting, make_task_list

from .test_pages import PageData

PNG = b"\x89PNG\r\n\x1a\n0000"


class FormTests(PageData):
    def send(self, user, name, /, *args, **data):
        self.client.force_login(user)
        return self.client.post(reverse(f"tasks:{name}", args=args), data)

    def saved(self, response):
        self.assertEqual(response.status_code, 302, response.content.decode()[-3000:] if response.content else "")
        return response

    # ---- activities
    def test_staff_record_an_activity_with_names(self):
        self.saved(self.send(self.staff, "activity-create", kind="lecture", theme="宣讲会", held_on="2023-04-04",
                             quarter=str(2023 * 4), organizers=f"{self.branch}、{self.body}", participants=str(self.other),
                             highlight="讲清政策。", usable_for_summary="on"))  # fmt: skip

        row = Activity.objects.get(theme="宣讲会")
        self.assertEqual((row.quarter, row.committee, row.created_by), (2023 * 4, self.committee, self.staff))
        self.assertEqual([(p.role, str(p)) for p in row.parties.all()],
                         [("organizer", str(self.branch)), ("organizer", str(self.body)), ("participant", str(self.other))])  # fmt: skip

    def test_quarter_follows_the_date_when_left_open(self):
        self.saved(self.send(self.staff, "activity-create", kind="visit", theme="参观", held_on="2023-05-04",
                             is_by_committee="on"))  # fmt: skip
        self.assertEqual(Activity.objects.get(theme="参观").quarter, 2023 * 4 + 1)

    def test_unknown_names_are_said_and_kept(self):
        response = self.send(self.staff, "activity-create", kind="visit", theme="参观", held_on="2023-03-04",
                             organizers="某某协会")  # fmt: skip
        self.assertContains(response, "没有找到“某某协会”")
        self.assertContains(response, "参观")
        self.assertFalse(Activity.objects.filter(theme="参观").exists())

    def test_an_activity_without_organizer_and_a_star_without_highlight_are_refused(self):
        response = self.send(self.staff, "activity-create", kind="visit", theme="参观", held_on="2023-03-04")
        self.assertContains(response, "请写组织单位")
        response = self.send(self.staff, "activity-create", kind="visit", theme="参观", held_on="2023-03-04",
                             is_by_committee="on", usable_for_summary="on")  # fmt: skip
        self.assertContains(response, "要写一句亮点")

    def test_secretary_records_for_the_own_branch_only(self):
        self.saved(self.send(self.secretary, "activity-create", kind="party_class", theme="党课", held_on="2023-03-22",
                             branch=self.branch.pk, expected="18", attended="16"))  # fmt: skip
        row = Activity.objects.get(theme="党课")
        self.assertEqual(([str(p) for p in row.parties.all()], row.quarter), ([str(self.branch)], 2023 * 4))

        response = self.send(self.secretary, "activity-create", kind="party_class", theme="别家", held_on="2023-03-22",
                             branch=self.other.pk)  # fmt: skip
        self.assertEqual(response.status_code, 200)
        self.assertFalse(Activity.objects.filter(theme="别家").exists())

    def test_secretary_changes_an_activity_and_its_quarter_stays(self):
        Activity.objects.filter(pk=self.activity.pk).update(quarter=2022 * 4 + 3)
        row = Activity.objects.get(pk=self.activity.pk)
        self.saved(self.send(self.secretary, "activity-update", row.pk, kind=row.kind, theme="新主题", branch=self.branch.pk,
                             held_on="2023-03-10", participants=str(self.body), version=row.version))  # fmt: skip
        row.refresh_from_db()
        self.assertEqual((row.theme, row.quarter), ("新主题", 2022 * 4 + 3))
        self.assertEqual([p.role for p in row.parties.all()], ["organizer", "participant"])

    # ---- assignments
    def test_draft_then_submit_with_a_photo_and_an_activity(self):
        url = ("assignment-report", self.assignment.pk)
        response = self.send(self.secretary, *url, report="写了一半", version="1", draft="1")
        self.assertRedirects(response, reverse("tasks:assignment-report", args=[self.assignment.pk]))
        row = TaskAssignment.objects.get(pk=self.assignment.pk)
        self.assertEqual((row.status, row.report), ("open", "写了一半"))

        photo = SimpleUploadedFile("照片.png", PNG)
        response = self.send(self.secretary, *url, report="3月22日讲党课。", version=str(row.version),
                             activities=[self.activity.pk], file=photo)  # fmt: skip
        self.assertRedirects(response, reverse("tasks:assignment-list"))
        row.refresh_from_db()
        self.assertEqual((row.status, list(row.activities.all())), ("submitted", [self.activity]))
        self.assertEqual([f.original_name for f in attachments_of(row)], ["照片.png"])

        self.saved(self.send(self.staff, "assignment-pass", row.pk))
        row.refresh_from_db()
        self.assertEqual(row.status, "passed")

    def test_an_empty_report_stays_a_form_and_leaves_no_file(self):
        response = self.send(self.secretary, "assignment-report", self.assignment.pk, report="", version="1",
                             file=SimpleUploadedFile("照片.png", PNG))  # fmt: skip
        self.assertContains(response, "请写明完成情况")
        self.assertEqual(attachments_of(self.assignment), [])

    def test_a_wrong_file_is_refused_and_nothing_is_handed_in(self):
        response = self.send(self.secretary, "assignment-report", self.assignment.pk, report="讲党课。", version="1",
                             file=SimpleUploadedFile("照片.exe", b"MZ"))  # fmt: skip
        self.assertEqual(response.status_code, 200)
        self.assertContains(response, "讲党课。")
        self.assertEqual(TaskAssignment.objects.get(pk=self.assignment.pk).status, "open")

    def test_a_stale_report_keeps_the_own_text(self):
        TaskAssignment.objects.filter(pk=self.assignment.pk).update(version=5, report="别人写的")
        response = self.send(self.secretary, "assignment-report", self.assignment.pk, report="我写的", version="1")
        self.assertContains(response, "我写的", status_code=409)
        self.assertEqual(TaskAssignment.objects.get(pk=self.assignment.pk).report, "别人写的")

    def test_actions_ask_for_the_right(self):
        pk = self.assignment.pk
        for name in ("pass", "return", "not-applicable", "reopen", "extend"):
            self.assertEqual(self.send(self.secretary, f"assignment-{name}", pk).status_code, 403, name)
            self.assertEqual(self.send(self.stranger, f"assignment-{name}", pk).status_code, 404, name)
            self.assertEqual(self.client.get(reverse(f"tasks:assignment-{name}", args=[pk])).status_code, 405, name)
        self.saved(self.send(self.secretary, "assignment-accept", pk))
        self.assertEqual(TaskAssignment.objects.get(pk=pk).status, "accepted")

    def test_extension_by_the_page(self):
        pk = self.assignment.pk
        self.saved(self.send(self.staff, "assignment-extend", pk, due="x", reason=""))
        self.assertEqual(TaskAssignment.objects.get(pk=pk).due, date(2023, 3, 31))
        self.saved(self.send(self.staff, "assignment-extend", pk, due="2023-04-10", reason="书记外出"))
        self.assertEqual(TaskAssignment.objects.get(pk=pk).due, date(2023, 4, 10))

    def test_an_activity_becomes_evidence(self):
        response = self.send(self.secretary, "assignment-use-activity", self.assignment.pk, self.activity.pk)
        self.assertRedirects(response, reverse("tasks:assignment-report", args=[self.assignment.pk]))
        self.assertEqual(list(self.assignment.activities.all()), [self.activity])

    # ---- lists
    def test_a_list_from_nothing_to_the_branches(self):
        self.saved(
            self.send(self.staff, "tasklist-create", title="第二季度清单", quarter=str(2023 * 4 + 1), source="own")
        )
        task_list = TaskList.objects.get(title="第二季度清单")
        data = {"number": "1", "category": "ideology", "text": "讲党课", "start": "2023-04-01", "due": "2023-06-30"}
        response = self.send(self.staff, "taskitem-create", task_list.pk, **data, scope="chosen")
        self.assertContains(response, "请至少选一个党支部")
        self.saved(
            self.send(self.staff, "taskitem-create", task_list.pk, **data, scope="chosen", branches=[self.branch.pk])
        )
        again = self.send(self.staff, "taskitem-create", task_list.pk, **data, scope="all_branches")
        self.assertContains(again, "清单里已有这个序号")
        early = {**data, "number": "2", "start": "2023-01-01", "due": "2023-03-01"}
        response = self.send(self.staff, "taskitem-create", task_list.pk, **early, scope="all_branches")
        self.assertContains(response, "在清单的季度之前")

        self.saved(self.send(self.staff, "tasklist-issue", task_list.pk))
        rows = TaskAssignment.objects.filter(item__task_list=task_list)
        self.assertEqual([r.branch for r in rows], [self.branch])
        self.assertEqual(self.send(self.leader, "tasklist-copy", task_list.pk).status_code, 403)
        self.saved(self.send(self.staff, "tasklist-copy", task_list.pk))
        self.assertEqual(TaskItem.objects.get(carried_from__task_list=task_list).task_list.status, "draft")

    def test_another_committees_list_takes_no_items(self):
        foreign = make_task_list(type(self.committee).objects.create(name="别的", code="x"), status="draft")
        self.client.force_login(self.staff)
        self.assertEqual(self.client.get(reverse("tasks:taskitem-create", args=[foreign.pk])).status_code, 404)

    # ---- meetings
    def test_a_meeting_and_its_parts(self):
        self.saved(self.send(self.staff, "jointmeeting-create", year="2023", ordinal="900", name="行业协会商会联席会议",
                             held_on="2023-03-24"))  # fmt: skip
        meeting = JointMeeting.objects.get(ordinal=900)
        self.assertEqual(meeting.quarter, 2023 * 4)
        self.saved(
            self.send(
                self.staff, "meetingpart-create", meeting.pk, "documents", issuer="省民政厅", title="通知", order="1"
            )
        )
        twice = self.send(
            self.staff, "meetingpart-create", meeting.pk, "documents", issuer="省民政厅", title="通知", order="2"
        )
        self.assertContains(twice, "这份文件已在传达文件里。")
        number = self.send(
            self.staff, "jointmeeting-create", year="2023", ordinal="900", name="会", held_on="2023-03-24"
        )
        self.assertContains(number, "本年度已有这一次联席会议")
        self.saved(self.send(self.staff, "meetingpart-create", meeting.pk, "agenda", text="通报", order="1"))
        self.saved(self.send(self.staff, "meetingpart-create", meeting.pk, "resolutions", text="建制度", order="1"))
        resolution = Resolution.objects.get(text="建制度")
        self.assertEqual(resolution.committee, self.committee)
        self.saved(self.send(self.staff, "meetingpart-update", meeting.pk, "resolutions", resolution.pk, text="建新制度",
                             owner="市某协会", due="2023-06-30", order="1", version="1"))  # fmt: skip
        agenda = AgendaItem.objects.get(meeting=meeting)
        self.saved(self.send(self.staff, "meetingpart-delete", meeting.pk, "agenda", agenda.pk))
        self.assertFalse(AgendaItem.objects.filter(meeting=meeting).exists())
        self.assertEqual(ConveyedDocument.objects.filter(meeting=meeting).count(), 1)
        self.saved(self.send(self.staff, "resolution-done", resolution.pk, reason="已建。"))
        resolution.refresh_from_db()
        self.assertEqual((resolution.text, resolution.status), ("建新制度", "done"))
        self.assertEqual(self.send(self.staff, "meetingpart-create", meeting.pk, "nothing").status_code, 404)
        self.assertEqual(self.send(self.leader, "meetingpart-delete", meeting.pk, "documents", 1).status_code, 403)

    def test_attendance_by_ticks_names_and_invitation(self):
        meeting = make_joint_meeting(self.committee)
        self.saved(self.send(self.staff, "jointmeeting-attendance", meeting.pk, invite="1"))
        row = meeting.attendances.get()
        self.assertEqual(row.organization, self.body)
        wrong = self.send(self.staff, "jointmeeting-attendance", meeting.pk, add="1", bodies="某某协会")
        self.assertContains(wrong, "没有找到“某某协会”")
        junk = {
            f"t{row.pk}": "yes",
            f"r{row.pk}": "king",
            f"n{row.pk}": "周拟名",
            "t999999": "no",
            "t١": "yes",
            "tx": "yes",
        }
        self.saved(self.send(self.staff, "jointmeeting-attendance", meeting.pk, **junk))
        row.refresh_from_db()
        self.assertEqual((row.attended, row.role, row.person_name), (True, "", "周拟名"))
        self.saved(self.send(self.staff, "attendance-delete", meeting.pk, row.pk))
        self.assertFalse(meeting.attendances.exists())

    # ---- training, problems, plans
    def test_training_list_and_ticks(self):
        self.saved(
            self.send(
                self.staff, "training-create", name="新班", audience="members", start="2023-03-01", end="2023-03-02"
            )
        )
        training = Training.objects.get(name="新班")
        self.saved(
            self.send(
                self.staff, "training-participants", training.pk, add="1", branch=self.branch.pk, names="甲、乙\n甲"
            )
        )
        self.saved(
            self.send(self.staff, "training-participants", training.pk, add="1", branch=self.branch.pk, names="甲、丙")
        )
        self.assertEqual([p.person_name for p in training.participants.all()], ["甲", "乙", "丙"])
        first = training.participants.first()
        self.saved(self.send(self.staff, "training-participants", training.pk, **{f"t{first.pk}": "yes", "t1x": "no"}))
        self.assertEqual(training.participants.filter(attended=True).get(), first)
        backwards = self.send(
            self.staff, "training-create", name="倒", audience="members", start="2023-03-02", end="2023-03-01"
        )
        self.assertContains(backwards, "结束日期不能早于开始日期")

    def test_problems_and_plans_move(self):
        self.saved(
            self.send(
                self.staff, "problem-create", quarter=str(2023 * 4), category="other", description="缺培训", order="1"
            )
        )
        problem = Problem.objects.get(description="缺培训")
        self.saved(self.send(self.staff, "problem-move", problem.pk, to="solved", reason="已培训"))
        self.assertEqual(Problem.objects.get(pk=problem.pk).status, "solved")
        self.assertEqual(self.send(self.staff, "problem-move", problem.pk, to="nothing").status_code, 403)
        self.saved(self.send(self.staff, "plan-create", quarter=str(2023 * 4 + 1), category="other", heading="抓培训",
                             description="抓。", order="1"))  # fmt: skip
        plan = PlanItem.objects.get(heading="抓培训")
        self.saved(self.send(self.staff, "plan-update", plan.pk, quarter=str(2023 * 4 + 1), category="other", heading="抓实培训",
                             description="抓。", order="1", version=plan.version))  # fmt: skip
        self.saved(self.send(self.staff, "plan-move", plan.pk, to="done", reason="办了1期"))
        plan.refresh_from_db()
        self.assertEqual((plan.heading, plan.status, plan.result), ("抓实培训", "done", "办了1期"))
        self.assertEqual(self.send(self.leader, "plan-move", plan.pk, to="done").status_code, 403)
