"""Charters, letters and surveys: versions, titles, what a liaison hands in and what waits, surveys corrected and voided."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse

from core.attachments import can_change_attachments
from core.models import AuditEntry, Notice, OfficeSetting
from organizations.models import CharterRecord, CommitmentLetter, MemberSurvey, SocialOrganization
from organizations.statistics.corrections import corrections
from tests.factories import make_branch, make_committee, make_liaison, make_organization, make_secretary, make_staff

DAY = date(2023, 3, 29)


class PaperCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)
        cls.body, cls.other = make_organization(cls.committee), make_organization(cls.committee)
        cls.liaison = make_liaison(cls.body)

    def url(self, name, *args):
        return reverse(f"organizations:{name}", args=args)

    def post(self, name, data, user=None, args=()):
        self.client.force_login(user or self.staff)
        return self.client.post(self.url(name, *args), data)

    def survey(self, user=None, **changed):
        data = {
            "organization": self.body.name,
            "filled_on": "2023-02-01",
            "member_count": "4",
            "full_member_count": "3",
        }
        return self.post("membersurvey-create", {**data, **changed}, user)

    def members_of(self, body):
        return SocialOrganization.objects.with_member_count(DAY).get(pk=body.pk).member_count


class CharterTests(PaperCase):
    def test_the_next_version_is_the_default_and_blank_means_it(self):
        CharterRecord.objects.create(organization=self.body, committee=self.committee, version_no=2)
        self.client.force_login(self.staff)
        page = self.client.get(f"{self.url('charterrecord-create')}?organization={self.body.pk}")
        self.assertEqual(page.context["form"]["version_no"].value(), 3)

        answer = self.post("charterrecord-create", {"organization": self.body.name, "version_no": ""})

        self.assertEqual(answer.status_code, 302)
        self.assertEqual(sorted(self.body.charters.values_list("version_no", flat=True)), [2, 3])
        self.post("charterrecord-create", {"organization": self.other.name, "version_no": ""})
        self.assertEqual(self.other.charters.get().version_no, 1)

    def test_integrity_is_kept_and_shown(self):
        self.post("charterrecord-create", {"organization": self.body.name, "has_integrity_clause": "on"})

        charter = CharterRecord.objects.get()
        self.assertTrue(charter.has_integrity_clause)
        self.assertContains(self.client.get(charter.get_absolute_url()), "含清廉建设条款")


class TitleTests(PaperCase):
    def test_the_title_of_the_letter_is_the_setting_of_the_office(self):
        self.client.force_login(self.staff)
        create = self.url("commitmentletter-create")
        self.assertContains(self.client.get(create), "社会组织党建工作承诺书")
        OfficeSetting.objects.create(
            committee=self.committee, key="commitment_letter_title", value="支持党建工作承诺书"
        )

        self.assertContains(self.client.get(create), 'value="支持党建工作承诺书"')


class LiaisonTests(PaperCase):
    def test_a_survey_counts_only_after_the_office_has_confirmed_it(self):
        self.survey(self.liaison)
        survey = MemberSurvey.everything.get()
        self.assertFalse(survey.is_confirmed)
        self.assertIsNone(self.members_of(self.body))
        self.assertTrue(Notice.objects.filter(user=self.staff, url=survey.get_absolute_url()).exists())
        self.assertContains(self.client.get(survey.get_absolute_url()), "待工作人员确认")
        self.assertEqual(self.post("membersurvey-confirm", {}, self.liaison, [survey.pk]).status_code, 403)

        self.post("membersurvey-confirm", {}, self.staff, [survey.pk])

        self.assertEqual(self.members_of(self.body), 4)
        self.assertContains(self.client.get(survey.get_absolute_url()), "已确认")

    def test_what_waits_is_changed_and_given_attachments_by_the_liaison_and_no_more_afterwards(self):
        self.survey(self.liaison)
        survey = MemberSurvey.everything.get()
        data = {"organization": self.body.name, "filled_on": "2023-02-01", "member_count": "5", "version": 1}

        self.assertEqual(self.post("membersurvey-update", data, self.liaison, [survey.pk]).status_code, 302)
        file = SimpleUploadedFile("调查表.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")
        self.assertTrue(can_change_attachments(self.liaison, survey))
        target = reverse("core:attachment-add", args=["organizations.membersurvey", survey.pk])
        self.client.post(target, {"file": file})
        self.assertContains(self.client.get(survey.get_absolute_url()), "调查表.pdf")

        self.post("membersurvey-confirm", {}, self.staff, [survey.pk])
        survey.refresh_from_db()
        self.assertFalse(can_change_attachments(self.liaison, survey))
        data = {**data, "version": survey.version}
        self.assertEqual(self.post("membersurvey-update", data, self.liaison, [survey.pk]).status_code, 403)

    def test_letter_and_charter_wait_for_the_signing_and_the_vote(self):
        self.post("commitmentletter-create", {"organization": self.body.name, "title": "承诺书", "signed_on": "2023-02-01",
                                              "signer": "甲"}, self.liaison)  # fmt: skip
        self.post("charterrecord-create", {"organization": self.body.name, "has_party_clause": "on",
                                           "voted_on": "2023-02-01"}, self.liaison)  # fmt: skip

        letter, charter = CommitmentLetter.objects.get(), CharterRecord.objects.get()
        self.assertEqual((letter.status, charter.status), ("pending", "absent"))
        self.assertEqual(CommitmentLetter.objects.signed().count(), 0)
        for row in (letter, charter):
            self.assertContains(self.client.get(row.get_absolute_url()), "待工作人员确认")
        self.post("commitmentletter-move", {"to": "signed", "on": "2023-02-01"}, self.staff, [letter.pk])
        self.assertEqual(CommitmentLetter.objects.signed().count(), 1)
        self.client.force_login(self.liaison)
        self.assertEqual(self.client.get(self.url("commitmentletter-update", letter.pk)).status_code, 403)

    def test_only_the_own_body(self):
        answer = self.survey(self.liaison, organization=self.other.name)

        self.assertIn("organization", answer.context["form"].errors)
        self.assertFalse(MemberSurvey.everything.exists())

    def test_the_only_body_stands_in_the_form(self):
        self.client.force_login(self.liaison)
        page = self.client.get(self.url("membersurvey-create"))

        self.assertEqual(str(page.context["form"]["organization"].value()), str(self.body))

    def test_a_secretary_does_not_hand_in_papers(self):
        secretary = make_secretary(make_branch(self.committee, covers=(self.body,)))

        self.assertEqual(self.survey(secretary).status_code, 403)

    def test_the_home_page_leads_to_where_the_letter_is_handed_in(self):
        self.client.force_login(self.liaison)
        create = f"{self.url('commitmentletter-create')}?organization={self.body.pk}"
        self.assertContains(self.client.get(reverse("reports:home")), create)

        page = self.client.get(create)
        self.assertEqual(str(page.context["form"]["organization"].value()), str(self.body))
        self.post("commitmentletter-create", {"organization": self.body.name, "title": "承诺书"}, self.liaison)

        self.assertContains(self.client.get(reverse("reports:home")), CommitmentLetter.objects.get().get_absolute_url())


class SurveyTests(PaperCase):
    def test_a_survey_of_staff_counts_at_once_and_is_listed_shown_and_changed(self):
        self.survey()
        survey = MemberSurvey.objects.get()
        self.assertEqual(self.members_of(self.body), 4)
        self.assertContains(self.client.get(self.url("membersurvey-list")), survey.get_absolute_url())

        data = {"organization": self.body.name, "filled_on": "2023-02-01", "member_count": "6", "version": 1}
        self.post("membersurvey-update", data, args=[survey.pk])

        self.assertEqual(self.members_of(self.body), 6)

    def test_voiding_asks_why_keeps_the_numbers_in_the_log_and_is_a_correction_of_past_days(self):
        self.survey()
        survey = MemberSurvey.objects.get()
        AuditEntry.objects.all().delete()
        answer = self.post("membersurvey-void", {"reason": "", "version": 1}, args=[survey.pk])
        self.assertIn("reason", answer.context["form"].errors)

        answer = self.post("membersurvey-void", {"reason": "登记了两份", "version": 1}, args=[survey.pk])

        self.assertRedirects(answer, self.body.get_absolute_url())
        self.assertIsNone(self.members_of(self.body))
        entry = AuditEntry.objects.filter(object_type="organizations.socialorganization").latest("pk")
        self.assertEqual(entry.changes["原党员数"], [4, "作废"])
        self.assertEqual(corrections(self.committee, date(2023, 2, 10))[1], 1)
        self.assertEqual(corrections(self.committee, date(2023, 1, 10))[1], 0)

    def test_a_stale_page_voids_nothing(self):
        self.survey()
        survey = MemberSurvey.objects.get()
        data = {"organization": self.body.name, "filled_on": "2023-02-01", "member_count": "6", "version": 1}
        self.post("membersurvey-update", data, args=[survey.pk])

        answer = self.post("membersurvey-void", {"reason": "登记了两份", "version": 1}, args=[survey.pk])

        self.assertEqual(answer.status_code, 409)
        self.assertTrue(MemberSurvey.objects.exists())
