"""Asking the rules: of one branch, of one row, of all rows of an office. The queries do not grow with the rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.models import Committee, User
from organizations.choices import Subject
from organizations.models import BranchCoverage, Membership, PartyBranch, PartyMember, SocialOrganization
from organizations.models.conditions import flag

from . import bodies, branches, members, numbers
from .limits import Limits, limits
from .rules import Finding, Rule, finding

COUNTED: tuple[Rule, ...] = (*members.RULES, *branches.RULES, *bodies.RULES)
RULES: dict[str, Rule] = {rule.key: rule for rule in (numbers.RULE, *COUNTED)}
OF_SUBJECT = {Subject.MEMBER: members.RULES, Subject.BRANCH: branches.RULES, Subject.BODY: bodies.RULES}
VALUES = {Subject.MEMBER: members.VALUES, Subject.BRANCH: branches.VALUES, Subject.BODY: bodies.VALUES}


@dataclass(frozen=True)
class Reader:
    """Who reads, on which day of the office, by which limits; `back` is the page to which a mended row leads back."""

    user: User
    on: date
    limits: Limits
    back: str = ""

    @property
    def keeps(self) -> bool:
        return self.user.is_committee_staff


def reader(user: User, on: date, back: str = "", committee: Committee | None = None) -> Reader:
    return Reader(user, on, limits(committee or user.committee, on), back)


def base(about: Subject, user: User, on: date) -> QuerySet:
    """The rows of the office at which its check-up looks, annotated for the conditions."""
    if about == Subject.MEMBER:
        return PartyMember.objects.visible_to(user).on_roster().for_checkup(on)
    if about == Subject.BRANCH:
        return PartyBranch.objects.visible_to(user).active(on).for_checkup(on)
    return SocialOrganization.objects.visible_to(user).for_checkup(on)


def flagged(rows: QuerySet, rules: Iterable[Rule], on: date, chosen: Limits) -> QuerySet:
    """Each row with one yes or no for each rule."""
    return rows.annotate(**{rule.flag: flag(rule.breaks(on, chosen)) for rule in rules})


def found_in(rows: QuerySet, about: Subject, who: Reader, *, with_numbers: bool = False) -> Iterator[Finding]:
    """One query: the findings of these rows. With numbers, the ID number of each member is compared as well."""
    rules = OF_SUBJECT[about]
    names = [*VALUES[about], *(rule.flag for rule in rules), *(["id_cipher"] if with_numbers else [])]
    for row in flagged(rows, rules, who.on, who.limits).values(*names):
        for rule in rules:
            if row[rule.flag]:
                yield finding(rule, row, who.on, keeps=who.keeps, back=who.back)
        if with_numbers and numbers.breaks(row):
            yield finding(numbers.RULE, row, who.on, keeps=who.keeps, back=who.back)


def branches_to_check(rows: QuerySet, who: Reader) -> QuerySet:
    """Branches with the answers of their own rules, so that the page of one needs no further query for them."""
    return flagged(rows.for_checkup(who.on), branches.RULES, who.on, who.limits)


def of_checked(branch: PartyBranch, who: Reader) -> list[Finding]:
    """The findings of a branch read by `branches_to_check`, of its members and of its bodies: two queries."""
    if branch.dissolved_on is not None and branch.dissolved_on <= who.on:
        return []
    row = {name: getattr(branch, name) for name in branches.VALUES}
    own = [rule for rule in branches.RULES if getattr(branch, rule.flag)]
    enrolled = Membership.objects.on(who.on).filter(branch=branch).values("member_id")
    covered = BranchCoverage.objects.on(who.on).filter(branch=branch).values("organization_id")
    people = PartyMember.objects.filter(pk__in=enrolled).on_roster().for_checkup(who.on)
    around = SocialOrganization.objects.filter(pk__in=covered).for_checkup(who.on)
    return [
        *(finding(rule, row, who.on, keeps=who.keeps, back=who.back) for rule in own),
        *found_in(people.order_by("sort_key", "pk"), Subject.MEMBER, who, with_numbers=True),
        *found_in(around.order_by("sort_key", "pk"), Subject.BODY, who),
    ]


def findings_of_branch(branch: PartyBranch, who: Reader) -> list[Finding]:
    """The same of a branch read in whatever way: three queries."""
    return of_checked(branches_to_check(PartyBranch.objects.filter(pk=branch.pk), who).get(), who)


def of_row(row: Any, about: Subject, who: Reader) -> list[Finding]:
    """What one member or body has: one query."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    if about == Subject.MEMBER:
        rows = rows.on_roster()
    return list(found_in(rows.for_checkup(who.on), about, who, with_numbers=about == Subject.MEMBER))


def counts(who: Reader, rules: Iterable[Rule] = COUNTED) -> dict[str, int]:
    """Rows that break each rule, one query for each kind of row."""
    found: dict[str, int] = {}
    for about in Subject:
        asked = [rule for rule in rules if rule.about == about]
        if asked:
            figures = {rule.flag: Count("pk", filter=rule.breaks(who.on, who.limits)) for rule in asked}
            numbers_of = base(about, who.user, who.on).aggregate(**figures)
            found |= {rule.key: numbers_of[rule.flag] for rule in asked}
    return found


def rows_of(rule: Rule, who: Reader) -> QuerySet:
    """The rows that break one rule, in the order of the ledger."""
    rows = base(rule.about, who.user, who.on).filter(rule.breaks(who.on, who.limits))
    return rows.order_by("sort_key", "pk")


def findings_of(rule: Rule, rows: QuerySet, who: Reader) -> list[Finding]:
    """One page of `rows_of` in words: which rows, then their values, so that nothing is worked out for the others."""
    ids = list(rows.values_list("pk", flat=True))
    values = rows.model._default_manager.filter(pk__in=ids).for_checkup(who.on).values(*VALUES[rule.about])
    known = {row["pk"]: row for row in values}
    return [finding(rule, known[pk], who.on, keeps=who.keeps, back=who.back) for pk in ids if pk in known]


def all_findings(who: Reader, rules: Iterable[Rule] = COUNTED) -> Iterator[Finding]:
    """Every finding of the office by these rules, row by row."""
    wanted = set(rules)
    for about in Subject:
        asked = [rule for rule in OF_SUBJECT[about] if rule in wanted]
        if not asked:
            continue
        broken: Q = reduce(or_, (rule.breaks(who.on, who.limits) for rule in asked))
        rows = base(about, who.user, who.on).filter(broken).order_by("sort_key", "pk")
        names = [*VALUES[about], *(rule.flag for rule in asked)]
        for row in flagged(rows, asked, who.on, who.limits).values(*names).iterator(2000):
            for rule in asked:
                if row[rule.flag]:
                    yield finding(rule, row, who.on, keeps=who.keeps)
