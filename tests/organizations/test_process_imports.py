"""组织设置申请 and 六个同步事项 out of workbooks: history, what is under way, and many duties ticked off at once."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.excel.undoing import TouchedError, undo_batch
from core.periods import Period
from organizations.models import BranchApplication, PartyBranch, SocialOrganization, SyncDuty, SyncRule
from organizations.statistics.sync import sync_rates
from organizations.workflows import applications
from organizations.workflows.bodies import assign_instructor
from organizations.workflows.sync import emit, finish_duty, waive_duty
from organizations.workflows.sync_sources import catch_up
from tests.core.excel_data import bring_in, counts, errors, workbook
from tests.factories import make_application, make_branch, make_organization, make_sync_duty
from tests.organizations.application_cases import PEOPLE
from tests.organizations.process_cases import TODAY, ProcessCase


class SyncDutyTests(ProcessCase):
    kind = "sync_duties"

    def usual(self):
        return {
            "社会组织名称": self.body.name,
            "业务事件": "等级评估",
            "事件日期": "2023-03-01",
            "同步事项": "开展党建评估",
        }

    def duty(self, **overrides):
        return make_sync_duty(self.staff, organization=self.body, **overrides)

    def test_many_duties_are_ticked_off_at_once_and_the_rate_tells(self):
        duties = [
            emit("graded", make_organization(self.committee), on=date(2023, 1, 10), by=self.staff)[0] for _ in range(3)
        ]
        lines = [
            self.line(
                社会组织名称=duty.organization.short_name,
                事件日期="2023-01-10",
                完成日期=f"2023-02-{8 + n}",
                完成情况="已评估",
            )
            for n, duty in enumerate(duties)
        ]

        batch = self.write(*lines)

        self.assertEqual(counts(batch), (0, 3, 0, 0))
        self.assertEqual({row.done_note for row in SyncDuty.objects.all()}, {"已评估"})
        (rate,) = sync_rates(SyncDuty.objects.all(), Period.parse("2023Q1"), TODAY)
        self.assertEqual((rate.events, rate.in_time, rate.late), (3, 2, 1))

    def test_history_becomes_duties_of_their_rules_also_from_before_the_rules(self):
        SyncRule.objects.filter(event="registered").update(due_days=30, in_working_days=False)
        self.write(
            self.line(事件日期="2021-05-01", 完成日期="2021-05-20", 说明="三年前"),
            self.line(事件日期="2021-06-01", 完成期限="2021-06-10"),
            self.line(业务事件="登记成立", 同步事项="签订承诺书、填报党员情况调查表", 事件日期="2015-01-01"),
        )

        found = SyncDuty.objects.order_by("event", "event_on").values_list(
            "rule__event", "committee", "event_on", "due_on", "done_on", "is_automatic"
        )
        own = self.committee.pk
        self.assertEqual(
            list(found),
            [
                ("graded", own, date(2021, 5, 1), date(2021, 5, 31), date(2021, 5, 20), False),
                ("graded", own, date(2021, 6, 1), date(2021, 6, 10), None, False),
                ("registered", own, date(2015, 1, 1), date(2015, 1, 31), None, False),
            ],
        )

    def test_a_day_in_working_days_is_provisional_without_holidays(self):
        SyncRule.objects.filter(event="graded").update(due_days=5, in_working_days=True)

        self.write(self.line())

        duty = SyncDuty.objects.get()
        self.assertEqual((duty.due_on, duty.is_provisional), (date(2023, 3, 8), True))

    def test_what_the_ledgers_prove_is_done_at_once_and_the_undo_knows_it(self):
        assign_instructor(self.body, by=self.staff, start=date(2023, 3, 10), instructor_name="甲示例", sent_by="机关")
        line = self.line(业务事件="机构组建", 同步事项="组建党组织或选派党建指导员", 事件日期="2023-03-01")
        batch = bring_in(self.book(line), self.staff, self.kind)
        self.assertEqual(SyncDuty.objects.get().done_on, date(2023, 3, 10))

        undo_batch(batch, by=self.staff)

        self.assertEqual(SyncDuty.objects.count(), 0)

    def test_each_wrong_cell_says_what_to_do(self):
        sentences = [
            ({"同步事项": "开展评估"}, {"同步事项": "同步规则里没有业务事件“等级评估”的“开展评估”。请照同步规则填写；确是新的事项，先增加同步规则。"}),
            ({"事件日期": "2014-12-31"}, {"事件日期": "事件日期不能早于这家单位的登记日期2015-01-01。"}),
            ({"事件日期": "2023-04-07"}, {"事件日期": "事件日期不能晚于今天。"}),
            ({"完成日期": "2023-04-07"}, {"完成日期": "完成日期不能晚于今天。"}),
            ({"完成日期": "2023-02-28"}, {"完成日期": "完成日期不能早于业务事件的日期。"}),
            ({"完成期限": "2023-02-28"}, {"完成期限": "完成期限不能早于事件日期2023-03-01。"}),
            ({"完成日期": "", "完成情况": "已评估"}, {"完成日期": "写了完成情况，没有写完成日期。请补上完成日期。"}),
        ]  # fmt: skip
        for cells, wanted in sentences:
            with self.subTest(cells):
                self.assertRefused(self.line(**cells), wanted)
        SocialOrganization.objects.filter(pk=self.body.pk).update(status="cancelled", ended_on=date(2023, 2, 1))
        ended = {"事件日期": "这家单位2023-02-01已终止，事件日期应早于这一天。"}
        self.assertRefused(self.line(事件日期="2023-02-01"), ended)
        self.write(self.line(事件日期="2023-01-31", 完成日期="2023-01-31"))

    def test_the_page_says_the_same_of_a_day_on_which_the_body_was_not_there(self):
        self.client.force_login(self.staff)
        data = {"organization": self.body.name, "event": "graded", "event_on": "2014-12-31"}

        page = self.client.post(reverse("organizations:syncduty-create"), data)

        self.assertContains(page, "事件日期不能早于这家单位的登记日期2015-01-01。")
        self.assertEqual(SyncDuty.objects.count(), 0)

    def test_a_stored_duty_follows_the_rules_of_its_page(self):
        done, waived = self.duty(), self.duty(on=date(2023, 3, 2))
        gone = make_sync_duty(self.staff, on=date(2023, 1, 10))
        finish_duty(done, on=date(2023, 3, 20), by=self.staff, note="已评估")
        waive_duty(waived, by=self.staff, note="免于评估")
        SocialOrganization.objects.filter(pk=gone.organization_id).update(status="cancelled", ended_on=date(2023, 2, 1))

        kept = "已在2023-03-20完成，不能清空。要改为没有完成，请在这件事项的页面上恢复。"
        self.assertRefused(self.line(完成日期="清空"), {"完成日期": kept})
        not_asked = f"“{waived}”不适用（免于评估），不用再办理。"
        self.assertRefused(
            self.line(事件日期="2023-03-02", 完成日期="2023-03-03", 完成情况="好"), {"完成日期": not_asked}
        )
        over = f"“{gone}”不适用（单位已注销（2023-02-01）），不用再办理。"
        line = self.line(社会组织名称=gone.organization.name, 事件日期="2023-01-10", 完成日期="2023-01-20")
        self.assertRefused(line, {"完成日期": over})
        self.write(self.line(完成日期="2023-03-21", 完成情况="更正"))
        done.refresh_from_db()
        self.assertEqual((done.done_on, done.done_note, done.is_automatic), (date(2023, 3, 21), "更正", False))

    def test_days_of_a_stored_duty_stay_and_another_number_is_told(self):
        duty, other = self.duty(), self.duty(on=date(2023, 3, 2))

        self.assertIn("“完成期限”只在新增时读取", self.notices(self.line(完成期限="2024-01-01"))[0])
        wrong = "系统编号这一条登记的是另一件事项，这一格不同。请核对系统编号；新增的行，系统编号留空。"
        self.assertRefused(self.line(系统编号=other.pk), {"事件日期": wrong})
        self.write({"系统编号": duty.pk, **self.line(完成日期="2023-03-05")})

    def test_the_undo_restores_every_table(self):
        self.duty()
        self.assertUndone(self.line(完成日期="2023-03-05"), self.line(事件日期="2021-05-01", 完成日期="2021-05-20"))

    def test_an_automatic_duty_is_as_untouched_after_the_undo_as_before(self):
        head = ["社会组织名称", "类型", "登记日期"]
        bodies = bring_in(workbook([head, ["示例市新设协会", "社会团体", "2023-03-20"]]), self.staff, "organizations")
        cells = {"社会组织名称": "示例市新设协会", "业务事件": "机构组建", "事件日期": "2023-03-20",
                 "同步事项": "组建党组织或选派党建指导员", "完成日期": "2023-03-25"}  # fmt: skip
        batch = self.write(cells)
        with self.assertRaises(TouchedError):
            undo_batch(bodies, by=self.staff)

        undo_batch(batch, by=self.staff)
        undo_batch(bodies, by=self.staff)

        self.assertEqual(SyncDuty.objects.count(), 0)

    def test_a_duty_from_a_workbook_is_not_made_once_more(self):
        SocialOrganization.objects.filter(pk=self.body.pk).update(grade="4A", graded_on=date(2023, 3, 1))
        self.write(self.line(完成日期="2023-03-05"))

        self.assertEqual((catch_up(self.committee), SyncDuty.objects.count()), (0, 1))

    def test_a_long_workbook_asks_no_more_than_a_short_one(self):
        def queries(count):
            lines = [self.line(事件日期=f"2022-03-{n + 1:02d}") for n in range(count)]
            with CaptureQueriesContext(
                connection,
            ) as found:
                self.assertEqual(errors(self.read(*lines)), [])
            return len(found)

        self.assertEqual(queries(3), queries(25))


class ApplicationTests(ProcessCase):
    kind = "branch_applications"

    def usual(self):
        return {"申请事项": "成立", "申请单位": "示例市茶业协会", "拟用全称": "中共示例市茶业协会支部委员会",
                "党组织类别": "党支部", "简称": "市茶业协会党支部", "覆盖单位": "市茶业协会", "请示日期": "2023-02-01"}  # fmt: skip

    def approved(self, **cells):
        return self.line(状态="已批复", 批复日期="2023-03-01", 批复文号="综党〔2023〕8号", **cells)

    def of_branch(self, kind, **cells):
        return self.line(申请事项=kind, 拟用全称=None, 党组织类别=None, 简称=None, 覆盖单位=None, **cells)

    def get(self):
        return BranchApplication.objects.select_related("branch", "parent", "committee").get()

    def test_a_request_that_just_came_in_goes_on_as_on_the_page(self):
        self.write(self.line(联系人="陈例文", 备注="补录"))

        row = self.get()
        found = (row.status, row.grounds, row.contact, row.remark, list(row.covers.all()), row.created_by)
        self.assertEqual(found, ("applied", "按台账补录。", "陈例文", "补录", [self.body], self.staff))
        self.assertEqual(BranchApplication.objects.search("cyxh").get(), row)
        applications.study(row, studied_on=date(2023, 2, 20), by=self.staff)
        applications.return_application(row, reason="材料不齐全", by=self.staff)
        applications.resubmit(row, by=self.staff)

    def test_an_approved_request_is_carried_on_until_the_branch_is_there(self):
        self.write(self.approved(批复机关="市综合党委"))
        row = self.get()
        self.assertEqual((row.status, row.effective_on, PartyBranch.objects.count()), ("approved", date(2023, 3, 1), 0))

        applications.elect_first(
            row, elected_on=date(2023, 3, 10), people=PEOPLE, voters_due=5, voters_present=4, by=self.staff
        )
        applications.file_result(row, filing_no="综党〔2023〕9号", filed_on=date(2023, 3, 15), by=self.staff)
        applications.finish(row, by=self.staff)

        branch = PartyBranch.objects.get()
        self.assertEqual((branch.name, branch.approved_by), (row.name, "市综合党委"))
        self.assertEqual([cover.organization for cover in branch.coverages.all()], [self.body])

    def test_a_change_and_a_cancellation_are_carried_on_too(self):
        branch = make_branch(self.committee, covers=(self.body,))
        number = {
            "状态": "已批复",
            "批复日期": "2023-03-01",
            "批复文号": "综党〔2023〕8号",
            "党组织": branch.short_name,
        }
        self.write(
            {
                **self.of_branch("变更", **number),
                "拟用全称": "中共示例市茶业协会总支部委员会",
                "生效日期": "2023-03-15",
            },
            self.of_branch("撤销", 请示日期="2023-02-02", **number),
        )
        change, cancel = BranchApplication.objects.select_related("committee", "branch").order_by("pk")
        self.assertEqual((change.effective_on, cancel.effective_on), (date(2023, 3, 15), date(2023, 3, 1)))

        applications.finish(change, by=self.staff)
        applications.finish(cancel, by=self.staff)

        branch.refresh_from_db()
        self.assertEqual((branch.name, branch.dissolved_on), ("中共示例市茶业协会总支部委员会", date(2023, 3, 1)))

    def test_what_was_finished_is_linked_to_its_branch_and_changes_nothing(self):
        branch = make_branch(self.committee, covers=(self.body,))
        before = PartyBranch.objects.values().get()
        number = {"批复日期": "2016-01-01", "批复文号": "综党〔2016〕1号", "办结日期": "2016-01-20"}
        self.write(
            self.of_branch(
                "成立", 党组织=branch.name, 状态="办结", 请示日期="2015-12-01", 选举日期="2016-01-10", **number
            ),
            self.line(状态="不予批准", 处理意见="党员不足三名", 办结日期="2023-03-01"),
            self.line(状态="退回补充", 处理意见="缺党员名单", 请示日期="2023-02-02"),
            self.line(状态="研究", 研究日期="2023-02-10", 研究意见="同意", 请示日期="2023-02-03"),
        )

        done = BranchApplication.objects.get(status="done")
        self.assertEqual((done.branch, done.name, done.branch_kind), (branch, branch.name, branch.kind))
        self.assertEqual(PartyBranch.objects.values().get(), before)
        self.assertEqual(BranchApplication.objects.running().count(), 2)
        again = self.of_branch("成立", 党组织=branch.name, 状态="办结", 请示日期="2015-11-01", **number)
        self.assertRefused(again, {"党组织": "这个党组织已由另一件成立申请建立。"})

    def test_each_wrong_cell_says_what_to_do(self):
        branch = make_branch(self.committee)
        elect = "要有当选人，不能导入。状态请写“已批复”，清空选举、报批备案各栏，导入以后在申请的页面上登记选举结果，再往下办。"
        early = "状态没有填，按“申请”读取，不应填批复日期。已经办到这一步的，请写对状态；没有的，请清空这一格。"
        sentences = [
            ({**self.approved(), "状态": "已选举"}, {"状态": f"“已选举”{elect}"}),
            ({**self.approved(), "状态": "已报批备案"}, {"状态": f"“已报批备案”{elect}"}),
            (self.line(批复日期="2023-03-01"), {"批复日期": early}),
            (self.line(状态="研究"), {"研究日期": "状态是“研究”的，要写研究日期。"}),
            (self.line(状态="研究", 研究日期="2023-01-31"), {"研究日期": "研究日期不能早于请示日期2023-02-01。"}),
            (self.line(状态="已批复", 批复日期="2023-03-01"), {"状态": "批复以后要有批复文号和批复日期。"}),
            ({**self.approved(), "批复日期": "2023-01-31"}, {"批复日期": "批复日期不能早于请示日期2023-02-01。"}),
            ({**self.approved(), "批复日期": "2023-04-07"}, {"批复日期": "批复日期不能晚于今天。"}),
            (self.approved(办结日期="2023-03-02"), {"办结日期": "状态是“已批复”，不应填办结日期。已经办到这一步的，请写对状态；没有的，请清空这一格。"}),
            (self.line(状态="退回补充"), {"处理意见": "退回补充的，要写处理意见，说明退回的原因。"}),
            (self.line(状态="不予批准"), {"处理意见": "不予批准的，要写处理意见，说明理由。", "办结日期": "不予批准的，要写办结日期。"}),
            (self.line(拟用全称=None), {"拟用全称": "请填写拟成立党组织的全称。"}),
            (self.line(拟用全称=branch.name), {"拟用全称": "已有同名的党组织。请先查找，不要重复申请（PO-05）。"}),
            (self.line(党组织类别=None), {"党组织类别": "请选择拟成立党组织的类别。"}),
            (self.line(党组织类别="联合党支部"), {"覆盖单位": "联合党支部要写两家以上覆盖单位（COV-02）。"}),
            (self.line(党组织=branch.name), {"党组织": "成立申请不写现有党组织，启用时自动建立。"}),
            (self.of_branch("撤销"), {"申请事项": "变更和撤销要写现有的党组织。"}),
            (self.of_branch("变更", 党组织=branch.name), {"申请事项": "请写明变更什么：名称、类别、上级党组织或者覆盖单位，至少一项。"}),
            (self.approved(应到=4, 实到=4), {
                "有选举权人数—应到": "状态是“已批复”，不应填有选举权人数—应到。已经办到这一步的，请写对状态；没有的，请清空这一格。",
                "有选举权人数—实到": "状态是“已批复”，不应填有选举权人数—实到。已经办到这一步的，请写对状态；没有的，请清空这一格。"}),
        ]  # fmt: skip
        for line, wanted in sentences:
            with self.subTest(wanted):
                self.assertRefused(line, wanted)

    def test_what_is_finished_needs_the_branch_as_it_is_in_the_ledger(self):
        branch = make_branch(self.committee)
        number = {"状态": "办结", "批复日期": "2023-03-01", "批复文号": "综党〔2023〕8号", "办结日期": "2023-03-20"}
        made = "办结的成立申请，要写它建立的党组织。请先导入党组织台账；还没有建立的，状态写“已批复”。"
        self.assertRefused(self.line(**number), {"党组织": made})
        kept = "这个党组织在台账里还没有撤销。请先核对党组织台账；还没有办结的，状态写“已批复”。"
        self.assertRefused(self.of_branch("撤销", 党组织=branch.name, **number), {"党组织": kept})
        early = "办结日期不能早于批复日期2023-03-01。"
        line = self.of_branch("变更", 党组织=branch.name, **{**number, "办结日期": "2023-02-28"})
        self.assertRefused(line, {"办结日期": early})
        PartyBranch.objects.filter(pk=branch.pk).update(status="dissolved", dissolved_on=date(2023, 3, 10))
        self.write(self.of_branch("撤销", 党组织=branch.name, **number))
        over = f"{branch}已于2023-03-10撤销。"
        self.assertRefused(self.of_branch("撤销", 党组织=branch.name, 请示日期="2023-03-20"), {"党组织": over})

    def test_an_unusual_number_of_members_is_told_before_the_import(self):
        self.assertIn("不足3名：单独组建不够条件", self.notices(self.line(正式党员数=2))[0])

    def test_a_stored_request_is_corrected_as_long_as_its_page_lets_one(self):
        other = make_organization(self.committee)
        row = make_application(self.staff, requested_on=date(2023, 2, 1))
        base = {"申请事项": "成立", "申请单位": row.applicant, "请示日期": "2023-02-01"}
        self.write(
            {**base, "请示文号": "茶协〔2023〕1号", "覆盖单位": f"{self.body.name}、{other.name}", "备注": "补正"}
        )
        row.refresh_from_db()
        self.assertEqual((row.request_no, row.remark, row.covers.count()), ("茶协〔2023〕1号", "补正", 2))
        self.assertRefused({**base, "拟用全称": "清空"}, {"拟用全称": "请填写拟成立党组织的全称。"})
        self.assertRefused({**base, "基本情况和理由": "清空"}, {"基本情况和理由": "“基本情况和理由”不能清空。"})
        self.assertIn("“状态”只在新增时读取", self.notices({**base, "状态": "研究"})[0])

        applications.study(row, studied_on=date(2023, 2, 20), by=self.staff)
        closed = "申请已进入研究，不能再改。要改请先退回补充。"
        self.assertRefused({**base, "备注": "又补正"}, {"备注": closed})
        self.assertRefused({**base, "覆盖单位": self.body.name}, {"覆盖单位": closed})
        applications.refuse_application(row, reason="不符合条件", by=self.leader)
        self.assertRefused({**base, "备注": "又补正"}, {"备注": "申请已经办结，不能再改。"})

    def test_the_undo_restores_every_table(self):
        row = make_application(self.staff, requested_on=date(2023, 2, 1))
        row.covers.set([self.body])
        other = make_organization(self.committee)
        change = {
            "申请事项": "成立",
            "申请单位": row.applicant,
            "请示日期": "2023-02-01",
            "覆盖单位": other.name,
            "备注": "补正",
        }
        self.assertUndone(self.approved(), change)

    def test_what_was_carried_on_is_not_undone(self):
        batch = self.write(self.line())
        applications.study(self.get(), studied_on=date(2023, 2, 20), by=self.staff)

        with self.assertRaises(TouchedError):
            undo_batch(batch, by=self.staff)

    def test_the_list_offers_the_import_to_staff(self):
        self.client.force_login(self.staff)
        for name, kind in (("branchapplication-list", "branch_applications"), ("syncduty-list", "sync_duties")):
            page = self.client.get(reverse(f"organizations:{name}"))
            self.assertContains(page, reverse("core:import-upload", args=[kind]))
