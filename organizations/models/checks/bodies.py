from datetime import date
from functools import reduce
from operator import add
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Length, StrIndex, Substr

from core.periods import add_months
from core.validators import CREDIT_ALPHABET, CREDIT_WEIGHTS
from organizations.choices import (
    ENDED_STATUSES,
    CharterStatus,
    ClauseKind,
    CoverageMethod,
    LetterStatus,
    OrganizationKind,
    ReviewType,
    VoteBody,
)

OWN_OR_JOINT = (CoverageMethod.OWN, CoverageMethod.JOINT)
ASSOCIATION_VOTES = (VoteBody.ASSEMBLY, VoteBody.REPRESENTATIVES)
LIVE = Q(is_live=True)


def rows(name: str) -> Any:
    return apps.get_model("organizations", name).objects.filter(organization=OuterRef("pk"))


def credit_check() -> Combinable:
    """The check character that the first 17 of the code ask for (GB 32100-2015), worked out by the database."""
    alphabet = Value(CREDIT_ALPHABET)
    values = (StrIndex(alphabet, Substr("code", place, 1)) - 1 for place in range(1, 18))
    total = reduce(add, (value * weight for value, weight in zip(values, CREDIT_WEIGHTS, strict=True)))
    return Substr(alphabet, (Value(31) - total % 31) % 31 + 1, 1)


