from datetime import date

from organizations.models import Membership, PartyMember, party_age
from organizations.workflows.members import confirm_full, extend_probation, leave
from tests.factories import make_branch, make_floating

from .checkup_cases import DAY, RuleCase

MALE_NUMBER = "341702198001010013"  # born on 1980-01-01, male


class MemberRuleTests(RuleCase):
    def numbered(self, **values):
        member = self.member(**values)
        member.set_id_number(MALE_NUMBER)
        member.save()
        return member

    def test_a_whole_member_has_no_finding(self):
        self.assertEqual(self.keys(self.member()), set())

    def test_missing_items_are_named_and_are_no_violation(self):
        member = self.member(born_on=None, phone="", address="")
        self.assertEqual(self.keys(member), {"items"})
        self.assertEqual(self.text(member, "items"), "缺3项：出生日期、手机号码、家庭住址。")

    def test_a_lost_and_a_floating_member_need_their_day_and_place(self):
        self.assertEqual(self.text(self.member(is_lost=True), "items"), "缺1项：失联日期。")
        self.assertEqual(self.text(self.member(floating="out"), "items"), "缺1项：流向。")
        guest = self.member(phone="")
        Membership.objects.filter(member=guest).update(kind="associate")
        self.assertNotIn("items", self.keys(guest))

    def test_mb_01_birth_date_and_sex_are_compared_with_the_number(self):
        right = self.numbered(born_on=date(1980, 1, 1))
        wrong_day = self.numbered_again(right, born_on=date(1980, 1, 2))
        self.assertEqual(self.text(wrong_day, "mb-01"), "登记的出生日期与证件号码不一致。")
        both = self.numbered_again(right, born_on=date(1980, 1, 2), sex="female")
        self.assertEqual(self.text(both, "mb-01"), "登记的出生日期和性别与证件号码不一致。")
        self.assertNotIn("mb-01", self.keys(self.numbered_again(right, born_on=date(1980, 1, 1), sex="male")))

    def numbered_again(self, member, **values):
        PartyMember.objects.filter(pk=member.pk).update(**values)
        return PartyMember.objects.get(pk=member.pk)

    def test_mb_01_unknown_facts_other_papers_and_a_lost_key_say_nothing(self):
        member = self.numbered(born_on=None)
        self.assertNotIn("mb-01", self.keys(member))
        member = self.numbered_again(member, born_on=date(1980, 1, 2), id_kind="passport")
        self.assertNotIn("mb-01", self.keys(member))
        member = self.numbered_again(member, id_kind="resident_id", id_cipher="no token")
        self.assertNotIn("mb-01", self.keys(member))

    def test_mb_01_tells_nothing_of_the_number(self):
        member = self.numbered(born_on=date(1980, 1, 2))
        self.assertNotIn("19800101", self.text(member, "mb-01"))

    def test_mb_02_younger_than_18_when_admitted(self):
        young = self.member(born_on=date(1992, 7, 2), joined_on=date(2010, 7, 1))
        self.assert_breaks("mb-02", [young], [self.member(born_on=date(1992, 7, 1), joined_on=date(2010, 7, 1))])
        self.assertEqual(self.text(young, "mb-02"), "出生日期1992-07-02，入党日期2010-07-01，入党时不满18周岁。")

    def test_mb_03_full_member_before_a_year_and_after_two(self):
        pairs = {
            "2011-06-30": "mb-03-early", "2011-07-01": None, "2012-07-01": None, "2012-07-02": "mb-03-late",
        }  # fmt: skip
        for day, key in pairs.items():
            member = self.member(joined_on=date(2010, 7, 1), full_on=date.fromisoformat(day))
            self.assertEqual(self.keys(member), {key} - {None}, day)

    def test_mb_03_leap_day_and_the_years_without_probation(self):
        self.assertEqual(self.keys(self.member(joined_on=date(2012, 2, 29), full_on=date(2013, 2, 28))), set())
        early = {"born_on": date(1950, 1, 1), "joined_on": date(1972, 7, 1), "full_on": date(1972, 7, 1)}
        self.assertEqual(self.keys(self.member(**early)), set())

    def test_mb_04_full_member_without_the_day(self):
        self.assert_breaks("mb-04", [self.member(full_on=None)], [self.member()])

    def test_mb_05_party_age_counts_from_the_day_of_full_membership(self):
        self.assertEqual(party_age(date(2011, 7, 1), date(2023, 6, 30)), 11)
        self.assertEqual(party_age(date(2011, 7, 1), date(2023, 7, 1)), 12)
        self.assertIsNone(party_age(None, DAY))
        future = self.member(joined_on=date(2022, 7, 1), full_on=date(2023, 7, 1))
        self.assert_breaks("mb-05", [future], [self.member()])
        self.assertEqual(party_age(future.full_on, DAY), 0)

    def test_mb_06_without_a_branch(self):
        member = self.member()
        self.assertNotIn("mb-06", self.keys(member))
        Membership.objects.filter(member=member).update(end=date(2023, 3, 1), leave_reason="transferred")
        self.assert_breaks("mb-06", [member])
        guest = self.member()
        Membership.objects.filter(member=guest).update(kind="associate")
        self.assertNotIn("mb-06", self.keys(guest))

    def test_mb_07_probation_over_by_more_than_a_month(self):
        def keys(joined):
            member = self.member(category="probationary", full_on=None, joined_on=joined)
            return self.keys(member)

        self.assertEqual(keys(date(2022, 2, 27)), {"mb-07"})
        self.assertEqual(keys(date(2022, 2, 28)), {"mb-07-soon"})
        self.assertEqual(keys(date(2022, 3, 31)), {"mb-07-soon"})
        self.assertEqual(keys(date(2022, 4, 1)), set())

    def test_mb_07_counts_from_the_day_up_to_which_probation_was_extended(self):
        member = self.member(
            category="probationary", full_on=None, joined_on=date(2022, 2, 25), fee_paid_until=date(2024, 1, 31)
        )
        self.assertEqual(self.keys(member), {"mb-07"})
        extend_probation(member, on=date(2023, 2, 27), until=date(2023, 8, 25), by=self.staff)
        self.assertEqual(self.keys(member), set())
        self.assertEqual(self.keys(member, date(2023, 8, 24)), set())
        said = "2022-02-25接收为预备党员，预备期延长至2023-08-25期满。"
        self.assertEqual(self.text(member, "mb-07-soon", date(2023, 8, 25)), said)
        self.assertEqual(self.keys(member, date(2023, 9, 25)), {"mb-07-soon"})
        said = "2022-02-25接收为预备党员，预备期延长至2023-08-25已满，还没有转正结果。"
        self.assertEqual(self.text(member, "mb-07", date(2023, 9, 26)), said)

    def test_mb_07_goes_when_the_member_is_made_full(self):
        member = self.member(category="probationary", full_on=None, joined_on=date(2022, 1, 10))
        self.assertIn("mb-07", self.keys(member))
        confirm_full(member, full_on=date(2023, 3, 20), by=self.staff)
        self.assertEqual(self.keys(member), set())

    def test_mb_08_and_fl_02_floating_members(self):
        self.assertEqual(self.keys(self.member(floating="out", floating_place="浙江省杭州市")), {"mb-08-away"})
        self.assertEqual(self.keys(self.member(floating="in")), {"fl-02"})

    def test_mb_08_away_for_six_months_and_fl_01_without_contact(self):
        record = make_floating(self.member(), self.staff, left_on=date(2022, 9, 30), is_settled=True)
        self.assertEqual(self.keys(record.member), {"mb-08-away", "mb-08", "fl-01"})
        record.contacts.create(on=date(2022, 12, 31), reached=True)
        self.assertEqual(self.keys(record.member), {"mb-08-away", "mb-08"})
        moving = make_floating(self.member(), self.staff, left_on=date(2022, 9, 30), is_settled=False)
        moving.contacts.create(on=date(2022, 12, 30), reached=True)
        self.assertEqual(self.keys(moving.member), {"mb-08-away", "fl-01"})
        near = make_floating(self.member(), self.staff, left_on=date(2023, 1, 15), is_settled=True)
        self.assertEqual(self.keys(near.member), {"mb-08-away"})

    def test_mb_09_lost_for_six_months_and_two_years_after_suspension(self):
        lost = self.member(is_lost=True, lost_on=date(2022, 9, 30))
        self.assert_breaks("mb-09", [lost], [self.member(is_lost=True, lost_on=date(2022, 10, 1))])
        leave(lost, end=date(2021, 3, 31), leave_reason="suspended", by=self.staff)
        self.assertEqual(self.keys(lost), {"mb-09-expel"})
        self.assertEqual(self.keys(lost, date(2023, 3, 30)), set())

    def test_mb_10_fee_three_months_reminds_and_six_alarm(self):
        days = {
            "2022-12-31": {"mb-10-soon"},
            "2023-01-31": set(),
            "2022-10-31": {"mb-10-soon"},
            "2022-09-30": {"mb-10"},
        }
        for day, keys in days.items():
            self.assertEqual(self.keys(self.member(fee_paid_until=date.fromisoformat(day))), keys, day)
        self.assertEqual(self.keys(self.member(fee_paid_until=None)), set())
        member = self.member(fee_paid_until=date(2022, 9, 30))
        self.assertEqual(self.text(member, "mb-10"), "党费缴纳至2022-09-30，已有6个月没有缴纳。")

    def test_mb_10_du_01_by_the_office_s_own_months_from_its_day_on(self):
        member = self.member(fee_paid_until=date(2023, 1, 31))
        self.set_limit("dues.remind_months", 1, since=date(2023, 3, 1))
        self.assertEqual(self.keys(member), {"mb-10-soon"})
        self.set_limit("dues.remind_months", 12, since=date(2023, 4, 1))
        self.assertEqual(self.keys(member), {"mb-10-soon"})

    def test_members_who_left_are_not_looked_at(self):
        member = self.member(phone="", fee_paid_until=date(2020, 1, 31))
        leave(member, end=date(2023, 3, 1), leave_reason="deceased", by=self.staff)
        self.assertEqual(self.keys(member), set())

    def test_a_transferred_member_counts_in_the_new_branch_only(self):
        member = self.member(fee_paid_until=date(2022, 9, 30))
        new = make_branch(self.committee, secretary="乙示例")
        Membership.objects.filter(member=member).update(end=date(2023, 3, 1), leave_reason="transferred")
        Membership.objects.create(member=member, branch=new, start=date(2023, 3, 1))
        self.assertEqual(self.findings(member)[0].where, new.short_name)
