"""Conditions and annotations of bodies that need the rows around them: coverage, guidance, charter, letter, members.

Each is an EXISTS or a scalar subquery, never a multiplying join. The models are fetched late, since their modules
import SocialOrganization.
"""

from collections.abc import Collection
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from core.periods import add_months, quarter_of
from organizations.choices import (
    ENDED_STATUSES,
    ENDING_EVENTS,
    IRREGULAR_STATUSES,
    STATUS_AFTER,
    AffiliationKind,
    CharterStatus,
    CoverageMethod,
    LetterStatus,
    MembershipKind,
    NoBranchReason,
    PostKind,
    RegistrationStatus,
)

from .branch_days import kind_on
from .intervals import IntervalQuerySet

BODY = {"organization": OuterRef("pk")}
GUIDES = {"instructor": "InstructorAssignment", "liaison": "Liaison", "mass": "MassOrganization"}  # has_… → its rows
MEMBERS_FOR_BRANCH = 3  # full members from which a body must set up a branch (Party constitution, article 30)
SHOULD_BUILD = {  # 应建 by the office's rule: from how many of which members
    "a": ("full_member_count", MEMBERS_FOR_BRANCH),
    "b": ("full_member_count", MEMBERS_FOR_BRANCH),  # those among full-time staff, where the roster tells them
    "c": ("member_count", 1),
}
USUAL_RULE = "b"


def formal_on(on: date, full_time: bool = False) -> Q:
    """Memberships of full members of that day: who becomes one later is still probationary then (MB-04)."""
    formal = Q(member__full_on__lte=on) | Q(member__category="full", member__full_on=None)
    return formal & Q(member__is_full_time_staff=True) if full_time else formal


def rows(name: str) -> Any:
    return apps.get_model("organizations", name).objects


def flag(condition: Q) -> Case:
    """A condition as a column: yes or no, never unknown."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=models.BooleanField())


def on_register(on: date) -> Q:
    """Registered by that day and not yet ended."""
    return Q(registered_on__lte=on) & (Q(ended_on=None) | Q(ended_on__gt=on))


def managed_on(on: date, kind: str = AffiliationKind.DIRECT) -> Q:
    """Whose 党建管理归口 on that day is of this kind; 直属 means the committee itself."""
    return Q(Exists(rows("Affiliation").on(on).filter(kind=kind, **BODY)))


def with_clause_on(on: date) -> Q:
    """An approved charter of that day contains the party-building clause (CH-01)."""
    return Q(Exists(rows("CharterRecord").with_party_clause(on).filter(**BODY)))


def covered_on(on: date, methods: Collection[str] = CoverageMethod.values) -> Q:
    """Covered on that day by a party organization, by one of these methods."""
    kinds = {} if len(methods) == len(CoverageMethod.values) else {"method__in": methods}
    return Q(Exists(rows("BranchCoverage").on(on).filter(**kinds, **BODY)))


def counting_coverage(on: date) -> models.QuerySet:
    """The coverages of the outer row's body on that day, the one that counts first: own before joint before functional."""
    # the names of the methods happen to sort in the order of their rank
    return rows("BranchCoverage").on(on).filter(**BODY).order_by("-method", "start")


def guided_on(on: date, guides: Collection[str] = ("instructor",)) -> Q:
    """With an instructor on that day, or another of the GUIDES where the office counts it."""
    return reduce(or_, (Q(Exists(rows(GUIDES[name]).on(on).filter(**BODY))) for name in guides))


def reached_on(on: date, guides: Collection[str] = ("instructor",)) -> Q:
    """工作覆盖: covered by a party organization or guided."""
    return covered_on(on) | guided_on(on, guides)


def rule_of(value: Any) -> str:
    """The office's 应建 rule; a setting that is none of them counts as not set."""
    return value if value in SHOULD_BUILD else USUAL_RULE