class BodyChecks(models.QuerySet):
    def for_checkup(self, on: date) -> Self:
        charters = rows("CharterRecord").order_by("-version_no")
        clauses = charters.filter(status=CharterStatus.APPROVED, has_party_clause=True, approved_on__lte=on)
        written_in = charters.filter(status=CharterStatus.PROVISIONAL, voted_on=None)
        letters, surveys = rows("CommitmentLetter"), rows("MemberSurvey").filter(filled_on__lte=on)
        latest = surveys.order_by("-filled_on", "-pk")
        live = Q(registered_on__lte=on) & (Q(ended_on=None) | Q(ended_on__gt=on))
        return (
            self.with_coverage(on)
            .with_papers(on)
            .with_member_count(on)
            .with_unbuilt(on)
            .annotate(
                is_live=live,
                code_length=Length("code"),
                code_check=credit_check(),
                charter_ref=Subquery(charters.values("pk")[:1]),
                charter_vote=Subquery(charters.values("vote_body")[:1]),
                clause_kind=Subquery(clauses.values("clause_kind")[:1]),
                clause_ref=Subquery(clauses.values("pk")[:1]),
                written_in_ref=Subquery(written_in.values("pk")[:1]),
                written_in_at=Subquery(written_in.values("created_at__date")[:1]),
                letter_ref=Subquery(letters.values("pk")[:1]),
                handed_over_on=Subquery(letters.values("handed_over_on")[:1]),
                surveyed_on=Subquery(latest.values("filled_on")[:1]),
                surveyed_full=Subquery(latest.values("full_member_count")[:1]),
                has_review=Exists(rows("RegistrationReview").filter(review_type=ReviewType.FOUNDING)),
            )
        )

    @staticmethod
    def code_wrong() -> Q:
        """ORG-01: not 18 characters, another type's prefix, or a wrong check digit."""
        other_type = Q()
        for kind in OrganizationKind.values:
            other_type |= Q(kind=kind) & ~Q(code__startswith=kind)
        digit = Q(code_length=18) & ~Q(code__endswith=F("code_check"))
        return ~Q(code="") & (~Q(code_length=18) | other_type | digit)

    @staticmethod
    def code_missing() -> Q:
        """ORG-01: no code; old bodies may have none."""
        return LIVE & Q(code="")

    @staticmethod
    def more_members_than_staff() -> Q:
        """ORG-02: a warning only; members may be retired or part-time. The database refuses 专职 > 从业."""
        return LIVE & Q(member_count__gt=F("staff_count"))

    @staticmethod
    def ended_but_covered(on: date) -> Q:
        """ORG-03: cancelled or revoked, and a party organization still covers it."""
        return Q(ended_on__lte=on, coverage_method__isnull=False)

    @staticmethod
    def status_unlike_end() -> Q:
        """ORG-03: ended by its status and not by its date, or the other way round."""
        return Q(status__in=ENDED_STATUSES, ended_on=None) | (~Q(status__in=ENDED_STATUSES) & Q(ended_on__isnull=False))

    @staticmethod
    def council_over(on: date) -> Q:
        """ORG-04: after the end of the council's term. A postponement that was approved moves the date."""
        return LIVE & Q(council_term_end__lt=on)

    @staticmethod
    def council_ending(on: date, months: int) -> Q:
        """ORG-04: warned of so many months before."""
        return LIVE & Q(council_term_end__range=(on, add_months(on, months)))

    @staticmethod
    def council_too_far(on: date, kind: str, months: int) -> Q:
        """ORG-04: further away than the longest term of this type with its postponement."""
        return LIVE & Q(kind=kind, council_term_end__gt=add_months(on, months))

    @staticmethod
    def without_review(on: date, months: int) -> Q:
        """ORG-05: registered in the last months without 前置审查."""
        return LIVE & Q(registered_on__gt=add_months(on, -months), has_review=False)

    @staticmethod
    def uncovered_on_day() -> Q:
        """COV-03: neither a party organization nor an instructor."""
        return LIVE & Q(coverage_method=None, has_instructor=False)

    @staticmethod
    def qualifies(least: int) -> Q:
        """PR-04: by the latest survey enough formal members, and no party organization of its own or a joint one."""
        return LIVE & Q(surveyed_full__gte=least) & (Q(coverage_method=None) | ~Q(coverage_method__in=OWN_OR_JOINT))

    @staticmethod
    def qualifies_newly(least: int, on: date, months: int) -> Q:
        """PR-04: so, but not yet for as long as COV-04 asks."""
        since = add_months(on, -months)
        new = Q(full_member_count_since=None) | Q(full_member_count_since__gt=since)
        return BodyChecks.qualifies(least) & (new | Q(built_until__gt=since) | Q(registered_on__gt=since))

    @staticmethod
    def without_clause() -> Q:
        """CH-01: no approved charter of that day contains the party-building clause."""
        return LIVE & ~Q(charter_status=CharterStatus.APPROVED)

    @staticmethod
    def voted_by_others() -> Q:
        """CH-02: the body that voted does not fit the type."""
        association = Q(kind=OrganizationKind.ASSOCIATION)
        by_members = Q(charter_vote__in=ASSOCIATION_VOTES)
        wrong = (association & Q(charter_vote=VoteBody.COUNCIL)) | (~association & by_members)
        return LIVE & wrong

    @staticmethod
    def clause_unlike_coverage() -> Q:
        """CH-03: the charter names another form than the one there is."""
        own, joint = CoverageMethod.OWN, CoverageMethod.JOINT
        guided = (ClauseKind.LIAISON, ClauseKind.INSTRUCTOR)
        not_own, not_joint = (Q(coverage_method=None) | ~Q(coverage_method=method) for method in (own, joint))
        wrong = Q(clause_kind=ClauseKind.OWN) & not_own
        wrong |= Q(clause_kind=ClauseKind.JOINT) & not_joint
        wrong |= Q(clause_kind__in=guided, coverage_method__in=OWN_OR_JOINT)
        return LIVE & wrong

    @staticmethod
    def written_in_long(on: date, months: int) -> Q:
        """CH-04: written in first, and not voted for so many months."""
        return LIVE & Q(written_in_at__lte=add_months(on, -months))

    @staticmethod
    def without_letter(on: date, months: int) -> Q:
        """PR-01: registered in the last months, and no letter signed."""
        signed = Q(letter_status__in=[LetterStatus.SIGNED, LetterStatus.HANDED_OVER])
        return LIVE & Q(registered_on__gt=add_months(on, -months)) & (Q(letter_status=None) | ~signed)

    @staticmethod
    def without_survey(on: date, months: int) -> Q:
        """PR-01: registered in the last months, and no survey of its members."""
        return LIVE & Q(registered_on__gt=add_months(on, -months), surveyed_on=None)

    @staticmethod
    def letter_after_registration() -> Q:
        """PR-02: the letter is younger than the registration."""
        return LIVE & Q(letter_on__gt=F("registered_on"))

    @staticmethod
    def not_handed_over(on: date, months: int, handover: date) -> Q:
        """PR-03: registered before `handover`, so its working days are over, and letter and survey were not passed on."""
        young = Q(registered_on__gt=add_months(on, -months), registered_on__lt=handover)
        return LIVE & young & Q(letter_status__isnull=False, handed_over_on=None)

    @staticmethod
    def no_contact() -> Q:
        return LIVE & (Q(contact="") | Q(phone=""))
