"""The posts of a branch and its members are one: posts are linked by name, and 党内职务 of the roster follows from them."""

import importlib
import io
from datetime import date

import openpyxl
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.excel.applying import apply_batch
from core.excel.sheet import get_sheet
from core.excel.undoing import touched_rows, undo_batch
from core.excel.writing import export_to
from organizations.models import BranchPost, PartyMember
from organizations.workflows.branches import appoint, end_post
from organizations.workflows.members import enrol
from tests.core.excel_data import bring, bring_in, counts, errors, workbook
from tests.factories import make_branch, make_committee, make_member, make_staff

DAY = date(2023, 3, 31)
HEAD = ["所在党支部", "姓名", "性别", "出生日期", "入党日期", "转正日期", "党内职务"]


class PostCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)
        cls.branch = make_branch(cls.committee, short_name="市广告协会党支部")

    def line(self, name, post=""):
        return [self.branch.name, name, "男", "1980-05-04", "2010-07-01", "2011-07-01", post]

    def workbook(self, kind="members", full=False):
        target, sheet = io.BytesIO(), get_sheet(kind)
        export_to(target, sheet, sheet.queryset(self.staff), committee=self.committee, full=full)
        return target.getvalue()

    def cells(self, heading, kind="members", line=3, full=False):
        page = openpyxl.load_workbook(io.BytesIO(self.workbook(kind, full))).worksheets[0]
        head = [cell.value for cell in page[line]]
        at = head.index(heading)
        names = head.index("姓名")
        return {
            row[names].value: row[at].value or ""
            for row in page.iter_rows(min_row=line + 1)
            if row[0].value and row[names].value
        }


class LinkTests(PostCase):
    def appoint(self, post="secretary", start=date(2023, 1, 1), **values):
        return appoint(self.branch, post=post, start=start, by=self.staff, **values)

    def test_who_is_appointed_by_name_is_the_member_of_that_name(self):
        member = make_member(self.branch, name="甲示例")
        self.assertEqual(self.appoint(person_name="甲示例").member, member)
        self.assertIsNone(self.appoint("deputy", person_name="外人").member)

    def test_of_two_with_one_name_nobody_is_guessed_and_one_is_chosen(self):
        first, second = make_member(self.branch, name="甲示例"), make_member(self.branch, name="甲示例")
        self.assertIsNone(self.appoint(person_name="甲示例").member)
        self.assertEqual(self.appoint(member=second, start=date(2023, 2, 1)).member, second)
        self.assertEqual(self.appoint("deputy", member=first, start=date(2023, 2, 1)).person_name, "甲示例")

    def test_po_06_the_member_holds_one_post(self):
        member = make_member(self.branch, name="甲示例")
        self.appoint(member=member)
        with self.assertRaises(ValidationError) as caught:
            self.appoint("deputy", member=member)
        self.assertIn("甲示例现任书记", caught.exception.message_dict["person_name"][0])

    def test_the_form_offers_the_members_of_the_branch(self):
        member = make_member(self.branch, name="甲示例")
        make_member(make_branch(self.committee), name="乙示例")
        self.client.force_login(self.staff)
        address = reverse("organizations:partybranch-post", args=[self.branch.pk])
        form = self.client.get(address).context["form"]
        self.assertEqual(list(form.fields["member"].queryset), [member])
        answers = {"post": "secretary", "start": "2023-01-01"}
        refused = self.client.post(address, answers)
        self.assertEqual(list(refused.context["form"].errors), ["member"])
        self.client.post(address, {**answers, "member": member.pk})
        self.assertEqual(BranchPost.objects.get().member, member)

    def test_who_is_registered_after_the_appointment_is_linked_too(self):
        post = self.appoint(person_name="甲示例")
        member = PartyMember(committee=self.committee, name="甲示例", sex="male")
        enrol(member, branch=self.branch, start=date(2022, 1, 1), by=self.staff)
        post.refresh_from_db()
        self.assertEqual(post.member, member)

    def test_a_name_in_other_days_or_in_another_branch_is_somebody_else(self):
        make_member(self.branch, name="甲示例", start=date(2023, 2, 1))
        make_member(make_branch(self.committee), name="乙示例")
        early = BranchPost.objects.create(
            branch=self.branch, person_name="甲示例", post="deputy", start=date(2020, 1, 1), end=date(2023, 1, 1)
        )
        other = BranchPost.objects.create(
            branch=self.branch, person_name="乙示例", post="deputy", start=date(2023, 1, 1)
        )
        bring_in(workbook([HEAD, self.line("丙示例")]), self.staff, "members")
        for post in (early, other):
            post.refresh_from_db()
            self.assertIsNone(post.member)


