"""登记事件台账: a new line is recorded as on the page of its body, or noted where the ledger has its outcome already."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from core.excel.acts import ActSheet, Values, of_subjects
from core.excel.among import one_of
from core.excel.sheet import Column, Context, register
from organizations.choices import CHANGED_FIELDS, STATUS_AFTER, OrganizationEventKind
from organizations.models import (
    Affiliation,
    BranchCoverage,
    DueMark,
    FormerName,
    InstructorAssignment,
    Liaison,
    OrganizationEvent,
    Posting,
    SocialOrganization,
    SyncDuty,
)
from organizations.workflows.events import (
    note_past_event,
    record_event,
    require_before,
    require_names,
    require_possible,
    short_name_problem,
)

from .common import BODY, body_column

WRITTEN = (
    OrganizationEvent, FormerName, BranchCoverage, Affiliation, InstructorAssignment, Liaison, Posting, SyncDuty, DueMark,
)  # fmt: skip
PAST = "!past"  # among the values of a line: its outcome stands in the ledger
K = OrganizationEventKind


@register
class OrganizationEventSheet(ActSheet):
    kind, title, order = "organization_events", "社会组织登记事件台账", 25
    model = "organizations.OrganizationEvent"
    intro = "成立以后登记管理机关办理的事，一件一行；可以导入以往的，也可以成批登记新办的。"
    after = "先导入社会组织党建工作台账。"
    notes = (
        "一行办一件事，与在社会组织的页面上登记相同：名称、法定代表人、登记状态等随之改动，注销的归口、组织覆盖等同日结束。",
        "结果已经在台账里的（例如名称已是变更后的名称），只补登这件事，不再改动台账。",
        "更名的，“变更前”写原名称，“变更后”写新名称；变更登记的写变更事项、变更前和变更后的内容，变更前要与台账一致。",
        "已经登记的事件不在这里更正，请在社会组织的页面上更正、撤回。",
    )
    with_number = True
    keys = (("organization", "kind", "on", "item"), ("organization", "kind", "on"))
    ordering = ("on", "pk")
    instead_of = {"new_name": "new_value", "reason": "detail"}
    columns = (
        body_column(),
        Column("统一社会信用代码", kind="code", readonly=True, export="organization__code", needs=("organization__code",)),
        Column("日期", "on", "date", required=True, create_only=True, synonyms=("事件日期", "办理日期", "批准日期"),
               example="2023-02-20"),
        Column("事件", "kind", "choice", required=True, create_only=True, synonyms=("登记事件", "事项", "事件类型"),
               choices={"变更": K.CHANGED, "撤销": K.REVOKED, "列入异常": K.ABNORMAL, "移出异常": K.RESTORED}, example="变更登记"),
        Column("文号", "document_no", width=20, create_only=True, synonyms=("批准文号", "决定书文号")),
        Column("变更事项", "item", "choice", create_only=True, help="变更登记的才填。", example="法定代表人"),
        Column("变更前", "old_value", width=20, create_only=True, synonyms=("原名称", "变更前内容"), example="王例成"),
        Column("变更后", "new_value", width=20, create_only=True, synonyms=("新名称", "变更后内容"),
               help="更名的写新名称。", example="陈例文"),
        Column("新简称", "new_short_name", act_only=True, export=lambda row: "", extra=True,
               help="更名的填；没有简称的不填。", width=16),
        Column("并入单位", "successor", "lookup", lookup=BODY, create_only=True, help="合并的才填：保留下来的或者新设立的单位。",
               width=26),
        Column("内容", "detail", width=30, create_only=True, synonyms=("说明", "备注")),
        Column("补登", kind="bool", readonly=True, export="is_past", extra=True),
        Column("撤回原因", readonly=True, export="withdrawn_reason", needs=("withdrawn_reason",), width=20),
    )  # fmt: skip

    def existing(self, attnames: tuple[str, ...]) -> models.QuerySet:
        """What was withdrawn is found by its number alone."""
        rows = super().existing(attnames)
        if attnames == ("id",):
            return rows
        return rows.valid() if "item" in attnames else rows.valid().filter(item="")

    # --- acts ----------------------------------------------------------------------------------------------------

    def subject(self, values: Values) -> int:
        return values["organization"]

    def reach(self, subjects: list[int]) -> Iterator[tuple[models.QuerySet, str]]:
        yield of_subjects(SocialOrganization, "id", subjects)
        for model in WRITTEN:
            yield of_subjects(model, "organization", subjects)

    def position(self, values: Values) -> Any:
        return values["on"]

    def arrange(self, lines: list[Values], context: Context) -> None:
        """Which lines tell of what the ledger has already: those that lead to the name, column or status of today, those
        before a stored event of their sort, and all of a body that is over."""
        ids = {values["organization"] for values in lines}
        bodies, later = SocialOrganization.objects.in_bulk(ids), self.latest(ids)
        chains: dict[tuple[int, str], list[Values]] = defaultdict(list)
        for values in sorted(lines, key=lambda values: values["on"]):
            chains[values["organization"], sort_of(values["kind"], values.get("item") or "")].append(values)
        for (pk, sort), chain in chains.items():
            body = bodies.get(pk)
            if body is None:
                continue
            settle_chain(chain, sort, body)
            for values in chain:
                is_over = body.ended_on is not None and values["on"] <= body.ended_on
                if sort == K.FOUNDED or is_over or (sort and values["on"] < later.get((pk, sort), values["on"])):
                    values.setdefault(PAST, "")

    @staticmethod
    def latest(bodies: set[int]) -> dict[tuple[int, str], date]:
        """Body and sort of event → the day of the last one on record."""
        rows = (
            OrganizationEvent.objects.valid().filter(one_of(OrganizationEvent, "organization", bodies)).order_by("on")
        )
        return {
            (pk, sort_of(kind, item)): on
            for pk, kind, item, on in rows.values_list("organization", "kind", "item", "on")
        }

    def stored(self, values: Values) -> models.Model | None:
        same = {name: values[name] for name in ("organization", "kind", "on")}
        return OrganizationEvent.objects.valid().filter(**same, item=values.get("item") or "").first()

    def release(self, ids: list[int], context: Context) -> None:
        """A duty that was only found to be proved since is as new again."""
        events = OrganizationEvent.objects.filter(one_of(OrganizationEvent, "id", ids), kind=K.CHANGED)
        for body, on in events.values_list("organization", "on"):
            SyncDuty.objects.only_proved().filter(organization=body, event_on=on).as_new()

    def perform(self, values: Values, context: Context) -> models.Model:
        body = SocialOrganization.objects.select_related("committee").get(pk=values["organization"])
        names = ("document_no", "item", "detail", "new_value", "old_value")
        answers: dict[str, Any] = {name: values.get(name) or "" for name in names}
        successor = values.get("successor")
        answers["successor"] = SocialOrganization.objects.get(pk=successor) if successor else None
        facts = {"kind": values["kind"], "on": values["on"], "by": context.user}
        if PAST in values:
            return self.note(body, values, answers, facts)
        require_possible(body, values["kind"], values["on"])
        new = ""
        if values["kind"] == K.RENAMED:
            old, new = answers.pop("old_value"), answers.pop("new_value")
            require_names(old, new)
            if old != body.name:
                raise ValidationError({"old_value": f"这家单位现在的名称是“{body.name}”。请核对变更前、变更后的名称。"})
            facts["new_short_name"] = values.get("new_short_name") or ""
            if problem := short_name_problem(body, facts["new_short_name"]):
                raise ValidationError({"new_short_name": problem})
        if answers.get("item") in CHANGED_FIELDS:
            require_before(body, answers["item"], answers.pop("old_value"))
        return record_event(body, new_name=new, **facts, **answers)

    @staticmethod
    def note(body: SocialOrganization, values: Values, answers: Values, facts: Values) -> models.Model:
        if facts["kind"] == K.RENAMED:
            facts["old_name"] = answers.pop("old_value") or values[PAST]
        return note_past_event(body, **facts, **answers)


def sort_of(kind: str, item: str) -> str:
    """What events of one sort follow one another in: the name, one column of the body, the registration status."""
    if kind in STATUS_AFTER:
        return "status"
    if kind == K.CHANGED:
        return item if item in CHANGED_FIELDS else ""
    return kind


def settle_chain(chain: list[Values], sort: str, body: SocialOrganization) -> None:
    """Of the changes of one sort in their order: up to the one that led to what it is today, they are past."""
    if sort == "status":
        outcomes, now = [STATUS_AFTER[K(values["kind"])] for values in chain], body.status
    elif sort == K.RENAMED or sort in CHANGED_FIELDS:
        outcomes, now = (
            [values.get("new_value") or "" for values in chain],
            getattr(body, "name" if sort == K.RENAMED else sort),
        )
    else:
        return
    last = max((place for place, outcome in enumerate(outcomes) if outcome == now), default=-1)
    for place, values in enumerate(chain[: last + 1]):
        values[PAST] = str(outcomes[place - 1]) if place else ""
