"""What is done on the pages of bodies, branches and members, and what they show of persons and figures."""

from datetime import date

from django.urls import reverse

from core.models import AuditEntry
from organizations import statistics
from organizations.choices import BranchKind
from organizations.models import (
    Affiliation,
    BranchCoverage,
    CharterRecord,
    InstructorAssignment,
    LedgerCheck,
    Liaison,
    Membership,
    PartyMember,
    SocialOrganization,
)
from organizations.statistics import FIGURES
from tests.factories import (
    make_branch,
    make_code,
    make_organization,
)
from tests.organizations.page_cases import PageCase, fill


class ActsOnPagesTests(PageCase):
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

        answers = {"kind": "renamed", "on": "2023-03-01", "new_name": "示例市新名协会"}
        self.client.post(url, {**answers, "new_short_name": "市新名协会"})

        self.body.refresh_from_db()
        self.assertEqual((self.body.name, self.body.short_name), ("示例市新名协会", "市新名协会"))
        self.assertEqual(SocialOrganization.objects.search(old).get(), self.body)

    def test_cancelling_ends_the_body(self):
        url = reverse("organizations:socialorganization-event", args=[self.body.pk])

        self.client.post(url, {"kind": "cancelled", "on": "2023-03-01"})

        self.body.refresh_from_db()
        self.assertEqual((self.body.status, self.body.ended_on), ("cancelled", date(2023, 3, 1)))

    def test_member_is_enrolled_and_transferred(self):
        answers = {"name": "戊示例", "sex": "female", "ethnicity": "汉族", "id_kind": "resident_id",
                   "category": "full", "branch": self.branch.short_name, "branch_start": "2022-01-01",
                   "membership_kind": "full", "join_reason": "initial"}  # fmt: skip
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
