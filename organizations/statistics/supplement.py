"""补充 of 两个覆盖: the rows behind the numbers beside the tree. The page counts these QuerySets, the lists show them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from core.models import Committee
from organizations.choices import UPPER_KINDS, BranchKind, OrganizationKind
from organizations.models import BranchCoverage, InstructorAssignment, Membership, PartyBranch
from organizations.models.branches import PartyBranchQuerySet
from organizations.models.coverage import InstructorQuerySet
from organizations.models.members import MembershipQuerySet
from organizations.models.organizations import SocialOrganizationQuerySet

EVERY = Q()
ABSORBS = Q(absorbs=True)
COMMITTEES, GENERALS = Q(kind_then=BranchKind.COMMITTEE), Q(kind_then=BranchKind.GENERAL)
BRANCHES = ~Q(kind_then__in=UPPER_KINDS)


@dataclass(frozen=True)
class BranchFigure:
    """A number of party organizations: the included of `within`; the excluded are the rest of `within`."""

    key: str
    label: str
    condition: Q
    within: Q = EVERY
    among: str = "党组织"  # what `within` is called


BRANCH_FIGURES = {
    figure.key: figure
    for figure in (
        BranchFigure("branches", "党组织", EVERY),
        BranchFigure("joint_branches", "联合党支部", Q(kind_then=BranchKind.JOINT)),
        BranchFigure("absorbed_committee", "吸收未转入组织关系的党员建立的党委", ABSORBS, COMMITTEES, "党委"),
        BranchFigure("absorbed_general", "吸收未转入组织关系的党员建立的总支部", ABSORBS, GENERALS, "总支部"),
        BranchFigure("absorbed_branch", "吸收未转入组织关系的党员建立的支部", ABSORBS, BRANCHES, "支部"),
    )
}


# Party organizations -------------------------------------------------------------------------------------------------


def branches_of(committee: Committee, on: date, among: SocialOrganizationQuerySet | None) -> PartyBranchQuerySet:
    """The party organizations of that day; of one 归口 those that cover a body `among` its own."""
    rows = PartyBranch.objects.within(committee).active(on).with_kind_then(on).with_absorbing(on)
    if among is None:
        return rows
    covers = BranchCoverage.objects.on(on).filter(organization__in=among.order_by().values("pk"))
    return rows.filter(Exists(covers.filter(branch=OuterRef("pk"))))


def branch_counts(rows: PartyBranchQuerySet) -> dict[str, int]:
    """Every BRANCH_FIGURE of these party organizations, in one query."""
    return rows.aggregate(
        **{key: Count("pk", filter=figure.within & figure.condition) for key, figure in BRANCH_FIGURES.items()}
    )


# Persons -------------------------------------------------------------------------------------------------------------


def assignments_of(base: SocialOrganizationQuerySet, on: date) -> InstructorQuerySet:
    """What instructors are sent to the bodies of the base; a person (`who`) may have several."""
    return InstructorAssignment.objects.on(on).filter(organization__in=base.order_by().values("pk")).with_person()


def associates_of(committee: Committee, base: SocialOrganizationQuerySet, on: date) -> MembershipQuerySet:
    """Memberships of those who work here while their relationship is elsewhere, once for each body that the branch covers."""
    covers = BranchCoverage.objects.on(on).filter(organization__in=base.order_by().values("pk"))
    rows = Membership.objects.associates().on(on).filter(branch__coverages__in=covers)
    return rows.filter(branch__committee_id__in=committee.scope_ids)  # lets the search begin at the own branches


PERSONS = {  # figure → what tells the persons of its rows apart, and the way to the type of body
    "instructors": ("who", "organization__kind"),
    "associates": ("member", "branch__coverages__organization__kind"),
}


def person_counts(figure: str, rows: QuerySet) -> dict[str, int]:
    """Persons under "" and by type of body; who guides bodies of two types counts in both, once in the whole."""
    person, kind = PERSONS[figure]
    wanted = {f"k{value}": Count(person, distinct=True, filter=Q(**{kind: value})) for value in OrganizationKind.values}
    found = rows.order_by().aggregate(whole=Count(person, distinct=True), **wanted)
    return {"": found["whole"], **{value: found[f"k{value}"] for value in OrganizationKind.values}}


def one_each(figure: str, rows: QuerySet) -> QuerySet:
    """Keys of as many of the rows as there are persons: of each person the one entered first."""
    person, _ = PERSONS[figure]
    return rows.order_by().values(person).annotate(first=Min("pk")).values("first")
