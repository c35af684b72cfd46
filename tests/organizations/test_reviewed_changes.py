"""变更登记 reviewed: what is to change is entered once, and the approval changes the body by its registration event."""

from datetime import date

from django.core.exceptions import ValidationError
from django.urls import reverse

from organizations.models import SocialOrganization, SyncDuty
from organizations.workflows.events import withdraw_event
from tests.factories import make_organization, make_review
from tests.organizations.test_registration import APPROVAL, ReviewData


class ReviewedChangeTests(ReviewData):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.body = make_organization(
            cls.committee, name="示例市甲协会", short_name="甲协", legal_representative="王例成"
        )

    def review(self, **facts):
        row = make_review(self.staff, review_type="change", organization=self.body, name=self.body.name)
        self.fill(row, **APPROVAL, **facts)
        return row

    def passed(self, **facts):
        row = self.review(**facts)
        self.go(row)
        self.go(row)
        self.body.refresh_from_db()
        return self.fresh(row)

    def test_a_new_representative_is_in_the_ledger_and_calls_for_the_duty(self):
        review = self.passed(changed_item="legal_representative", changed_to="陈例文")

        event = self.body.events.get()
        self.assertEqual((review.status, self.body.legal_representative), ("done", "陈例文"))
        self.assertEqual(
            (event.kind, event.item, event.old_value, event.new_value, event.on, event.document_no),
            ("changed", "legal_representative", "王例成", "陈例文", review.approved_on, review.approval_no),
        )
        self.assertEqual(SyncDuty.objects.get().event_on, review.approved_on)
        withdraw_event(event, by=self.staff, reason="决定书撤销")
        self.body.refresh_from_db()
        self.assertEqual(self.body.legal_representative, "王例成")

    def test_a_new_name_keeps_the_old_one_findable(self):
        self.passed(changed_item="name", changed_to="示例市丙协会", changed_short_name="丙协")

        self.assertEqual((self.body.name, self.body.short_name), ("示例市丙协会", "丙协"))
        self.assertEqual(self.body.events.get().kind, "renamed")
        self.assertEqual(list(SocialOrganization.objects.search("示例市甲协会")), [self.body])

    def test_nothing_passes_without_what_changes(self):
        make_organization(self.committee, name="示例市乙商会")
        for facts, sentence in (
            ({}, "还没有填写变更事项。"),
            ({"changed_item": "address"}, "还没有填写变更后的内容。"),
            ({"changed_item": "name", "changed_to": "示例市丙协会"}, "单位有简称“甲协”"),
            (
                {"changed_item": "name", "changed_to": "示例市乙商会", "changed_short_name": "乙商"},
                "“示例市乙商会”已是在册社会组织的名称，不能变更为这个名称。",
            ),
        ):
            review = self.review(**facts)
            with self.subTest(sentence), self.assertRaises(ValidationError) as caught:
                self.go(review)
            self.assertIn(sentence, " ".join(caught.exception.messages))
            self.assertEqual(self.fresh(review).status, "charter")
        self.assertFalse(self.body.events.exists())

    def test_the_page_asks_for_the_change_and_not_for_the_charter(self):
        review = make_review(self.staff, review_type="change", organization=self.body, name=self.body.name)
        self.client.force_login(self.staff)
        page = reverse("organizations:registration-check", args=[review.pk])
        self.assertContains(self.client.get(page), "变更后的内容")
        self.assertNotContains(self.client.get(page), "党建条款原文")

        data = {
            "version": review.version,
            "changed_item": "address",
            "changed_to": "示例路8号",
            "go": "pass",
            "stage": "charter",
        }
        self.client.post(page, data)

        review = self.fresh(review)
        self.assertEqual((review.status, review.changed_to), ("approval", "示例路8号"))
        self.assertContains(self.client.get(review.get_absolute_url()), "示例路8号")

    def test_the_first_step_of_a_change_is_named_after_the_change(self):
        review = self.review(changed_item="legal_representative", changed_to="陈例文")
        make_review(self.staff)
        self.client.force_login(self.staff)

        page = self.client.get(review.get_absolute_url())
        self.assertEqual([stage["label"] for stage in page.context["stages"]], ["变更审核", "登记批准"])
        self.assertNotContains(page, "章程审核")
        self.go(review)
        self.assertContains(self.client.get(review.get_absolute_url()), "变更审核")  # in its history
        board = reverse("organizations:registration-list")
        for query, heading in (
            ({}, "章程、变更审核"),
            ({"type": "change"}, "变更审核"),
            ({"type": "founding"}, "章程审核"),
        ):
            self.assertEqual(self.client.get(board, query).context["columns"][0]["label"], heading)

    def test_a_day_before_the_one_it_follows_is_told_at_its_field(self):
        review = make_review(self.staff, review_type="change", organization=self.body, name=self.body.name)
        self.client.force_login(self.staff)
        page = reverse("organizations:registration-check", args=[review.pk])
        data = {
            "version": review.version,
            "changed_item": "address",
            "changed_to": "示例路8号",
            "approved_on": "2023-02-01",
        }

        self.assertContains(self.client.post(page, data), f"批准日期不能早于受理日期{review.accepted_on}。")

    def test_a_body_that_is_over_is_not_changed(self):
        review = self.review(changed_item="address", changed_to="示例路8号")
        self.go(review)
        SocialOrganization.objects.filter(pk=self.body.pk).update(status="cancelled", ended_on=date(2023, 3, 1))
        with self.assertRaises(ValidationError):
            self.go(review)
        self.assertEqual(self.fresh(review).status, "approval")
