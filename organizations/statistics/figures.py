"""Which bodies stand behind each figure of 两个覆盖: the condition that counts them, the set they are counted in, and
why each one is in or out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, Value

from core.models import Committee
from organizations.choices import (
    IRREGULAR_STATUSES,
    UPPER_KINDS,
    AffiliationKind,
    BranchKind,
    CoverageMethod,
    RegistrationStatus,
)
from organizations.models import SocialOrganization
from organizations.models.conditions import flag
from organizations.models.organizations import SocialOrganizationQuerySet

from .coverage import JOINT_MEMBERS, bodies_in_scope, classified
from .definitions import Definition

EVERYBODY = Q()
METHOD = Q(coverage_method__isnull=False)
NONE = Q(coverage_method__isnull=True)
OWN, JOINT = Q(coverage_method=CoverageMethod.OWN), Q(coverage_method=CoverageMethod.JOINT)
BY_AREA = Q(coverage_method__in=[CoverageMethod.FUNCTIONAL, CoverageMethod.AREA])
DUE = Q(should=1)
Row = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One figure: the included of `within`; the excluded are the rest of `within`."""

    key: str
    label: str
    condition: Callable[[Definition], Q]
    within: Q = EVERYBODY
    among: str = "单位数"  # what `within` is called


def _figure(key: str, label: str, condition: Q, **more: Any) -> Figure:
    return Figure(key, label, lambda chosen: condition, **more)


def _covered(chosen: Definition) -> Q:
    return Q(coverage_method__in=chosen.methods)


def _guided(chosen: Definition) -> Q:
    return reduce(or_, (Q(**{f"has_{name}": True}) for name in chosen.guides))


FIGURES = {
    figure.key: figure
    for figure in (
        _figure("base", "单位数", Q()),
        Figure("covered", "组织覆盖", _covered),
        _figure("own", "已单独建立党组织的", OWN),
        _figure("own_committee", "建立党委的", OWN & Q(branch_kind=BranchKind.COMMITTEE)),
        _figure("own_general", "建立总支部的", OWN & Q(branch_kind=BranchKind.GENERAL)),
        _figure("own_branch", "建立支部的", OWN & ~Q(branch_kind__in=UPPER_KINDS)),
        _figure("joint", "已建立联合党支部的", JOINT),
        _figure("joint_members", "联合党支部中具有3名以上党员的", JOINT & Q(members_known=JOINT_MEMBERS), within=JOINT, among="已建立联合党支部的"),
        _figure("functional", "只有功能型党支部或区域（行业）覆盖的", BY_AREA),
        _figure("without_branch", "未建立党组织的", NONE),
        _figure("due", "应建尚未建立党组织的", NONE & DUE, within=NONE, among="未建立党组织的"),
        _figure("due_group", "应建尚未建立、已建立党小组的", NONE & DUE & Q(has_group=True), within=NONE & DUE, among="应建尚未建立党组织的"),
        _figure("few_members", "仅有个别党员的", NONE & Q(should=0, members_known__gt=0), within=NONE, among="未建立党组织的"),
        _figure("no_members", "没有党员的", NONE & Q(should=0, members_known=0), within=NONE, among="未建立党组织的"),
        _figure("unknown_members", "党员数未填的", NONE & Q(should=0, members_known=None), within=NONE, among="未建立党组织的"),
        _figure("instructed", "已派党建工作指导员的", NONE & Q(has_instructor=True), within=NONE, among="未建立党组织的"),
        _figure("liaison_only", "未派指导员、只有联络员的", NONE & Q(has_instructor=False, has_liaison=True), within=NONE, among="未建立党组织的"),
        _figure("mass_only", "只有群团组织的", NONE & Q(has_instructor=False, has_liaison=False, has_mass=True), within=NONE, among="未建立党组织的"),
        _figure("uncovered", "覆盖空白", NONE & Q(has_instructor=False)),
        Figure("work_covered", "工作覆盖", lambda chosen: METHOD | _guided(chosen)),
        _figure("should_build", "应建", DUE),
        _figure("should_built", "应建已建", DUE & (OWN | JOINT), within=DUE, among="应建"),
        _figure("should_unbuilt", "应建未建", DUE & (NONE | BY_AREA), within=DUE, among="应建"),
    )
}  # fmt: skip
TREE = (
    (0, "base", ""), (1, "own", ""), (2, "own_committee", ""), (2, "own_general", ""), (2, "own_branch", ""),
    (1, "joint", ""), (2, "joint_members", "其中：具有3名以上党员的"), (1, "functional", ""), (1, "without_branch", ""),
    (2, "due", ""), (3, "due_group", "其中：建立党小组的"), (2, "few_members", ""), (2, "no_members", ""),
    (2, "unknown_members", ""), (2, "instructed", "已派党建工作指导员的（与上面各行交叉）"),
)  # fmt: skip
SUPPLEMENT = (
    ("joint_branches", "联合党支部数（个）"), ("staff", "从业人员（人）"), ("members", "其中：党员（名）"),
    ("associates", "未转入组织关系的党员（名）"), ("instructors", "党建工作指导员（名）"),
    ("absorbed_committee", "吸收未转入组织关系的党员建立的党委（个）"), ("absorbed_general", "吸收未转入组织关系的党员建立的总支部（个）"),
    ("absorbed_branch", "吸收未转入组织关系的党员建立的支部（个）"),
)  # fmt: skip
WHOLE_ONLY = {"joint_branches", "absorbed_committee", "absorbed_general", "absorbed_branch"}  # not told by type of body