def unbuilt_for(months: int, on: date, rule: str) -> Q:
    """COV-04, of rows `with_coverage` and `with_unbuilt`: for so many months it should have had a party organization of its
    own or a joint one, by its members or because the office says so, and had none."""
    since, field = add_months(on, -months), SHOULD_BUILD[rule][0]
    weaker = Q(coverage_method=None) | Q(coverage_method__in=[CoverageMethod.FUNCTIONAL, CoverageMethod.AREA])
    by_members = weaker & Q(**{f"{field}_since__lte": since}) & (Q(built_until=None) | Q(built_until__lte=since))
    by_mark = Q(coverage_method=None, marked_since__lte=since) & (Q(covered_until=None) | Q(covered_until__lte=since))
    return on_register(on) & Q(registered_on__lte=since) & (by_members | by_mark)


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

    def organization_covered(self, on: date, methods: Collection[str] = CoverageMethod.values) -> Self:
        """Covered by a party organization on that day; each body once (COV-01)."""
        return self.filter(covered_on(on, methods))

    def work_covered(self, on: date, guides: Collection[str] = ("instructor",)) -> Self:
        return self.filter(reached_on(on, guides))

    def without_branch(self, on: date) -> Self:
        return self.filter(~covered_on(on))

    def uncovered(self, on: date) -> Self:
        """覆盖空白: neither a party organization nor an instructor on that day (COV-03)."""
        return self.filter(~covered_on(on), ~guided_on(on))

    def with_party_clause(self, on: date) -> Self:
        """An approved charter of that day contains the party-building clause (CH-01)."""
        return self.filter(with_clause_on(on))

    def without_party_clause(self, on: date) -> Self:
        return self.filter(~with_clause_on(on))

    def letter_signed(self) -> Self:
        return self.filter(Exists(rows("CommitmentLetter").signed().filter(**BODY)))

    def with_mark(self, on: date) -> Self:
        """Annotate `marked`: whether the office said 应建未建 of the body on that day."""
        return self.annotate(marked=Exists(rows("DueMark").on(on).filter(**BODY)))

    def with_unbuilt(self, on: date) -> Self:
        """Annotate since when a body without a roster of its own should have a party organization: by its surveys
        (`full_member_count_since`, `member_count_since`), by the office's mark, and until when it had one."""
        surveys = rows("MemberSurvey").filter(filled_on__lte=on)

        def since(field: str, least: int) -> Subquery:
            """The first survey with enough members that no later one with fewer follows."""
            later = surveys.filter(organization=OuterRef("organization"), filled_on__gt=OuterRef("filled_on"))
            fewer = later.exclude(**{f"{field}__gte": least})
            enough = surveys.filter(~Exists(fewer), **{f"{field}__gte": least}, **BODY).order_by("filled_on")
            return Subquery(enough.values("filled_on")[:1])

        ended = rows("BranchCoverage").filter(end__lte=on, **BODY).order_by("-end")
        built = ended.filter(method__in=[CoverageMethod.OWN, CoverageMethod.JOINT])
        return self.annotate(
            **{f"{field}_since": since(field, least) for field, least in set(SHOULD_BUILD.values())},
            marked_since=Subquery(rows("DueMark").on(on).filter(**BODY).values("start")[:1]),
            built_until=Subquery(built.values("end")[:1]),
            covered_until=Subquery(ended.values("end")[:1]),
        )

    def with_reason_then(self, on: date) -> Self:
        """Annotate `reason_then`: 应建未建 on the days on which it was marked and only then; other reasons have no days."""
        other = Case(When(no_branch_reason=NoBranchReason.DUE, then=Value("")), default=F("no_branch_reason"))
        due = When(marked=True, then=Value(NoBranchReason.DUE.value))
        return self.with_mark(on).annotate(reason_then=Case(due, default=other, output_field=models.CharField()))

    def with_coverage(self, on: date) -> Self:
        """Annotate the coverage that counts and its branch: what a list of bodies shows."""
        return self.with_method(on).with_covering_branch(on)

    def with_method(self, on: date) -> Self:
        """Annotate how the body is covered, by a branch of which kind, and who else guides it: what is counted."""
        chosen = counting_coverage(on)
        return self.annotate(
            coverage_method=Subquery(chosen.values("method")[:1]),
            branch_kind=Subquery(chosen.values(k=kind_on(on, "branch__"))[:1]),
            **{f"has_{name}": Exists(rows(model).on(on).filter(**BODY)) for name, model in GUIDES.items()},
        )

    def with_covering_branch(self, on: date) -> Self:
        chosen = counting_coverage(on)
        secretary = (
            rows("BranchPost")
            .on(on)
            .filter(post=PostKind.SECRETARY, branch=OuterRef("branch_ref"))
            .order_by("-start")
            .values("person_name")[:1]
        )
        return self.annotate(
            branch_ref=Subquery(chosen.values("branch_id")[:1]),
            branch_name=Subquery(
                chosen.values(n=Coalesce(NullIf("branch__short_name", Value("")), "branch__name"))[:1]
            ),
            branch_founded=Subquery(chosen.values("branch__founded_on")[:1]),
            branch_term_end=Subquery(chosen.values("branch__term_end")[:1]),
            branch_secretary=Subquery(secretary),
        )

    def with_branch_then(self, on: date) -> Self:
        """After with_coverage: the branch's name and term of that day instead of its present ones."""
        branch = rows("PartyBranch").filter(pk=OuterRef("branch_ref")).with_name_then(on).with_term_then(on)
        called = NullIf(Subquery(branch.values("former_name")[:1]), Value(""))
        return self.annotate(
            branch_name=Coalesce(called, F("branch_name")),
            branch_term_end=Subquery(branch.values("term_end_then")[:1]),
        )

    def with_papers(self, on: date) -> Self:
        """Annotate the state of the charter and of the commitment letter on that day, as far as their dates tell it."""
        charters = rows("CharterRecord").filter(has_party_clause=True, **BODY)
        letters = rows("CommitmentLetter").filter(**BODY)
        signed = Q(signed_on__lte=on) & ~Q(status=LetterStatus.PENDING)
        handed = signed & Q(status=LetterStatus.HANDED_OVER) & (Q(handed_over_on=None) | Q(handed_over_on__lte=on))
        letter = Case(
            When(handed, then=Value(LetterStatus.HANDED_OVER.value)),
            When(signed, then=Value(LetterStatus.SIGNED.value)),
            default=Value(LetterStatus.PENDING.value),
        )
        surveys = rows("MemberSurvey").filter(filled_on__lte=on, **BODY).order_by("-filled_on")
        done, later = Q(status=CharterStatus.APPROVED, approved_on__lte=on), Q(status=CharterStatus.APPROVED)
        known = charters.exclude(done).exclude(voted_on__gt=on).exclude(later, voted_on=None)
        state = Case(When(later, then=Value(CharterStatus.VOTED.value)), default=F("status"))
        latest = known.order_by("-version_no").values(state=state)[:1]
        approved = rows("CharterRecord").with_party_clause(on).filter(**BODY).order_by("-approved_on")
        return self.annotate(
            charter_on=Subquery(approved.values("approved_on")[:1]),
            charter_status=Case(
                When(charter_on__isnull=False, then=Value(CharterStatus.APPROVED.value)),
                default=Coalesce(Subquery(latest), Value(CharterStatus.ABSENT.value)),
                output_field=models.CharField(choices=CharterStatus.choices),
            ),
            letter_on=Subquery(letters.filter(signed_on__lte=on).values("signed_on")[:1]),
            survey_on=Subquery(surveys.values("filled_on")[:1]),
            letter_status=Subquery(
                letters.values(state=letter)[:1], output_field=models.CharField(choices=LetterStatus.choices)
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
        found = self.with_coverage(on).with_papers(on).with_member_count(on).with_affiliation(on)
        if not past:
            return found.annotate(
                standing=F("status"), ended_by=F("ended_on"), former_name=Value(""), name_then=F("name"),
                reason_then=F("no_branch_reason"),
            )  # fmt: skip
        return found.with_standing(on).with_name(on).with_branch_then(on).with_reason_then(on)

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
        announced = Q(concluded_on__lte=on) | Q(concluded_on=None, quarter__lte=quarter_of(on))
        inspections = self.model._meta.get_field("inspections").related_model.objects
        inspected = inspections.filter(announced, **BODY).exclude(conclusion="")
        return self.annotate(
            associate_count=Coalesce(Subquery(guests.values(n=Count("pk"))), 0),
            full_associate_count=Coalesce(Subquery(guests.values(n=Count("pk", filter=formal_on(on)))), 0),
            secretary_phone=Subquery(secretaries.order_by("-start").values("phone")[:1]),
            last_conclusion=Subquery(inspected.order_by("-quarter", "-pk").values("conclusion")[:1]),
        )
