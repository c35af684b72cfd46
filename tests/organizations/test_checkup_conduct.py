"""MB-10 beside the fees, MB-11 and MB-12: on which day each finding begins, and that it goes when the matter is settled."""

from datetime import date

from organizations import checkup
from organizations.models import FloatingRecord, PartyMember
from organizations.workflows import conduct, floating, members
from tests.factories import make_correction, make_floating, make_lapse

from .checkup_cases import DAY, RuleCase


class LapseRuleTests(RuleCase):
    def lapse(self, since, **values):
        return make_lapse(self.member(), self.staff, since=since, **values)

    def test_mb_10_three_months_remind_and_six_alarm(self):
        for since, keys in (
            (date(2023, 1, 1), set()),
            (date(2022, 12, 31), {"mb-10-lapse-soon"}),
            (date(2022, 10, 1), {"mb-10-lapse-soon"}),
            (date(2022, 9, 30), {"mb-10-lapse"}),
        ):
            self.assertEqual(self.keys(self.lapse(since).member), keys, since)
        lapse = self.lapse(date(2022, 9, 1), ground="work")
        self.assertEqual(
            self.text(lapse.member, "mb-10-lapse"), "2022-09-01起不做党所分配的工作，已有6个月，没有写正当理由。"
        )

    def test_mb_10_a_good_reason_or_an_outcome_ends_the_alarm(self):
        lapse = self.lapse(date(2022, 9, 1), excuse="住院治疗")
        self.assertEqual(self.keys(lapse.member), set())
        lapse.excuse = ""
        conduct.save_conduct(lapse, by=self.staff)
        self.assertEqual(self.keys(lapse.member), {"mb-10-lapse"})

        conduct.conclude(lapse, outcome="resumed", on=DAY, by=self.staff)

        self.assertEqual(self.keys(lapse.member), set())

    def test_mb_10_of_two_grounds_the_longer_one_is_told(self):
        lapse = self.lapse(date(2022, 12, 1))
        make_lapse(lapse.member, self.staff, ground="work", since=date(2022, 8, 1))

        self.assertEqual(self.keys(lapse.member), {"mb-10-lapse"})
        self.assertIn("2022-08-01起不做党所分配的工作", self.text(lapse.member, "mb-10-lapse"))

    def test_mb_10_by_the_office_s_own_months(self):
        self.set_limit("member.lapse_remind_months", 1)
        self.set_limit("member.lapse_alarm_months", 2)
        self.assertEqual(self.keys(self.lapse(date(2023, 2, 28)).member), {"mb-10-lapse-soon"})
        self.assertEqual(self.keys(self.lapse(date(2023, 1, 31)).member), {"mb-10-lapse"})

    def test_mb_10_a_removal_is_asked_for_until_the_roster_says_so(self):
        lapse = self.lapse(date(2022, 8, 1))
        conduct.conclude(lapse, outcome="removed", on=date(2023, 3, 20), by=self.staff)
        member = PartyMember.objects.get(pk=lapse.member_id)
        self.assertEqual(self.keys(member), {"mb-10-parting"})
        self.assertEqual(self.text(member, "mb-10-parting"), "未履行义务的结论是除名，名册里还没有离开。")
        self.assertEqual(member.status, "normal")

        members.leave(member, end=date(2023, 3, 28), leave_reason="removed", by=self.staff)

        self.assertEqual(self.keys(member), set())


