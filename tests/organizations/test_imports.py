"""The office's own workbooks through the importer: what a line becomes, and that the same file twice changes nothing."""

from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase

from core.excel.applying import apply_batch
from core.excel.rules import Uniques
from core.models import User
from organizations.models import (
    BranchCoverage,
    BranchPost,
    CharterRecord,
    CommitmentLetter,
    LedgerDifference,
    Membership,
    PartyBranch,
    PartyMember,
    SocialOrganization,
)
from tests.core.excel_data import bring, bring_in, counts, errors, workbook
from tests.factories import make_branch, make_code, make_committee, make_organization, make_staff, make_user

ID_NUMBER = "34170219900307001X"


def id_number():
    from core.validators import ID_CHECKS, ID_WEIGHTS

    first = ID_NUMBER[:17]
    return first + ID_CHECKS[sum(int(c) * w for c, w in zip(first, ID_WEIGHTS, strict=True)) % 11]


class ImportTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.user = make_staff(cls.committee)

    def twice(self, kind, rows):
        """Import, check that the same file then changes nothing, and return the first batch's counts."""
        first = bring(workbook(rows), self.user, kind)
        self.assertEqual((errors(first), first.report.get("fatal", "")), ([], ""))
        apply_batch(first, by=self.user)
        again = bring(workbook(rows), self.user, kind)
        self.assertEqual(counts(again), (0, 0, len(rows) - 1, 0))
        return counts(first)

    def test_bodies_with_their_surroundings(self):
        bring_in(workbook([["期数", "入驻日期"], [6, "2023-02-10"]]), self.user, "incubation_batches")
        head = [
            "社会组织名称",
            "信用代码",
            "类型",
            "登记日期",
            "归口",
            "孵化期数",
            "曾用名",
            "指导员",
            "派出单位",
            "联络员",
        ]
        code = make_code()
        row = [
            "示例市广告协会",
            code,
            "社团",
            "2015-06-12",
            "直属",
            "第六期",
            "示例市广告人协会",
            "甲示例",
            "机关党委",
            "乙示例",
        ]

        self.twice("organizations", [head, row])

        body = SocialOrganization.objects.get(code=code)
        self.assertEqual((body.kind, body.batch.number, body.affiliations.get().start), ("51", 6, date(2015, 6, 12)))
        self.assertEqual(SocialOrganization.objects.search("广告人").get(), body)
        self.assertEqual(body.instructor_assignments.get().sent_by, "机关党委")
        self.assertEqual(body.liaisons.get().name, "乙示例")

    def test_another_affiliation_ends_the_old_one(self):
        body = make_organization(self.committee)
        head = ["社会组织名称", "信用代码", "类型", "登记日期", "归口", "归口起始日期"]

        row = [body.name, body.code, "社会团体", "2015-01-01", "属地", "2023-02-01"]
        self.assertEqual(self.twice("organizations", [head, row]), (0, 1, 0, 0))

        spans = body.affiliations.order_by("start").values_list("kind", "start", "end")
        self.assertEqual(
            list(spans),
            [("direct", date(2015, 1, 1), date(2023, 2, 1)), ("territorial", date(2023, 2, 1), None)],
        )

    def test_code_must_match_the_kind(self):
        rows = [["社会组织名称", "信用代码", "类型", "登记日期"], ["甲会", make_code("51"), "基金会", "2015-01-01"]]

        self.assertEqual(len(errors(bring(workbook(rows), self.user, "organizations"))), 1)

    def test_a_code_is_used_once_whatever_a_line_was_found_by(self):
        stored, used = (
            make_organization(self.committee),
            "已有社会组织使用这个统一社会信用代码。请先查找，不要重复登记。",
        )
        line = SocialOrganization(pk=0, name="示例市另一家协会", code=stored.code, committee=self.committee)
        for sought, found in ((("id",), [(2, "code", used)]), (("name",), [(2, "code", used)]), (("code",), [])):
            with self.subTest(sought=sought):
                rules = Uniques(SocialOrganization)
                self.assertEqual(list(rules.conflicts([(2, line)], set(), compared={2: sought})), found)
                again = list(rules.conflicts([(3, line)], set(), compared={3: sought}))
                self.assertIn((3, "code", f"与第2行重复：{used}"), again)

    def test_branches_cover_by_kind_and_have_a_secretary(self):
        one, two = make_organization(self.committee), make_organization(self.committee, registered_on=date(2020, 1, 1))
        head = ["党组织全称", "类别", "覆盖单位", "成立日期", "书记", "任职时间", "状态"]
        row = [
            "中共甲乙联合支部委员会",
            "联合党支部",
            f"{one.short_name}、{two.code}",
            "2018-05-01",
            "甲示例",
            "2021-05-01",
            "",
        ]

        self.twice("branches", [head, row])

        branch = PartyBranch.objects.get()
        self.assertEqual(branch.status, "normal")
        self.assertEqual(
            list(BranchCoverage.objects.order_by("start").values_list("organization", "method", "start")),
            [(one.pk, "joint", date(2018, 5, 1)), (two.pk, "joint", date(2020, 1, 1))],
        )
        self.assertEqual(BranchPost.objects.secretaries().get().person_name, "甲示例")

    def test_new_secretary_ends_the_old_post(self):
        branch = make_branch(self.committee, secretary="甲示例")
        rows = [
            ["党组织全称", "类别", "成立日期", "书记", "任职时间"],
            [branch.name, "党支部", "2016-01-01", "乙示例", "2023-01-01"],
        ]

        self.assertEqual(self.twice("branches", rows), (0, 1, 0, 0))

        posts = branch.posts.order_by("start").values_list("person_name", "end")
        self.assertEqual(list(posts), [("甲示例", date(2023, 1, 1)), ("乙示例", None)])

    def test_members_with_and_without_an_id_number(self):
        branch = make_branch(self.committee)
        head = [
            "所在党支部",
            "姓名",
            "性别",
            "身份证号",
            "出生日期",
            "人员类别",
            "入党日期",
            "转正日期",
            "进入本支部日期",
        ]
        rows = [
            head,
            [branch.short_name, "甲示例", "", id_number(), "", "正式党员", "2012-07-01", "2013-07-01", "2018-01-01"],
            [branch.name, "乙示例", "女", "", "1985-01-02", "预备", "2022-07-01", "", "2022-07-01"],
        ]

        self.assertEqual(self.twice("members", rows), (2, 0, 0, 0))

        member = PartyMember.objects.with_id_number(id_number()).get()
        self.assertEqual((member.sex, member.born_on), ("male", date(1990, 3, 7)))
        self.assertNotIn(id_number(), str(PartyMember.objects.filter(pk=member.pk).values().get()))
        self.assertEqual(Membership.objects.full().on(date(2023, 1, 1)).filter(branch=branch).count(), 2)

    def test_another_branch_in_the_roster_is_refused_with_advice(self):
        branch, other = make_branch(self.committee), make_branch(self.committee)
        head = ["所在党支部", "姓名", "性别", "身份证号"]
        bring_in(workbook([head, [branch.name, "甲示例", "男", id_number()]]), self.user, "members")

        batch = bring(workbook([head, [other.name, "甲示例", "男", id_number()]]), self.user, "members")

        self.assertIn("请先办理转出", str(errors(batch)))

    def test_papers_take_their_status_from_their_dates(self):
        body = make_organization(self.committee)
        charters = [
            ["社会组织名称", "表决日期", "核准日期", "党建入章", "状态"],
            [body.name, "2022-10-20", "2022-11-08", "是", ""],
        ]
        letters = [["社会组织名称", "签订日期", "签署人", "状态"], [body.code, "2015-01-01", "甲示例", "已签"]]
        surveys = [["社会组织名称", "填报日期", "党员数", "正式党员数"], [body.short_name, "2023-02-01", 4, 3]]

        self.twice("charters", charters)
        self.twice("letters", letters)
        self.twice("surveys", surveys)

        self.assertEqual(CharterRecord.objects.get().status, "approved")
        self.assertEqual(CommitmentLetter.objects.get().status, "signed")

    def test_differences_hang_under_their_check(self):
        checks = [["核对日期", "核对对象", "核对社会组织"], ["2023-03-10", "党建工作信息管理平台", 62]]
        head = ["核对日期", "核对对象", "对象", "栏目", "我方内容", "对方内容", "判定", "更正日期"]
        differences = [head, ["2023-03-10", "平台", "市甲会", "法定代表人", "甲", "乙", "以对方为准", "2023-03-12"]]

        self.twice("ledger_checks", checks)
        self.twice("ledger_differences", differences)

        difference = LedgerDifference.objects.get()
        self.assertEqual(difference.check_run.organizations_checked, 62)
        self.assertEqual(difference.check_run.quarter, 2023 * 4)

    def test_accounts_with_their_postings(self):
        branch, body = make_branch(self.committee), make_organization(self.committee)
        rows = [
            ["姓名", "账号", "职责", "党组织", "社会组织"],
            ["甲示例", "jiashili", "书记", branch.short_name, ""],
            ["甲示例", "jiashili", "联络员", "", body.code],
            ["乙示例", "yishili", "联络员", "", body.name],
        ]

        self.assertEqual(self.twice("accounts", rows), (3, 0, 0, 0))

        account = User.objects.get(username="jiashili")
        self.assertEqual((account.name, account.committee, account.role), ("甲示例", self.committee, ""))
        self.assertEqual(account.postings.count(), 2)
        self.assertFalse(account.has_usable_password())
        self.assertTrue(account.must_change_password)
        self.assertEqual(PartyBranch.objects.visible_to(account).get(), branch)

    def test_an_account_of_somebody_else_is_not_taken_over(self):
        make_user(make_committee(), username="jiashili", name="丙示例")
        branch = make_branch(self.committee)
        rows = [["姓名", "账号", "职责", "党组织"], ["甲示例", "jiashili", "书记", branch.short_name]]

        batch = bring(workbook(rows), self.user, "accounts")
        if batch.status == "previewed":
            with self.assertRaises(ValidationError):
                apply_batch(batch, by=self.user)

        self.assertEqual(User.objects.get(username="jiashili").postings.count(), 0)

    def test_mb_03_the_day_of_full_membership_is_what_is_wrong(self):
        branch = make_branch(self.committee)
        head = ["所在党支部", "姓名", "性别", "出生日期", "入党日期", "转正日期"]
        rows = [head, [branch.name, "甲示例", "女", "1980-05-04", "2010-07-01", "2009-07-01"]]
        self.assertEqual(errors(bring(workbook(rows), self.user, "members")), ["2F 转正日期不能早于入党日期。"])


