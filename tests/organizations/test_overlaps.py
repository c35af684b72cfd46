"""The database refuses overlapping intervals, whoever writes them, and says so in Chinese."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import TestCase

from core.constraints import guarded_models
from core.excel.undoing import undo_batch
from organizations.models import Affiliation, BranchCoverage, BranchPost, DueMark, Membership
from tests.core.excel_data import bring_in, workbook
from tests.factories import make_branch, make_committee, make_member, make_organization, make_staff

GUARDS = {
    "organizations_affiliation_overlap",
    "organizations_cover_overlap",
    "organizations_due_overlap",
    "organizations_membership_overlap",
    "organizations_post_overlap",
}


class OverlapTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.body = make_organization(cls.committee)
        cls.branch = make_branch(cls.committee, covers=(cls.body,), secretary="甲示例")
        cls.member = make_member(cls.branch)
        cls.other = make_branch(cls.committee)
        DueMark.objects.create(organization=cls.body, start=cls.body.registered_on)
        for model in (Affiliation, BranchCoverage, BranchPost, DueMark):
            model.objects.update(end=date(2022, 1, 1))
        Membership.objects.update(end=date(2022, 1, 1), leave_reason="transferred")

    def rows(self, start, end):
        """One row of each guarded kind in that span."""
        span = {"start": start, "end": end}
        return [
            Affiliation(organization=self.body, kind="industry", **span),
            DueMark(organization=self.body, **span),
            BranchCoverage(branch=self.other, organization=self.body, method="joint", **span),
            BranchPost(branch=self.branch, post="secretary", person_name="乙示例", **span),
            Membership(member=self.member, branch=self.other, kind="full", leave_reason="left" if end else "", **span),
        ]

    def test_the_database_knows_every_guard(self):
        self.assertEqual({constraint.name for _, constraint in guarded_models()}, GUARDS)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%overlap%'")
                wanted = {f"{name}_{event}" for name in GUARDS for event in ("insert", "update")}
            else:
                cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'x'")
                wanted = GUARDS
            self.assertEqual({name for (name,) in cursor.fetchall()}, wanted)

    def test_overlap_is_refused_by_the_database(self):
        for start, end in ((date(2021, 6, 1), None), (date(2010, 1, 1), date(2021, 1, 1))):
            for row in self.rows(start, end):
                with self.subTest(row=row, start=start), self.assertRaises(IntegrityError), transaction.atomic():
                    type(row).objects.bulk_create([row])

    def test_overlap_is_refused_by_forms_with_a_sentence(self):
        for row in self.rows(date(2021, 6, 1), None):
            with self.subTest(row=row), self.assertRaisesMessage(ValidationError, "不能重叠"):
                row.full_clean()

    def test_next_interval_begins_on_the_day_the_last_one_ends(self):
        for row in self.rows(date(2022, 1, 1), None):
            row.full_clean()
            row.save()

    def test_reopening_an_ended_interval_is_refused_once_another_follows(self):
        for row in self.rows(date(2022, 1, 1), None):
            row.save()
            first = type(row).objects.exclude(pk=row.pk).earliest("start")
            with self.subTest(row=row), self.assertRaises(IntegrityError), transaction.atomic():
                type(row).objects.filter(pk=first.pk).update(end=date(2023, 1, 1))

    def test_rows_of_other_kinds_may_overlap(self):
        BranchCoverage.objects.create(
            branch=self.other, organization=self.body, method="functional", start=date(2020, 1, 1)
        )
        BranchPost.objects.create(branch=self.branch, post="member", person_name="丙示例", start=date(2020, 1, 1))
        Membership.objects.create(member=self.member, branch=self.other, kind="associate", start=date(2020, 1, 1))

        self.assertEqual(BranchPost.objects.count(), 2)

    def test_an_import_that_changes_the_secretary_can_be_undone(self):
        user = make_staff(self.committee)
        branch = make_branch(self.committee, secretary="甲示例")
        rows = [
            ["党组织全称", "类别", "成立日期", "书记", "任职时间"],
            [branch.name, "党支部", "2016-01-01", "乙示例", "2023-01-01"],
        ]
        batch = bring_in(workbook(rows), user, "branches")

        undo_batch(batch, by=user)

        self.assertEqual(list(branch.posts.values_list("person_name", "end")), [("甲示例", None)])
