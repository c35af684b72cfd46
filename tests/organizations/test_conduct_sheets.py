"""限期改正台账, 未履行义务台账 and the column 出国（境） as workbooks: what a line does, and that an export comes back unchanged."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.excel.undoing import TouchedError, undo_batch
from organizations.models import FloatingRecord, MemberCorrection, MemberLapse, Membership
from organizations.workflows import conduct
from tests.core.excel_data import bring, counts, errors
from tests.factories import make_correction, make_floating, make_lapse, make_member

from .test_absence_sheets import AbsenceCase

CORRECTION = ["姓名", "所在党支部", "情形", "责令改正日期", "改正期限", "决定文号", "结论", "结论日期"]
LAPSE = ["姓名", "所在党支部", "情形", "起始日期", "正当理由", "结论", "结论日期"]


def told(name, start="2022-10-01", until="2023-04-01", outcome="", on="", branch=""):
    return [name, branch, "组织纪律散漫", start, until, "综党〔2022〕1号", outcome, on]


def lapse(name, ground="不参加组织生活", since="2022-09-01", excuse="", outcome="", on="", branch=""):
    return [name, branch, ground, since, excuse, outcome, on]


class CorrectionSheetTests(AbsenceCase):
    def write(self, *rows):
        return super().write(*rows, head=CORRECTION, kind="corrections")

    def wrong(self, *rows):
        return super().wrong(*rows, head=CORRECTION, kind="corrections")

    def test_a_line_makes_a_record_of_the_member_s_branch_and_the_undo_takes_it_back(self):
        batch = self.write(told("陈例文"))

        row = MemberCorrection.objects.get()
        self.assertEqual((row.member, row.branch, row.committee), (self.member, self.branch, self.committee))
        self.assertEqual((row.circumstance, row.until, row.outcome), ("discipline", date(2023, 4, 1), ""))
        self.assertEqual(counts(self.read(told("陈例文"), head=CORRECTION, kind="corrections")), (0, 0, 1, 0))

        undo_batch(batch, by=self.staff)

        self.assertFalse(MemberCorrection.objects.exists())

    def test_a_line_with_the_outcome_concludes_and_the_undo_opens_again(self):
        self.write(told("陈例文"))

        batch = self.write(told("陈例文", outcome="已改正", on="2023-03-20"))

        row = MemberCorrection.objects.get()
        self.assertEqual((counts(batch), row.outcome, row.outcome_on), ((0, 1, 0, 0), "corrected", date(2023, 3, 20)))
        undo_batch(batch, by=self.staff)
        row.refresh_from_db()
        self.assertTrue(row.is_open)

    def test_undo_is_refused_after_the_record_was_concluded(self):
        batch = self.write(told("陈例文"))
        conduct.conclude(MemberCorrection.objects.get(), outcome="corrected", on=date(2023, 3, 20), by=self.staff)

        with self.assertRaises(TouchedError):
            undo_batch(batch, by=self.staff)

    def test_mb_11_and_the_other_rules_hold_in_a_workbook_too(self):
        for row, sentence in (
            (told("陈例文", until="2023-10-02"), "限期改正的时间不超过一年，最迟到2023-10-01"),
            (told("陈例文", until="2022-10-01"), "改正期限要晚于责令改正日期"),
            (told("陈例文", start="2023-04-01", until="2023-09-01"), "责令改正日期不能晚于今天"),
            (told("陈例文", outcome="已改正"), "有结论的要写结论日期"),
            (told("陈例文", on="2023-03-01"), "没有结论的不写"),
            (told("陈例文", outcome="已改正", on="2022-09-01"), "结论日期不能早于责令改正日期"),
            (told("张未登"), "党员名册里没有“张未登”"),
        ):
            with self.subTest(sentence):
                self.assertIn(sentence, " ".join(self.wrong(row)))
        found = self.wrong(told("陈例文"), told("陈例文", start="2022-11-01"))
        self.assertIn("已有一次限期改正没有结论", found[0])

    def test_what_was_concluded_is_not_changed_by_a_cell(self):
        row = make_correction(self.member, self.staff, start_on=date(2022, 10, 1))
        conduct.conclude(row, outcome="corrected", on=date(2023, 3, 20), by=self.staff)

        found = self.wrong(told("陈例文", outcome="除名", on="2023-03-20"))

        self.assertIn("2023-03-20的结论是“已改正”，不在这里改", found[0])
        self.assertEqual(self.wrong(told("陈例文", outcome="已改正", on="2023-03-20")), [])

    def test_of_those_who_left_only_what_is_over_is_told(self):
        Membership.objects.filter(member=self.member).update(end=date(2023, 1, 1), leave_reason="removed")

        self.assertIn("已不在本级的党支部里", self.wrong(told("陈例文"))[0])
        over = {"outcome": "除名", "on": "2022-12-30"}
        self.assertIn("请写当时所在的党支部", self.wrong(told("陈例文", **over))[0])
        self.write(told("陈例文", **over, branch=self.branch.short_name))
        self.assertEqual(MemberCorrection.objects.get().branch, self.branch)


class LapseSheetTests(AbsenceCase):
    def test_grounds_are_told_apart_and_words_of_the_office_are_known(self):
        self.write(lapse("陈例文"), lapse("陈例文", "不做分配的工作", excuse="住院"), head=LAPSE, kind="lapses")

        found = MemberLapse.objects.order_by("ground").values_list("ground", "excuse")
        self.assertEqual(list(found), [("life", ""), ("work", "住院")])
        self.assertIn("还没有结论", self.wrong(lapse("陈例文", since="2022-12-01"), head=LAPSE, kind="lapses")[0])

    def test_the_number_of_queries_does_not_grow_with_the_lines(self):
        for n in range(12):
            make_member(self.branch, name=f"王第{n}")
        for head, line, kind in ((LAPSE, lapse, "lapses"), (CORRECTION, told, "corrections")):
            rows = [line(f"王第{n}", branch=self.branch.short_name) for n in range(12)]
            with CaptureQueriesContext(connection) as few:
                self.write(*rows[:2], head=head, kind=kind)
            with CaptureQueriesContext(connection) as many:
                self.write(*rows[2:], head=head, kind=kind)
            self.assertEqual(len(many), len(few), kind)


class RoundTripTests(AbsenceCase):
    def test_exports_come_back_without_change_in_every_layout(self):
        other = make_member(self.other, name="周例远")
        conduct.conclude(make_correction(other, self.staff), outcome="corrected", on=date(2023, 3, 1), by=self.staff)
        make_correction(self.member, self.staff, document_no="综党〔2022〕1号")
        make_lapse(self.member, self.staff, excuse="住院")
        make_lapse(self.member, self.staff, ground="work")
        gone = make_lapse(make_member(self.other, name="吴例离"), self.staff)
        conduct.conclude(gone, outcome="resumed", on=date(2023, 3, 1), by=self.staff)
        Membership.objects.filter(member=gone.member).update(end=date(2023, 3, 5), leave_reason="transferred")
        make_floating(other, self.staff, is_abroad=True, place="日本大阪")

        for kind, count in (("corrections", 2), ("lapses", 3), ("floating", 1)):
            for every, full in ((True, True), (True, False), (False, False)):
                with self.subTest(kind, every=every, full=full):
                    batch = bring(self.exported(kind, every=every, full=full), self.staff, kind)
                    self.assertEqual((errors(batch), counts(batch)), ([], (0, 0, count, 0)))

    def test_the_lists_offer_import_blank_form_paste_and_export(self):
        self.client.force_login(self.staff)
        make_correction(self.member, self.staff)
        make_lapse(self.member, self.staff)

        for kind, page in (("corrections", "membercorrection-list"), ("lapses", "memberlapse-list")):
            address = reverse(f"organizations:{page}")
            upload = reverse("core:import-upload", args=[kind])
            self.assertContains(self.client.get(address), upload)
            self.assertContains(self.client.get(upload), reverse("core:import-blank", args=[kind]))
            self.assertEqual(self.client.get(reverse("core:import-blank", args=[kind])).status_code, 200)
            self.assertEqual(self.client.get(reverse("core:import-paste", args=[kind])).status_code, 200)
            self.assertEqual(self.client.get(f"{address}?export=xlsx").status_code, 200)

    def test_mb_12_abroad_is_a_column_of_the_floating_ledger(self):
        head = ["姓名", "外出日期", "流向", "是否出国（境）", "方向"]
        self.write(["陈例文", "2022-03-01", "日本大阪", "是", "流出"], head=head)
        self.assertTrue(FloatingRecord.objects.get().is_abroad)

        guest = make_member(self.other, name="客示例")
        Membership.objects.filter(member=guest).update(kind="associate")
        found = self.wrong(["客示例", "2022-03-01", "示例市", "是", "流入"], head=head)
        self.assertIn("出国（境）只用于流出党员", found[0])
