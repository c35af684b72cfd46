from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEntry
from organizations import statistics
from organizations.choices import BranchKind, CharterStatus
from organizations.models import (
    Affiliation,
    BranchCoverage,
    CharterRecord,
    CommitmentLetter,
    FloatingRecord,
    IncubationBatch,
    InstructorAssignment,
    LedgerCheck,
    LedgerDifference,
    Liaison,
    LostRecord,
    MemberChange,
    MemberCorrection,
    MemberLapse,
    Membership,
    MemberTransfer,
    PartyMember,
    SocialOrganization,
)
from organizations.views.coverage import FIGURES
from tests.factories import (
    make_branch,
    make_code,
    make_committee,
    make_leader,
    make_liaison,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
    make_system_admin,
    make_transfer,
    numbers,
)

LISTS = (
    "socialorganization", "partybranch", "partymember", "charterrecord", "commitmentletter", "ledgercheck",
    "incubationbatch", "ledgerdifference", "registration", "memberchange", "membertransfer", "floatingrecord",
    "lostrecord", "membercorrection", "memberlapse",
)  # fmt: skip


def fill(committee, count):
    """`count` rows of every list."""
    for number in range(count):
        body = make_organization(committee)
        branch = make_branch(committee, covers=(body,), secretary="甲示例")
        member = make_member(branch)
        transfer = make_transfer(member, branch, from_branch=make_branch(committee))
        for model, values in (
            (FloatingRecord, {"left_on": date(2022, 6, 1)}),
            (LostRecord, {"lost_on": date(2022, 6, 1)}),
            (MemberCorrection, {"circumstance": "slack", "start_on": date(2022, 6, 1), "until": date(2022, 12, 1)}),
            (MemberLapse, {"ground": "life", "since": date(2022, 6, 1)}),
            (MemberChange, {"kind": "transferred_in", "on": date(2023, 2, 1), "other_branch": transfer.from_branch}),
        ):
            model.objects.create(committee=committee, member=member, branch=branch, **values)
        CharterRecord.objects.create(
            committee=committee, organization=body, status=CharterStatus.APPROVED, approved_on=date(2022, 1, 1),
            has_party_clause=True,
        )  # fmt: skip
        CommitmentLetter.objects.create(committee=committee, organization=body, signed_on=date(2015, 1, 1))
        IncubationBatch.objects.create(committee=committee, number=next(numbers))
        check = LedgerCheck.objects.create(
            committee=committee, checked_on=date(2023, 3, 1), compared_with="platform", organizations_checked=number
        )
        LedgerDifference.objects.create(committee=committee, check_run=check, object_label="甲会", field="住所")


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        fill(cls.committee, 1)
        cls.body = SocialOrganization.objects.get()
        cls.branch = cls.body.coverages.get().branch
        MemberTransfer.objects.update(status="withdrawn", ended_on=date(2023, 3, 2))
        cls.member = PartyMember.objects.get()

    def setUp(self):
        self.client.force_login(self.staff)
        self.client.get(reverse("organizations:partybranch-list"))

    def queries(self, url):
        with CaptureQueriesContext(connection) as captured:
            response = self.client.get(url)
        self.assertEqual(response.status_code, 200, url)
        return len(captured)

    def test_lists_ask_as_often_for_many_rows_as_for_one(self):
        urls = [reverse(f"organizations:{name}-list") + "?all=1" for name in LISTS]
        few = [self.queries(url) for url in urls]
        fill(self.committee, 49)

        many = [self.queries(url) for url in urls]

        self.assertEqual(few, many)
        self.assertLessEqual(max(many), 6, dict(zip(LISTS, many, strict=True)))

    def test_details_ask_at_most_twelve_times(self):
        rows = [
            self.body, self.branch, self.member, CharterRecord.objects.get(), CommitmentLetter.objects.get(),
            LedgerCheck.objects.get(), IncubationBatch.objects.get(), MemberTransfer.objects.get(),
            FloatingRecord.objects.get(), LostRecord.objects.get(), MemberCorrection.objects.get(), MemberLapse.objects.get(),
        ]  # fmt: skip

        for row in rows:  # a process looks up the content type of attachments once
            self.client.get(row.get_absolute_url())
        asked = {row._meta.model_name: self.queries(row.get_absolute_url()) for row in rows}

        self.assertLessEqual(max(asked.values()), 12, asked)

    def test_every_tab_and_filter_opens(self):
        for name in LISTS:
            for query in ("?q=sy", "?tab=ended", "?tab=direct", "?tab=new", "?tab=uncovered", "?tab=clause", "?tab=due",
                          "?tab=few", "?tab=probation", "?tab=gone", "?coverage=any", "?coverage=own", "?sort=sort_key",
                          "?affiliation=direct", "?branch=1", "?branch=x", "?status=normal"):  # fmt: skip
                self.queries(reverse(f"organizations:{name}-list") + query)

    def test_forms_open(self):
        for name in ("socialorganization", "partybranch", "partymember", "charterrecord", "commitmentletter",
                     "ledgercheck", "incubationbatch"):  # fmt: skip
            self.queries(reverse(f"organizations:{name}-create"))
        pages = {
            self.body: ("update", "affiliation", "event", "instructor", "liaison"),
            self.branch: ("update", "coverage", "post", "dissolve"),
            self.member: (
                "update",
                "transfer",
                "leave",
                "restore",
                "full",
                "extend",
                "floating",
                "lost",
                "correction",
                "lapse",
            ),
            LedgerCheck.objects.get(): ("update",),
            IncubationBatch.objects.get(): ("update",),
        }
        for row, names in pages.items():
            for name in names:
                self.queries(reverse(f"organizations:{row._meta.model_name}-{name}", args=[row.pk]))

    def test_secretary_sees_the_own_branch_and_nothing_else(self):
        other_body = make_organization(self.committee)
        other = make_branch(self.committee, covers=(other_body,))
        stranger = make_member(other)
        self.client.force_login(make_secretary(self.branch))

        for row in (self.body, self.branch, self.member, CharterRecord.objects.get()):
            self.assertEqual(self.client.get(row.get_absolute_url()).status_code, 200, row)
        for row in (other_body, other, stranger):
            self.assertEqual(self.client.get(row.get_absolute_url()).status_code, 404, row)
        self.assertEqual(self.client.get(reverse("organizations:ledgercheck-list")).status_code, 403)
        self.assertEqual(self.client.get(reverse("organizations:partybranch-create")).status_code, 403)
        url = reverse("organizations:partybranch-coverage", args=[self.branch.pk])
        self.assertEqual(self.client.get(url).status_code, 403)
        self.assertNotContains(self.client.get(reverse("organizations:partymember-list") + "?tab=all"), stranger.name)

    def test_liaison_sees_the_body_and_its_branch_but_no_members(self):
        self.client.force_login(make_liaison(self.body))

        self.assertContains(self.client.get(self.body.get_absolute_url()), self.body.name)
        self.assertNotContains(self.client.get(self.branch.get_absolute_url()), self.member.name)
        self.assertEqual(self.client.get(self.member.get_absolute_url()).status_code, 404)

    def test_administrator_is_refused_and_leader_only_reads(self):
        self.client.force_login(make_system_admin(self.committee))
        self.assertEqual(self.client.get(self.body.get_absolute_url()).status_code, 403)
        self.client.force_login(make_leader(self.committee))

        page = self.client.get(self.body.get_absolute_url())

        self.assertNotContains(page, "选派指导员")
        self.assertEqual(self.client.get(reverse("organizations:socialorganization-create")).status_code, 403)

    def test_a_body_is_registered_with_its_affiliation(self):
        answers = {"name": "示例市茶业协会", "code": make_code(), "kind": "51", "registered_on": "2023-02-01",
                   "status": "normal", "affiliation": "direct", "registration_authority": "市民政局"}  # fmt: skip

        self.client.post(reverse("organizations:socialorganization-create"), answers)

        body = SocialOrganization.objects.get(name="示例市茶业协会")
        self.assertEqual((body.committee, body.affiliations.get().start), (self.committee, date(2023, 2, 1)))

    def test_wrong_code_is_explained_on_the_form(self):
        answers = {"name": "甲会", "code": "51341700MJ0000001I", "kind": "51", "registered_on": "2023-02-01"}

        page = self.client.post(reverse("organizations:socialorganization-create"), answers)

        self.assertContains(page, "信用代码里没有I")

    def test_coverage_is_added_by_name_and_ended_by_day(self):
        body = make_organization(self.committee, name="示例市玉石协会", short_name="市玉石协会")
        url = reverse("organizations:partybranch-coverage", args=[self.branch.pk])

        self.client.post(url, {"organization": "玉石", "start": "2023-01-01"})

        row = BranchCoverage.objects.get(organization=body)
        self.assertEqual((row.branch, row.method), (self.branch, "own"))
        self.client.post(reverse("organizations:coverage-end", args=[self.branch.pk, row.pk]), {"end": "2023-03-01"})
        row.refresh_from_db()
        self.assertEqual(row.end, date(2023, 3, 1))

    def test_second_exclusive_coverage_is_refused_in_chinese(self):
        other = make_branch(self.committee, kind=BranchKind.JOINT)
        url = reverse("organizations:partybranch-coverage", args=[other.pk])

        page = self.client.post(url, {"organization": self.body.name, "start": "2023-01-01"})

        self.assertContains(page, "已由一个党组织单独或联合覆盖")
        self.assertEqual(self.body.coverages.count(), 1)

    def test_new_secretary_ends_the_post_of_the_old_one(self):
        url = reverse("organizations:partybranch-post", args=[self.branch.pk])

        self.client.post(url, {"post": "secretary", "person_name": "乙示例", "start": "2023-02-01"})

        found = self.branch.posts.order_by("start").values_list("person_name", "end")
        self.assertEqual(list(found), [("甲示例", date(2023, 2, 1)), ("乙示例", None)])

    def test_instructor_and_liaison_and_affiliation(self):
        page = "organizations:socialorganization"
        self.client.post(reverse(f"{page}-instructor", args=[self.body.pk]),
                         {"instructor_name": "丙示例", "start": "2023-01-01"})  # fmt: skip
        self.client.post(reverse(f"{page}-liaison", args=[self.body.pk]), {"name": "丁示例", "start": "2023-01-01"})
        self.client.post(reverse(f"{page}-affiliation", args=[self.body.pk]),
                         {"kind": "territorial", "start": "2023-01-01"})  # fmt: skip

        instructor = InstructorAssignment.objects.get()
        self.client.post(reverse("organizations:instructor-end", args=[self.body.pk, instructor.pk]),
                         {"end": "2023-03-01"})  # fmt: skip

        instructor.refresh_from_db()
        self.assertEqual((instructor.end, Liaison.objects.get().name), (date(2023, 3, 1), "丁示例"))
        self.assertEqual(Affiliation.objects.get(end=None).kind, "territorial")

    def test_renaming_keeps_the_old_name_findable(self):
        old = self.body.name
        url = reverse("organizations:socialorganization-event", args=[self.body.pk])

        self.client.post(url, {"kind": "renamed", "on": "2023-03-01", "new_name": "示例市新名协会"})

        self.body.refresh_from_db()
        self.assertEqual(self.body.name, "示例市新名协会")
        self.assertEqual(SocialOrganization.objects.search(old).get(), self.body)

    def test_cancelling_ends_the_body(self):
        url = reverse("organizations:socialorganization-event", args=[self.body.pk])

        self.client.post(url, {"kind": "cancelled", "on": "2023-03-01"})

        self.body.refresh_from_db()
        self.assertEqual((self.body.status, self.body.ended_on), ("cancelled", date(2023, 3, 1)))

    def test_member_is_enrolled_and_transferred(self):
        answers = {"name": "戊示例", "sex": "female", "ethnicity": "汉族", "id_kind": "resident_id",
                   "category": "full", "branch": self.branch.short_name, "branch_start": "2022-01-01",
                   "membership_kind": "full"}  # fmt: skip
        self.client.post(reverse("organizations:partymember-create"), answers)
        member = PartyMember.objects.get(name="戊示例")
        target = make_branch(self.committee)

        url = reverse("organizations:partymember-transfer", args=[member.pk])
        self.client.post(url, {"direction": "between", "to_branch": target.short_name, "started_on": "2023-03-01",
                               "at_once": "on"})  # fmt: skip

        rows = Membership.objects.filter(member=member).order_by("start").values_list("branch", "end", "leave_reason")
        self.assertEqual(list(rows), [(self.branch.pk, date(2023, 3, 1), "transferred"), (target.pk, None, "")])

    def test_member_who_left_is_kept(self):
        url = reverse("organizations:partymember-leave", args=[self.member.pk])

        self.client.post(url, {"leave_reason": "deceased", "end": "2023-03-01"})

        self.member.refresh_from_db()
        self.assertEqual(self.member.status, "deceased")
        self.assertFalse(PartyMember.objects.enrolled(date(2023, 3, 1)).exists())

    def test_full_numbers_need_a_purpose_and_are_logged(self):
        self.member.set_id_number("11010519491231002X")
        self.member.save()
        url = reverse("organizations:partymember-reveal", args=[self.member.pk])

        self.assertNotContains(self.client.get(self.member.get_absolute_url()), "11010519491231002X")
        self.client.post(url, {"purpose": ""})
        self.assertFalse(AuditEntry.objects.filter(event="reveal").exists())
        page = self.client.post(url, {"purpose": "办理转接"})

        self.assertContains(page, "11010519491231002X")
        entry = AuditEntry.objects.get(event="reveal")
        self.assertEqual((entry.object_id, entry.note), (self.member.pk, "办理转接"))
        self.assertIn("no-store", page["Cache-Control"])

    def test_a_full_number_finds_its_member_by_post(self):
        self.member.set_id_number("11010519491231002X")
        self.member.save()

        answer = self.client.post(reverse("organizations:partymember-find"), {"id_number": "11010519491231002x"})

        self.assertRedirects(answer, self.member.get_absolute_url())

    def test_charter_moves_to_approved(self):
        charter = CharterRecord.objects.create(
            committee=self.committee, organization=make_organization(self.committee), has_party_clause=True
        )
        url = reverse("organizations:charterrecord-move", args=[charter.pk])

        self.client.post(url, {"to": "voted", "on": "2023-01-10"})
        self.client.post(url, {"to": "approved", "on": "2023-02-10"})

        charter.refresh_from_db()
        self.assertEqual((charter.status, charter.approved_on), ("approved", date(2023, 2, 10)))

    def test_difference_hangs_under_its_check(self):
        check = LedgerCheck.objects.get()
        url = reverse("organizations:ledgerdifference-create", args=[check.pk])

        answer = self.client.post(url, {"object_label": "乙会", "field": "法定代表人", "decision": "open"})

        self.assertRedirects(answer, check.get_absolute_url())
        self.assertEqual(check.differences.count(), 2)

    def test_branch_is_dissolved_only_without_members(self):
        url = reverse("organizations:partybranch-dissolve", args=[self.branch.pk])

        self.assertContains(
            self.client.post(url, {"on": "2023-03-01", "document_no": "综党〔2023〕9号"}), "请先为他们办理转出"
        )
        Membership.objects.update(end=date(2023, 2, 1), leave_reason="transferred")
        self.client.post(url, {"on": "2023-03-01", "document_no": "综党〔2023〕9号"})

        self.branch.refresh_from_db()
        self.assertEqual((self.branch.status, self.branch.coverages.get().end), ("dissolved", date(2023, 3, 1)))

    def test_every_figure_of_coverage_equals_its_rows(self):
        make_organization(self.committee)
        found = statistics.coverage(self.committee, date(2023, 3, 31))

        for figure in FIGURES:  # what they leave out: test_coverage_properties
            url = reverse("organizations:coverage-rows") + f"?figure={figure}&on=2023-03-31"
            number = getattr(found, figure)
            page = self.client.get(url)
            self.assertEqual(page.context["page"].count, number, figure)

    def test_coverage_page_shows_the_rates_and_asks_little(self):
        make_organization(self.committee)
        url = reverse("organizations:coverage")

        page = self.client.get(url)

        self.assertContains(page, "50.0")
        self.assertContains(page, "覆盖空白")
        few = self.queries(url)
        fill(self.committee, 20)
        self.assertEqual(self.queries(url), few)
        self.assertLessEqual(few, 12)

    def test_coverage_of_a_past_day(self):
        page = self.client.get(reverse("organizations:coverage") + "?on=2010-01-01&before=junk")

        self.assertContains(page, "社会组织0家")

    def test_phones_are_masked_until_a_purpose_is_given(self):
        SocialOrganization.objects.update(contact="己示例", phone="13912345678")
        url = reverse("organizations:socialorganization-reveal", args=[self.body.pk])

        self.assertNotContains(self.client.get(self.body.get_absolute_url()), "13912345678")
        self.assertContains(self.client.post(url, {"purpose": "通知会议"}), "13912345678")
        self.assertEqual(AuditEntry.objects.get(event="reveal").note, "通知会议")

    def test_phones_of_a_branch_too(self):
        self.branch.posts.update(phone="13912345678")
        url = reverse("organizations:partybranch-reveal", args=[self.branch.pk])

        self.assertNotContains(self.client.get(self.branch.get_absolute_url()), "13912345678")
        self.assertRedirects(self.client.post(url, {"purpose": ""}), self.branch.get_absolute_url())
        self.assertContains(self.client.post(url, {"purpose": "通知会议"}), "13912345678")

    def test_a_survey_is_entered_from_the_page_of_its_body(self):
        url = reverse("organizations:membersurvey-create") + f"?organization={self.body.pk}"

        self.assertContains(self.client.get(url), self.body.short_name)
        answer = self.client.post(
            url, {"organization": self.body.name, "filled_on": "2023-02-01", "member_count": 4, "full_member_count": 3}
        )

        self.assertRedirects(answer, self.body.get_absolute_url())
        self.assertContains(self.client.get(self.body.get_absolute_url()), "党员4名")
