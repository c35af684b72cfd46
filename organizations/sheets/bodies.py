"""孵化入驻批次 and 社会组织党建工作台账."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from django.db import models

from core.excel.among import one_of
from core.excel.sheet import Column, Context, Part, Sheet, register
from core.periods import today
from core.pinyin import plain
from organizations.choices import ENDED_STATUSES, BranchKind, CoverageMethod, NoBranchReason
from organizations.models import Affiliation, DueMark, FormerName, InstructorAssignment, SocialOrganization
from organizations.workflows.bodies import sending_problem
from organizations.workflows.sync_sources import catch_up, retract

from .bodyevents import (
    BODY,
    ENDING_PARTS,
    EVENT_COLUMNS,
    EVENT_PART,
    FORMER_PART,
    event_problems,
    forget_following,
    forget_guides,
    keep_first_journals,
    keep_journals,
)
from .common import BATCH, batch_number

OWN = CoverageMethod.OWN
STORED = "!stored"  # among the values of a line: the number of the body that it means


@register
class IncubationBatchSheet(Sheet):
    kind, title, order = "incubation_batches", "孵化入驻批次", 10
    model = "organizations.IncubationBatch"
    intro = "社会组织培育发展中心的每一期一行；没有孵化中心的不用填。"
    keys = (("number",),)
    ordering = ("-number",)
    columns = (
        Column("期数", "number", "int", synonyms=("孵化期数", "批次"), required=True, help="写数字。", example=6),
        Column("培育发展中心", "centre", synonyms=("孵化中心",), example="市社会组织培育发展中心", width=30),
        Column("入驻日期", "entered_on", "date", example="2023-02-10"),
        Column("出壳日期", "left_on", "date", synonyms=("退出日期",)),
    )


def covered(row: Mapping[str, Any]) -> str:
    return "是" if row["coverage_method"] else "否"


def method(row: Mapping[str, Any]) -> str:
    return CoverageMethod(row["coverage_method"]).label if row["coverage_method"] else ""


def in_charter(row: Mapping[str, Any]) -> str:
    return "是" if row["charter_on"] else "否"


def branch_kind(row: Mapping[str, Any]) -> str:
    return BranchKind(row["branch_kind"]).label if row["branch_kind"] else ""


def conclusion(row: Mapping[str, Any]) -> str:
    words = SocialOrganization._meta.get_field("inspections").related_model._meta.get_field("conclusion").flatchoices
    return dict(words).get(row["last_conclusion"], "")


def members(row: Mapping[str, Any]) -> int | None:
    """All members of the body: those whose membership is in its branch, and those whose membership is elsewhere."""
    return None if row["member_count"] is None else row["member_count"] + row["associate_count"]


def formal(row: Mapping[str, Any]) -> int | None:
    return None if row["full_member_count"] is None else row["full_member_count"] + row["full_associate_count"]


def probationary(row: Mapping[str, Any]) -> int | None:
    both = members(row), formal(row)
    return None if None in both else both[0] - both[1]


def own_members(row: Mapping[str, Any]) -> int | None:
    """A surveyed member of a body without its own branch has the membership elsewhere."""
    return None if row["member_count"] is None else row["member_count"] if row["coverage_method"] == OWN else 0


def elsewhere(row: Mapping[str, Any]) -> int | None:
    total, own = members(row), own_members(row)
    return None if total is None else total - own


def figure(heading: str, count: Any, *needs: str) -> Column:
    return Column(heading, kind="int", group="党员情况", readonly=True, export=count, needs=needs, width=6)


def export(heading: str, group: str, name: str, kind: str = "text", width: int = 0) -> Column:
    """A column that exports print from an annotation of `for_ledger` and imports pass over."""
    return Column(heading, kind=kind, group=group, readonly=True, export=name, needs=(name,), width=width)


def is_former(name: Any, body: SocialOrganization) -> bool:
    """Whether the body was called so once; its search text holds every name of it."""
    if not isinstance(name, str) or name in (body.name, body.short_name):
        return False
    return plain(name) in body.search.split("|")


def open_affiliations(context: Context) -> dict[str, tuple[str, date]]:
    """Code and name of each body of the committee → its present 归口 and since when."""
    bodies = SocialOrganization.objects.within(context.committee)
    rows = Affiliation.objects.filter(organization__in=bodies, end=None).order_by()
    found = rows.values_list("organization__code", "organization__name", "kind", "start")
    return {word: (kind, start) for code, name, kind, start in found for word in (code, name) if word}


def merged_names(context: Context) -> dict[str, SocialOrganization]:
    """Names and codes of the rows that were merged into another → that one, be it of the committee or not."""
    scope = context.committee.scope_ids
    kept = SocialOrganization.objects.filter(committee__in=scope, duplicates__isnull=False).order_by().distinct()
    found = {word: body for body in kept for word in body.aliases}
    away = SocialOrganization.everything.filter(committee__in=scope, duplicate_of__isnull=False)
    for row in away.exclude(duplicate_of__committee__in=scope).order_by().select_related("duplicate_of"):
        found |= {word: row.duplicate_of for word in (row.name, row.code) if word}
    return found


def sent_days(context: Context) -> set[tuple[int, date]]:
    """Body and day of each instructor who is there now: a ledger that is sent back tells nothing new of them."""
    rows = InstructorAssignment.objects.within(context.committee).filter(end=None)
    return set(rows.values_list("organization_id", "start"))


def affiliation_rows(context: Context, values: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The first 归口 of a body begins with its registration; a later one on the day given, or the day “as of”."""
    stored = context.once(open_affiliations)
    kind, start = values.get("affiliation.kind"), values.get("affiliation.start")
    known_kind, known_start = stored.get(values.get("code")) or stored.get(values.get("name")) or ("", None)
    if not isinstance(kind, str):
        kind = known_kind
    ending = values.get("status") in ENDED_STATUSES
    if not kind or (BODY in values and (ending or values[BODY].ended_on)):
        return None
    if not isinstance(start, date):
        registered = values.get("registered_on")
        first = registered if isinstance(registered, date) and not known_kind else context.as_of
        start = known_start if kind == known_kind else min(first, context.as_of)
    ended = values.get("ended_on") if ending else None
    return [{"kind": kind, "start": start, **({"end": ended} if isinstance(ended, date) and ended > start else {})}]