def bodies_of(
    figure: Figure, committee: Committee, on: date, chosen: Definition, *, managed: str = ""
) -> SocialOrganizationQuerySet:
    """The set in which the figure counts, classified. For the base itself: every body of the ledger, in it or not."""
    base = bodies_in_scope(committee, on, managed=managed, chosen=chosen)
    if figure.key == "base":
        bodies = SocialOrganization.objects.within(committee)
        bodies = bodies.annotate(in_base=flag(Q(pk__in=base.order_by().values("pk"))))
    else:
        bodies = base.annotate(in_base=Value(True))
    bodies = bodies.with_affiliation(on).with_standing(on).with_covering_branch(on)
    return classified(bodies, on, chosen).filter(figure.within)


def included(figure: Figure, rows: SocialOrganizationQuerySet, chosen: Definition) -> SocialOrganizationQuerySet:
    return rows.filter(in_base=True) if figure.key == "base" else rows.filter(figure.condition(chosen))


def excluded(figure: Figure, rows: SocialOrganizationQuerySet, chosen: Definition) -> SocialOrganizationQuerySet:
    """The rest; by primary keys, since a negated condition on an unknown value would lose rows."""
    return rows.exclude(pk__in=included(figure, rows, chosen).order_by().values("pk"))


# Why -----------------------------------------------------------------------------------------------------------------

REASON_FIELDS = (
    "coverage_method", "branch_name", "has_instructor", "has_liaison", "has_mass", "member_count", "counted", "should",
    "staff_count", "marked", "registered_on", "ended_on", "standing", "in_base", "affiliation_kind",
)  # fmt: skip


def _members(row: Row) -> str:
    return "党员数未填" if row["member_count"] is None else f"党员{row['member_count']}名"


def _covered_words(row: Row) -> str:
    if row["coverage_method"]:
        return f"{CoverageMethod(row['coverage_method']).label}：{row['branch_name']}"
    guided = [
        word
        for flag, word in (("has_instructor", "已派指导员"), ("has_liaison", "有联络员"), ("has_mass", "有群团组织"))
        if row[flag]
    ]
    return f"没有党组织，{'、'.join(guided) or '没有指导员'}，{_members(row)}"  # fmt: skip


def _due_words(row: Row, chosen: Definition) -> str:
    counted = "党员" if chosen.counts_members else "正式党员"
    if chosen.should_build_rule == "b" and row["coverage_method"] == CoverageMethod.OWN:
        counted = "专职人员中正式党员"  # only the roster knows; a survey counts all
    known = f"{counted}{row['counted']}名" if row["member_count"] is not None else "党员数未填"
    if row["should"]:
        by_size = chosen.should_build_staff and (row["staff_count"] or 0) >= chosen.should_build_staff
        if row["counted"] >= chosen.least_members or not (by_size or row["marked"]):
            word = f"应建：{known}"
        else:
            word = f"应建：从业人员{row['staff_count']}人" if by_size else "应建：标注为应建未建"
    else:
        word = f"未达应建条件：{known}"
    return f"{word}；{_covered_words(row)}"


def managed_word(managed: str) -> str:
    """The bodies of one 归口, in the words of the choice."""
    label = AffiliationKind(managed).label
    return f"{label}的" if managed == AffiliationKind.DIRECT else f"归口{label}的"


def _base_words(row: Row, chosen: Definition, on: date, managed: str) -> str:
    if row["registered_on"] > on:
        return f"当日还没有登记（{row['registered_on']}登记）"
    if row["ended_on"] and row["ended_on"] <= on:
        return f"{row['ended_on']}已注销或撤销"
    if row["in_base"]:
        return f"{row['registered_on']}登记，在册"
    if managed and row["affiliation_kind"] != managed:
        kind = row["affiliation_kind"]
        return f"不是{managed_word(managed)}：归口{AffiliationKind(kind).label if kind else '没有登记'}"
    if chosen.exclude_abnormal and row["standing"] in IRREGULAR_STATUSES:
        return f"登记状态为{RegistrationStatus(row['standing']).label}，按口径不计入"
    return f"{row['registered_on']}登记，不满6个月，按口径不计入"


def reason(figure: Figure, row: Row, chosen: Definition, on: date, managed: str = "") -> str:
    """Why the body is in or out, in one line; `row` holds REASON_FIELDS, the standing of that day among them."""
    if figure.key == "base":
        return _base_words(row, chosen, on, managed)
    if figure.key.startswith(("should", "due")):
        return _due_words(row, chosen)
    return _covered_words(row)
