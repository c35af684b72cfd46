"""重复记录合并: one body on every day, found by every name, imported under every name, and the way back."""

from datetime import date

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core.editing import StaleError, update_record
from core.models import Attachment, AuditEntry
from organizations.models import (
    Affiliation,
    BranchCoverage,
    CharterRecord,
    CommitmentLetter,
    FormerName,
    OrganizationMerge,
    SocialOrganization,
)
from organizations.statistics import coverage, likely_duplicates
from organizations.workflows.bodies import change_affiliation
from organizations.workflows.events import record_event, withdraw_event
from organizations.workflows.merging import (
    can_merge,
    can_undo_merge,
    differing,
    gather_late_rows,
    merge_bodies,
    undo_merge,
)
from reports.models import Edition
from reviews.models import Finding, InspectionRecord
from tasks.models import ActivityParty
from tests.core.excel_data import bring, bring_in, counts, errors, workbook
from tests.factories import (
    make_activity,
    make_branch,
    make_campaign,
    make_code,
    make_committee,
    make_finding,
    make_inspection,
    make_leader,
    make_organization,
    make_staff,
)

DAY = date(2023, 3, 31)
APPS = ("organizations", "tasks", "reviews", "reports")
OWN = {"organizations.OrganizationMerge"}
COUNTERS = ("version", "updated_at")  # a form that was opened in between must stay stale


