"""党员增减台账 and 组织关系转接台账: a new line is done as on the page of its member, unless the roster shows it already."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from core.excel.acts import ActSheet, Values, of_subjects
from core.excel.lookups import Resolver, UnknownName
from core.excel.sheet import Column, Context, register
from core.excel.values import squash
from core.notices import take_back
from core.periods import Period
from organizations.choices import ChangeKind, TransferDirection
from organizations.models import (
    BranchPost,
    FloatingContact,
    FloatingRecord,
    LostRecord,
    MemberChange,
    MemberCorrection,
    MemberLapse,
    Membership,
    MemberTransfer,
    PartyBranch,
    PartyMember,
)
from organizations.statistics import balance_for
from organizations.workflows.reported import ENTERING, record_change
from organizations.workflows.transfers import (
    complete_transfer,
    direction_of,
    known_receipt,
    record_transfer,
    status_of,
)

from .common import BRANCH
from .members import balance_lines
from .people import BRANCH_COLUMN, ID_NUMBER, MEMBER, NAME, MemberRecordSheet, find_members

K, D = ChangeKind, TransferDirection
OF_MEMBER = (Membership, MemberChange, FloatingRecord, LostRecord, MemberTransfer, MemberCorrection, MemberLapse)
SIDE = Column("对方党组织", "side", "lookup", lookup=BRANCH)


def either(*names: str) -> Any:
    """The first of these paths that holds something."""

    def shown(row: Mapping[str, Any]) -> str:
        return next((row[name] for name in names if row[name]), "")

    return {"export": shown, "needs": names}


def find_of_change(wanted: set[tuple], context: Context) -> dict[tuple, int | str]:
    """The branch of a line that brings a member in is not yet among the member's own."""
    asked = {cells: (*cells[:2], None if cells[3] in ENTERING else cells[2]) for cells in wanted}
    found = find_members(set(asked.values()), context)
    return {cells: found[asked[cells]] for cells in wanted}


class MemberActSheet(ActSheet, MemberRecordSheet):
    """One line is one act about one member."""

    number_in_ledger = True

    def subject(self, values: Values) -> int:
        return values["member"]

    def reach(self, subjects: list[int]) -> Iterator[tuple[models.QuerySet, str]]:
        yield of_subjects(PartyMember, "id", subjects)
        for model in OF_MEMBER:
            yield of_subjects(model, "member", subjects)
        contacts = FloatingContact._base_manager.filter(record__in=of_subjects(FloatingRecord, "member", subjects)[0])
        yield contacts, "record__member_id"
        named = of_subjects(PartyMember, "id", subjects)[0].values("name")
        yield (
            BranchPost._base_manager.filter(Q(member__in=subjects) | Q(member=None, person_name__in=named)),
            "member_id",
        )

    def follows(self, values: dict[str, Any], stored: Any, context: Context) -> Mapping[str, Any]:
        return {}

    @staticmethod
    def member_of(values: Values) -> PartyMember:
        return PartyMember.objects.select_related("committee").get(pk=values["member"])

    sides: tuple[str, ...] = ()  # columns that name a party organization, ours or another

    @staticmethod
    def ours(text: str | None, context: Context) -> PartyBranch | None:
        """The branch of ours that a cell names; None for a party organization of another unit. ValidationError where it
        may be several, or one that is only called alike: 县 for 市 is another unit's."""
        if not text:
            return None
        if "sides" not in context.data:
            context.data["sides"] = Resolver(SIDE, context, {})
        resolver = context.data["sides"]
        try:
            pk = resolver.resolve(text)[1]
        except UnknownName:
            return None
        if squash(text) not in resolver.targets[0].exact:
            raise ValidationError(
                f"“{text}”与台账里的“{resolver.name(pk)}”相近。是它的，照台账写；是外单位的，请在党员的页面上办理这一件。"
            )
        return PartyBranch.objects.select_related("committee").get(pk=pk)

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        yield from super().check_change(values, stored, context)
        for name in self.sides if stored is None else ():
            try:
                self.ours(values.get(name), context)
            except ValidationError as error:
                yield name, error.messages[0]

    def remarks(self, values: Values, stored: Any, context: Context) -> Iterator[str]:
        for name in self.sides if stored is None else ():
            if (text := values.get(name)) and self.ours(text, context) is None:
                yield f"“{text}”不是台账里的党组织，按外单位的党组织登记"


