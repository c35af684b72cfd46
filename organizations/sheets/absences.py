"""流动党员台账 and 失联党员台账; the roster's columns follow from their rows."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import models

from core.excel.among import one_of
from core.excel.sheet import Column, Context, Part, register
from organizations.choices import FLOATING_FLOW, FLOATING_OPEN, FloatingDirection, FloatingStatus
from organizations.models import FloatingRecord
from organizations.workflows.floating import bring_roster_in_step, direction_problem, follow_lost_ledger

from .people import BRANCH_COLUMN, ID_NUMBER, MEMBER, NAME, MemberRecordSheet, person_of


class AbsenceSheet(MemberRecordSheet):
    """One line is one absence of one member, told by its day; a record that knows no day yet is completed by the line."""

    day = ""  # the field with the first day

    def existing(self, attnames: tuple[str, ...]) -> models.QuerySet:
        """A line without a day means the open record that has none either."""
        rows = super().existing(attnames)
        return rows.open().filter(**{self.day: None}) if attnames == ("member_id",) else rows

    def unfinished(self, attnames: tuple[str, ...], keys: set[tuple], context: Context) -> dict[tuple, Any]:
        """The roster said that the member is away, the line says since when; of several lines the latest is meant."""
        if attnames != ("member_id", self.day):
            return {}
        latest = {member: (member, day) for member, day in sorted(keys)}
        open_rows = self.existing(("member_id",)).filter(one_of(self.model_class, "member", latest))
        return {latest[row.member_id]: row for row in open_rows}

    def members(self, ids: list[int]) -> set[int]:
        rows = self.model_class._base_manager.filter(one_of(self.model_class, "id", ids))
        return set(rows.values_list("member_id", flat=True))

    def release(self, ids: list[int], context: Context) -> None:
        """Whose records they were is not known any more once they are gone."""
        context.data.setdefault("gone", set()).update(self.members(ids))

    def applied(self, ids: list[int], context: Context) -> None:
        members = self.members(ids) | context.data.pop("gone", set())
        self.follow(members, {"by": context.user, "note": f"按导入的《{self.title}》"})

    def follow(self, members: set[int], log: dict[str, Any]) -> None:
        bring_roster_in_step(members, **log)


@register
class FloatingSheet(AbsenceSheet):
    kind, title, order = "floating", "流动党员台账", 43
    model = "organizations.FloatingRecord"
    intro = "流出、流入的党员：何时外出、到哪里、谁联系、上次联系的日期。"
    parents = (replace(MEMBER, beside=(*MEMBER.beside, "direction")),)
    day = "left_on"
    notes = (
        "一次外出写一行；外出日期相同的是同一次，再次导入时更新。",
        "返回了或者转走了关系的，填返回（转关系）日期；状态不填按“已返回”，转走了的写“已转关系”。",
        "上次联系日期记为一次取得联系的电话联系，每季度至少一次；出国（境）的每半年至少一次。",
        "失去联系的写在失联党员台账里，状态自动改为失联。",
        "党员名册里的是否流动、流向按这里更新。",
    )
    keys = (("member", "left_on"), ("member",))
    ordering = ("-left_on", "-pk")
    parts = (Part("contact", "organizations.FloatingContact", "record", {"reached": True}, ("on",)),)
    columns = (
        NAME,
        ID_NUMBER,
        Column("方向", "direction", "choice", synonyms=("流动方向", "流动类型"), create_only=True, default="out", choices={
            "流出党员": "out", "流入党员": "in", "外出": "out"}, help="不填按流出。", example="流出", width=6),
        BRANCH_COLUMN,
        Column("外出日期", "left_on", "date", synonyms=("外出时间", "流出日期", "流出时间", "流入日期", "流入时间"),
               required=True, example="2022-03-01"),
        Column("流向", "place", synonyms=("外出流向", "流入地", "外出地点", "现居住地", "去向"), required=True,
               help="写到省市区。", example="浙江省杭州市", width=18),
        Column("地点固定", "is_settled", "bool", synonyms=("是否固定", "地点是否固定"), default=False, example="是"),
        Column("出国（境）", "is_abroad", "bool", synonyms=("是否出国（境）", "是否出国境", "出国境", "是否出国"), default=False,
               help="在国外、境外的写“是”，每半年至少联系一次。", example="否"),
        Column("外出事由", "cause", synonyms=("外出原因", "流动原因", "事由"), example="务工经商", width=18),
        Column("对方党组织", "other_party", synonyms=("流入地党组织", "流出地党组织"), width=28),
        Column("支部联系人", "contact_person", synonyms=("联系人",), example="李例明", width=9),
        Column("上次联系日期", "contact.on", "date", synonyms=("上次联系", "最近联系日期", "联系日期", "上次联系时间"),
               export="last_contact"),
        Column("返回（转关系）日期", "ended_on", "date", synonyms=("返回日期", "返回时间", "转关系日期", "转接日期")),
        Column("状态", "status", "choice", help="不填的按返回日期和联系日期判断。", choices={
            "在外": "registered", "外出": "registered", "返回": "returned", "转关系": "moved", "已转接": "moved"}, width=9),
        Column("备注", "remark", width=20),
    )  # fmt: skip

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return rows.with_last_contact()

    def follows(self, values: dict[str, Any], stored: FloatingRecord | None, context: Context) -> Mapping[str, Any]:
        """Where the cell 状态 is blank, the days say what it is, and the ledger of the lost members."""
        now = stored.status if stored is not None else FloatingStatus.REGISTERED
        if values.get("status"):
            now = values["status"]
        elif values.get("ended_on") and now in FLOATING_OPEN:
            now = FloatingStatus.RETURNED
        elif now in FLOATING_OPEN and self.is_lost(values, stored, context):
            now = FloatingStatus.LOST
        elif now == FloatingStatus.LOST or (values.get("contact.on") and now == FloatingStatus.REGISTERED):
            now = FloatingStatus.IN_CONTACT
        return {**super().follows(values, stored, context), "status": str(now)}

    @staticmethod
    def is_lost(values: dict[str, Any], stored: FloatingRecord | None, context: Context) -> bool:
        """A line that is found by its number alone does not say whose it is."""
        person = person_of(context, values["member"])
        return person.is_lost if person else stored is not None and stored.status == FloatingStatus.LOST

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        yield from super().check_change(values, stored, context)
        left = values.get("left_on") or (stored.left_on if stored is not None else None)
        if (contact := values.get("contact.on")) and left and contact < left:
            yield "contact.on", f"联系日期不能早于外出日期{left}。"
        to = self.follows(values, stored, context)["status"]
        if stored is None:
            yield from self.check_direction(values, to, context)
        elif to != stored.status and to not in FLOATING_FLOW[FloatingStatus(stored.status)]:
            was, word = stored.get_status_display(), FloatingStatus(to).label
            yield "status", f"这一条当前为“{was}”，不能改为“{word}”。状态这一格留空就不改。"
            return
        elif stored.status == FloatingStatus.LOST and to in (FloatingStatus.RETURNED, FloatingStatus.MOVED):
            yield "ended_on", "这名党员登记为失联。请先在失联党员台账里写取得联系日期，再写返回（转关系）日期。"
        if to in FLOATING_OPEN and (stored is None or to != stored.status):
            yield from self.check_lost(to, self.is_lost(values, stored, context))

    def check_direction(self, values: dict[str, Any], to: str, context: Context) -> Iterator[tuple[str, str]]:
        person = person_of(context, values["member"])
        direction = values.get("direction") or FloatingDirection.OUT
        if person and to in FLOATING_OPEN and (problem := direction_problem(person.name, direction, person.is_full)):
            yield "direction", problem

    @staticmethod
    def check_lost(to: str, lost: bool) -> Iterator[tuple[str, str]]:
        """Lost and found are told by the other ledger."""
        if to == FloatingStatus.LOST and not lost:
            yield "status", "状态不在这里改为失联。请写在失联党员台账里，这里的状态会自动改为失联。"
        elif to != FloatingStatus.LOST and lost:
            yield "status", "这名党员登记为失联。请在失联党员台账里写取得联系日期，这里的状态会自动改为联系中。"


@register
class LostSheet(AbsenceSheet):
    kind, title, order = "lost_members", "失联党员台账", 44
    model = "organizations.LostRecord"
    intro = "失联的党员：情形、日期、查找情况、何时取得联系。"
    day = "lost_on"
    notes = (
        "一次失联写一行；失联日期相同的是同一次，再次导入时更新。",
        "取得联系了的填取得联系日期。",
        "党员名册里的是否失联、失联日期按这里更新；登记为流动党员的，流动状态同时更新。",
    )
    keys = (("member", "lost_on"), ("member",))
    ordering = ("-lost_on", "-pk")
    columns = (
        NAME,
        ID_NUMBER,
        BRANCH_COLUMN,
        Column("失联情形", "circumstance", "choice", synonyms=("失联原因", "情形"), required=True, choices={
            "务工经商": "1", "外出务工": "1", "出国": "5", "出境": "5"}, example="外出务工经商", width=18),
        Column("失联日期", "lost_on", "date", synonyms=("失联时间", "失去联系日期", "失去联系时间"), required=True,
               example="2022-09-01"),
        Column("查找情况", "note", synonyms=("查找过程",), width=28),
        Column("取得联系日期", "found_on", "date", synonyms=("取得联系时间", "找回日期")),
        Column("取得联系情况", "found_note", width=28),
        Column("办结日期", "ended_on", "date", readonly=True),
        Column("办结原因", "ended_note", readonly=True, width=16),
    )  # fmt: skip

    @staticmethod
    def has_left(values: dict[str, Any], context: Context) -> bool:
        """Of no branch any more: died, removed, moved away."""
        person = person_of(context, values["member"])
        return person is not None and person.home is None

    def follow(self, members: set[int], log: dict[str, Any]) -> None:
        follow_lost_ledger(members, **log)
        super().follow(members, log)

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        yield from super().check_change(values, stored, context)
        if stored is not None and stored.ended_on and values.get("found_on"):
            yield "found_on", f"这次失联已在{stored.ended_on}办结（{stored.ended_note}），不能再写取得联系。"
        elif stored is None and not values.get("found_on") and self.has_left(values, context):
            yield (
                "member.name",
                "这名党员已不在名册的党支部里，不再登记失联。请核对姓名；是以往的失联，请写取得联系日期。",
            )
        was = stored.found_on if stored is not None else None
        if was and "found_on" in values and values["found_on"] is None:
            yield "found_on", f"已在{was}取得联系，不能清空。又失去联系的，另写一行。"
        elif values.get("found_note") and not (values.get("found_on") or was):
            yield "found_on", "写了取得联系情况，没有写日期。请补上取得联系日期。"
