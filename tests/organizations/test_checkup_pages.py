"""体检单 and 数据体检: who sees them, what they show, where each finding leads."""

from datetime import date
from io import BytesIO
from itertools import product
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.models import AuditEntry
from organizations import checkup
from organizations.choices import Subject
from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    DataConfirmation,
    PartyBranch,
    PartyMember,
    SocialOrganization,
)
from organizations.workflows.confirmations import can_confirm, confirm_data
from organizations.workflows.sync import finish_duty
from tests.factories import (
    make_assignment,
    make_branch,
    make_campaign,
    make_committee,
    make_correction,
    make_finding,
    make_inspection,
    make_lapse,
    make_leader,
    make_liaison,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
    make_sync_duty,
    make_system_admin,
    make_task_item,
    make_task_list,
)

from .checkup_cases import DAY, RuleCase


class PageCase(RuleCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.leader, cls.secretary = make_leader(cls.committee), make_secretary(cls.branch, name="甲示例")
        cls.liaison, cls.stranger = make_liaison(cls.body), make_secretary(make_branch(cls.committee))
        cls.late = make_member(cls.branch, name="欠费示例", fee_paid_until=date(2022, 1, 31))

    def url(self, name, *args):
        return reverse(f"organizations:{name}", args=args)

    def get(self, user, url, **extra):
        self.client.force_login(user)
        return self.client.get(url, **extra)

    def queries(self, user, url):
        self.get(user, url)
        with CaptureQueriesContext(connection) as caught:
            self.assertEqual(self.client.get(url).status_code, 200)
        return len(caught)


class BranchSheetTests(PageCase):
    def test_only_the_office_and_the_own_secretary_open_it(self):
        wanted = {
            self.staff: 200, self.leader: 200, self.secretary: 200, self.stranger: 404, self.liaison: 403,
            make_system_admin(self.committee): 403, make_staff(make_committee()): 404,
        }  # fmt: skip
        for name, (user, status) in product(("partybranch-checkup", "partybranch-checkup-print"), wanted.items()):
            self.assertEqual(self.get(user, self.url(name, self.branch.pk)).status_code, status, (name, user))

    def test_it_lists_by_level_and_each_line_has_its_link(self):
        page = self.get(self.staff, self.url("partybranch-checkup", self.branch.pk))
        groups = {group.level: [one.rule.key for one in group.findings] for group in page.context["groups"]}
        self.assertEqual(list(groups), ["must", "check", "remind"])
        self.assertEqual(groups["must"], ["mb-10"])
        back = self.url("partybranch-checkup", self.branch.pk)
        link = f"{self.url('partymember-update', self.late.pk)}?next={back.replace('/', '%2F')}#id_fee_paid_until"
        self.assertContains(page, f'href="{link}"')

    def test_a_mended_record_leaves_the_list_and_leads_back_to_it(self):
        back = self.url("partybranch-checkup", self.branch.pk)
        self.assertContains(self.get(self.staff, back), "欠费示例</a>　党费缴纳至2022-01-31")
        form = self.url("partymember-update", self.late.pk) + f"?next={back}"
        answers = {
            name: getattr(self.late, name) for name in ("name", "sex", "ethnicity", "id_kind", "category", "version")
        }
        answers |= {"joined_on": "2010-07-01", "full_on": "2011-07-01", "fee_paid_until": "2023-03-31"}
        self.assertRedirects(self.client.post(form, answers), back)
        self.assertNotContains(self.client.get(back), "党费缴纳至")

    def test_who_cannot_change_the_ledgers_gets_the_row_and_no_form(self):
        for user in (self.secretary, self.leader):
            page = self.get(user, self.url("partybranch-checkup", self.branch.pk))
            self.assertContains(page, f'href="{self.late.get_absolute_url()}"')
            self.assertNotContains(page, "/edit/")
            self.assertNotContains(page, "去修改")

    def test_dues_of_the_branch_and_of_its_bodies(self):
        other = make_organization(self.committee)
        item = make_task_item(make_task_list(self.committee))
        make_assignment(item, self.branch, status="returned", remark="请补充照片")
        campaign = make_campaign(self.committee)
        for body, words in ((self.body, "会议记录不全"), (other, "别家的问题")):
            make_finding(make_inspection(campaign, body), description=words)
        make_sync_duty(self.staff, organization=self.body)
        make_sync_duty(self.staff, organization=other)
        finish_duty(make_sync_duty(self.staff, organization=self.body, on=date(2023, 2, 1)), on=DAY, by=self.staff)
        for user in (self.staff, self.secretary):
            texts = [
                todo.text for todo in self.get(user, self.url("partybranch-checkup", self.branch.pk)).context["dues"]
            ]
            self.assertEqual(len(texts), 3, texts)
            self.assertEqual(texts[0], f"任务：{item.text}")
            self.assertTrue(texts[1].startswith(f"同步事项：{self.body}："))
            self.assertEqual(texts[2], f"年检整改（{self.body}）：会议记录不全")

    def test_queries_do_not_grow_with_members_and_bodies(self):
        url = self.url("partybranch-checkup", self.branch.pk)
        few = [self.queries(user, url) for user in (self.staff, self.secretary)]
        for number in range(49):
            member = make_member(self.branch, phone="", fee_paid_until=date(2022, 1, 31))
            if number < 5:
                member.set_id_number("341702198001010013" if number == 0 else "")
                member.save()
            make_assignment(make_task_item(make_task_list(self.committee)), self.branch)
        many = [self.queries(user, url) for user in (self.staff, self.secretary)]
        self.assertEqual(few, many)
        self.assertLessEqual(max(many), 12)

    def test_print_has_title_branch_day_levels_and_signature(self):
        page = self.get(self.secretary, self.url("partybranch-checkup-print", self.branch.pk))
        for text in (
            "支部体检单</h1>",
            self.branch.name,
            "2023年3月31日",
            "必须改（1条）",
            "请核对（",
            "提醒（",
            "书记（签名）",
            "党费缴纳至2022-01-31",
        ):
            self.assertContains(page, text)
        self.assertNotContains(page, "得分")

    def test_it_asks_nothing_of_a_dissolved_branch(self):
        self.branch.status, self.branch.dissolved_on = "dissolved", DAY
        self.branch.save()
        page = self.get(self.staff, self.url("partybranch-checkup", self.branch.pk))
        self.assertEqual([group.findings for group in page.context["groups"]], [[], [], []])


class ConfirmationTests(PageCase):
    def test_only_the_own_secretary_may_confirm(self):
        may = [
            can_confirm(user, self.branch)
            for user in (self.secretary, self.staff, self.leader, self.stranger, self.liaison)
        ]
        self.assertEqual(may, [True, False, False, False, False])
        url = self.url("partybranch-checkup-confirm", self.branch.pk)
        for user, status in ((self.staff, 403), (self.leader, 403), (self.stranger, 404), (self.liaison, 403)):
            self.client.force_login(user)
            self.assertEqual(self.client.post(url).status_code, status)
        self.assertEqual(DataConfirmation.objects.count(), 0)

    def test_confirming_is_kept_with_day_name_and_what_was_open(self):
        self.client.force_login(self.secretary)
        url = self.url("partybranch-checkup-confirm", self.branch.pk)
        self.assertEqual(self.client.get(url).status_code, 405)
        self.assertRedirects(self.client.post(url), self.url("partybranch-checkup", self.branch.pk))
        row = DataConfirmation.objects.get()
        self.assertEqual((row.branch, row.confirmed_on, row.checker), (self.branch, DAY, "甲示例"))
        self.assertEqual((row.member_count, row.open_count, row.created_by), (1, 1, self.secretary))
        page = self.client.get(self.url("partybranch-checkup", self.branch.pk))
        self.assertContains(page, "最近一次核对：2023-03-31，甲示例（当时还有1条必须改）")
        self.assertTrue(
            AuditEntry.objects.filter(object_type="organizations.dataconfirmation", event="create").exists()
        )

    def test_a_second_press_on_the_same_day_is_a_sentence(self):
        confirm_data(self.branch, on=DAY, by=self.secretary)
        with self.assertRaisesMessage(ValidationError, "今天已经确认过"):
            confirm_data(self.branch, on=DAY, by=self.secretary)
        confirm_data(self.branch, on=date(2024, 1, 5), by=self.secretary)
        self.assertEqual(DataConfirmation.objects.count(), 2)

    def test_the_office_sees_which_branches_confirmed_this_year(self):
        confirm_data(self.branch, on=date(2022, 12, 30), by=self.secretary)
        url = self.url("checkup-branches")
        self.assertEqual(self.get(self.staff, url + "?tab=done").context["page"].count, 0)
        confirm_data(self.branch, on=DAY, by=self.secretary)
        self.assertEqual(self.client.get(url + "?tab=done").context["page"].count, 1)
        self.assertEqual(self.client.get(url + "?tab=waiting").context["page"].count, 1)
        self.assertContains(self.client.get(url), self.url("partybranch-checkup", self.branch.pk))
        self.assertEqual(self.get(self.secretary, url).status_code, 403)


class RowTests(PageCase):
    def test_the_page_of_a_row_holds_a_link_and_the_part_comes_as_a_fragment(self):
        pages = (("partymember", self.late, "党费缴纳至2022-01-31"), ("socialorganization", self.body, "没有填写联系人"),
                 ("partybranch", self.branch, "没有填写本届届满日期"))  # fmt: skip
        for name, row, words in pages:
            url = self.url(f"{name}-checkup", row.pk)
            self.assertContains(self.get(self.staff, row.get_absolute_url()), f'data-fragment="{url}"')
            part = self.client.get(url, headers={"X-Requested-With": "fetch"})
            self.assertContains(part, words)
            self.assertNotContains(part, "<html")
            self.assertContains(self.client.get(url), "<html")

    def test_a_liaison_sees_the_own_body_and_no_sheet_of_its_branch(self):
        self.assertEqual(self.get(self.liaison, self.url("socialorganization-checkup", self.body.pk)).status_code, 200)
        self.assertEqual(self.get(self.liaison, self.url("partymember-checkup", self.late.pk)).status_code, 404)
        self.assertNotContains(self.get(self.liaison, self.branch.get_absolute_url()), "data-fragment")

    def test_party_age_stands_on_the_page_of_the_member(self):
        self.assertContains(self.get(self.staff, self.late.get_absolute_url()), "11年")


class OfficeTests(PageCase):
    def test_every_number_equals_the_rows_behind_it(self):
        make_member(self.branch, floating="out", phone="")
        page = self.get(self.staff, self.url("checkup") + "?tab=all")
        self.assertEqual(len(page.context["rows"]), len(checkup.COUNTED))
        for rule, n in page.context["rows"]:
            rows = self.client.get(self.url("checkup-rows", rule.key))
            self.assertEqual((rows.context["page"].paginator.count, len(rows.context["findings"])), (n, n), rule.key)

    def test_counts_are_of_the_own_office_only(self):
        far = make_branch(make_committee(demo_date=DAY), secretary="")
        make_member(far, fee_paid_until=date(2020, 1, 31))
        found = checkup.counts(checkup.reader(self.staff, DAY))
        self.assertEqual(found["mb-10"], 1)
        self.assertEqual(found["po-01-secretary"], 1)

    def test_it_is_narrowed_by_level_and_kind(self):
        page = self.get(self.staff, self.url("checkup") + "?level=must&about=member")
        self.assertEqual([(rule.key, n) for rule, n in page.context["rows"]], [("mb-10", 1)])
        self.assertEqual(self.get(self.staff, self.url("checkup") + "?level=junk&about=x").status_code, 200)
        self.assertEqual(self.get(self.staff, self.url("checkup-rows", "nothing")).status_code, 404)
        self.assertEqual(self.get(self.staff, self.url("checkup-rows", "mb-01")).status_code, 404)

    def test_queries_do_not_grow(self):
        urls = [self.url("checkup"), self.url("checkup-rows", "mb-10"), self.url("checkup-branches")]
        few = [self.queries(self.staff, url) for url in urls]
        for _ in range(49):
            branch = make_branch(self.committee, covers=(make_organization(self.committee),), secretary="甲示例")
            make_member(branch, fee_paid_until=date(2022, 1, 31))
        many = [self.queries(self.staff, url) for url in urls]
        self.assertEqual(few, many)
        self.assertLessEqual(max(many), 8, dict(zip(urls, many, strict=True)))

    def test_secretaries_have_no_office_page(self):
        for name in (("checkup",), ("checkup-rows", "mb-10"), ("checkup-branches",)):
            self.assertEqual(self.get(self.secretary, self.url(*name)).status_code, 403)
        self.assertEqual(self.client.post(self.url("checkup-export")).status_code, 403)

    def test_the_workbook_has_a_line_for_every_finding_and_is_logged(self):
        self.client.force_login(self.staff)
        total = self.client.get(self.url("checkup")).context["total"]
        answer = self.client.post(self.url("checkup-export"))
        lines = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0].values)
        self.assertEqual(lines[0][0], "数据体检问题清单")
        self.assertEqual(lines[2][:5], ("序号", "等次", "类别", "依据", "名称"))
        rows = [line for line in lines[3:] if isinstance(line[0], int)]
        self.assertEqual(len(rows), total)
        self.assertIn(("必须改", "党员", "MB-10", "欠费示例", self.branch.short_name), [row[1:6] for row in rows])
        self.assertIn(f"导出{total}行", AuditEntry.objects.get(event="export").note)

    def test_the_workbook_is_narrowed_and_an_empty_one_is_a_sentence(self):
        self.client.force_login(self.staff)
        answer = self.client.post(self.url("checkup-export"), {"level": "must", "about": "member"})
        lines = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0].values)
        self.assertEqual(len([line for line in lines[3:] if isinstance(line[0], int)]), 1)
        PartyMember.objects.update(fee_paid_until=None)
        page = self.client.post(self.url("checkup-export"), {"level": "must", "about": "member"}, follow=True)
        self.assertContains(page, "现在没有问题，不用导出。")


