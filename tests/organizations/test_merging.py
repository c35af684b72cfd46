"""重复记录合并: one body on every day, found by every name; what is refused."""

from datetime import date

from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core.editing import StaleError, update_record
from core.models import Attachment
from organizations.models import (
    Affiliation,
    CommitmentLetter,
    FormerName,
    OrganizationMerge,
    SocialOrganization,
)
from organizations.statistics import coverage
from organizations.workflows.events import record_event, withdraw_event
from organizations.workflows.merging import (
    can_merge,
    can_undo_merge,
    differing,
    merge_bodies,
    undo_merge,
)
from reports.models import Edition
from reviews.models import Finding, InspectionRecord
from tasks.models import ActivityParty
from tests.factories import (
    make_code,
    make_committee,
    make_leader,
    make_organization,
    make_staff,
)
from tests.organizations.merging_cases import APPS, DAY, MergeTestCase


class OneBodyTests(MergeTestCase):
    def test_every_list_count_and_search_knows_one_body_on_every_day(self):
        before = {day: coverage(self.committee, day) for day in (date(2018, 1, 1), DAY)}
        self.assertEqual([c.base for c in before.values()], [2, 2])

        self.merge()

        for day, then in before.items():
            now = coverage(self.committee, day)
            self.assertEqual((now.base, now.own), (1, then.own))
        self.assertEqual(SocialOrganization.objects.within(self.committee).count(), 1)
        self.assertEqual(self.branch.coverages.get().organization, self.keep)
        self.client.force_login(self.staff)
        url = reverse("organizations:socialorganization-list")
        for query in ("?tab=all", "?tab=all&on=2020-01-01"):
            page = self.client.get(url + query)
            self.assertContains(page, self.keep.code)
            self.assertNotContains(page, self.drop.code)

    def test_search_by_every_name_and_code_of_both_finds_the_one_that_stayed(self):
        FormerName.objects.create(organization=self.drop, name="示例茶叶公会", until=date(2016, 1, 1))
        words = [self.keep.name, self.drop.name, self.drop.short_name, self.keep.code, self.drop.code, "茶叶公会"]

        self.merge("name", "code")

        self.client.force_login(self.staff)
        for word in words:
            self.assertEqual(SocialOrganization.objects.search(word).get(), self.keep, word)
            self.assertContains(self.client.get(reverse("organizations:search"), {"q": word}), "示例茶叶协会")
        row = SocialOrganization.objects.get()
        self.assertEqual((row.name, row.code), (self.drop.name, self.drop.code))

    def test_the_old_address_leads_to_the_one_that_stayed(self):
        self.merge()
        self.client.force_login(self.staff)

        self.assertRedirects(self.client.get(self.drop.get_absolute_url()), self.keep.get_absolute_url())
        self.client.force_login(make_staff(make_committee()))
        self.assertEqual(self.client.get(self.drop.get_absolute_url()).status_code, 404)

    def test_rows_of_every_app_move_and_what_may_be_once_stays_once(self):
        self.hang_everything()

        merge = self.merge()

        self.assertEqual(Finding.objects.get().record, InspectionRecord.objects.get(organization=self.keep))
        self.assertEqual(InspectionRecord.objects.count(), 1)
        self.assertEqual(list(self.keep.charters.order_by("version_no").values_list("version_no", flat=True)), [1, 2])
        self.assertEqual(CommitmentLetter.objects.get().organization, self.keep)
        self.assertEqual(set(ActivityParty.objects.values_list("organization", flat=True)), {self.keep.pk})
        self.assertEqual(ActivityParty.objects.count(), 2)
        self.assertEqual(Attachment.objects.get().object_id, self.keep.pk)
        spans = self.keep.affiliations.order_by("start").values_list("start", "end")
        self.assertEqual(list(spans), [(date(2012, 1, 1), date(2015, 1, 1)), (date(2015, 1, 1), None)])
        self.assertEqual(merge.moved["章程入章记录"], 1)
        self.assertIn("只保留2012-01-01至2015-01-01", "；".join(merge.lost))
        self.assertEqual(len(merge.lost), 5)
        for model in (
            model for app in APPS for model in apps.get_app_config(app).get_models() if model is not OrganizationMerge
        ):
            for field in model._meta.concrete_fields:
                if field.related_model is SocialOrganization and field.name != "duplicate_of":
                    self.assertFalse(model._base_manager.filter(**{field.attname: self.drop.pk}).exists(), field)

    def test_an_interval_in_the_middle_of_another_is_cut_in_two(self):
        self.keep.affiliations.update(start=date(2019, 1, 1), end=date(2020, 1, 1))

        self.merge()

        spans = self.keep.affiliations.order_by("start").values_list("start", "end")
        self.assertEqual(list(spans), [(date(2015, 1, 1), date(2019, 1, 1)), (date(2019, 1, 1), date(2020, 1, 1)),
                                       (date(2020, 1, 1), None)])  # fmt: skip

    def test_a_stored_edition_keeps_its_figures_and_the_living_ones_change_as_said(self):
        new = [make_organization(self.committee, registered_on=date(2023, 2, day)) for day in (1, 2)]
        self.client.force_login(self.staff)
        self.client.post(reverse("reports:summary-word", args=["2023Q1"]))
        edition = Edition.objects.get()
        stored = (edition.facts, edition.text, edition.sha256)
        living = reverse("reports:fact-detail", args=["2023Q1", "new_organizations"])
        self.assertIn("新成立社会组织2家", edition.text)
        self.assertContains(self.client.get(living), new[1].get_absolute_url())

        merge = self.merge(keep=new[0], drop=new[1])

        edition.refresh_from_db()
        self.assertEqual((edition.facts, edition.text, edition.sha256), stored)
        self.assertNotContains(self.client.get(living), new[1].get_absolute_url())
        self.assertIn(
            "新成立社会组织1家", self.client.get(reverse("reports:summary-text", args=["2023Q1"])).content.decode()
        )
        undo_merge(merge, by=self.staff, reason="不是同一家")
        edition.refresh_from_db()
        self.assertEqual((edition.facts, edition.text, edition.sha256), stored)
        self.assertContains(self.client.get(living), new[1].get_absolute_url())

    def test_fields_are_taken_as_chosen(self):
        self.assertIn("phone", differing(self.keep, self.drop))

        merge = self.merge("phone", "short_name")

        row = SocialOrganization.objects.get()
        self.assertEqual((row.name, row.short_name, row.phone), (self.keep.name, "茶叶协会", "0550-1234567"))
        self.assertEqual(merge.taken["简称"], ["市茶业协会", "茶叶协会"])
        self.assertEqual(set(row.aliases), {"市茶业协会", "示例茶叶协会", self.drop.code})

    def test_a_status_comes_with_its_day(self):
        SocialOrganization.objects.filter(pk=self.drop.pk).update(status="cancelled", ended_on=DAY)

        self.merge("status")

        row = SocialOrganization.objects.get()
        self.assertEqual((row.status, row.ended_on), ("cancelled", DAY))