@register
class MemberChangeSheet(MemberActSheet):
    kind, title, order = "member_changes", "党员增减台账", 41
    model = "organizations.MemberChange"
    intro = "发展、转正、转接、出党、死亡：谁、哪一天、在哪个支部、凭什么文号。"
    notes = (
        "一行办一件事，与在党员的页面上办理相同：转出、转入的组织关系当天变动，出党、死亡的当天离开党支部，转正的改为正式党员。",
        "新发展、新转来的人先登记到党员名册里；名册里这一天进入的，补上进入原因和文号，不再变动。",
        "支部之间转接的，写转出、转入的任意一行就够了，两行都写也只办一次。",
        "已经登记的变动不在这里更正，请在党员的页面上更正编入、减少。",
    )
    parents = (replace(MEMBER, beside=("member.id_number", "branch", "kind"), find=find_of_change),)
    keys = (("member", "kind", "on"),)
    ordering = ("-on", "-pk")
    instead_of = {
        "end": "on", "start": "on", "full_on": "on", "leave_reason": "kind", "ended_on": "on", "started_on": "on",
        "from_branch": "branch", "to_branch": "branch", "direction": "kind", "outside": "other", "until": "until",
    }  # fmt: skip
    columns = (
        Column("日期", "on", "date", required=True, synonyms=("变动日期", "变动时间", "时间"), example="2023-02-10"),
        NAME,
        ID_NUMBER,
        Column("变动", "kind", "choice", required=True, synonyms=("变动类型", "增减类型", "变动情况", "增减原因"), width=18, choices={
            "发展": K.ADMITTED, "接收预备党员": K.ADMITTED, "去世": K.DECEASED, "取消预备资格": K.CANCELLED, "开除": K.EXPELLED,
            "延长": K.EXTENDED}, example="转出"),
        replace(BRANCH_COLUMN, help="变动的是哪个支部的党员；不填按党员名册，转入、恢复党籍的必填。", create_only=True),
        Column("对方党组织", "other", act_only=True, synonyms=("转往何处", "来自何处", "转入转出单位", "对方单位"), width=28,
               help="转接的必填：台账里的党组织，或外单位党组织的全称。", example="中共示例市甲公司支部委员会",
               **either("other_branch__name", "outside")),
        Column("文号", "document_no", width=18, create_only=True, synonyms=("介绍信编号", "批准文号"), help="介绍信编号或批准文号。"),
        Column("延长至", "until", "date", act_only=True, extra=True, export=lambda row: "", help="延长预备期的才填。"),
        Column("说明", "note", width=24, synonyms=("备注",)),
    )  # fmt: skip
    ahead = ("until",)
    sides = ("other",)

    def footer(self, user: Any, period: Period) -> list[str]:
        return balance_lines(balance_for(user, period), period)

    def position(self, values: Values) -> Any:
        return values["on"]

    def perform(self, values: Values, context: Context) -> models.Model:
        member = self.member_of(values)
        same = MemberChange.objects.filter(member=member, kind=values["kind"], on=values["on"])
        if not same.exists():  # a transfer tells both sides with one act
            self.act(member, ChangeKind(values["kind"]), values, context)
        if (row := same.first()) is None:
            raise ValidationError(
                {
                    "kind": "党员名册里没有这一天的这项变动。建账以前的增减不用登记；进入、离开的原因不对的，请在党员的页面上更正。"
                }
            )
        if note := values.get("note"):
            same.filter(pk=row.pk).update(note=note)
        return row

    def act(self, member: PartyMember, kind: ChangeKind, values: Values, context: Context) -> None:
        other, branch = values.get("other") or "", values.get("branch")
        ours = self.ours(other, context)
        record_change(
            member, kind, on=values["on"], by=context.user, basis=f"按导入的《{self.title}》", other=ours,
            branch=PartyBranch.objects.select_related("committee").get(pk=branch) if branch else None,
            outside="" if ours else other, document_no=values.get("document_no") or "", until=values.get("until"),
        )  # fmt: skip