def last_marks(context: Context) -> dict[int, tuple[date, date | None]]:
    """Each body of the committee that was ever marked 应建未建 → the days of its latest mark."""
    rows = DueMark.objects.filter(organization__in=SocialOrganization.objects.within(context.committee))
    return {
        body: (start, end) for body, start, end in rows.order_by("start").values_list("organization", "start", "end")
    }


def mark_rows(context: Context, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A body entered as 应建未建 is marked from its registration; a later mark begins on the day “as of”."""
    body, reason = values.get(STORED), values.get("no_branch_reason")
    start, end = context.once(last_marks).get(body, (None, None))
    if start and not end and reason in (None, NoBranchReason.DUE):
        yield {"start": start}
    elif reason == NoBranchReason.DUE:
        first = values.get("registered_on") if body is None else max(end or context.as_of, context.as_of)
        yield {"start": first if isinstance(first, date) else context.as_of}


@register
class OrganizationSheet(Sheet):
    kind, title, order = "organizations", "社会组织党建工作台账", 20
    model = "organizations.SocialOrganization"
    intro = "每家社会组织一行：登记事项、归口、联系人、指导员和联络员。这是第一本要导入的台账。"
    after = "有孵化入驻单位的，先导入孵化入驻批次。"
    notes = (
        "统一社会信用代码一列请先设为“文本”，再录入18位代码。",
        "党员情况、党组织情况、入章和承诺书各栏由系统按党员名册、党组织台账等自动生成，导入时不读取。",
        "归口、指导员、联络员换了人或单位的，写新的即可，原来的从数据截至日期起结束。",
        "台账里已有的单位，登记状态或名称改了的，自动登记相应的登记事件：注销、撤销按注销日期，归口、组织覆盖、指导员、联络员同日结束；"
        "列入、移出名录和更名按登记事件日期，不填按数据截至日期。已注销、已撤销的，归口、指导员、联络员各栏不再读取。",
    )
    keys = (("code",), ("name",))
    ordering = ("sort_key", "pk")
    parts = (
        Part(
            "affiliation", "organizations.Affiliation", "organization", {"end": None}, ("kind",), "end", "start",
            make=affiliation_rows,
        ),
        Part("mark", "organizations.DueMark", "organization", {"end": None}, (), "stop", "start", make=mark_rows),
        FORMER_PART,
        Part(
            "instructor", "organizations.InstructorAssignment", "organization", {"end": None},
            ("instructor_name",), "end", "start",
        ),
        Part("liaison", "organizations.Liaison", "organization", {"end": None}, ("name",), "end", "start"),
        *ENDING_PARTS,
        EVENT_PART,
    )  # fmt: skip
    columns = (
        Column("社会组织名称", "name", synonyms=("单位名称", "名称", "社会组织"), required=True,
               example="示例市广告协会", export="name_then", width=24),
        Column("统一社会信用代码", "code", "code", synonyms=("信用代码", "社会信用代码"), example="51341700MJ0000018A"),
        Column("类型", "kind", "choice", required=True, synonyms=("社会组织类型", "类别"), choices={
            "社团": "51", "民非": "52", "民办非企业": "52", "社会服务机构": "52",
            "民办非企业单位（社会服务机构）": "52"}, example="社会团体", width=9),
        Column("登记日期", "registered_on", "date", synonyms=("成立日期", "成立登记日期", "成立时间"), required=True,
               example="2015-06-12"),
        Column("登记状态", "status", "choice", synonyms=("状态",), choices={"异常": "abnormal", "注销": "cancelled"},
               default="normal", export="standing", width=7),
        Column("业务主管单位", "supervising_unit", synonyms=("主管单位",), example="无", width=12),
        Column("党建管理归口", "affiliation.kind", "choice", synonyms=("归口", "党建归口", "归口管理"), choices={
            "直属": "direct", "直管": "direct", "综合党委": "direct", "业务主管单位": "supervisor",
            "属地": "territorial", "挂靠单位": "hosted"}, help="写“直属”的按综合党委直管导入。", example="综合党委直管",
            export="affiliation_kind", width=9),
        Column("法定代表人", "legal_representative", synonyms=("法人代表", "法人", "会长", "负责人"), width=8),
        Column("联系人", "contact", example="陈例文", width=8),
        Column("联系电话", "phone", "phone", synonyms=("电话", "手机")),
        Column("住所", "address", synonyms=("地址", "住址"), width=18),
        Column("从业人员数", "staff_count", "int", synonyms=("从业人员",), example=23),
        Column("专职人员数", "full_time_count", "int", synonyms=("专职工作人员数", "专职人员"), example=9),
        figure("党员总数", members, "member_count", "associate_count"),
        figure("正式", formal, "full_member_count", "full_associate_count"),
        figure("预备", probationary, "member_count", "associate_count", "full_member_count", "full_associate_count"),
        figure("组织关系在本单位", own_members, "member_count", "coverage_method"),
        figure("未转入", elsewhere, "member_count", "associate_count", "coverage_method"),
        Column("是否建立", group="党组织情况", readonly=True, export=covered, needs=("coverage_method",), width=6),
        export("党组织名称", "党组织情况", "branch_name", width=16),
        Column("组建方式", group="党组织情况", readonly=True, export=method, needs=("coverage_method",), width=9),
        Column("类别", group="党组织情况", readonly=True, export=branch_kind, needs=("branch_kind",), width=9),
        export("成立时间", "党组织情况", "branch_founded", "date"),
        export("书记姓名", "党组织情况", "branch_secretary", width=8),
        export("书记电话", "党组织情况", "secretary_phone", "phone"),
        export("换届时间", "党组织情况", "branch_term_end", "date"),
        Column("未建立原因", "no_branch_reason", "choice", synonyms=("未建立党组织原因",), choices={"无党员": "no_members"},
               export="reason_then", width=10),
        Column("指导员姓名", "instructor.instructor_name", group="工作覆盖", synonyms=("指导员", "党建工作指导员"), width=8),
        Column("派出单位", "instructor.sent_by", group="工作覆盖", width=12),
        Column("联络员", "liaison.name", group="工作覆盖", synonyms=("党建联络员", "联络员姓名"), width=8),
        Column("电话", "liaison.phone", "phone", group="工作覆盖", synonyms=("联络员电话",)),
        Column("是否入章", group="党建入章", readonly=True, export=in_charter, needs=("charter_on",), width=6),
        export("核准时间", "党建入章", "charter_on", "date"),
        export("签订日期", "承诺书", "letter_on", "date"),
        Column("最近年检结论", readonly=True, export=conclusion, needs=("last_conclusion",), width=9),
        Column("评估等级", "grade", "choice", choices={"无": "0", "未评估": "0", "AAAAA": "5A", "AAAA": "4A", "AAA": "3A"}, width=6),
        Column("简称", "short_name", help="写进总结和名单的叫法。", example="市广告协会", width=20, extra=True),
        Column("社团分类", "category", "choice", extra=True, choices={
            "行业性（协会/商会）": "trade", "学术性（学会/研究会）": "academic", "联合性（联合会/促进会）": "union"}),
        Column("行业协会商会", "is_trade_association", "bool", synonyms=("是否行业协会商会",), default=False, extra=True,
               help="填“是”的列入联席会议邀请名单。"),
        Column("异地商会", "is_visiting_chamber", "bool", synonyms=("是否异地商会",), default=False, extra=True),
        Column("登记方式", "registration_mode", "choice", extra=True),
        Column("成立登记文号", "registration_no", synonyms=("登记文号", "准予登记文号"), width=18, extra=True),
        Column("注销日期", "ended_on", "date", synonyms=("注销或撤销日期", "撤销日期"), help="已注销、已撤销的才填。",
               export="ended_by", extra=True),
        Column("行业管理部门", "industry_department", width=18, extra=True),
        Column("登记管理机关", "registration_authority", synonyms=("登记机关",), extra=True),
        Column("党建领导机关", "party_leading_body", help="章程里写明的。", width=18, extra=True),
        Column("归口起始日期", "affiliation.start", "date", help="新单位不填按登记日期，改归口的不填按数据截至日期。",
               extra=True),
        Column("秘书长", "secretary_general", extra=True),
        Column("区县", "district", extra=True),
        Column("评估日期", "graded_on", "date", synonyms=("评估时间", "公布日期"), help="公布评估等级的日期。", extra=True),
        Column("评估有效期至", "grade_until", "date", extra=True),
        Column("慈善组织", "is_charity", "bool", synonyms=("是否慈善组织",), default=False, extra=True),
        Column("孵化期数", "batch", "lookup", lookup=BATCH, synonyms=("孵化入驻批次", "入驻期数"), clean=batch_number,
               help="入驻社会组织培育发展中心的写期数。", example="6", width=10, extra=True),
        Column("本届负责人选举日期", "council_term_start", "date", synonyms=("理事会选举日期",), extra=True),
        Column("负责人任期届满日", "council_term_end", "date", synonyms=("换届日期",), extra=True),
        Column("延期换届批准文号", "council_extension_no", help="批准延期换届的填写，连同“批准延期至”。", extra=True),
        Column("批准延期至", "council_extended_until", "date", synonyms=("延期至",), extra=True),
        Column("未经前置审查的说明", "review_note", help="没有在本系统办过前置审查的写明原因。", width=20, extra=True),
        Column("曾用名", "former.name", help="更过名的写原来的全称。", width=24, extra=True),
        Column("曾用名用到", "former.until", "date", synonyms=("更名日期",), extra=True),
        Column("原因说明", "no_branch_note", width=20, help="未建立党组织的具体情况。", extra=True),
        Column("指导员选派日期", "instructor.start", "date", synonyms=("选派日期",), help="不填按数据截至日期。",
               extra=True),
        *EVENT_COLUMNS,
        Column("备注", "remark", width=12),
    )  # fmt: skip
    instead_of: ClassVar = {"ended_on": "status"}

    def prepare(self, context: Context) -> None:
        context.data["today"] = today(context.committee)

    def foresee(self, context: Context) -> None:
        for find in (open_affiliations, last_marks, merged_names):
            context.once(find)

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return self.completed(rows.for_ledger(on, past=on < today()), on)

    def completed(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return rows.with_office_columns(on)

    def known_as(self, attnames: tuple[str, ...], keys: set[tuple], context: Context) -> dict[tuple, Any]:
        """Names and codes of rows that were merged into another, then former names that only one body had."""
        if attnames not in (("name",), ("code",)):
            return {}
        bodies = SocialOrganization.objects.within(context.committee)
        words = {key[0] for key in keys}
        found = dict(context.once(merged_names))
        if attnames == ("name",):
            former = FormerName.objects.filter(name__in=words - found.keys(), organization__in=bodies)
            several = Counter(former.values_list("name", flat=True))
            for row in former.select_related("organization"):
                if several[row.name] == 1:
                    found[row.name] = row.organization
        return {(word,): body for word, body in found.items() if word in words}

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        yield from event_problems(context, values, stored)
        start, registered = values.get("instructor.start"), values.get("registered_on")
        registered = registered or (stored.registered_on if stored is not None else None)
        if not start or not registered:
            return
        problem = sending_problem(start, registered, context.data["today"])
        if problem and (getattr(stored, "pk", None), start) not in context.once(sent_days):
            yield "instructor.start", problem

    def entering(self, given: dict[str, Any]) -> None:
        forget_guides(given)

    def matched(self, given: dict[str, Any], stored: Any) -> None:
        given[STORED], given[BODY] = stored.pk, stored
        forget_following(given, stored)
        for name in ("name", "short_name", "code"):
            if given.get(name) in stored.aliases:
                given[name] = getattr(stored, name)
        if is_former(given.get("name"), stored):  # the ledger of an earlier day, sent back, renames nothing
            given["name"] = stored.name

    def added(self, rows: list[Any], context: Context) -> None:
        keep_first_journals(rows)

    def changed(self, rows: list[Any], context: Context) -> None:
        keep_journals(rows)

    def applied(self, ids: list[int], context: Context) -> None:
        """Search finds former names too; they are parts, so the rows learn of them only now."""
        bodies = SocialOrganization.objects.filter(
            one_of(SocialOrganization, "id", ids), former_names__isnull=False
        ).distinct()
        renamed = list(bodies.prefetch_related("former_names"))
        for body in renamed:
            body.before_save(tuple(former.name for former in body.former_names.all()))
        SocialOrganization.objects.bulk_update(renamed, ["search"], batch_size=500)
        catch_up(context.committee, ids, by=context.user)

    def release(self, ids: list[int], context: Context) -> None:
        retract(context.committee, ids, by=context.user)