class ImportTests(PostCase):
    BRANCHES = (
        ["党组织全称", "类别", "成立时间", "书记", "任职时间"],
        ["中共示例市建材协会支部委员会", "支部", "2016-05-20", "甲示例", "2020-01-01"],
    )

    def test_secretaries_and_rosters_find_each_other_and_both_can_be_undone(self):
        made = bring_in(workbook(list(self.BRANCHES)), self.staff, "branches")
        post = BranchPost.objects.get(person_name="甲示例")
        self.assertIsNone(post.member)

        row = ["中共示例市建材协会支部委员会", *self.line("甲示例", "书记")[1:]]
        roster = bring(workbook([HEAD, row]), self.staff, "members")
        self.assertEqual((errors(roster), roster.report["notices"]), ([], []))
        apply_batch(roster, by=self.staff)
        post.refresh_from_db()
        self.assertEqual(post.member, PartyMember.objects.get(name="甲示例"))

        self.assertEqual(touched_rows(roster), [])
        undo_batch(roster, by=self.staff)
        post.refresh_from_db()
        self.assertIsNone(post.member)
        self.assertEqual(touched_rows(made), [])
        undo_batch(made, by=self.staff)
        self.assertEqual(BranchPost.objects.count(), 0)

    def test_a_linked_post_of_an_imported_branch_can_still_be_undone(self):
        bring_in(workbook([HEAD, self.line("甲示例"), self.line("乙示例")]), self.staff, "members")
        rows = [self.BRANCHES[0], [self.branch.name, "支部", "2016-01-01", "甲示例", "2020-01-01"]]
        made = bring_in(workbook(rows), self.staff, "branches")
        self.assertEqual(BranchPost.objects.get().member.name, "甲示例")
        self.assertEqual(counts(bring(workbook(rows), self.staff, "branches")), (0, 0, 1, 0))
        self.assertEqual(touched_rows(made), [])
        undo_batch(made, by=self.staff)
        self.assertEqual(BranchPost.objects.count(), 0)

    def test_the_ledger_prints_the_number_of_a_secretary_of_the_roster(self):
        member = make_member(self.branch, name="甲示例")
        member.set_id_number("341702198001010013")
        member.save()
        appoint(self.branch, post="secretary", start=date(2023, 1, 1), by=self.staff, person_name="甲示例")
        self.assertEqual(self.cells("身份证号", "branches", 4)["甲示例"], "341***********0013")


