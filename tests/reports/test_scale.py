from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase

from core.models import Committee, User
from core.periods import Period, quarter_of, today
from organizations.models import LostRecord, PartyBranch, PartyMember, SocialOrganization
from reports.facts import FactSet, Scope
from reports.narrative import office_scope
from tests.factories import make_committee


class ScaleTest(TestCase):
    def test_a_small_province_has_what_was_asked_for(self):
        call_command("seed_scale", organizations=60, members=120, years=1, committees=2, stdout=StringIO())

        connection.check_constraints()
        self.assertEqual((SocialOrganization.objects.count(), PartyMember.objects.count()), (60, 120))
        self.assertEqual(Committee.objects.count(), 3)
        self.assertEqual(PartyBranch.objects.visible_to(User.objects.get(username="scale")).count(), 12)

    def test_the_last_quarter_has_facts_and_the_text_no_gap(self):
        call_command("seed_scale", organizations=40, members=50, years=1, stdout=StringIO())
        quarter = quarter_of(today()) - 1
        scope = office_scope(Committee.objects.get(), Period.quarter(quarter))

        facts = FactSet(scope)

        self.assertIsInstance(scope, Scope)
        self.assertGreater(facts["assignments"].value, 50)
        self.assertGreater(facts["activities"].value, 30)

    def test_the_processes_around_the_ledgers_have_rows_that_keep_the_rules(self):
        call_command("seed_scale", organizations=400, members=1100, years=1, stdout=StringIO())

        for name in (
            "RegistrationReview", "Correction", "BranchApplication", "MemberTransfer", "FloatingRecord", "FloatingContact",
            "LostRecord", "MemberLapse", "MemberCorrection", "OrganizationEvent", "FormerName", "OrganizationMerge",
            "MassOrganization", "CoveragePlan", "InstructorVisit", "DataConfirmation", "SyncRule", "SyncDuty",
        ):  # fmt: skip
            with self.subTest(name):
                self.assertTrue(apps.get_model("organizations", name)._base_manager.exists())
        for member in PartyMember.objects.exclude(floating=""):
            self.assertEqual(member.floating_records.open().count(), 1)
        self.assertEqual(LostRecord.objects.open().count(), PartyMember.objects.filter(is_lost=True).count())
        self.assertEqual(SocialOrganization.objects.count(), 400)  # what was merged is counted once

    def test_a_database_in_use_is_refused(self):
        make_committee()

        with pytest.raises(CommandError, match="已有单位"):
            call_command("seed_scale")
