"""Compiled aggregates: same numbers as the rows, whatever changes after the statement was made."""

from datetime import date

import pytest
from django.db.models import Count, F, Value
from django.test import TestCase

from core.models import OfficeSetting
from core.periods import Period
from organizations.choices import BranchKind
from organizations.models import SocialOrganization
from reports.facts import FactSet, Scope, registry
from reports.facts.engine import COUNT, SUM
from reports.facts.statements import Statement
from tests.factories import make_branch, make_committee, make_organization

Q1 = Period.parse("2023Q1")


class StatementTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.committee = make_committee()
        cls.bodies = [make_organization(cls.committee) for _ in range(3)]
        make_branch(cls.committee, covers=(cls.bodies[0],))

    def value(self, key: str = "organizations_covered", day: date = date(2023, 3, 31)) -> int:
        return FactSet(Scope(self.committee, Q1, day))[key].value

    def test_numbers_are_read_anew_each_time(self) -> None:
        before = self.value()

        make_branch(self.committee, covers=(self.bodies[1],))

        self.assertEqual((before, self.value()), (1, 2))

    def test_a_changed_definition_makes_a_new_statement(self) -> None:
        make_branch(self.committee, covers=(self.bodies[2],), kind=BranchKind.FUNCTIONAL)
        before = self.value()

        OfficeSetting.objects.create(
            committee=self.committee, key="coverage.functional_weight", value=0, effective_from=date(2023, 1, 1)
        )

        self.assertEqual((before, self.value()), (2, 1))

    def test_another_day_and_a_new_subordinate_are_other_scopes(self) -> None:
        self.assertEqual(self.value("organizations", date(1990, 1, 1)), 0)
        county = make_committee(parent=self.committee)
        make_organization(county)
        self.committee.refresh_from_db()

        self.assertEqual(self.value("organizations"), 4)

    def test_every_number_of_an_empty_committee_is_none_or_zero(self) -> None:
        facts = FactSet(Scope(make_committee(), Q1, date(2023, 3, 31)))

        for fact in registry.values():
            if fact.kind in (COUNT, SUM):
                self.assertFalse(facts[fact.key].value, fact.key)

    def test_a_committee_without_scope_has_nothing(self) -> None:
        found = Statement.of(SocialOrganization.objects.none(), {"total_": Count(Value(1))}).run()

        self.assertEqual(found, {"total_": 0})

    def test_only_plain_rows_are_taken(self) -> None:
        for rows in (
            SocialOrganization.objects.annotate(x=F("pk")),
            SocialOrganization.objects.distinct(),
            SocialOrganization.objects.all()[:3],
        ):
            with pytest.raises(ValueError, match="plain set of rows"):
                Statement.of(rows, {"total_": Count(Value(1))})