class RosterTests(PostCase):
    """ANCHORS 3.2, T5: the page of the leadership equals the duties of its members."""

    def setUp(self):
        self.client.force_login(self.staff)
        self.old = make_member(self.branch, name="甲示例", born_on=date(1980, 5, 4))
        self.new = make_member(self.branch, name="乙示例", born_on=date(1981, 5, 4), party_post="市行业党委委员")
        appoint(self.branch, post="secretary", start=date(2020, 1, 1), by=self.staff, member=self.old)

    def test_roster_pages_and_workbook_follow_the_posts(self):
        self.assertEqual(self.cells("党内职务"), {"甲示例": "书记", "乙示例": "市行业党委委员"})
        appoint(self.branch, post="secretary", start=date(2023, 3, 1), by=self.staff, member=self.new)
        appoint(self.branch, post="organization", start=date(2023, 3, 1), by=self.staff, member=self.old)
        self.assertEqual(self.cells("党内职务"), {"甲示例": "组织委员", "乙示例": "书记、市行业党委委员"})

        page = self.client.get(self.branch.get_absolute_url())
        self.assertEqual(
            {row["member"].name: row["posts"] for row in page.context["members"]},
            {"甲示例": "组织委员", "乙示例": "书记、市行业党委委员"},
        )
        facts = {fact.label: fact.value for fact in self.client.get(self.new.get_absolute_url()).context["facts"]}
        self.assertEqual(facts["党内职务"], "市广告协会党支部书记、市行业党委委员")
        events = [event.text for event in self.client.get(self.old.get_absolute_url()).context["events"]]
        self.assertIn("任市广告协会党支部书记", events)
        self.assertIn("不再任市广告协会党支部书记", events)

        end_post(BranchPost.objects.get(member=self.new), end=date(2023, 3, 31), by=self.staff)
        self.assertEqual(self.cells("党内职务")["乙示例"], "市行业党委委员")

    def test_an_export_brought_back_changes_nothing_and_says_nothing(self):
        batch = bring(self.workbook(), self.staff, "members")
        self.assertEqual((counts(batch), batch.report["notices"]), ((0, 0, 2, 0), []))

    def test_a_post_that_the_branch_does_not_know_is_told_and_not_stored(self):
        batch = bring(
            workbook([HEAD, self.line("丙示例", "组织委员、市工会委员会委员"), self.line("丁示例", "支部书记")]),
            self.staff,
            "members",
        )
        self.assertEqual(counts(batch), (2, 0, 0, 0))
        self.assertEqual(
            [notice for notice in batch.report["notices"] if "班子" in notice],
            [
                f"“党内职务”写的是“{post}”，登记的班子里没有，名册按班子显示，这一格没有读入；要改请在党组织页面登记班子职务（第{row}行）。"
                for post, row in (("组织委员", 2), ("书记", 3))
            ],
        )
        apply_batch(batch, by=self.staff)
        stored = dict(PartyMember.objects.values_list("name", "party_post"))
        self.assertEqual((stored["丙示例"], stored["丁示例"]), ("市工会委员会委员", ""))

    def test_the_number_of_queries_does_not_grow_with_the_posts(self):
        def queries():
            with CaptureQueriesContext(connection) as found:
                self.workbook()
            return len(found)

        before = queries()
        for number in range(5):
            member = make_member(self.branch, name=f"委员{number}", born_on=date(1980, 1, 1 + number))
            BranchPost.objects.create(
                branch=self.branch, member=member, person_name=member.name, post="member", start=date(2023, 1, 1)
            )
        self.assertEqual(queries(), before)

    def test_the_form_takes_only_what_is_held_elsewhere(self):
        address = reverse("organizations:partymember-update", args=[self.new.pk])
        values = self.client.get(address).context["form"].initial
        answers = {name: value for name, value in values.items() if value not in (None, "")}
        answers |= {"version": self.new.version, "party_post": "书记、市行业党委委员"}
        form = self.client.post(address, answers).context["form"]
        self.assertEqual(
            form.errors["party_post"], ["“书记”是本级党组织的职务，请在党组织页面登记班子职务，这里不写。"]
        )


class BackfillTests(PostCase):
    def test_old_rows_are_linked_and_typed_posts_give_way(self):
        held = make_member(self.branch, name="甲示例", party_post="支部书记，市行业党委委员")
        never = make_member(self.branch, name="乙示例", party_post="组织委员", remark="转业军人。")
        elsewhere = make_member(self.branch, name="丙示例", party_post="市行业党委委员")
        twins = [make_member(self.branch, name="丁示例") for _ in range(2)]
        for name, post in (("甲示例", "secretary"), ("丁示例", "deputy")):
            BranchPost.objects.create(branch=self.branch, person_name=name, post=post, start=date(2020, 1, 1))
        migration = importlib.import_module("organizations.migrations.0022_posts_of_members")

        migration.link(apps, None)
        migration.untype(apps, None)

        posts = dict(BranchPost.objects.values_list("person_name", "member"))
        self.assertEqual(posts, {"甲示例": held.pk, "丁示例": None})
        found = {m.pk: (m.party_post, m.remark) for m in PartyMember.objects.all()}
        self.assertEqual(found[held.pk], ("市行业党委委员", ""))
        self.assertEqual(found[never.pk], ("", "转业军人。名册原写党内职务：组织委员。"))
        self.assertEqual(found[elsewhere.pk], ("市行业党委委员", ""))
        self.assertEqual(found[twins[0].pk], ("", ""))