@register
class TransferSheet(MemberActSheet):
    kind, title, order = "transfers", "组织关系转接台账", 42
    model = "organizations.MemberTransfer"
    intro = "每件转接的发起、审核、接收日期和介绍信编号。"
    notes = (
        "一行一件转接。已接收的当天变动组织关系；名册里已经变动了的，只补登这一件。",
        "没有办完的（待审核、在途）导入以后在转接的页面上接着办；已退回、已撤回的只作记录。",
        "两边都是台账里的党组织的写“支部之间”；方向不填的，按转出、转入党组织判断。",
    )
    keys = (("member", "started_on"),)
    sides = ("source", "target")
    ordering = ("-started_on", "-pk")
    instead_of = {"from_branch": "source", "to_branch": "target", "outside": "source", "on": "ended_on"}
    columns = (
        NAME,
        ID_NUMBER,
        Column("方向", "direction", "choice", create_only=True, choices={
            "支部间": D.BETWEEN, "转出": D.OUTWARD, "转入": D.INWARD}, help="不填的按转出、转入党组织判断。", example="支部之间"),
        Column("转出党组织", "source", act_only=True, synonyms=("转出支部", "转出党支部", "转出单位"), width=28,
               example="示例市广告协会党支部", **either("from_branch__name", "outside")),
        Column("转入党组织", "target", act_only=True, synonyms=("转入支部", "转入党支部", "转入单位"), width=28,
               example="示例市物流协会党支部", **either("to_branch__name", "outside")),
        Column("转接原因", "cause", width=18, create_only=True, example="工作变动"),
        Column("介绍信编号", "letter_no", width=18, synonyms=("介绍信号",), create_only=True),
        Column("发起日期", "started_on", "date", required=True, synonyms=("发起时间", "申请日期"), create_only=True,
               example="2023-02-10"),
        Column("审核日期", "approved_on", "date", synonyms=("审核时间",), create_only=True),
        Column("办结日期", "ended_on", "date", synonyms=("接收日期", "接收时间", "办结时间"), create_only=True),
        Column("状态", "status", "choice", create_only=True,
               help="不填的：有办结日期为已接收，有审核日期为在途，都没有为待审核。"),
        Column("办结说明", "answer", width=24, create_only=True, synonyms=("说明", "备注")),
    )  # fmt: skip

    def release(self, ids: list[int], context: Context) -> None:
        for pk in ids:
            take_back(f"transfer-{pk}-")

    def position(self, values: Values) -> Any:
        """What is over before what is still open, in the order of the days."""
        return values.get("ended_on") is None, values.get("ended_on") or values["started_on"]

    def stored(self, values: Values) -> models.Model | None:
        return MemberTransfer.objects.filter(member=values["member"], started_on=values["started_on"]).first()

    def perform(self, values: Values, context: Context) -> models.Model:
        source, target = values.get("source") or "", values.get("target") or ""
        row = MemberTransfer(member=self.member_of(values), started_on=values["started_on"])
        row.from_branch, row.to_branch = self.ours(source, context), self.ours(target, context)
        for name in ("cause", "letter_no", "answer"):
            setattr(row, name, values.get(name) or "")
        row.approved_on, row.ended_on = values.get("approved_on"), values.get("ended_on")
        row.status = values.get("status") or status_of(row.approved_on, row.ended_on)
        row.direction = values.get("direction") or direction_of(row.from_branch, row.to_branch)
        self.set_outside(row, source, target)
        known = known_receipt(row)
        return (
            record_transfer(row, by=context.user) if known is None else complete_transfer(known, row, by=context.user)
        )

    @staticmethod
    def set_outside(row: MemberTransfer, source: str, target: str) -> None:
        """The side that has to be one of ours is; the other is outside, and is told by its name."""
        sides = (("source", source, row.from_branch, D.INWARD), ("target", target, row.to_branch, D.OUTWARD))
        for name, text, branch, outside in sides:
            side = "转出党组织" if name == "source" else "转入党组织"
            if not text:
                raise ValidationError({name: f"请写{side}。"})
            if row.direction == outside:
                if branch is not None:
                    raise ValidationError({"direction": f"{side}“{text}”在台账里，不是外单位。请核对方向。"})
                row.outside = text
            elif branch is None:
                raise ValidationError(
                    {
                        name: f"党组织台账里没有“{text}”。请核对名称；是外单位的，请把“方向”改为转往外单位或从外单位转来。"
                    }
                )