class LinkTests(PageCase):
    def test_every_rule_leads_to_a_page_that_has_its_field(self):
        """Each rule with a row made to its measure: the address answers, and the field that it names stands there."""
        self.client.force_login(self.staff)
        for rule in checkup.RULES.values():
            for row in self.rows_for(rule):
                url = rule.place_of(row).url(row, "/")
                address, _, anchor = url.partition("#")
                page = self.client.get(address)
                self.assertEqual(page.status_code, 200, (rule.key, url))
                if anchor:
                    self.assertIn(f'id="{anchor}"', page.content.decode(), (rule.key, url))

    def rows_for(self, rule):
        if rule.about == Subject.MEMBER:
            pupil = make_member(self.branch, category="probationary", full_on=None, joined_on=date(2022, 1, 1))
            blank = dict.fromkeys(("id_hash", "education", "position", "phone", "address", "floating_place"), "")
            yield {
                "pk": pupil.pk,
                "correction_ref": make_correction(pupil, self.staff).pk,
                "lapse_ref": make_lapse(pupil, self.staff).pk,
                **blank,
                "born_on": None,
                "joined_on": None,
                "is_lost": True,
                "lost_on": None,
                "floating": "out",
            }
        elif rule.about == Subject.BRANCH:
            yield {"pk": self.branch.pk}
        else:
            yield from self.bodies()

    def bodies(self):
        of = {"committee": self.committee, "organization": self.body}
        charter, _ = CharterRecord.objects.get_or_create(**of, version_no=1)
        letter, _ = CommitmentLetter.objects.get_or_create(**of)
        refs = {
            "clause_ref": charter.pk,
            "written_in_ref": charter.pk,
            "charter_ref": charter.pk,
            "branch_ref": self.branch.pk,
        }
        empty = make_organization(self.committee)
        yield {"pk": self.body.pk, **refs, "letter_ref": letter.pk, "charter_status": "provisional"}
        yield {"pk": empty.pk, **refs, "letter_ref": letter.pk, "charter_status": "absent"}

    def test_keys_are_unique_and_every_rule_is_named_by_a_test(self):
        folder = Path(__file__).parent
        tests = "".join(path.read_text(encoding="utf-8") for path in folder.glob("test_checkup_*.py"))
        self.assertEqual(len(checkup.RULES), len(checkup.COUNTED) + 1)
        self.assertEqual([key for key in checkup.RULES if f'"{key}"' not in tests], [])

    def test_flags_collide_with_no_field(self):
        names = {
            field.name for model in (PartyMember, PartyBranch, SocialOrganization) for field in model._meta.get_fields()
        }
        self.assertEqual(names & {rule.flag for rule in checkup.COUNTED}, set())
