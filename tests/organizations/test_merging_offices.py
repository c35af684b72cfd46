"""重复记录合并 across two committees of one tree: the office above merges, the two below cannot; and the way back."""

from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core.models import Committee, Notice
from organizations.models import (
    CharterRecord,
    IncubationBatch,
    OrganizationEvent,
    OrganizationMerge,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)
from organizations.statistics import coverage
from organizations.workflows.events import record_event
from organizations.workflows.merging import (
    can_undo_merge,
    differing,
    gather_late_rows,
    merge_bodies,
    undo_merge,
)
from organizations.workflows.sync import ensure_rules
from organizations.workflows.sync_sources import catch_up
from reports.models import Edition
from reviews.models import InspectionRecord
from tests.core.excel_data import bring, errors, workbook
from tests.factories import (
    make_activity,
    make_branch,
    make_campaign,
    make_committee,
    make_inspection,
    make_organization,
    make_staff,
)

DAY = date(2023, 3, 31)
LIST = reverse("organizations:socialorganization-list")


class TwoOfficesCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        city = make_committee(name="示例市社会组织综合党委")
        cls.county = make_committee(name="示例县社会组织综合党委", parent=city)
        cls.city = Committee.objects.get(pk=city.pk)
        cls.staff, cls.clerk = make_staff(cls.city), make_staff(cls.county)
        cls.here = make_organization(cls.city, name="示例市茶业协会", short_name="市茶业协会")
        cls.there = make_organization(cls.county, name="示例市茶业协会", short_name="", code="", phone="0550-1234567")
        cls.branch = make_branch(cls.county, covers=(cls.there,))
        cls.charter = CharterRecord.objects.create(committee=cls.county, organization=cls.there, version_no=1)
        record_event(cls.row(cls.there), kind="abnormal", on=date(2022, 3, 1), by=cls.clerk)
        cls.inspection = make_inspection(make_campaign(cls.county), cls.there)

    @staticmethod
    def row(body):
        return SocialOrganization.everything.get(pk=body.pk)

    def merge(self, *choices, keep=None, drop=None, by=None):
        keep, drop = self.row(keep or self.here), self.row(drop or self.there)
        return merge_bodies(keep, drop, choices=choices, by=by or self.staff)

    def papers(self):
        """(committee, body) of what tells of the body, and of what belongs to an office."""
        rows = [self.charter, OrganizationEvent.objects.get(), self.inspection]
        return [type(row).objects.values_list("committee", "organization").get(pk=row.pk) for row in rows]


