"""六个同步事项台账: many duties ticked off at once, and those of events before the system was introduced."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import models

from core.excel.among import one_of
from core.excel.sheet import Column, Context, Sheet, register
from core.periods import today
from organizations.choices import SyncEvent
from organizations.models import SocialOrganization, SyncDuty, SyncRule
from organizations.workflows.sync import (
    done_day_problem,
    due_day,
    event_problem,
    not_applicable_problem,
    settle_duties,
)

from .common import body_column, corrected, office_day

TAKEN = "只在新增时采用。"
OTHER = "系统编号这一条登记的是另一件事项，这一格不同。请核对系统编号；新增的行，系统编号留空。"
OF_ONE_DUTY = ("organization", "event", "event_on", "action")


@register
class SyncDutySheet(Sheet):
    kind, title, order = "sync_duties", "六个同步事项台账", 74
    model = "organizations.SyncDuty"
    intro = "每个业务事件要同步办的一件事一行：期限、完成日期和情况；可以成批登记完成，也可以补录以往的。"
    after = "先导入社会组织党建工作台账；同步规则在六个同步的页面上定。"
    notes = (
        "业务事件登记或导入时，同步事项自动生成。导出以后填上完成日期、完成情况，再导入就是登记完成。",
        "单位、业务事件、事件日期、同步事项都相同的是同一件；台账里没有的是补录，同步事项照同步规则里的党建动作写。",
        "完成期限不填的，按同步规则计算。",
        "不适用在页面上定；已经完成的要改为没有完成，在页面上恢复。",
    )
    with_number = True
    number_in_ledger = False
    keys = (OF_ONE_DUTY,)
    ordering = ("event_on", "pk")
    columns = (
        body_column(),
        Column("业务事件", "event", "choice", synonyms=("事件",), required=True, example="等级评估", width=10),
        Column("事件日期", "event_on", "date", synonyms=("业务事件日期", "事件时间"), required=True, example="2023-03-10"),
        Column("同步事项", "action", synonyms=("党建动作", "党建工作"), required=True, help="照同步规则里的党建动作写。",
               example="开展党建评估", width=24),
        Column("完成期限", "due_on", "date", synonyms=("期限",), create_only=True, help="不填按同步规则计算。"),
        Column("完成日期", "done_on", "date", synonyms=("完成时间", "办结日期"), example="2023-04-02"),
        Column("完成情况", "done_note", synonyms=("办理情况",), example="已开展党建评估", width=20),
        Column("定为不适用的日期", "waived_on", "date", readonly=True),
        Column("不适用的原因", "waived_note", readonly=True, width=20),
        Column("说明", "note", create_only=True, help=TAKEN, width=18),
    )  # fmt: skip

    def existing(self, attnames: tuple[str, ...]) -> models.QuerySet:
        return super().existing(attnames).select_related("organization")

    def prepare(self, context: Context) -> None:
        rules = SyncRule.objects.within(context.committee)
        context.data["rules"] = {(rule.committee_id, rule.event, rule.action): rule for rule in rules}
        bodies = SocialOrganization.objects.within(context.committee)
        rows = bodies.values_list("pk", "committee_id", "registered_on", "ended_on")
        context.data["bodies"] = {pk: facts for pk, *facts in rows}
        context.data["due"] = {}

    # What a line says --------------------------------------------------------------------------------------------

    @staticmethod
    def rule_of(values: dict[str, Any], context: Context) -> SyncRule | None:
        committee, *_ = context.data["bodies"].get(values.get("organization"), (None,))
        return context.data["rules"].get((committee, values.get("event"), values.get("action")))

    @staticmethod
    def due(rule: SyncRule, on: date, context: Context) -> tuple[date, bool]:
        known = context.data["due"]
        if (rule.pk, on) not in known:
            known[rule.pk, on] = due_day(rule, on)
        return known[rule.pk, on]

    def follows(self, values: dict[str, Any], stored: SyncDuty | None, context: Context) -> Mapping[str, Any]:
        """A new duty is one of its rule, and due when the rule says unless the line names a day; one that does not apply
        stays as it is, whatever the cells say."""
        if stored is not None:
            return {"done_on": stored.done_on, "done_note": stored.done_note} if stored.why_not else {}
        on = values.get("event_on")
        if on is None or (rule := self.rule_of(values, context)) is None:
            return {}
        found = {"rule_id": rule.pk, "committee_id": rule.committee_id}
        if values.get("due_on") is None:
            found["due_on"], found["is_provisional"] = self.due(rule, on, context)
        return found

    # What it may not say -----------------------------------------------------------------------------------------

    def check_change(
        self, values: dict[str, Any], stored: SyncDuty | None, context: Context
    ) -> Iterator[tuple[str, str]]:
        if stored is None:
            yield from self.check_new(values, context)
            event_on, was = values.get("event_on"), None
        else:
            yield from self.check_stored(values, stored)
            event_on, was = stored.event_on, stored.done_on
        done = values.get("done_on", was)
        told = done and done != was and event_on and done >= event_on  # of an earlier day the constraint tells
        if told and (problem := done_day_problem(event_on, done, office_day(context))):
            yield "done_on", problem
        if values.get("done_note") and done is None and not (stored and stored.why_not):
            yield "done_on", "写了完成情况，没有写完成日期。请补上完成日期。"

    def check_new(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        facts, on = context.data["bodies"].get(values.get("organization")), values.get("event_on")
        if facts is None or on is None:
            return
        _, registered_on, ended_on = facts
        if problem := event_problem(on, registered_on, ended_on, office_day(context)):
            yield "event_on", problem
        if values.get("event") and values.get("action") and self.rule_of(values, context) is None:
            event = SyncEvent(values["event"]).label
            yield (
                "action",
                f"同步规则里没有业务事件“{event}”的“{values['action']}”。请照同步规则填写；确是新的事项，先增加同步规则。",
            )
        if (due := values.get("due_on")) and due < on:
            yield "due_on", f"完成期限不能早于事件日期{on}。"

    def check_stored(self, values: dict[str, Any], stored: SyncDuty) -> Iterator[tuple[str, str]]:
        changes = {column.field for column in corrected(self, values, stored)}
        for name in OF_ONE_DUTY:
            if name in changes:
                yield name, OTHER
        if "done_on" in changes and values["done_on"] is None:
            yield "done_on", f"已在{stored.done_on}完成，不能清空。要改为没有完成，请在这件事项的页面上恢复。"
        elif changes & {"done_on", "done_note"} and (problem := not_applicable_problem(stored)):
            yield "done_on", problem

    # What follows ------------------------------------------------------------------------------------------------

    def applied(self, ids: list[int], context: Context) -> None:
        """What the ledgers prove is done; a duty that is open again after an undo is as new as it was before."""
        rows = SyncDuty.objects.filter(one_of(SyncDuty, "id", ids))
        rows.filter(is_automatic=True, done_on=None, waived_on=None, version=3).update(version=1)
        waiting = rows.open().filter(is_automatic=False, version=1).values("organization")
        settle_duties(SyncDuty.objects.filter(organization__in=waiting), on=today(context.committee), by=context.user)

    def release(self, ids: list[int], context: Context) -> None:
        """What the ledgers proved of new duties was nobody's work."""
        SyncDuty.objects.only_proved().filter(one_of(SyncDuty, "id", ids)).as_new()