class RefusedTests(MergeTestCase):
    def refused(self, sentence, keep, drop):
        with self.assertRaisesMessage(ValidationError, sentence):
            merge_bodies(keep, drop, by=self.staff)

    def test_not_with_itself_nor_across_offices_nor_after_a_legal_merger(self):
        self.refused("两条不同的记录", self.keep, self.keep)
        self.refused("不同的综合党委", self.keep, make_organization(make_committee()))
        record_event(SocialOrganization.objects.get(pk=self.drop.pk), kind="merged", on=DAY, by=self.staff,
                     successor=self.keep)  # fmt: skip
        self.refused("已依法并入", self.keep, self.drop)
        self.refused("已依法并入", self.drop, self.keep)

    def test_two_clicks_make_one_merge(self):
        self.client.force_login(self.staff)
        url = reverse("organizations:socialorganization-merge-with", args=[self.keep.pk, self.drop.pk])
        answers = {"keep-version": self.keep.version, "drop-version": self.drop.version, "take-phone": "drop",
                   "one-body": "1"}  # fmt: skip

        first = self.client.post(url, answers)
        second = self.client.post(url, answers)

        merge = OrganizationMerge.objects.get()
        self.assertRedirects(first, merge.get_absolute_url())
        self.assertRedirects(second, merge.get_absolute_url())
        self.assertEqual(SocialOrganization.objects.get().phone, "0550-1234567")
        with self.assertRaises(StaleError):  # two requests that both read before either wrote
            merge_bodies(self.keep, self.drop, by=self.staff)

    def test_a_page_opened_before_an_edit_is_asked_again(self):
        self.client.force_login(self.staff)
        url = reverse("organizations:socialorganization-merge-with", args=[self.keep.pk, self.drop.pk])
        stored = SocialOrganization.objects.get(pk=self.drop.pk)
        stored.remark = "新的备注"
        update_record(stored, by=self.staff)

        page = self.client.post(url, {"keep-version": 1, "drop-version": 1, "take-name": "drop", "one-body": "1"})

        self.assertContains(page, "其中一条被人改动过", status_code=409)
        self.assertContains(page, "新的备注", status_code=409)
        self.assertEqual(OrganizationMerge.objects.count(), 0)

    def test_an_event_of_the_dropped_row_is_taken_back_only_after_the_merge(self):
        event = record_event(SocialOrganization.objects.get(pk=self.drop.pk), kind="abnormal", on=DAY, by=self.staff)
        self.merge()
        event.refresh_from_db()

        with self.assertRaisesMessage(ValidationError, "请先撤销那次合并"):
            withdraw_event(event, by=self.staff, reason="录错")

    def test_rights(self):
        merge = self.merge()
        leader, stranger = make_leader(self.committee), make_staff(make_committee())
        undo = reverse("organizations:organizationmerge-undo", args=[merge.pk])

        self.assertEqual([can_merge(u, self.keep) for u in (self.staff, leader)], [True, False])
        self.assertEqual([can_undo_merge(u, merge) for u in (self.staff, leader)], [True, False])
        for user, read, write in ((leader, 200, 403), (stranger, 404, 404)):
            self.client.force_login(user)
            self.assertEqual(self.client.get(merge.get_absolute_url()).status_code, read)
            self.assertEqual(self.client.post(undo, {"reason": "x"}).status_code, write)
        self.client.force_login(self.staff)
        self.client.post(undo, {"reason": "不是同一家"})
        self.assertEqual(SocialOrganization.objects.count(), 2)


class CodeTests(TestCase):
    def test_a_kept_code_frees_no_second_row(self):
        """The code stays unique among rows that count, also in the database."""
        committee = make_committee()
        code = make_code()
        make_organization(committee, code=code)

        with self.assertRaisesMessage(ValidationError, "已有社会组织使用这个统一社会信用代码"):
            SocialOrganization(committee=committee, name="乙会", code=code, kind="51",
                               registered_on=date(2020, 1, 1)).full_clean()  # fmt: skip
        self.assertEqual(Affiliation.objects.count(), 1)