class AboveBothTests(TwoOfficesCase):
    def test_the_committee_is_one_of_the_compared_fields_and_stays_that_of_the_kept_row(self):
        self.assertEqual(differing(self.here, self.there)[0], "committee")
        self.client.force_login(self.staff)
        side = reverse("organizations:socialorganization-merge-with", args=[self.here.pk, self.there.pk])
        page = self.client.get(side)
        for words in ("take-committee", self.city.name, self.county.name, "两条记录由不同的综合党委登记"):
            self.assertContains(page, words)

        answers = {"keep-version": self.row(self.here).version, "drop-version": self.row(self.there).version}
        self.client.post(side, {**answers, "take-phone": "drop"})

        kept = SocialOrganization.objects.get()
        self.assertEqual((kept.pk, kept.committee, kept.phone), (self.here.pk, self.city, "0550-1234567"))

    def test_everything_that_refers_to_the_row_follows_and_its_papers_go_to_the_committee(self):
        city, county = self.city.pk, self.county.pk
        self.assertEqual(self.papers(), [(county, self.there.pk)] * 3)

        merge = self.merge()

        self.assertEqual(self.papers(), [(city, self.here.pk), (city, self.here.pk), (county, self.here.pk)])
        self.assertEqual(self.branch.coverages.get().organization, self.here)
        undo_merge(merge, by=self.staff, reason="不是同一家")
        self.assertEqual(self.papers(), [(county, self.there.pk)] * 3)
        self.assertEqual({body.committee for body in SocialOrganization.objects.all()}, {self.city, self.county})

    def test_the_other_committee_can_be_chosen(self):
        paper = CharterRecord.objects.create(committee=self.city, organization=self.here, version_no=2)

        merge = self.merge("committee")

        kept = SocialOrganization.objects.get()
        self.assertEqual((kept.pk, kept.committee), (self.here.pk, self.county))
        self.assertEqual(merge.taken["综合党委"], [self.city.name, self.county.name])
        self.client.force_login(self.clerk)
        self.assertContains(self.client.get(LIST), self.here.code)
        self.assertEqual(self.client.get(paper.get_absolute_url()).status_code, 200)
        self.assertEqual(self.client.get(merge.get_absolute_url()).status_code, 200)
        undo_merge(merge, by=self.staff, reason="不是同一家")
        self.assertEqual(self.row(self.here).committee, self.city)
        paper.refresh_from_db()
        self.assertEqual(paper.committee, self.city)
        self.assertEqual(self.client.get(paper.get_absolute_url()).status_code, 404)

    def test_a_batch_becomes_that_of_the_office_that_keeps_the_body_or_is_taken_off(self):
        sixth = {
            office: IncubationBatch.objects.create(committee=office, number=6) for office in (self.city, self.county)
        }
        seventh = IncubationBatch.objects.create(committee=self.county, number=7)
        for mine, theirs, choices, found, told in (
            (sixth[self.city], None, ("committee",), sixth[self.county], "改为本综合党委的同一期"),
            (None, sixth[self.county], ("batch",), sixth[self.city], "改为本综合党委的同一期"),
            (None, seventh, ("batch",), None, "本综合党委没有登记这一期，已清空"),
            (sixth[self.city], seventh, (), sixth[self.city], ""),
        ):
            for body, batch in ((self.here, mine), (self.there, theirs)):
                SocialOrganization.objects.filter(pk=body.pk).update(batch=batch)

            merge = self.merge(*choices)

            lost = [line for line in merge.lost if "孵化入驻批次" in line]
            self.assertEqual(
                (self.row(self.here).batch, [told in line for line in lost]), (found, [True] if told else [])
            )
            undo_merge(merge, by=self.staff, reason="不是同一家")
            self.assertEqual((self.row(self.here).batch, self.row(self.there).batch), (mine, theirs))

    def test_figures_count_one_body_where_it_is_kept(self):
        before = [coverage(office, DAY).base for office in (self.city, self.county)]

        merge = self.merge()

        self.assertEqual([coverage(office, DAY).base for office in (self.city, self.county)],
                         [before[0] - 1, before[1] - 1])  # fmt: skip
        undo_merge(merge, by=self.staff, reason="不是同一家")
        self.assertEqual([coverage(office, DAY).base for office in (self.city, self.county)], before)

    def test_frozen_editions_of_both_offices_do_not_change(self):
        for user in (self.staff, self.clerk):
            self.client.force_login(user)
            self.client.post(reverse("reports:summary-word", args=["2023Q1"]))
        stored = list(Edition.objects.order_by("pk").values())
        self.assertEqual({row["committee_id"] for row in stored}, {self.city.pk, self.county.pk})

        merge = self.merge()

        self.assertEqual(list(Edition.objects.order_by("pk").values()), stored)
        undo_merge(merge, by=self.staff, reason="不是同一家")
        self.assertEqual(list(Edition.objects.order_by("pk").values()), stored)

    def test_an_activity_of_the_office_stays_the_offices(self):
        activity = make_activity(self.county, participants=(self.there,))

        self.merge()

        activity.refresh_from_db()
        self.assertEqual(activity.committee, self.county)
        self.assertEqual(activity.parties.get().organization, self.here)

    def test_what_comes_late_follows_too(self):
        self.merge()
        late = CharterRecord.objects.create(committee=self.county, organization=self.there, version_no=7)

        gather_late_rows()

        late.refresh_from_db()
        self.assertEqual((late.organization, late.committee), (self.here, self.city))

    def test_duties_follow_with_the_rule_of_the_keeping_office_and_are_not_made_twice(self):
        for office in (self.city, self.county):
            ensure_rules(office)
        SyncRule.objects.update(start=date(2022, 1, 1))
        CharterRecord.objects.filter(pk=self.charter.pk).update(approved_on=date(2023, 1, 5), status="approved")
        catch_up(self.county)
        found = set(SyncDuty.objects.filter(organization=self.there).values_list("event", "event_on"))
        self.assertTrue(found)
        self.merge()
        catch_up(self.city, [self.here.pk])
        rows = SyncDuty.objects.filter(organization=self.here)
        self.assertEqual(len(rows), len(set(rows.values_list("event", "event_on"))))
        self.assertEqual({duty.rule.committee_id for duty in rows}, {self.city.pk})

    def test_a_grade_brings_its_day(self):
        SocialOrganization.objects.filter(pk=self.there.pk).update(grade="5A", graded_on=date(2022, 5, 1))
        self.merge("grade")
        kept = self.row(self.here)
        self.assertEqual((kept.grade, kept.graded_on), ("5A", date(2022, 5, 1)))

    def test_siblings_are_merged_by_the_office_above(self):
        other = make_committee(name="示例区社会组织综合党委", parent=self.city)
        staff = make_staff(Committee.objects.get(pk=self.city.pk))
        twin = make_organization(other, name="示例 茶业协会", short_name="")

        merge = self.merge(keep=self.there, drop=twin, by=staff)

        self.assertEqual(merge.committee, self.county)
        self.assertEqual(merge.committee_ids, {self.county.pk, other.pk})


