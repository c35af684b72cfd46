"""登记事件 out of the ledger of bodies: another name or registration status in a line is an event with its day.

The line's parts do what `workflows.events.record_event` does: the event, the former name, the end of all that hangs on a
body that ends (ORG-03). So the preview shows them and an undo of the batch takes them back.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from core.excel import loading
from core.excel.sheet import Column, Context, Part
from core.pinyin import plain
from organizations.choices import (
    ENDED_STATUSES,
    ENDING_EVENTS,
    EVENT_BETWEEN,
    OrganizationEventKind,
    RegistrationStatus,
)
from organizations.models import Affiliation, OrganizationEvent, SocialOrganization
from organizations.workflows.events import ENDED_WITH_THE_BODY, day_problem, order_problem, renaming

BODY = "!body"  # among the values of a line: the stored body that it means
CORRECTION = "更正错字"
RENAMED = OrganizationEventKind.RENAMED
FOLLOWING = ("affiliation.", "instructor.", "liaison.")  # cells that say nothing of a body that has ended
Values = dict[str, Any]


def forget_guides(given: Values) -> None:
    """Who guided a body that had ended before it was entered; 归口 ends with it."""
    if given.get("status") in ENDED_STATUSES:
        for name in [name for name in given if name.startswith(FOLLOWING[1:])]:
            del given[name]


def forget_following(given: Values, stored: SocialOrganization) -> None:
    """Who managed or guided a body that has ended stands in an older ledger still."""
    if stored.ended_on is not None or given.get("status") in ENDED_STATUSES:
        for name in [name for name in given if name.startswith(FOLLOWING)]:
            del given[name]


# What the line says ------------------------------------------------------------------------------------------------


def new_status(values: Values) -> str:
    """The status that the line gives its body, where it is another one."""
    body, status = values.get(BODY), values.get("status")
    return status if body is not None and isinstance(status, str) and status != body.status else ""


def new_name(values: Values) -> str:
    """The name that the line gives its body, where another one is meant: not 更正错字, and no other brackets or spaces."""
    body, name = values.get(BODY), values.get("name")
    if body is None or not isinstance(name, str) or name == body.name or values.get("event.detail") == CORRECTION:
        return ""
    return "" if plain(name) == plain(body.name) else name


def status_day(context: Context, values: Values) -> date | None:
    if new_status(values) in ENDED_STATUSES:
        return values["ended_on"] if isinstance(values.get("ended_on"), date) else None
    return event_day(context, values)


def rename_day(context: Context, values: Values) -> date:
    if values.get("former.name") == values[BODY].name and isinstance(values.get("former.until"), date):
        return values["former.until"]
    return event_day(context, values)


def event_day(context: Context, values: Values) -> date:
    return values["event.on"] if isinstance(values.get("event.on"), date) else context.as_of


def ending_day(context: Context, values: Values) -> date | None:
    return status_day(context, values) if new_status(values) in ENDED_STATUSES else None


def events_in(context: Context, values: Values) -> Iterator[tuple[str, date]]:
    """Kind and day of the events that the line tells of."""
    if new_name(values) and values[BODY].ended_on is None:
        yield RENAMED, rename_day(context, values)
    if status := new_status(values):
        kind, day = EVENT_BETWEEN.get((values[BODY].status, status)), status_day(context, values)
        if kind and day:
            yield kind, day


# What it may not say -----------------------------------------------------------------------------------------------


def known_events(context: Context) -> dict[int, list[tuple[str, date]]]:
    """Body → kind and day of the events on record; wanted only where a line tells of an event."""
    found = defaultdict(list)
    bodies = SocialOrganization.objects.within(context.committee)
    rows = OrganizationEvent.objects.valid().filter(organization__in=bodies)
    for body, kind, day in rows.values_list("organization_id", "kind", "on"):
        found[body].append((kind, day))
    return found


def first_problems(context: Context, values: Values) -> Iterator[tuple[str, str]]:
    """Of a new line: the day on which its body ended."""
    for event in ended_before(context, values) or ():
        if problem := day_problem(event["on"], values.get("registered_on"), context.data["today"]):
            yield "ended_on", f"“{OrganizationEventKind(event['kind']).label}”的日期{event['on']}{problem}"


def has_ending(context: Context, body: SocialOrganization) -> bool:
    return any(kind in ENDING_EVENTS for kind, _ in context.once(known_events)[body.pk])


def event_problems(context: Context, values: Values, body: SocialOrganization | None) -> Iterator[tuple[str, str]]:
    if body is None:
        yield from first_problems(context, values)
        return
    status = new_status(values)
    if status and (body.status, status) not in EVENT_BETWEEN:
        before, after = body.get_status_display(), RegistrationStatus(status).label
        yield "status", f"登记状态不能由“{before}”直接改为“{after}”。请在这家单位的页面按先后登记，或撤回登记错的事件。"
    elif body.ended_on and values.get("ended_on", body.ended_on) != body.ended_on and has_ending(context, body):
        yield "ended_on", "注销、撤销已有登记事件，日期请在这家单位的页面用“更正”改，归口、覆盖等一并改到那一天。"
    if new_name(values) and (body.ended_on or status in ENDED_STATUSES):
        yield "name", "已注销、撤销的单位不能更名；名称原来写错的，在“登记事件说明”里写“更正错字”。"
        return
    for kind, day in events_in(context, values):
        problem = day_problem(day, body.registered_on, context.data["today"])
        problem = problem or order_problem(kind, day, context.once(known_events)[body.pk])
        if problem:
            field = "name" if kind == RENAMED else "ended_on" if status in ENDED_STATUSES else "status"
            yield field, f"“{OrganizationEventKind(kind).label}”的日期{day}{problem}"


# What follows ------------------------------------------------------------------------------------------------------


def event_rows(context: Context, values: Values) -> list[Values] | None:
    if (body := values.get(BODY)) is None:
        return ended_before(context, values)
    told = {name: said(values, name) for name in ("document_no", "detail")}
    return [
        {
            **told, "kind": kind, "on": day, "committee_id": body.committee_id,
            "status_before": "" if kind == RENAMED else body.status,
            **(renaming(body.name, values["name"], told["detail"]) if kind == RENAMED else {}),
        }
        for kind, day in events_in(context, values)
    ] or None  # fmt: skip


def said(values: Values, name: str) -> str:
    told = values.get(f"event.{name}")
    return told if isinstance(told, str) else ""


def ended_before(context: Context, values: Values) -> list[Values] | None:
    """A new line tells of a body that has ended by now: how and when it did, so that this can be mended on its page."""
    status, day = values.get("status"), values.get("ended_on")
    if status not in ENDED_STATUSES or not isinstance(day, date):
        return None
    return [{
        "kind": EVENT_BETWEEN[RegistrationStatus.NORMAL, status], "on": day, "status_before": RegistrationStatus.NORMAL,
        "committee_id": context.committee.pk, **{name: said(values, name) for name in ("document_no", "detail")},
    }]  # fmt: skip


def former_rows(context: Context, values: Values) -> list[Values] | None:
    """曾用名 of the line, and the name that it takes from its body."""
    name, until, found = values.get("former.name"), values.get("former.until"), {}
    if isinstance(name, str) and name:
        found[name] = {"name": name, **({"until": until} if isinstance(until, date) else {})}
    if new_name(values):
        old = values[BODY].name
        found[old] = {"name": old, "until": rename_day(context, values)}
    return list(found.values()) or None


def former_words(row: Values) -> str:
    return f"{row['name']}（用到{row['until']}）" if row.get("until") else row["name"]


def event_words(row: Values) -> str:
    return f"{OrganizationEventKind(row['kind']).label}（{row['on']}）"


EVENT_PART = Part(
    "event", "organizations.OrganizationEvent", "organization", make=event_rows, fresh=True, tell=event_words
)
FORMER_PART = Part(
    "former", "organizations.FormerName", "organization", {}, ("name",), make=former_rows, tell=former_words
)
ENDING_PARTS = tuple(
    Part(
        f"ends-{name}", related.related_model._meta.label, related.field.name, start="start",
        ends=ending_day, at="ended_on",
    )
    for name in ENDED_WITH_THE_BODY
    for related in [SocialOrganization._meta.get_field(name)]
)  # fmt: skip
EVENT_COLUMNS = (
    Column("登记事件日期", "event.on", "date", synonyms=("状态变更日期", "列入日期", "变更日期"), export=lambda row: "",
           help="名称或登记状态有改动的，写办成的日期；不填按数据截至日期。注销、撤销的写在“注销日期”。", extra=True),
    Column("登记事件文号", "event.document_no", synonyms=("注销文号", "更名文号"), export=lambda row: "", extra=True),
    Column("登记事件说明", "event.detail", synonyms=("名称改动说明",), export=lambda row: "", width=20,
           help=f"名称改动只是改正错字的，写“{CORRECTION}”，不记更名和曾用名。", extra=True),
)  # fmt: skip


# So that it can be taken back on the page ----------------------------------------------------------------------------


def keep_journals(rows: list[Any]) -> None:
    """Each event learns what the line changed with it, as if it had been recorded on the page."""
    _keep(rows, entries_of_change)


def keep_first_journals(rows: list[Any]) -> None:
    """Of bodies that were entered as ended: taken back, they are on the register and managed as the line says."""
    _keep(rows, entries_of_new)


def _keep(rows: list[Any], entries: Callable[[Any, Values, list[Values]], Iterator[Values]]) -> None:
    found = []
    for row in rows:
        ops = row.after.get("parts", ())
        for op in [op for op in ops if op["p"] == EVENT_PART.name]:
            found.append(OrganizationEvent(pk=op["id"], journal=list(entries(row, op, ops))))
    loading.update(OrganizationEvent, ("journal",), found)


def entries_of_change(row: Any, event: Values, ops: list[Values]) -> Iterator[Values]:
    renamed = event["v"]["kind"] == RENAMED
    names = ("name",) if renamed else ("status", "ended_on")
    yield own_entry(row, {name: row.before["m"][name] for name in names if name in row.before["m"]})
    yield from entries_of(row, (FORMER_PART,) if renamed else ENDING_PARTS, ops)


def entries_of_new(row: Any, event: Values, ops: list[Values]) -> Iterator[Values]:
    yield own_entry(row, {"status": RegistrationStatus.NORMAL, "ended_on": None})
    for op in ops:
        if op["p"] == "affiliation" and op["v"].get("end"):
            yield change_entry(Affiliation, row, op["id"], {"end": None}, {"end": op["v"]["end"]})


def change_entry(model: type, row: Any, pk: int, before: Values, after: Values) -> Values:
    label = f"{model._meta.verbose_name}“{row.label}”"
    return {
        "act": "change",
        "model": model._meta.label_lower,
        "pk": pk,
        "label": label,
        "before": before,
        "after": after,
    }


def own_entry(row: Any, before: Values) -> Values:
    after = {name: row.after["m"][name] for name in before}
    return {**change_entry(SocialOrganization, row, row.object_id, before, after), "saved": True}


def entries_of(row: Any, parts: tuple[Part, ...], ops: list[Values]) -> Iterator[Values]:
    by_name = {part.name: part for part in parts}
    for op in ops:
        if (part := by_name.get(op["p"])) is None:
            continue
        made = op["op"] == "new"
        label = f"{part.model_class._meta.verbose_name}“{op['v'].get('name') or row.label}”"
        yield {
            "act": "make" if made else "change", "model": part.model_class._meta.label_lower, "pk": op["id"],
            "label": label, "before": {} if made else op["b"], "after": op["v"],
        }  # fmt: skip