class CorrectionRuleTests(RuleCase):
    def correction(self, until, **values):
        return make_correction(self.member(), self.staff, until=until, **values)

    def test_mb_11_over_without_an_outcome_and_the_last_month_before(self):
        for until, keys in (
            (date(2023, 3, 30), {"mb-11"}),
            (date(2023, 3, 31), {"mb-11-soon"}),
            (date(2023, 4, 30), {"mb-11-soon"}),
            (date(2023, 5, 1), set()),
        ):
            self.assertEqual(self.keys(self.correction(until).member), keys, until)
        correction = self.correction(date(2023, 3, 30))
        self.assertEqual(self.text(correction.member, "mb-11"), "限期改正2023-03-30期满，没有登记结论。")
        self.assertEqual(
            self.text(correction.member, "mb-11-soon", date(2023, 3, 1)), "限期改正2023-03-30期满，还有29天。"
        )

    def test_mb_11_goes_with_the_outcome_and_comes_back_when_it_is_withdrawn(self):
        correction = self.correction(date(2023, 3, 1))
        conduct.conclude(correction, outcome="corrected", on=date(2023, 3, 5), by=self.staff)
        self.assertEqual(self.keys(correction.member), set())

        conduct.withdraw_conclusion(correction, reason="登记错了人", by=self.staff)

        self.assertEqual(self.keys(correction.member), {"mb-11"})

    def test_mb_11_after_parting_is_decided_the_roster_is_asked_for(self):
        for outcome in ("persuaded", "removed"):
            correction = self.correction(date(2023, 3, 1))
            conduct.conclude(correction, outcome=outcome, on=date(2023, 3, 5), by=self.staff)
            member = PartyMember.objects.get(pk=correction.member_id)
            self.assertEqual(self.keys(member), {"mb-11-parting"})
            self.assertEqual(self.text(member, "mb-11-parting"), "限期改正的结论是劝退或者除名，名册里还没有离开。")
            members.leave(member, end=DAY, leave_reason="withdrawn", by=self.staff)
            self.assertEqual(self.keys(member), set())

    def test_mb_11_by_the_office_s_own_months(self):
        self.set_limit("member.correction_reminder_months", 2)
        self.assertEqual(self.keys(self.correction(date(2023, 5, 31)).member), {"mb-11-soon"})

    def test_the_check_up_asks_as_often_whatever_the_number_of_records(self):
        who = checkup.reader(self.staff, DAY)
        for _ in range(5):
            make_lapse(self.correction(date(2023, 3, 1)).member, self.staff)
        with self.assertNumQueries(3):
            found = checkup.counts(who)
        self.assertEqual((found["mb-11"], found["mb-10-lapse"], found["mb-10-lapse-soon"]), (5, 5, 0))


class AbroadRuleTests(RuleCase):
    def abroad(self, left=date(2022, 6, 1), **values):
        return make_floating(self.member(), self.staff, left_on=left, is_abroad=True, **values)

    def test_mb_12_six_months_without_contact_since_the_last_or_since_leaving(self):
        self.assertEqual(self.keys(self.abroad(date(2022, 9, 29)).member), {"mb-08-away", "mb-12"})
        self.assertEqual(self.keys(self.abroad(date(2022, 9, 30)).member), {"mb-08-away"})
        record = self.abroad()
        floating.log_contact(record, on=date(2022, 9, 29), by=self.staff)
        self.assertEqual(self.keys(record.member), {"mb-08-away", "mb-12"})
        self.assertEqual(self.text(record.member, "mb-12"), "最近一次联系上是2022-09-29。")
        floating.log_contact(record, on=date(2023, 3, 1), by=self.staff, reached=False)
        self.assertIn("mb-12", self.keys(record.member))

        floating.log_contact(record, on=date(2022, 9, 30), by=self.staff)

        self.assertEqual(self.keys(record.member), {"mb-08-away"})

    def test_mb_12_by_the_office_s_own_months(self):
        self.set_limit("member.abroad_contact_months", 3)
        self.assertIn("mb-12", self.keys(self.abroad(date(2022, 12, 30)).member))

    def test_fl_01_and_mb_08_are_for_those_in_the_country(self):
        record = self.abroad(date(2022, 12, 1), is_settled=True)
        self.assertEqual(self.keys(record.member), {"mb-08-away"})
        record.is_abroad, record.left_on = False, date(2022, 9, 1)
        floating.save_floating(record, by=self.staff)
        self.assertEqual(self.keys(record.member), {"mb-08-away", "mb-08", "fl-01"})

    def test_mb_12_the_ledger_asks_by_the_half_year_too(self):
        record = self.abroad()
        quarter = date(2023, 1, 1), date(2023, 3, 31)
        rows = FloatingRecord.objects.all()
        floating.log_contact(record, on=date(2022, 9, 30), by=self.staff)
        self.assertEqual(rows.unreached_between(*quarter).get(), record)

        floating.log_contact(record, on=date(2022, 10, 1), by=self.staff)

        self.assertFalse(rows.unreached_between(*quarter).exists())
        self.assertFalse(rows.to_transfer(DAY).exists())