class CommitteeTests(TestCase):
    """组织、宣传、纪检委员 of the office's own ledger are posts (DOMAIN §14.2)."""

    HEAD = ["党组织全称", "类别", "成立时间", "书记", "组织委员", "宣传委员", "纪检委员"]

    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)

    def bring(self, *names):
        row = ["中共示例市甲协会支部委员会", "党支部", "2016-05-20", *names]
        batch = bring(workbook([self.HEAD, row]), self.staff, "branches")
        self.assertEqual(errors(batch), [])
        if batch.new_count or batch.changed_count:
            apply_batch(batch, by=self.staff)
        return counts(batch)

    def holders(self):
        branch = PartyBranch.objects.get()
        rows = branch.posts.filter(end=None).order_by("post").values_list("post", "person_name")
        return dict(rows)

    def test_they_are_entered_replaced_and_left_alone(self):
        self.assertEqual(self.bring("甲示例", "乙示例", "丙示例", ""), (1, 0, 0, 0))
        self.assertEqual(self.holders(), {"secretary": "甲示例", "organization": "乙示例", "publicity": "丙示例"})
        self.assertEqual(self.bring("甲示例", "乙示例", "丙示例", ""), (0, 0, 1, 0))
        BranchPost.objects.update(start=date(2020, 1, 1))
        self.assertEqual(self.bring("甲示例", "丁示例", "", "戊示例"), (0, 1, 0, 0))
        self.assertEqual(
            self.holders(),
            {"secretary": "甲示例", "organization": "丁示例", "publicity": "丙示例", "discipline": "戊示例"},
        )
        self.assertTrue(BranchPost.objects.filter(person_name="乙示例", end__isnull=False).exists())
