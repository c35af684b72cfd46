"""Columns and lookups that several workbooks share."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import models

from core.excel.among import one_of
from core.excel.binding import empty_value
from core.excel.sheet import Column, Context, Lookup, Sheet
from core.periods import ORDINALS, today
from organizations.models import SocialOrganization
from organizations.workflows.sync_sources import catch_up

BODY_NAMES = ("name", "short_name", "code", "aliases", "former_names__name")  # an earlier one wins over a later one
BODY = Lookup("organizations.SocialOrganization", BODY_NAMES)
BRANCH_NAMES = ("name", "short_name", "former_names")
BRANCH = Lookup("organizations.PartyBranch", BRANCH_NAMES)
BATCH = Lookup("organizations.IncubationBatch", ("number",))
BODY_WORDS = ("社会组织", "单位名称", "单位", "名称", "社会组织全称")


class EventSheet(Sheet):
    """Rows of bodies that tell of business events: the duties of 六个同步 come with them, and go with an undo."""

    def bodies(self, ids: list[int]) -> list[int]:
        rows = self.model_class._base_manager.filter(one_of(self.model_class, "id", ids))
        return sorted(set(rows.values_list("organization_id", flat=True)))

    def release(self, ids: list[int], context: Context) -> None:
        """Whose rows they were is not known any more once they are gone."""
        context.data.setdefault("bodies", []).extend(self.bodies(ids))

    def applied(self, ids: list[int], context: Context) -> None:
        if bodies := [*self.bodies(ids), *context.data.pop("bodies", [])]:
            catch_up(context.committee, bodies, by=context.user)


# What a line says of its own row ------------------------------------------------------------------------------------


def office_day(context: Context) -> date:
    return context.data.setdefault("today", today(context.committee))


def bodies_known(context: Context) -> dict[int, SocialOrganization]:
    """The bodies of the office with what the rules of dated rows ask: when they began and whether they are over."""
    rows = SocialOrganization.objects.within(context.committee)
    return rows.only("name", "short_name", "status", "ended_on", "registered_on").in_bulk()


def days_ahead(
    columns: Iterable[Column], values: dict[str, Any], context: Context, skip: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """What a ledger tells has happened; `skip` are days that may lie ahead."""
    for column in columns:
        day = values.get(column.field) if column.kind == "date" and column.field not in skip else None
        if day and day > office_day(context):
            yield column.field, f"{column.label}不能晚于今天。"


def too_early(
    sheet: Sheet, names: tuple[str, ...], values: dict[str, Any], step: str, word: str
) -> Iterator[tuple[str, str]]:
    """Cells that belong to a later step than the one that the line says, or does not say, it has come to."""
    heading = next(column.label for column in sheet.columns if column.field == step)
    at = f"{heading}是“{word}”" if values.get(step) else f"{heading}没有填，按“{word}”读取"
    for column in sheet.columns:
        if column.field in names and values.get(column.field) not in (None, ""):
            yield column.field, f"{at}，不应填{column.label}。已经办到这一步的，请写对{heading}；没有的，请清空这一格。"


def cleared(sheet: Sheet, values: dict[str, Any], stored: Any) -> Iterator[tuple[str, str]]:
    """Cells of a stored row that say “清空” where its page demands something."""
    for column in corrected(sheet, values, stored):
        if values[column.field] is None and not sheet.model_class._meta.get_field(column.field).blank:
            yield column.field, f"“{column.label}”不能清空。"


def corrected(sheet: Sheet, values: dict[str, Any], stored: Any) -> Iterator[Column]:
    """The columns in which the line says something else than the stored row, apart from those read for new rows only."""
    for column in sheet.columns:
        if column.field not in values or column.readonly or column.create_only:
            continue
        field, value = sheet.model_class._meta.get_field(column.field), values[column.field]
        if isinstance(field, models.ManyToManyField):
            same = {pk for _, pk in value or ()} == {row.pk for row in getattr(stored, column.field).all()}
        else:
            same = stored.__dict__[field.attname] == (empty_value(field) if value is None else value)
        if not same:
            yield column


def as_entered(sheet: Sheet, values: dict[str, Any], stored: Any, context: Context) -> Any:
    """The row as the line would leave it, to be judged by the rules of its page; nothing is written."""
    model = sheet.model_class
    old = {} if stored is None else {f.attname: stored.__dict__[f.attname] for f in model._meta.concrete_fields}
    obj = model(**old)
    obj._state.adding = stored is None
    if obj.committee_id in (None, context.committee.pk):
        obj.committee = context.committee
    for column in sheet.columns:
        field = model._meta.get_field(column.field) if column.field else None
        if field is None or column.readonly or isinstance(field, models.ManyToManyField):
            continue
        if column.field in values and not (column.create_only and stored is not None):
            value = values[column.field]
            setattr(obj, field.attname, empty_value(field) if value is None else value)
    return obj


def body_column(field: str = "organization") -> Column:
    return Column(
        "社会组织名称", field, "lookup", lookup=BODY, required=True, synonyms=BODY_WORDS,
        help="全称、简称或统一社会信用代码。", example="示例市广告协会", width=28,
    )  # fmt: skip


def batch_number(text: str) -> str:
    """第六期, 六期, 第6期 → 6."""
    word = text.removeprefix("第").removesuffix("批").removesuffix("期").strip()
    return str(ORDINALS.index(word)) if len(word) == 1 and word in ORDINALS else word
