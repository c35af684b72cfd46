"""不是重复: a pair is put aside with a reason, stays aside under other names and rows, and comes back."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry, Committee
from organizations.models import DuplicateDismissal, OrganizationMerge, SocialOrganization
from organizations.statistics import likely_duplicates
from organizations.workflows.duplicates import can_dismiss, can_restore, dismiss_duplicate, restore_duplicate
from organizations.workflows.events import record_event
from organizations.workflows.merging import merge_bodies, undo_merge
from tests.factories import make_branch, make_committee, make_leader, make_organization, make_secretary, make_staff

INDEX = reverse("organizations:duplicate-index")
ASIDE = f"{INDEX}?tab=dismissed"


class DismissalCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee, name="王例文")
        cls.one = make_organization(cls.committee, name="示例市茶业协会", short_name="")
        cls.other = make_organization(cls.committee, name="示例（茶业）协会", short_name="")

    def setUp(self):
        self.client.force_login(self.staff)

    def bodies(self):
        return [SocialOrganization.objects.get(pk=row.pk) for row in (self.one, self.other)]

    def dismiss(self, reason="业务主管单位不同", by=None):
        return dismiss_duplicate(*self.bodies(), by=by or self.staff, reason=reason)

    def suggested(self):
        page = self.client.get(INDEX)
        return [(pair.first["pk"], pair.second["pk"]) for pair in page.context["pairs"]]

    def address(self, one=None, other=None):
        return reverse("organizations:duplicate-dismiss", args=[(one or self.one).pk, (other or self.other).pk])


class DismissTests(DismissalCase):
    def test_a_pair_put_aside_is_no_longer_suggested_but_listed_with_who_when_and_why(self):
        self.assertEqual(self.suggested(), [(self.one.pk, self.other.pk)])

        answer = self.client.post(self.address(), {"reason": "业务主管单位不同", "next": INDEX})

        self.assertRedirects(answer, INDEX)
        self.assertEqual(self.suggested(), [])
        row = DuplicateDismissal.objects.get()
        self.assertEqual((row.pair, row.created_by, row.reason),
                         ((self.one.pk, self.other.pk), self.staff, "业务主管单位不同"))  # fmt: skip
        page = self.client.get(ASIDE)
        for words in (
            self.one.name,
            self.other.name,
            "王例文",
            f"{timezone.localtime(row.created_at):%Y-%m-%d}",
            "业务主管单位不同",
        ):
            self.assertContains(page, words)
        self.assertTrue(
            AuditEntry.objects.filter(object_type="organizations.duplicatedismissal", event="create").exists()
        )

    def test_the_order_of_the_two_does_not_matter_and_once_is_enough(self):
        first, second = self.bodies()
        row = dismiss_duplicate(second, first, by=self.staff, reason="两家")
        self.assertEqual((row.first, row.second), (first, second))
        with self.assertRaisesMessage(ValidationError, "已经判定不是重复："):
            self.dismiss()
        with self.assertRaises(IntegrityError), transaction.atomic():
            DuplicateDismissal.objects.create(committee=self.committee, first=first, second=second, reason="x")
        with self.assertRaises(IntegrityError), transaction.atomic():
            DuplicateDismissal.objects.create(committee=self.committee, first=second, second=first, reason="x")

    def test_a_reason_is_needed_and_two_rows(self):
        with self.assertRaisesMessage(ValidationError, "请写明为什么不是重复"):
            self.dismiss(reason="  ")
        with self.assertRaisesMessage(ValidationError, "两条不同的记录"):
            dismiss_duplicate(self.one, self.one, by=self.staff, reason="x")
        page = self.client.post(self.address(), {"reason": "", "next": INDEX}, follow=True)
        self.assertContains(page, "请写明为什么不是重复")
        self.assertFalse(DuplicateDismissal.objects.exists())

    def test_brought_back_it_is_suggested_again_and_the_log_knows_both(self):
        row = self.dismiss()
        restore = reverse("organizations:duplicate-restore", args=[row.pk])
        self.assertContains(self.client.get(ASIDE), restore)

        self.assertRedirects(self.client.post(restore, {"next": ASIDE}), ASIDE)

        self.assertEqual(self.suggested(), [(self.one.pk, self.other.pk)])
        self.assertContains(self.client.get(ASIDE), "还没有判定过不是重复的")
        kind = "organizations.duplicatedismissal"
        entries = AuditEntry.objects.filter(object_type=kind).order_by("pk").values_list("event", flat=True)
        self.assertEqual(list(entries), ["create", "undo"])
        self.assertIn("业务主管单位不同", AuditEntry.objects.filter(object_type=kind, event="undo").get().note)
        self.assertEqual(self.client.post(restore).status_code, 404)
        self.dismiss()
        self.assertEqual(self.suggested(), [])

    def test_two_hands_restore_once(self):
        row = self.dismiss()
        stale = DuplicateDismissal.objects.get(pk=row.pk)
        restore_duplicate(row, by=self.staff)
        restore_duplicate(stale, by=self.staff)
        self.assertEqual(AuditEntry.objects.filter(event="undo").count(), 1)

    def test_the_page_of_one_body_offers_both_ways(self):
        twin = reverse("organizations:socialorganization-merge", args=[self.one.pk])
        self.assertContains(self.client.get(twin), self.address())

        answer = self.client.post(self.address(), {"reason": "业务主管单位不同", "next": twin})

        self.assertRedirects(answer, twin)
        page = self.client.get(twin)
        self.assertNotContains(page, self.address())
        self.assertContains(page, "已判定不是重复")
        restore = reverse("organizations:duplicate-restore", args=[DuplicateDismissal.objects.get().pk])
        self.assertContains(page, restore)

    def test_the_pages_ask_as_often_with_many_pairs(self):
        for number in range(3):
            make_organization(self.committee, name="示例市茶业协会 ", short_name="", ended_on=date(2020, 1, 1),
                              status="cancelled", code="" if number else "51341700MJ9999999A")  # fmt: skip
        self.client.get(INDEX)
        asked = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as caught:
                self.client.get(ASIDE)
            asked.append(len(caught))
            pairs = [(p.first["pk"], p.second["pk"]) for p in likely_duplicates(SocialOrganization.objects.all())]
            for pair in pairs:
                rows = [SocialOrganization.objects.get(pk=pk) for pk in pair]
                if not DuplicateDismissal.objects.of_pair(*rows).exists():
                    dismiss_duplicate(*rows, by=self.staff, reason="x")
        self.assertEqual(DuplicateDismissal.objects.count(), 10)
        self.assertEqual(asked[0], asked[1])
        self.assertLessEqual(asked[0], 5)


class LastingTests(DismissalCase):
    def test_a_rename_into_likeness_again_changes_nothing_but_is_told(self):
        self.dismiss()
        record_event(self.bodies()[1], kind="renamed", on=date(2023, 3, 1), by=self.staff, new_name="示例市茶业 协会")

        self.assertEqual(self.suggested(), [])
        self.assertContains(self.client.get(ASIDE), "判定时叫“示例（茶业）协会”")

    def test_a_duplicate_that_was_merged_into_one_of_them_hands_it_on(self):
        third = make_organization(self.committee, name="示例茶业协会", short_name="")
        self.dismiss()
        self.assertEqual(self.suggested(), [(self.one.pk, third.pk), (self.other.pk, third.pk)])

        merge = merge_bodies(third, self.bodies()[1], by=self.staff)

        self.assertEqual(self.suggested(), [])  # what is not `one` is not `one` under another row either
        self.assertContains(self.client.get(ASIDE), "后来并入另一条记录")
        undo_merge(merge, by=self.staff, reason="不是同一家")
        self.assertEqual(self.suggested(), [(self.one.pk, third.pk), (self.other.pk, third.pk)])
        self.assertEqual(DuplicateDismissal.objects.get().pair, (self.one.pk, self.other.pk))

    def test_it_must_be_brought_back_before_the_two_are_merged(self):
        third = make_organization(self.committee, name="示例茶业协会", short_name="")
        row = self.dismiss()
        for keep, drop in (self.bodies(), self.bodies()[::-1]):
            with self.assertRaisesMessage(ValidationError, "由王例文判定，理由：业务主管单位不同"):
                merge_bodies(keep, drop, by=self.staff)
        side = reverse("organizations:socialorganization-merge-with", args=[self.one.pk, self.other.pk])
        self.assertContains(self.client.get(side, follow=True), "请先恢复到疑似重复")
        merge_bodies(third, self.bodies()[1], by=self.staff)
        with self.assertRaisesMessage(ValidationError, "已判定不是重复"):
            merge_bodies(SocialOrganization.objects.get(pk=third.pk), self.bodies_of(self.one), by=self.staff)

        restore_duplicate(row, by=self.staff)
        merge_bodies(SocialOrganization.objects.get(pk=third.pk), self.bodies_of(self.one), by=self.staff)

        self.assertEqual(SocialOrganization.objects.get().pk, third.pk)
        self.assertEqual(OrganizationMerge.objects.count(), 2)

    def bodies_of(self, row):
        return SocialOrganization.objects.get(pk=row.pk)


class RightsTests(DismissalCase):
    def test_staff_of_the_committee_of_both(self):
        row = self.dismiss()
        leader, stranger = make_leader(self.committee), make_staff(make_committee())
        secretary = make_secretary(make_branch(self.committee, covers=(self.one,)))
        for user, may in ((self.staff, True), (leader, False), (stranger, False), (secretary, False)):
            self.assertEqual(can_dismiss(user, self.one, self.other), may)
            self.assertEqual(can_restore(user, row), may)
        restore = reverse("organizations:duplicate-restore", args=[row.pk])
        for user, code in ((leader, 403), (stranger, 404), (secretary, 403)):
            self.client.force_login(user)
            for url in (restore, self.address()):
                self.assertEqual(self.client.post(url, {"reason": "x"}).status_code, code, user.role)
        self.assertEqual(DuplicateDismissal.objects.count(), 1)

    def test_of_two_committees_the_one_above_decides_and_alone_sees_it(self):
        below = make_committee(parent=self.committee)
        county = make_staff(below)
        staff = make_staff(Committee.objects.get(pk=self.committee.pk))
        mine = make_organization(below, name="示例市 茶业协会", short_name="")

        self.client.force_login(county)
        self.assertEqual(self.client.post(self.address(other=mine), {"reason": "x"}).status_code, 404)
        self.assertEqual(self.client.post(self.address(mine, self.one), {"reason": "x"}).status_code, 404)
        with self.assertRaisesMessage(ValidationError, "要由管着这两家的上级综合党委判定"):
            dismiss_duplicate(self.one, mine, by=county, reason="x")
        row = dismiss_duplicate(self.one, mine, by=staff, reason="一家市管、一家县管")

        self.assertNotIn(row, DuplicateDismissal.objects.visible_to(county))
        self.assertIn(row, DuplicateDismissal.objects.visible_to(staff))
        self.assertNotContains(self.client.get(ASIDE), self.one.name)
        self.client.force_login(staff)
        self.assertNotIn((self.one.pk, mine.pk), self.suggested())

    def test_the_admin_shows_and_changes_nothing(self):
        row = self.dismiss()
        url = reverse("admin:organizations_duplicatedismissal_change", args=[row.pk])

        self.assertContains(self.client.get(reverse("admin:organizations_duplicatedismissal_changelist")), row.reason)
        self.assertContains(self.client.get(url), row.reason)
        self.assertEqual(self.client.post(url, {"reason": "别的"}).status_code, 403)