class BelowTests(TwoOfficesCase):
    def test_whose_scope_holds_only_one_is_told_to_ask_the_office_above(self):
        for keep, drop in ((self.here, self.there), (self.there, self.here)):
            with self.assertRaisesMessage(ValidationError, "要由管着这两家的上级综合党委合并"):
                self.merge(keep=keep, drop=drop, by=self.clerk)
        self.client.force_login(self.clerk)
        choose = reverse("organizations:socialorganization-merge", args=[self.there.pk])
        self.assertContains(self.client.get(choose), "请报管着这两家的上级综合党委，由它合并")
        self.assertNotContains(self.client.get(choose), self.here.code)
        for pair in ((self.there.pk, self.here.pk), (self.here.pk, self.there.pk)):
            side = reverse("organizations:socialorganization-merge-with", args=pair)
            self.assertEqual(self.client.get(side).status_code, 404)
            self.assertEqual(self.client.post(side, {"keep-version": 1, "drop-version": 1}).status_code, 404)
        self.assertFalse(OrganizationMerge.objects.exists())

    def test_a_merge_of_two_offices_is_undone_only_above_both(self):
        merge = self.merge("committee")
        undo = reverse("organizations:organizationmerge-undo", args=[merge.pk])
        self.assertEqual([can_undo_merge(user, merge) for user in (self.staff, self.clerk)], [True, False])
        self.client.force_login(self.clerk)
        self.assertContains(self.client.get(merge.get_absolute_url()), "撤销合并由管着它们的上级综合党委办理")
        self.assertEqual(self.client.post(undo, {"reason": "x"}).status_code, 403)
        with self.assertRaisesMessage(ValidationError, "要由管着这两家的上级综合党委撤销合并"):
            undo_merge(merge, by=self.clerk, reason="x")

    def test_the_office_that_no_longer_sees_the_body_learns_why(self):
        self.merge()

        notice = Notice.objects.get(user=self.clerk)
        self.assertIn(self.there.name, notice.title)
        self.assertFalse(Notice.objects.filter(user=self.staff).exists())
        self.client.force_login(self.clerk)
        page = self.client.get(self.there.get_absolute_url(), follow=True)
        self.assertRedirects(page, LIST)
        self.assertContains(page, "已并入另一个综合党委登记的同一家单位")
        self.assertNotContains(page, self.here.code)
        self.client.force_login(self.staff)
        self.assertRedirects(self.client.get(self.there.get_absolute_url()), self.here.get_absolute_url())

    def test_it_does_not_come_back_by_a_form_or_a_workbook(self):
        self.merge()
        self.client.force_login(self.clerk)
        answers = {"name": self.there.name, "kind": "51", "registered_on": "2015-01-01", "status": "normal"}
        page = self.client.post(reverse("organizations:socialorganization-create"), answers)
        self.assertContains(page, "已并入别的综合党委登记的同一家单位")

        rows = [("社会组织名称", "类型", "登记日期"), (self.there.name, "社会团体", "2015-01-01")]
        batch = bring(workbook(rows), self.clerk, "organizations")

        self.assertIn("已并入别的综合党委登记的同一条记录", errors(batch)[0])
        self.assertEqual(SocialOrganization.objects.count(), 1)

    def test_another_tree_may_have_a_body_of_a_merged_name(self):
        SocialOrganization.objects.filter(pk=self.there.pk).update(name="示例县茶叶协会")
        self.merge()
        self.assertIn("示例县茶叶协会", self.row(self.here).aliases)
        answers = {"name": "示例县茶叶协会", "kind": "51", "registered_on": "2015-01-01", "status": "normal"}
        stranger = make_staff(make_committee())
        for user, found in ((self.staff, "已并入“示例市茶业协会”"), (stranger, "")):
            self.client.force_login(user)
            page = self.client.post(reverse("organizations:socialorganization-create"), answers)
            if found:
                self.assertContains(page, found)

        self.assertEqual(SocialOrganization.objects.get(name="示例县茶叶协会").committee, stranger.committee)

    def test_records_of_an_inspection_stay_with_the_office_that_inspected(self):
        self.merge()
        self.assertIn(self.inspection, InspectionRecord.objects.visible_to(self.clerk))
