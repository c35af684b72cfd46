"""组织设置申请 on its pages: every step, who may take it, and what a secretary drafts and hears."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import BranchApplication, PartyBranch
from organizations.workflows import applications
from tests.factories import (
    make_branch,
    make_committee,
    make_liaison,
    make_organization,
    make_secretary,
    make_staff,
)
from tests.organizations.application_cases import TODAY, ApplicationCase


class PageTests(ApplicationCase):
    def setUp(self):
        self.client.force_login(self.staff)

    def post(self, row, step, data=(), user=None):
        self.client.force_login(user or self.staff)
        return self.client.post(f"{row.get_absolute_url()}{step}/", {**dict(data), "version": self.fresh(row).version})

    def test_from_the_request_to_the_branch(self):
        data = {
            "kind": "set_up", "applicant": "示例市协会", "requested_on": "2023-02-01", "grounds": "申请成立。",
            "name": "中共示例市甲乙联合支部委员会", "short_name": "市甲乙联合党支部", "branch_kind": "joint",
            "covers": "、".join(body.short_name for body in self.bodies),
        }  # fmt: skip
        create = reverse("organizations:branchapplication-create")
        self.assertContains(self.client.post(create, {**data, "covers": "没有的单位"}), "没有找到“没有的单位”")
        self.client.post(create, data)
        row = BranchApplication.objects.get()
        self.post(row, "study", {"studied_on": "2023-02-20", "study_note": "同意"})
        approval = {"approval_no": "综党〔2023〕8号", "approved_by": "市综合党委", "approved_on": "2023-03-01"}
        self.assertEqual(self.post(row, "approve", {**approval, "approval_no": ""}, self.leader).status_code, 200)
        self.post(row, "approve", approval, self.leader)
        vote = {
            "elected_on": "2023-03-10",
            "voters_due": 5,
            "voters_present": 4,
            "post_1": "secretary",
            "person_name_1": "甲示例",
        }
        self.post(row, "elect", vote)
        self.post(row, "file", {"filing_no": "综党〔2023〕9号", "filed_on": "2023-03-15"})
        self.assertEqual(self.post(row, "finish", user=self.leader).status_code, 403)
        for _ in range(2):
            self.post(row, "finish")

        branch = PartyBranch.objects.get()
        self.assertEqual((branch.short_name, self.fresh(row).status), ("市甲乙联合党支部", "done"))
        self.assertContains(self.client.get(branch.get_absolute_url()), "批复成立")
        self.assertContains(self.client.get(row.get_absolute_url()), "甲示例")

    def test_return_edit_and_refuse(self):
        row = self.row()
        self.post(row, "return", {"reason": "缺党员名单"})
        self.assertContains(self.client.get(row.get_absolute_url()), "缺党员名单")
        self.client.post(f"{row.get_absolute_url()}edit/", {
            "kind": "set_up", "applicant": "示例市协会", "requested_on": "2023-02-01", "grounds": "补充。", "name": row.name,
            "branch_kind": "branch", "covers": "", "version": self.fresh(row).version,
        })  # fmt: skip
        row = self.fresh(row)
        self.assertEqual((row.grounds, row.branch_kind, row.covers.count()), ("补充。", "branch", 0))
        self.post(row, "resubmit")
        self.post(row, "refuse", {"reason": "正式党员不足三名"}, self.leader)
        self.assertEqual((self.fresh(row).status, self.fresh(row).decision), ("refused", "正式党员不足三名"))
        self.assertEqual(self.client.get(f"{row.get_absolute_url()}edit/").status_code, 403)

    def test_others_are_refused(self):
        row = self.row()
        self.assertEqual(self.post(row, "study", {"studied_on": "2023-02-20"}, self.leader).status_code, 403)
        liaison = make_liaison(self.bodies[0])
        self.client.force_login(liaison)
        self.assertEqual(self.client.get(row.get_absolute_url()).status_code, 200)
        self.assertEqual(self.post(row, "study", {"studied_on": "2023-02-20"}, liaison).status_code, 403)
        stranger = make_liaison(make_organization(self.committee))
        self.client.force_login(stranger)
        self.assertEqual(self.client.get(row.get_absolute_url()).status_code, 404)

    def test_a_secretary_drafts_for_the_own_branch_and_hears_the_answer(self):
        branch = make_branch(self.committee, covers=(self.bodies[0],))
        secretary = make_secretary(branch)
        data = {"kind": "change", "branch": branch.short_name, "applicant": "本支部", "requested_on": "2023-03-01",
                "grounds": "改名。", "short_name": "市新名党支部"}  # fmt: skip
        self.client.force_login(secretary)
        self.client.post(reverse("organizations:branchapplication-create"), data)
        row = BranchApplication.objects.get()
        self.assertEqual(list(self.staff.notices.values_list("title", flat=True)), [f"本支部申请变更{branch}"])
        self.post(row, "return", {"reason": "请补会议记录"}, self.staff)
        self.assertEqual(secretary.notices.get().body, "请补会议记录")
        self.assertEqual(self.post(row, "resubmit", user=make_liaison(self.bodies[0])).status_code, 404)
        self.post(row, "resubmit", user=secretary)
        self.assertEqual(self.fresh(row).status, "applied")
        self.assertEqual(self.post(row, "study", {"studied_on": "2023-03-02"}, secretary).status_code, 403)

    def test_nobody_outside_drafts_for_others(self):
        branch, other = make_branch(self.committee, covers=(self.bodies[0],)), make_branch(self.committee)
        liaison, secretary = make_liaison(self.bodies[0]), make_secretary(other)
        self.refused("只能为您任书记的党组织", applications.apply, BranchApplication(
            committee=self.committee, kind="cancel", branch=branch, applicant="x", requested_on=TODAY, grounds="x"),
            by=secretary)  # fmt: skip
        joint = {"committee": self.committee, "applicant": "x", "requested_on": TODAY, "grounds": "x", "name": "x",
                 "branch_kind": "branch"}  # fmt: skip
        self.refused("要有您负责的社会组织", applications.apply, BranchApplication(**joint), covers=[self.bodies[1]],
                     by=liaison)  # fmt: skip
        applications.apply(BranchApplication(**joint), covers=self.bodies, by=liaison)
        people = (self.staff, self.leader, liaison, make_staff(make_committee()))
        self.assertEqual([applications.can_apply(u) for u in people], [True, False, True, True])

    def test_the_list_asks_as_often_for_many_rows(self):
        url, counts = reverse("organizations:branchapplication-list"), []
        self.row()
        self.client.get(url)
        for number in (0, 5):
            for _ in range(number):
                self.row()
            with CaptureQueriesContext(connection) as caught:
                self.client.get(url + "?q=zb&tab=all")
            counts.append(len(caught))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 6)

    def test_the_detail_asks_at_most_twelve_times(self):
        url = self.at("elected").get_absolute_url()
        self.client.get(url)
        with CaptureQueriesContext(connection) as caught:
            self.client.get(url)
        self.assertLessEqual(len(caught), 12)