def database():
    """Every row of the business tables; of the bodies themselves all but the two counting columns."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if model._meta.app_label not in APPS or label in OWN:
            continue
        names = [f.attname for f in model._meta.concrete_fields]
        if model is SocialOrganization:
            names = [name for name in names if name not in COUNTERS]
        rows = (model.everything if model is SocialOrganization else model._base_manager).order_by("pk")
        found[label] = list(rows.values_list(*names))
    found["core.Attachment"] = list(Attachment.objects.order_by("pk").values_list("pk", "object_id"))
    return found


class MergeTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.keep = make_organization(cls.committee, name="示例市茶业协会", short_name="市茶业协会")
        cls.drop = make_organization(cls.committee, name="示例茶叶协会", short_name="茶叶协会", phone="0550-1234567")
        cls.branch = make_branch(cls.committee, covers=(cls.drop,))

    def merge(self, *choices, keep=None, drop=None):
        keep, drop = (SocialOrganization.objects.get(pk=row.pk) for row in (keep or self.keep, drop or self.drop))
        return merge_bodies(keep, drop, choices=choices, by=self.staff)

    def hang_everything(self):
        """Rows of all apps on both bodies; some may exist only once."""
        self.drop.affiliations.update(start=date(2012, 1, 1))  # three years more than the other knows
        FormerName.objects.create(organization=self.drop, name="示例茶叶公会", until=date(2016, 1, 1))
        for body in (self.keep, self.drop):
            CharterRecord.objects.create(committee=self.committee, organization=body, version_no=1)
            CommitmentLetter.objects.create(committee=self.committee, organization=body)
        CharterRecord.objects.create(committee=self.committee, organization=self.drop, version_no=2)
        self.campaign = make_campaign(self.committee)
        records = [make_inspection(self.campaign, body) for body in (self.keep, self.drop)]
        self.finding = make_finding(records[1])
        activity = make_activity(self.committee)
        other = make_activity(self.committee)
        for body, act in ((self.keep, activity), (self.drop, activity), (self.drop, other)):
            ActivityParty.objects.create(activity=act, organization=body)
        Attachment.objects.create(
            committee=self.committee, content_type=ContentType.objects.get_for_model(SocialOrganization),
            object_id=self.drop.pk, file="attachments/x.pdf", original_name="x.pdf", size=1,
        )  # fmt: skip


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


class ImportTests(MergeTestCase):
    HEAD = ("社会组织名称", "统一社会信用代码", "类型", "登记日期", "住所", "党建管理归口")

    def row(self, name, code):
        return [name, code, "社会团体", "2015-01-01", "示例路9号", "综合党委直管"]

    def test_a_row_under_the_dropped_code_or_name_means_the_one_that_stayed(self):
        self.merge()
        change_affiliation(SocialOrganization.objects.get(), kind="industry", start=date(2018, 1, 1), by=self.staff)
        change_affiliation(SocialOrganization.objects.get(), kind="direct", start=date(2019, 1, 1), by=self.staff)
        spans = list(self.keep.affiliations.values())
        for name, code in ((self.drop.name, self.drop.code), (self.drop.name, ""), (self.drop.name, self.keep.code)):
            SocialOrganization.objects.update(address="")

            batch = bring_in(workbook([self.HEAD, self.row(name, code)]), self.staff, "organizations")

            self.assertEqual(counts(batch), (0, 1, 0, 0), (name, code))
            row = SocialOrganization.objects.get()
            self.assertEqual((row.name, row.code, row.address), (self.keep.name, self.keep.code, "示例路9号"))
            self.assertEqual(list(self.keep.affiliations.values()), spans)

    def test_a_former_name_means_the_body_that_had_it(self):
        record_event(SocialOrganization.objects.get(pk=self.keep.pk), kind="renamed", on=DAY, by=self.staff,
                     new_name="示例市茶产业协会")  # fmt: skip

        batch = bring(workbook([self.HEAD, self.row("示例市茶业协会", "")]), self.staff, "organizations")

        self.assertEqual(counts(batch), (0, 1, 0, 0))
        self.assertIn("过去的名称", str(batch.report["notices"]))

    def test_two_rows_that_mean_one_body_are_named(self):
        self.merge()
        rows = [self.row(self.keep.name, self.keep.code), self.row(self.drop.name, self.drop.code)]

        batch = bring(workbook([self.HEAD, *rows]), self.staff, "organizations")

        self.assertEqual(errors(batch), [f"3B 与第2行是同一条（{self.keep}），请核对，只留一行。"])

    def test_other_workbooks_find_it_by_the_dropped_name(self):
        self.merge()
        rows = [("社会组织名称", "章程版次", "含党的建设条款"), ("示例茶叶协会", "3", "是")]

        batch = bring(workbook(rows), self.staff, "charters")

        self.assertEqual(counts(batch)[0], 1, errors(batch))

    def test_a_form_refuses_the_dropped_code(self):
        self.merge()
        self.client.force_login(self.staff)
        answers = {"name": "示例市红茶协会", "code": self.drop.code, "kind": "51", "registered_on": "2023-02-01",
                   "status": "normal"}  # fmt: skip

        page = self.client.post(reverse("organizations:socialorganization-create"), answers)

        self.assertContains(page, "的记录已并入“示例市茶业协会”")


class UndoTests(MergeTestCase):
    def test_both_rows_and_everything_around_them_stand_as_they_stood(self):
        self.hang_everything()
        before = database()
        merge = self.merge("name", "code", "phone")
        self.assertNotEqual(database(), before)

        undo_merge(merge, by=self.staff, reason="不是同一家")

        after = database()
        self.assertEqual({label: after[label] for label in before}, before)
        entries = AuditEntry.objects.filter(event="undo").values_list("object_type", flat=True)
        self.assertEqual(
            sorted(entries), ["organizations.organizationmerge", *["organizations.socialorganization"] * 2]
        )

    def test_it_is_refused_with_a_list_once_something_was_edited(self):
        self.hang_everything()
        merge = self.merge()
        merged = database()
        keep = SocialOrganization.objects.get()
        keep.remark = "后来的备注"
        update_record(keep, by=self.staff)
        CharterRecord.objects.filter(version_no=2).update(remark="后来改的")
        edited = database()

        with self.assertRaises(ValidationError) as caught:
            undo_merge(merge, by=self.staff, reason="不是同一家")

        text = caught.exception.messages[0]
        for word in (f"社会组织“{self.keep}”被改动过", "章程第2版”被改动过", "请逐条处理"):
            self.assertIn(word, text)
        self.assertEqual(database(), edited)
        self.assertNotEqual(edited, merged)
        self.assertIsNone(OrganizationMerge.objects.get().undone_at)

    def test_new_rows_since_stay_with_the_one_that_stayed(self):
        merge = self.merge()
        CharterRecord.objects.create(committee=self.committee, organization=self.keep, version_no=5)

        undo_merge(merge, by=self.staff, reason="不是同一家")

        self.assertEqual(CharterRecord.objects.get().organization, self.keep)
        self.assertEqual(BranchCoverage.objects.get().organization, self.drop)

    def test_merges_on_top_of_one_another_are_undone_in_order(self):
        third = make_organization(self.committee, name="示例市茶文化协会")
        before = database()
        first = self.merge()
        second = self.merge(keep=third, drop=self.keep)
        self.assertEqual(SocialOrganization.objects.search(self.drop.code).get(), third)
        with self.assertRaisesMessage(ValidationError, "之后有人改动过"):
            undo_merge(first, by=self.staff, reason="x")

        undo_merge(second, by=self.staff, reason="不是同一家")
        undo_merge(OrganizationMerge.objects.get(pk=first.pk), by=self.staff, reason="不是同一家")

        self.assertEqual(database(), before)

    def test_what_comes_to_the_dropped_row_later_follows_and_goes_back_with_it(self):
        merge = self.merge()
        CharterRecord.objects.create(committee=self.committee, organization=self.drop, version_no=7)

        self.assertEqual((gather_late_rows(), gather_late_rows()), (1, 0))

        self.assertEqual(CharterRecord.objects.get().organization, self.keep)
        merge = OrganizationMerge.objects.get(pk=merge.pk)
        self.assertEqual(merge.moved["章程入章记录"], 1)
        undo_merge(merge, by=self.staff, reason="不是同一家")
        self.assertEqual(CharterRecord.objects.get().organization, self.drop)

    def test_an_undone_pair_may_be_merged_again(self):
        merge = self.merge()
        undo_merge(merge, by=self.staff, reason="再看看")

        self.merge()

        self.assertEqual(SocialOrganization.objects.count(), 1)

    def test_once_and_with_a_reason(self):
        merge = self.merge()
        stale = OrganizationMerge.objects.get(pk=merge.pk)
        with self.assertRaisesMessage(ValidationError, "请写明撤销的原因"):
            undo_merge(merge, by=self.staff, reason="")
        undo_merge(merge, by=self.staff, reason="不是同一家")

        with self.assertRaisesMessage(ValidationError, "刚刚被别人撤销"):
            undo_merge(stale, by=self.staff, reason="不是同一家")
        with self.assertRaisesMessage(ValidationError, "已经撤销过"):
            undo_merge(merge, by=self.staff, reason="不是同一家")

    def test_refused_when_another_body_took_the_name_meanwhile(self):
        merge = self.merge()
        make_organization(self.committee, name=self.drop.name)

        with self.assertRaisesMessage(ValidationError, "已有同名的在册社会组织"):
            undo_merge(merge, by=self.staff, reason="不是同一家")


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
        answers = {"keep-version": self.keep.version, "drop-version": self.drop.version, "take-phone": "drop"}

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

        page = self.client.post(url, {"keep-version": 1, "drop-version": 1, "take-name": "drop"})

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


class SuggestionTests(MergeTestCase):
    def pairs(self):
        found = likely_duplicates(SocialOrganization.objects.within(self.committee))
        return [(p.first["pk"], p.second["pk"], p.why) for p in found]

    def test_same_name_but_for_blanks_brackets_and_the_place(self):
        self.assertEqual(self.pairs(), [])
        twin = make_organization(self.committee, name="示例（茶业） 协会", short_name="", code="")

        self.assertEqual(self.pairs(), [(self.keep.pk, twin.pk, "名称相同")])

    def test_a_former_name_and_a_short_name(self):
        FormerName.objects.create(organization=self.drop, name="示例市茶业协会")
        self.assertEqual(self.pairs(), [(self.keep.pk, self.drop.pk, "曾用名相同")])
        FormerName.objects.all().delete()
        SocialOrganization.objects.filter(pk=self.drop.pk).update(short_name="市茶业协会")

        self.assertEqual(self.pairs(), [(self.keep.pk, self.drop.pk, "简称相同")])

    def test_the_pages_lead_from_the_pair_to_the_merge(self):
        twin = make_organization(self.committee, name="示例茶业协会", short_name="", code="")
        self.client.force_login(self.staff)
        side = reverse("organizations:socialorganization-merge-with", args=[self.keep.pk, twin.pk])

        self.assertContains(self.client.get(reverse("organizations:duplicate-index")), side)
        choose = reverse("organizations:socialorganization-merge", args=[self.keep.pk])
        self.assertContains(self.client.get(choose), side)
        self.assertRedirects(self.client.get(choose, {"other": "示例茶业协会"}), side)
        self.assertContains(self.client.get(choose, {"other": "没有的"}), "没有找到社会组织")
        self.assertContains(self.client.get(side), "党建管理归口")


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
