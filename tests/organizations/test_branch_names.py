"""Former names of branches: written by a change that was approved and by an edit, found by search and workbooks."""

from datetime import date

from django.urls import reverse

from core.excel import get_sheet
from core.excel.applying import apply_batch
from core.excel.staging import new_batch, read_batch
from core.models import Notice
from organizations.models import PartyBranch
from organizations.workflows import applications
from tests.factories import make_branch, make_secretary
from tests.organizations.application_cases import TODAY, ApplicationCase
from tests.organizations.guidance_cases import workbook

OLD, NEW = "中共示例市茶业协会支部委员会", "中共示例市茶叶流通协会支部委员会"


class NamedBranch(ApplicationCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.branch = make_branch(cls.committee, name=OLD, short_name="市茶业协会党支部")

    def setUp(self):
        self.client.force_login(self.staff)

    def bring_in(self, kind, *rows):
        batch = new_batch(get_sheet(kind), workbook(*rows), "表.xlsx", by=self.staff, committee=self.committee)
        read_batch(batch)
        batch.refresh_from_db()
        if batch.status == "previewed":
            apply_batch(batch, by=self.staff)
        return batch


class FormerNameTests(NamedBranch):
    def edit(self, **changed):
        branch = PartyBranch.objects.get()
        names = ("name", "short_name", "kind", "founded_on", "version")
        data = {**{name: getattr(branch, name) for name in names}, **changed}
        return self.client.post(reverse("organizations:partybranch-update", args=[branch.pk]), data)

    def find(self, text):
        return self.client.get(reverse("organizations:search"), {"q": text}).content.decode()

    def test_an_executed_change_leaves_the_old_names_and_search_finds_them(self):
        row = self.row("change", branch=self.branch, name=NEW, short_name="市茶叶流通协会党支部")
        applications.study(row, studied_on=date(2023, 2, 2), by=self.staff)
        applications.approve_application(
            row, approval_no="综党〔2023〕8号", approved_by="综合党委", approved_on=date(2023, 3, 1), by=self.leader
        )
        applications.finish(self.fresh(row), by=self.staff)

        branch = PartyBranch.objects.get()
        self.assertEqual((branch.name, branch.former_names), (NEW, [OLD, "市茶业协会党支部"]))
        page = self.find(OLD)
        self.assertIn(NEW, page)
        self.assertIn(f"曾用名{OLD}", page)
        self.assertContains(self.client.get(branch.get_absolute_url()), f"{OLD}、市茶业协会党支部")

    def test_an_edit_of_the_name_asks_whether_it_is_a_new_name_or_a_mistake(self):
        self.assertIn("name_change", self.edit(name=NEW).context["form"].errors)
        self.edit(name=NEW, name_change="mistake")
        self.assertEqual(PartyBranch.objects.get().former_names, [])
        self.assertEqual(self.edit(founded_on="2016-02-01").status_code, 302)

        self.edit(name=OLD, name_change="renamed")

        self.assertEqual(PartyBranch.objects.get().former_names, [NEW])

    def test_workbooks_know_the_branch_by_a_former_name_and_rename_nothing(self):
        self.edit(name=NEW, short_name="市茶叶流通协会党支部", name_change="renamed")
        head = ["党组织全称", "类别", "成立时间", "批复文号"]

        self.bring_in("branches", head, [OLD, "党支部", "2016-01-01", "综党〔2016〕5号"])

        branch = PartyBranch.objects.get()
        self.assertEqual((branch.name, branch.approval_no), (NEW, "综党〔2016〕5号"))
        head = ["姓名", "账号", "职责", "党组织"]
        self.bring_in("accounts", head, ["甲示例", "jiashili", "书记", OLD])
        self.assertEqual(branch.postings.count(), 1)


class ImportedSecretaryTests(NamedBranch):
    def test_a_workbook_with_another_secretary_tells_of_the_account_of_the_old_one(self):
        account = make_secretary(self.branch, name="老书记")
        head = ["党组织全称", "类别", "成立时间", "书记姓名", "任职时间"]

        self.bring_in("branches", head, [OLD, "党支部", "2016-01-01", "老书记", "2016-01-01"])
        self.assertFalse(Notice.objects.filter(title__contains="请更换账号任职").exists())
        self.bring_in("branches", head, [OLD, "党支部", "2016-01-01", "新书记", "2023-01-01"])

        self.assertIn(account.username, Notice.objects.get(title__contains="请更换账号任职", user=self.staff).body)


class ConfirmTests(ApplicationCase):
    """A number of formal members that does not fit the kind is asked about once more (PO-02, PO-03)."""

    def post(self, **changed):
        self.client.force_login(self.staff)
        data = {"kind": "set_up", "applicant": "示例市茶业协会", "requested_on": TODAY, "grounds": "申请。", "name": OLD,
                "branch_kind": "branch", "covers": self.bodies[0].name, **changed}  # fmt: skip
        return self.client.post(reverse("organizations:branchapplication-create"), data)

    def test_fewer_than_three_needs_a_tick_and_is_remarked_on_the_page(self):
        form = self.post(full_member_count="2").context["form"]
        self.assertIn("不足3名", form.errors["confirmed"][0])

        answer = self.post(full_member_count="2", confirmed="on")

        self.assertEqual(answer.status_code, 302)
        self.assertContains(self.client.get(answer.url), "不足3名：单独组建不够条件")

    def test_three_are_enough_and_other_kinds_have_their_own_sizes(self):
        self.assertEqual(self.post(full_member_count="3").status_code, 302)
        for kind, count, sentence in (
            ("branch", "51", "一般应设党总支"),
            ("general", "49", "党总支一般50至100名"),
            ("committee", "99", "党委一般100名以上"),
        ):
            with self.subTest(kind=kind):
                form = self.post(name=f"{OLD}{kind}", branch_kind=kind, full_member_count=count).context["form"]
                self.assertIn(sentence, form.errors["confirmed"][0])
