"""Conditions and annotations of bodies that need the rows around them: coverage, guidance, charter, letter, members.

Each is an EXISTS or a scalar subquery, never a multiplying join. The models are fetched late, since their modules
import SocialOrganization.
"""

from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from organizations.choices import (
    ENDED_STATUSES,
    ENDING_EVENTS,
    IRREGULAR_STATUSES,
    STATUS_AFTER,
    CharterStatus,
    CoverageMethod,
    LetterStatus,
    MembershipKind,
    PostKind,
    RegistrationStatus,
)

from .intervals import IntervalQuerySet

BODY = {"organization": OuterRef("pk")}


def formal_on(on: date, full_time: bool = False) -> Q:
    """Memberships of full members of that day: who becomes one later is still probationary then (MB-04)."""
    formal = Q(member__full_on__lte=on) | Q(member__category="full", member__full_on=None)
    return formal & Q(member__is_full_time_staff=True) if full_time else formal


def rows(name: str) -> Any:
    return apps.get_model("organizations", name).objects


class SurroundingsQuerySet(models.QuerySet):
    def with_standing(self, on: date) -> Self:
        """Annotate `standing` and `ended_by`, the registration status on that day and its end if it had come.

        The latest event until then decides; before the first one it was what that event found; a body without any such
        event was always what its row says."""
        events = rows("OrganizationEvent").filter(**BODY)
        latest = events.of_standing().filter(on__lte=on).order_by("-on", "-pk").values("kind")[:1]
        first = events.of_status().order_by("on", "pk").values("status_before")[:1]
        moves = [(kind, status) for kind, status in STATUS_AFTER.items() if kind not in ENDING_EVENTS]
        normal = Value(RegistrationStatus.NORMAL.value)
        return self.alias(latest_move=Subquery(latest), first_status=Subquery(first)).annotate(
            ended_by=Case(When(ended_on__lte=on, then=F("ended_on")), output_field=models.DateField()),
            standing=Case(
                When(ended_on__lte=on, then=F("status")),
                *(When(latest_move=kind, then=Value(status.value)) for kind, status in moves),
                When(first_status__gt="", then=F("first_status")),
                When(status__in=ENDED_STATUSES, then=normal),
                default=F("status"),
                output_field=models.CharField(choices=RegistrationStatus.choices),
            ),
        )

    def with_name(self, on: date) -> Self:
        """Annotate `former_name`, the name of that day where the body has changed it since, and `name_then`, whichever it
        was. A former name was used until its day, which is the first of the next one; without a day it tells nothing."""
        former = rows("FormerName").filter(until__gt=on, **BODY).order_by("until", "pk").values("name")[:1]
        return self.annotate(former_name=Subquery(former)).annotate(name_then=Coalesce("former_name", "name"))

    def in_good_standing(self, on: date) -> Self:
        """登记状态正常 on that day: not in the list of 活动异常 or 失信 and not being wound up."""
        return self.with_standing(on).exclude(standing__in=IRREGULAR_STATUSES)

    def organization_covered(self, on: date) -> Self:
        """Covered by a party organization on that day, by whatever method; each body once (COV-01)."""
        return self.filter(Exists(rows("BranchCoverage").on(on).filter(**BODY)))

    def without_branch(self, on: date) -> Self:
        return self.filter(~Exists(rows("BranchCoverage").on(on).filter(**BODY)))

    def work_covered(self, on: date, liaison_counts: bool = False, mass_counts: bool = False) -> Self:
        """Covered by a party organization, or guided by an instructor (a liaison, a mass organization, where these count)."""
        names = ["BranchCoverage", "InstructorAssignment"]
        names += ["Liaison"] * liaison_counts + ["MassOrganization"] * mass_counts
        condition = Q()
        for name in names:
            condition |= Q(Exists(rows(name).on(on).filter(**BODY)))
        return self.filter(condition)

    def uncovered(self, on: date) -> Self:
        """覆盖空白: neither a party organization nor an instructor on that day (COV-03)."""
        return self.without_branch(on).filter(~Exists(rows("InstructorAssignment").on(on).filter(**BODY)))

    def with_party_clause(self, on: date) -> Self:
        """An approved charter of that day contains the party-building clause (CH-01)."""
        return self.filter(Exists(rows("CharterRecord").with_party_clause(on).filter(**BODY)))

    def without_party_clause(self, on: date) -> Self:
        return self.filter(~Exists(rows("CharterRecord").with_party_clause(on).filter(**BODY)))

    def letter_signed(self) -> Self:
        return self.filter(Exists(rows("CommitmentLetter").signed().filter(**BODY)))

    def with_mark(self, on: date) -> Self:
        """Annotate `marked`: whether the office said 应建未建 of the body on that day."""
        return self.annotate(marked=Exists(rows("DueMark").on(on).filter(**BODY)))

    def with_coverage(self, on: date) -> Self:
        """Annotate the coverage that counts (own before joint before functional) and its branch."""
        # the names of the methods happen to sort in the order of their rank
        chosen = rows("BranchCoverage").on(on).filter(**BODY).order_by("-method", "start")
        secretary = (
            rows("BranchPost")
            .on(on)
            .filter(post=PostKind.SECRETARY, branch=OuterRef("branch_ref"))
            .order_by("-start")
            .values("person_name")[:1]
        )
        return self.annotate(
            coverage_method=Subquery(chosen.values("method")[:1]),
            branch_ref=Subquery(chosen.values("branch_id")[:1]),
            branch_name=Subquery(
                chosen.values(n=Coalesce(NullIf("branch__short_name", Value("")), "branch__name"))[:1]
            ),
            branch_kind=Subquery(chosen.values("branch__kind")[:1]),
            branch_founded=Subquery(chosen.values("branch__founded_on")[:1]),
            branch_term_end=Subquery(chosen.values("branch__term_end")[:1]),
            branch_secretary=Subquery(secretary),
            has_instructor=Exists(rows("InstructorAssignment").on(on).filter(**BODY)),
            has_liaison=Exists(rows("Liaison").on(on).filter(**BODY)),
            has_mass=Exists(rows("MassOrganization").on(on).filter(**BODY)),
        )

    def with_papers(self, on: date) -> Self:
        """Annotate the state of the charter and of the commitment letter."""
        charters = rows("CharterRecord").filter(**BODY)
        letters = rows("CommitmentLetter").filter(**BODY)
        surveys = rows("MemberSurvey").filter(filled_on__lte=on, **BODY).order_by("-filled_on")
        latest = charters.filter(has_party_clause=True).order_by("-version_no").values("status")[:1]
        approved = rows("CharterRecord").with_party_clause(on).filter(**BODY).order_by("-approved_on")
        return self.annotate(
            charter_on=Subquery(approved.values("approved_on")[:1]),
            charter_status=Case(
                When(charter_on__isnull=False, then=Value(CharterStatus.APPROVED.value)),
                default=Coalesce(Subquery(latest), Value(CharterStatus.ABSENT.value)),
                output_field=models.CharField(choices=CharterStatus.choices),
            ),
            letter_on=Subquery(letters.values("signed_on")[:1]),
            survey_on=Subquery(surveys.values("filled_on")[:1]),
            letter_status=Subquery(
                letters.values("status")[:1], output_field=models.CharField(choices=LetterStatus.choices)
            ),
        )

    def with_member_count(self, on: date, formal: Q | None = None) -> Self:
        """Annotate `member_count` and `full_member_count`: the roster of the own branch, else the latest survey.

        `formal` says which memberships count as full members.
        """
        formal = formal_on(on) if formal is None else formal
        holds = IntervalQuerySet.holds(on, "branch__coverages__")
        roster = (
            rows("Membership")
            .full()
            .on(on)
            .filter(holds, branch__coverages__organization=OuterRef("pk"), branch__coverages__method=CoverageMethod.OWN)
            .order_by()
            .values("branch__coverages__organization")
        )
        surveys = rows("MemberSurvey").filter(filled_on__lte=on, **BODY).order_by("-filled_on")
        own = Exists(rows("BranchCoverage").on(on).filter(method=CoverageMethod.OWN, **BODY))

        def figure(counted: Count, surveyed: str) -> Case:
            number = Subquery(roster.values(n=counted), output_field=models.IntegerField())
            return Case(
                When(own, then=Coalesce(number, 0)),
                default=Subquery(surveys.values(surveyed)[:1]),
                output_field=models.IntegerField(),
            )

        return self.annotate(
            member_count=figure(Count("pk"), "member_count"),
            full_member_count=figure(Count("pk", filter=formal), "full_member_count"),
        )

    def for_ledger(self, on: date, *, past: bool = False) -> Self:
        """Everything that the list shows beside the body's own columns; what is not asked for costs nothing.

        past: a ledger of another day, whose names and registration status have to be found out.
        """
        then = self.with_standing(on).with_name(on) if past else self.annotate(
            standing=F("status"), ended_by=F("ended_on"), former_name=Value(""), name_then=F("name")
        )  # fmt: skip
        return then.with_coverage(on).with_papers(on).with_member_count(on).with_affiliation(on)

    def with_office_columns(self, on: date) -> Self:
        """Annotate what only the printed ledger shows (DOMAIN §14.1); after with_coverage."""
        holds = IntervalQuerySet.holds(on, "branch__coverages__")
        guests = (
            rows("Membership")
            .on(on)
            .filter(
                holds,
                kind=MembershipKind.ASSOCIATE,
                branch__coverages__organization=OuterRef("pk"),
                branch__coverages__method=CoverageMethod.OWN,
            )
            .order_by()
            .values("branch__coverages__organization")
        )
        secretaries = rows("BranchPost").on(on).filter(post=PostKind.SECRETARY, branch=OuterRef("branch_ref"))
        inspected = (
            self.model._meta.get_field("inspections").related_model.objects.filter(**BODY).exclude(conclusion="")
        )
        return self.annotate(
            associate_count=Coalesce(Subquery(guests.values(n=Count("pk"))), 0),
            full_associate_count=Coalesce(Subquery(guests.values(n=Count("pk", filter=formal_on(on)))), 0),
            secretary_phone=Subquery(secretaries.order_by("-start").values("phone")[:1]),
            last_conclusion=Subquery(inspected.order_by("-quarter", "-pk").values("conclusion")[:1]),
        )
