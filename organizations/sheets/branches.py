"""党组织台账."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import models

from core.excel.among import one_of
from core.excel.sheet import Column, Context, Part, Sheet, register
from core.models import OfficeSetting
from core.periods import today
from organizations.checkup.limits import REMINDERS
from organizations.choices import BranchKind, CoverageMethod, PostKind
from organizations.models import (
    BranchApplication,
    BranchCoverage,
    BranchPost,
    PartyBranch,
    Posting,
    SocialOrganization,
    branch_term_state,
)
from organizations.workflows.election_rules import ElectionRules, rules_of
from organizations.workflows.keepers import outdated_postings, tell_keepers
from organizations.workflows.posts import link_posts
from organizations.workflows.terms import follow_ledger, release_terms

from .common import BODY, BRANCH

METHODS = {BranchKind.JOINT: CoverageMethod.JOINT, BranchKind.FUNCTIONAL: CoverageMethod.FUNCTIONAL}


def coverage_rows(context: Context, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """How a body is covered follows from the kind of the branch; it begins when both exist, unless a day is given.

    What is stored stays as it is where the line says nothing else, so that the same file twice changes nothing.
    """
    bodies, kind = values.get("coverage.organization"), values.get("kind")
    given, founded = values.get("coverage.start"), values.get("founded_on")
    for _, body in bodies if isinstance(bodies, list) else ():
        start, method = context.data["coverages"].get((values.get("name"), body), (None, CoverageMethod.OWN))
        if isinstance(kind, str):
            method = METHODS.get(kind, CoverageMethod.OWN)
        days = [day for day in (founded, context.data["registered"].get(body)) if isinstance(day, date)]
        start = given if isinstance(given, date) else start or max(days, default=context.as_of)
        yield {"organization_id": body, "method": str(method), "start": start}


def printed(heading: str, group: str, name: str, kind: str = "text", width: int = 8) -> Column:
    """A column that exports print from an annotation of `for_ledger` and imports pass over."""
    return Column(heading, kind=kind, group=group, readonly=True, export=name, needs=(name,), width=width)


SETTINGS = {
    "set_from": "branch.committee_from", "set_least": "branch.committee_min", "set_most": "branch.committee_max",
    "set_reminders": REMINDERS,
}  # fmt: skip


def rules(row: Mapping[str, Any]) -> ElectionRules:
    """The settings of the committee that keeps the row, on the day of the ledger."""
    return rules_of((key, row[name]) for name, key in SETTINGS.items() if row[name] is not None)


def seats(row: Mapping[str, Any]) -> str:
    """With how many full members a committee is elected, and how large it is (PO-01)."""
    return rules(row).committee_words(row["full_member_count"] or 0)


def probationary(row: Mapping[str, Any]) -> int:
    return row["member_count"] - row["full_member_count"]


def election_state(row: Mapping[str, Any]) -> str:
    """How far the term is from its end (§5.4)."""
    return branch_term_state({**row, "near_months": rules(row).near_months})[1]


COMMITTEE = {"organizer": PostKind.ORGANIZATION, "publicist": PostKind.PUBLICITY, "inspector": PostKind.DISCIPLINE}


def committee_part(name: str, post: PostKind) -> Part:
    """One 委员 of the ledger: a new name takes the place of the one before; a name that holds the post says nothing new."""

    def rows(context: Context, values: dict[str, Any]) -> list[dict[str, Any]] | None:
        person = values.get(f"{name}.person_name")
        if not isinstance(person, str) or person in context.data["holders"].get((values.get("name"), post), ()):
            return None
        return [{"person_name": person}]

    return Part(
        name, "organizations.BranchPost", "branch", {"post": post, "end": None}, ("person_name",), "end", "start",
        make=rows, derived=("member",),
    )  # fmt: skip


@register
class BranchSheet(Sheet):
    kind, title, order = "branches", "党组织台账", 30
    model = "organizations.PartyBranch"
    intro = "每个党组织一行：类别、覆盖单位、书记和本届任期。"
    after = "先导入社会组织党建工作台账，覆盖单位才对得上。"
    notes = (
        "覆盖单位写社会组织的全称、简称或信用代码，几家之间用顿号隔开。联合党支部写全部覆盖单位。",
        "换了书记的写新书记姓名和任职时间，原书记从新书记任职之日起免职。组织、宣传、纪检委员写现任的，换了人的从数据截至日期起更换。",
        "党员数由党员名册自动统计，导入时不读取。",
    )
    past_note = "覆盖单位和上级党组织用现在的名称，批准延期的按现在的期限。"
    keys = (("name",), ("short_name",))
    ordering = ("sort_key", "pk")
    parts = (
        Part(
            "coverage", "organizations.BranchCoverage", "branch", {"end": None}, ("organization",), "keep", "start",
            make=coverage_rows,
        ),
        Part(
            "secretary", "organizations.BranchPost", "branch", {"post": "secretary", "end": None}, ("person_name",),
            "end", "start", derived=("member",),
        ),
        *(committee_part(name, post) for name, post in COMMITTEE.items()),
    )  # fmt: skip
    columns = (
        Column("党组织全称", "name", synonyms=("党支部全称", "党组织名称", "党支部名称", "党支部", "名称"), required=True,
               example="中共示例市广告协会支部委员会", export="name_then", width=26),
        Column("类别", "kind", "choice", required=True, synonyms=("党组织类别", "类型"), choices={
            "支部": "branch", "联合支部": "joint", "功能型支部": "functional", "总支": "general"}, example="党支部", export="kind_then", width=9),
        Column("上级党组织", "parent", "lookup", lookup=BRANCH, help="直属综合党委的不填。", width=16),
        Column("所在单位", readonly=True, export="own_body", needs=("own_body",), width=18),
        Column("覆盖单位", "coverage.organization", "names", lookup=BODY,
               synonyms=("覆盖单位名单", "所在单位", "覆盖社会组织", "覆盖单位（名单）"), example="市广告协会", width=22),
        Column("成立时间", "founded_on", "date", synonyms=("成立日期",), required=True, example="2016-05-20"),
        Column("批复文号", "approval_no", synonyms=("文号",), example="综党〔2016〕12号", width=14),
        Column("姓名", "secretary.person_name", group="书记", synonyms=("书记", "书记姓名"), example="陈例文", width=8),
        Column("身份证号", kind="id_number", group="书记", readonly=True, export="secretary_id"),
        Column("任职时间", "secretary.start", "date", group="书记", synonyms=("任职日期", "书记任职时间")),
        Column("在单位职务", "secretary.body_post", group="书记", synonyms=("在社会组织职务", "单位职务"),
               example="副会长", width=9),
        Column("电话", "secretary.phone", "phone", group="书记", synonyms=("书记电话",)),
        Column("应设", group="支委会", readonly=True, export=seats, needs=("full_member_count", *SETTINGS),
               width=6),
        printed("实有", "支委会", "post_count", "int", 6),
        *(
            Column(post.label, f"{name}.person_name", group="支委会", export=f"{post}_post", width=8)
            for name, post in COMMITTEE.items()
        ),
        printed("总数", "党员数", "member_count", "int", 6),
        printed("正式", "党员数", "full_member_count", "int", 6),
        Column("预备", kind="int", group="党员数", readonly=True, export=probationary,
               needs=("member_count", "full_member_count")),
        printed("女", "党员数", "women_count", "int", 6),
        printed("35岁以下", "党员数", "young_count", "int", 6),
        printed("流动", "党员数", "floating_count", "int", 6),
        Column("本届选举时间", "term_start", "date", synonyms=("本届选举日期", "选举日期"), example="2022-05-20",
               export="term_start_then"),
        Column("届满时间", "term_end", "date", synonyms=("本届届满日期", "届满日期"), example="2025-05-20",
               export="term_end_then"),
        Column("换届状态", readonly=True, export=election_state,
               needs=("deadline", "term_status", "term_elected_on", "today", *SETTINGS), width=8),
        Column("活动场所", "premises", "choice", width=7),
        Column("上年度评议等次", readonly=True, width=8),  # blank until the reviews keep a 核定等次; so far they keep votes
        Column("简称", "short_name", example="市广告协会党支部", width=22, extra=True),
        Column("覆盖起始日期", "coverage.start", "date", help="不填按党组织成立日期和单位登记日期中较晚的一天。", extra=True),
        Column("批复机关", "approved_by", width=18, extra=True),
        Column("届次", "term_number", "int", example=2, export="term_number_then", extra=True),
        Column("所在单位情况", "unit_situation", "choice", synonyms=("党组织所在单位情况",), extra=True),
        Column("党小组数", "group_count", "int", synonyms=("党小组",), extra=True),
        Column("标准化达标", "is_standard", "bool", synonyms=("是否标准化达标",), default=False, extra=True),
        Column("联系人", "contact", extra=True),
        Column("联系电话", "phone", "phone", extra=True),
        Column("状态", "status", "choice", synonyms=("党组织状态",), create_only=True, extra=True,
               export="standing", help="只在新增时采用，不填为正常。"),
        Column("撤销日期", "dissolved_on", "date", create_only=True, help="状态为撤销的才填。", export="dissolved_by",
               extra=True),
        Column("撤销文号", "dissolution_no", create_only=True, extra=True),
        Column("备注", "remark", width=12),
    )  # fmt: skip

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return self.completed(rows.for_ledger(on, past=on < today()), on)

    def completed(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        rows = rows.with_office_columns(on, past=on < today())
        return rows.annotate(**OfficeSetting.objects.of_rows(SETTINGS, on))

    def known_as(self, attnames: tuple[str, ...], keys: set[tuple], context: Context) -> dict[tuple, Any]:
        """Former names, and names of before a 变更, that only one party organization had."""
        if attnames != ("name",):
            return {}
        branches, found = PartyBranch.objects.within(context.committee), {}
        for branch in branches.exclude(former_names=[]):
            for word in branch.former_names:
                found.setdefault((word,), {})[branch.pk] = branch
        changed = BranchApplication.objects.done().filter(former_name__in={key[0] for key in keys}, branch__in=branches)
        for row in changed.select_related("branch"):
            found.setdefault((row.former_name,), {})[row.branch_id] = row.branch
        return {key: next(iter(rows.values())) for key, rows in found.items() if key in keys and len(rows) == 1}

    def prepare(self, context: Context) -> None:
        bodies = SocialOrganization.objects.within(context.committee)
        context.data["registered"] = dict(bodies.values_list("pk", "registered_on"))
        stored = BranchCoverage.objects.filter(branch__in=PartyBranch.objects.within(context.committee), end=None)
        rows = stored.values_list("branch__name", "organization_id", "start", "method")
        posts = BranchPost.objects.filter(branch__in=PartyBranch.objects.within(context.committee), end=None)
        holders: dict[tuple[str, str], list[str]] = defaultdict(list)
        for branch, post, person in posts.values_list("branch__name", "post", "person_name"):
            holders[branch, post].append(person)
        context.data["holders"] = holders
        context.data["coverages"] = {(name, body): (start, method) for name, body, start, method in rows}

    def matched(self, given: dict[str, Any], stored: Any) -> None:
        """The ledger of an earlier day, sent back, renames nothing."""
        for name in ("name", "short_name"):
            if given.get(name) in stored.former_names:
                given[name] = getattr(stored, name)

    def applied(self, ids: list[int], context: Context) -> None:
        """The open 换届 of each branch follows the 本届 columns; its secretary is somebody of the roster, and accounts of
        former secretaries are told of."""
        follow_ledger(ids, by=context.user)
        link_posts(BranchPost.objects.filter(one_of(BranchPost, "branch", ids)))
        day = today(context.committee)
        late = outdated_postings(day).filter(one_of(Posting, "branch_id", ids)).values("branch")
        for branch in PartyBranch.objects.filter(pk__in=late).select_related("committee"):
            tell_keepers(branch, on=day)

    def release(self, ids: list[int], context: Context) -> None:
        release_terms(ids, by=context.user)

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        bodies = values.get("coverage.organization") or ()
        if values.get("kind") == BranchKind.BRANCH and len(bodies) > 1:
            yield "coverage.organization", f"党支部只能写一家所在单位，现在有{len(bodies)}家。是不是联合党支部？"
