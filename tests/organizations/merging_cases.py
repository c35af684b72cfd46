"""What the tests of merging share: two rows of one body, and every row of the business tables."""

from datetime import date

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.test import TestCase

from core.models import Attachment
from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    FormerName,
    SocialOrganization,
)
from organizations.workflows.merging import (
    merge_bodies,
)
from tasks.models import ActivityParty
from tests.factories import (
    make_activity,
    make_branch,
    make_campaign,
    make_committee,
    make_finding,
    make_inspection,
    make_organization,
    make_staff,
)

DAY = date(2023, 3, 31)
APPS = ("organizations", "tasks", "reviews", "reports")
OWN = {"organizations.OrganizationMerge"}
COUNTERS = ("version", "updated_at")  # a form that was opened in between must stay stale


def database():
    """Every row of the business tables; of the bodies themselves all but the two counting columns."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if model._meta.app_label not in APPS or label in OWN:
            continue
        names = [f.attname for f in model._meta.concrete_fields]
        if model is SocialOrganization:
            names = [name for name in names if name not in COUNTERS]
        rows = (model.everything if model is SocialOrganization else model._base_manager).order_by("pk")
        found[label] = list(rows.values_list(*names))
    found["core.Attachment"] = list(Attachment.objects.order_by("pk").values_list("pk", "object_id"))
    return found


class MergeTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.keep = make_organization(cls.committee, name="示例市茶业协会", short_name="市茶业协会")
        cls.drop = make_organization(cls.committee, name="示例茶叶协会", short_name="茶叶协会", phone="0550-1234567")
        cls.branch = make_branch(cls.committee, covers=(cls.drop,))

    def merge(self, *choices, keep=None, drop=None):
        keep, drop = (SocialOrganization.objects.get(pk=row.pk) for row in (keep or self.keep, drop or self.drop))
        return merge_bodies(keep, drop, choices=choices, by=self.staff)

    def hang_everything(self):
        """Rows of all apps on both bodies; some may exist only once."""
        self.drop.affiliations.update(start=date(2012, 1, 1))  # three years more than the other knows
        FormerName.objects.create(organization=self.drop, name="示例茶叶公会", until=date(2016, 1, 1))
        for body in (self.keep, self.drop):
            CharterRecord.objects.create(committee=self.committee, organization=body, version_no=1)
            CommitmentLetter.objects.create(committee=self.committee, organization=body)
        CharterRecord.objects.create(committee=self.committee, organization=self.drop, version_no=2)
        self.campaign = make_campaign(self.committee)
        records = [make_inspection(self.campaign, body) for body in (self.keep, self.drop)]
        self.finding = make_finding(records[1])
        activity = make_activity(self.committee)
        other = make_activity(self.committee)
        for body, act in ((self.keep, activity), (self.drop, activity), (self.drop, other)):
            ActivityParty.objects.create(activity=act, organization=body)
        Attachment.objects.create(
            committee=self.committee, content_type=ContentType.objects.get_for_model(SocialOrganization),
            object_id=self.drop.pk, file="attachments/x.pdf", original_name="x.pdf", size=1,
        )  # fmt: skip
