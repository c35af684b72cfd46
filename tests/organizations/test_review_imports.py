"""前置审查 out of workbooks: past reviews, and those under way, which go on on their pages."""

import io
from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.excel.sheet import get_sheet
from core.excel.undoing import undo_batch
from organizations.models import (
    CommitmentLetter,
    FormerName,
    Liaison,
    MemberSurvey,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)
from organizations.workflows import registration
from organizations.workflows.registration import clock_of
from organizations.workflows.sync_sources import catch_up
from tests.core.excel_data import bring, counts, errors
from tests.factories import make_branch, make_code, make_organization, make_review
from tests.organizations.process_cases import TODAY, ProcessCase


class ReviewTests(ProcessCase):
    kind = "registration_reviews"
    APPROVED = {"批准日期": "2023-03-10", "决定书文号": "民社登〔2023〕12号"}
    CHARTER = {"党建条款—条目": "第四条", "党建条款—原文": "本会根据党章规定设立党的组织。", "党建条款—条款类型": "单独建立",
               "核心价值观所在条目": "第三条", "表决会议": "会员大会", "表决日期": "2023-02-20"}  # fmt: skip
    LETTER = {"承诺书—签署人": "陈例文", "承诺书—签订日期": "2023-03-01"}

    def usual(self):
        return {"拟登记名称": "示例市花卉协会", "类型": "社会团体", "联系人": "陈例文", "联系电话": "13800000000",
                "受理日期": "2023-03-01"}  # fmt: skip

    def of_body(self, **cells):
        """A line about the body of the ledger, which has signed its letter."""
        return self.line(拟登记名称=self.body.name, **{**self.APPROVED, **cells})

    def sign(self, body=None):
        return CommitmentLetter.objects.create(
            committee=self.committee, organization=body or self.body, status="signed", signed_on=date(2015, 1, 1)
        )

    def get(self, **which):
        return RegistrationReview.objects.select_related("committee", "organization__committee").get(**which)

    def go(self, **values):
        review = self.get()
        for name, value in values.items():
            setattr(review, name, value)
        if values:
            registration.change_review(review, by=self.staff)
        return registration.pass_stage(self.get(), stage=review.status, by=self.staff)

    def test_a_review_before_the_approval_makes_its_body_once(self):
        self.write(
            self.line(
                环节="登记批准",
                审查时限="10",
                简称="市花卉协会",
                拟任法定代表人="陈例文",
                **self.CHARTER,
                **self.LETTER,
            )
        )
        review = self.get()
        self.assertEqual((review.status, review.organization, review.review_days), ("approval", None, 10))
        self.assertEqual((review.due_on, review.is_provisional), clock_of(review))
        self.assertEqual(RegistrationReview.objects.search("hhxh").get(), review)
        self.assertEqual(SocialOrganization.objects.count(), 1)

        self.go(approved_on=date(2023, 3, 10), approval_no="民社登〔2023〕12号")

        body = self.get().organization
        self.assertEqual((body.name, body.commitment_letter.signer, body.charters.count()), (review.name, "陈例文", 1))

    def test_a_review_after_the_approval_is_carried_on_to_its_end(self):
        self.sign()
        survey = {"党员情况调查—填报日期": "2023-03-12", "党员情况调查—从业人员": 9, "党员情况调查—党员": 4,
                  "党员情况调查—正式党员": 3, "拟组建形式": "单独", "党建联络员": "李例",
                  "联络员电话": "13800000001"}  # fmt: skip
        SocialOrganization.objects.filter(pk=self.body.pk).update(contact="张样例", phone="13900000000")
        self.write(self.of_body(环节="党员情况调查", 类型=None, 联系人=None, 联系电话=None, **survey))
        review = self.get()
        found = (review.organization, review.kind, review.contact, review.phone, review.code)
        self.assertEqual(found, (self.body, self.body.kind, "张样例", "13900000000", self.body.code))
        self.assertEqual((MemberSurvey.objects.count(), Liaison.objects.count()), (0, 0))

        self.go()
        self.go(certified_on=date(2023, 3, 20))
        self.go(handed_over_on=date(2023, 3, 24), receiver="王例")
        make_branch(self.committee, covers=(self.body,))
        self.go()

        review = self.get()
        self.assertEqual((review.status, review.finished_on, self.body.liaisons.get().name), ("done", TODAY, "李例"))
        self.assertEqual(CommitmentLetter.objects.get().status, "handed_over")
        self.assertEqual(MemberSurvey.objects.get().full_member_count, 3)
        duties = SyncDuty.objects.filter(event="set_up").values_list("event_on", "done_on")
        self.assertEqual(list(duties), [(date(2023, 3, 20), date(2023, 3, 20))])

    def test_a_survey_and_a_contact_person_of_the_ledgers_are_not_doubled(self):
        self.sign()
        MemberSurvey.objects.create(committee=self.committee, organization=self.body, filled_on=date(2023, 3, 12))
        Liaison.objects.create(organization=self.body, name="李例", start=date(2023, 3, 1))
        cells = {"党员情况调查—填报日期": "2023-03-12", "党员情况调查—从业人员": 9, "党员情况调查—党员": 0,
                 "党员情况调查—正式党员": 0, "拟组建形式": "暂不具备", "党建联络员": "李例"}  # fmt: skip
        self.write(self.of_body(环节="党员情况调查", **cells))

        self.go()

        self.assertEqual((MemberSurvey.objects.count(), Liaison.objects.count()), (1, 1))

    def test_past_reviews_are_linked_by_code_name_and_former_name(self):
        other, third = make_organization(self.committee), make_organization(self.committee)
        FormerName.objects.create(organization=other, name="示例市花木协会")
        ended = {
            "批准日期": "2015-01-01",
            "受理日期": "2014-12-01",
            "办结日期": "2015-02-01",
            "联系人": None,
            "联系电话": None,
        }
        self.write(
            self.line(拟登记名称="示例市茶业协会", 环节="完成", **ended),
            self.line(拟登记名称="示例市花木协会", 环节="完成", **ended),
            self.line(拟登记名称="示例市从前协会", 环节="完成", **{"登记—统一社会信用代码": third.code}, **ended),
            self.line(拟登记名称="示例市鸟协会", 环节="不予通过", 审查意见="名称不合规定", **{**ended, "批准日期": None}),
            self.line(拟登记名称="市茶业协会", 审查类型="章程核准", 类型=None, 环节="完成", **{**ended, "受理日期": "2022-01-01",
                      "批准日期": "2022-02-01", "办结日期": "2022-02-01"}),
        )  # fmt: skip

        linked = RegistrationReview.objects.order_by("pk").values_list("organization", "review_type", "contact")
        pks = [self.body.pk, other.pk, third.pk, None, self.body.pk]
        self.assertEqual(list(linked), [(pk, "charter" if n == 4 else "founding", "") for n, pk in enumerate(pks)])
        self.assertEqual(SocialOrganization.objects.count(), 3)
        again = self.line(拟登记名称="示例市茶业协会", 环节="完成", **{**ended, "受理日期": "2014-11-01"})
        self.assertRefused(again, {"拟登记名称": "这个社会组织已由另一件成立登记审查建立。"})

    def test_the_table_holds_changes_too_and_calls_their_first_step_by_its_name(self):
        change = self.of_body(审查类型="变更登记", 类型=None, 环节="变更审核", **{"批准日期": None, "决定书文号": None})
        self.write(change, self.line())

        self.assertEqual(set(RegistrationReview.objects.values_list("status", flat=True)), {"charter"})
        self.assertEqual(get_sheet(self.kind).title, "社会组织前置审查表")
        grid = load_workbook(io.BytesIO(self.exported())).active
        cells = [cell.value for row in grid.iter_rows() for cell in row]
        self.assertEqual([cells.count(word) for word in ("章程审核", "变更审核")], [1, 1])

    def test_each_wrong_cell_says_what_to_do(self):
        lacking = (
            "社会组织党建工作台账里没有“示例市花卉协会”。请先导入社会组织党建工作台账，或者改成台账里的名称；"
            "还没有批准登记的成立登记，环节写“登记批准”或以前的环节。"
        )
        early = "环节没有填，按“章程审核”读取，不应填领证日期。已经办到这一步的，请写对环节；没有的，请清空这一格。"
        stages = "章程核准没有“承诺书”这一环节，可以写“章程审核”、“登记批准”、“完成”、“不予通过”。"
        done = {"环节": "完成", "办结日期": "2023-03-20", **self.APPROVED}
        code = "登记—统一社会信用代码"
        other = make_organization(self.committee)
        sentences = [
            (self.line(拟登记名称=self.body.name), {"拟登记名称": "台账里已有同名的在册社会组织，请先查找，不要重复登记。"}),
            (self.line(联系人=""), {"联系人": "“联系人”没有填。在办的审查要写联系人。"}),
            (self.line(联系电话=""), {"联系电话": "“联系电话”没有填。在办的审查要写联系电话。"}),
            (self.line(类型=""), {"类型": "“类型”没有填。成立登记的要写类型。"}),
            (self.line(受理日期="2023-04-07"), {"受理日期": "受理日期不能晚于今天。"}),
            (self.line(审查时限="300"), {"审查时限（工作日）": "审查时限不能超过250个工作日。"}),
            (self.line(领证日期="2023-03-20"), {"领证日期": early}),
            (self.line(**done), {"拟登记名称": lacking}),
            (self.of_body(**{**done, "决定书文号": "", "批准日期": ""}), {"登记—批准日期": "环节是“完成”的，要写登记—批准日期。"}),
            (self.of_body(**{**done, "办结日期": ""}), {"办结日期": "环节是“完成”的，要写办结日期。"}),
            (self.of_body(**{**done, "批准日期": "2023-02-28"}), {"登记—批准日期": "批准日期不能早于受理日期2023-03-01。"}),
            (self.of_body(**done, 领证日期="2023-03-09"), {"领证日期": "领证日期不能早于批准日期。"}),
            (self.of_body(**done, 移交日期="2023-03-09"), {"移交日期": "移交日期不能早于批准日期2023-03-10。"}),
            (self.of_body(**done, **{code: other.code}), {code: f"这个统一社会信用代码是“{other.name}”的，与拟登记名称不是同一家。请核对。"}),
            (self.of_body(**done, **{code: make_code()}), {code: f"台账里“{self.body.name}”的统一社会信用代码是{self.body.code}，与这里写的不同。请核对。"}),
            (self.line(环节="不予通过"), {"办结日期": "环节是“不予通过”的，要写办结日期。", "审查意见": "环节是“不予通过”的，要写审查意见。"}),
            (self.of_body(审查类型="章程核准", 环节="承诺书"), {"环节": stages}),
            (self.of_body(环节="领证", 决定书文号=""), {
                "登记—决定书文号": "环节是“领证”的，要写登记—决定书文号。",
                "拟登记名称": f"党建工作承诺书台账里没有“{self.body.name}”的承诺书。请先导入党建工作承诺书台账。"}),
            (self.line(审查类型="变更登记"), {
                "审查类型": "章程核准和变更登记要选已登记的社会组织。", "拟登记名称": lacking}),
        ]  # fmt: skip
        gone = make_organization(self.committee, status="cancelled", ended_on=date(2023, 2, 1))
        over = {"拟登记名称": f"“{gone.name}”2023-02-01已终止，没有在办的审查。请核对名称和环节。"}
        sentences.append((self.line(拟登记名称=gone.name, 审查类型="章程核准"), over))
        for line, wanted in sentences:
            with self.subTest(wanted):
                self.assertRefused(line, wanted)

    def test_the_other_types_need_no_letter_and_end_as_on_the_page(self):
        self.write(
            self.line(拟登记名称=self.body.name, 审查类型="变更登记", 环节="登记批准", 类型=None, 变更事项="住所",
                      变更后的内容="示例路8号", **self.APPROVED)
        )  # fmt: skip

        self.go()

        review = self.get()
        self.assertEqual((review.status, review.kind, review.due_on), ("done", self.body.kind, date(2023, 3, 29)))
        event = self.body.events.get()
        self.assertEqual((event.kind, event.item, event.new_value), ("changed", "address", "示例路8号"))

    def test_a_stored_review_is_corrected_before_the_approval_only(self):
        review = make_review(self.staff, name="示例市花卉协会")
        self.write(self.line(发起人="陈例文、李例", 审查时限="10"))
        review.refresh_from_db()
        self.assertEqual((review.founder, review.due_on), ("陈例文、李例", clock_of(review)[0]))
        self.assertRefused(self.line(联系人="清空"), {"联系人": "“联系人”不能清空。"})
        self.assertIn("“环节”只在新增时读取", self.notices(self.line(环节="承诺书"))[0])

        RegistrationReview.objects.update(status="survey", organization=self.body)
        decided = "这件审查已经批准，申请事项不能再改。单位的情况请在社会组织的页面上改。"
        self.assertRefused(self.line(发起人="李例"), {"发起人（举办者）": decided})
        RegistrationReview.objects.update(status="done")
        self.assertRefused(self.line(发起人="李例"), {"发起人（举办者）": "这件审查已经办结，不能再修改。"})

    def test_the_undo_restores_every_table_and_the_very_duties(self):
        SocialOrganization.objects.filter(pk=self.body.pk).update(registered_on=date(2023, 3, 10))
        catch_up(self.committee)
        make_review(self.staff, name="示例市果品协会", phone="13800000000")
        self.sign()
        catch_up(self.committee)
        duty = SyncDuty.objects.get(event="set_up")
        stored = self.line(拟登记名称="示例市果品协会", 发起人="李例", 审查时限="5")
        linked = self.of_body(环节="移交", 领证日期="2023-03-20", **{"登记—统一社会信用代码": self.body.code})

        batch = self.write(linked)
        self.assertEqual(SyncDuty.objects.get(event="set_up").pk, duty.pk)
        self.assertEqual(SyncDuty.objects.get(event="set_up").event_on, date(2023, 3, 20))
        undo_batch(batch, by=self.staff)

        self.assertUndone(linked, stored)
        self.assertUndone(self.of_body(环节="党员情况调查"), self.line())
        self.assertEqual(SyncDuty.objects.get(event="set_up").event_on, date(2023, 3, 10))

    def test_a_past_review_calls_for_nothing_before_the_rules(self):
        SyncRule.objects.update(start=date(2023, 4, 1))
        self.write(self.of_body(环节="完成", 领证日期="2023-03-20", 办结日期="2023-03-31"))

        self.assertEqual(SyncDuty.objects.count(), 0)

    def test_what_was_exported_changes_nothing_and_the_board_gives_it(self):
        self.sign()
        self.write(
            self.line(环节="登记批准", **self.CHARTER, **self.LETTER),
            self.of_body(环节="移交", 领证日期="2023-03-20"),
        )
        for every in (True, False):
            batch = bring(self.exported(every=every), self.staff, self.kind)
            self.assertEqual((errors(batch), counts(batch)), ([], (0, 0, 2, 0)))
        self.client.force_login(self.staff)
        board = reverse("organizations:registration-list")
        page = self.client.get(board, {"q": "花卉"})
        self.assertContains(page, reverse("core:import-upload", args=[self.kind]))
        export = next(button.url for button in page.context["actions"] if button.label.startswith("导出"))
        answer = self.client.get(f"{board}{export}")
        batch = bring(b"".join(answer), self.staff, self.kind)
        self.assertEqual((errors(batch), counts(batch)), ([], (0, 0, 1, 0)))
        self.client.force_login(self.leader)
        self.assertNotContains(self.client.get(board), reverse("core:import-upload", args=[self.kind]))

    def test_a_long_workbook_asks_no_more_than_a_short_one(self):
        self.sign()

        def queries(count):
            lines = [
                self.line(
                    拟登记名称=self.body.name,
                    审查类型="章程核准",
                    环节="登记批准",
                    受理日期=f"2023-02-{n % 20 + 1:02d}",
                )
                for n in range(count)
            ]
            with CaptureQueriesContext(connection) as found:
                self.assertEqual(errors(self.read(*lines)), [])
            return len(found) - 2 * count  # one day is counted in working days once

        self.assertEqual(queries(3), queries(15))
