"""What an app declares about one workbook. Nothing here touches a file or a database.

The usual case (organizations/sheets.py, imported by AppConfig.ready()):

    @register
    class OrganizationSheet(Sheet):
        kind, title, order = "organizations", "社会组织党建工作台账", 10
        model = "organizations.SocialOrganization"
        keys = (("code",), ("name",))             # the first key whose cells are filled finds the stored row
        columns = (
            Column("社会组织名称", "name", synonyms=("单位名称", "名称"), required=True, width=30),
            Column("统一社会信用代码", "code", "code", synonyms=("信用代码",), required=True),
            Column("类型", "type", "choice", choices={"社团": "association"}),   # extra words beside the labels
            Column("登记日期", "registered_on", "date"),
            Column("业务主管单位", "supervisor", "lookup", lookup=Lookup("organizations.Unit")),
            Column("总数", "member_count", "int", group="党员情况"),             # two-row header
            Column("党龄", kind="int", readonly=True, export=party_age, needs=("joined_on",)),
        )

Rows of other models that stand in the same line are parts; a field "part.field" belongs to the part:

    parts = (
        Part("secretary", "organizations.BranchPost", link="branch", fixed={"post": "secretary", "end": None},
             key=("name",), start="start", others="end"),      # another name opens a new post and ends the old one
        Part("coverage", "organizations.BranchCoverage", link="branch", fixed={"end": None},
             key=("organization",), start="start", others="keep"),
    )
    columns = (…, Column("姓名", "secretary.name", group="书记"), Column("任职时间", "secretary.start", "month", group="书记"),
               Column("覆盖单位", "coverage.organization", "names", lookup=Lookup("organizations.SocialOrganization")))

A row that hangs under a row found or made on the way has a parent:

    model = "tasks.TaskItem"
    parents = (Parent("task_list", "tasks.TaskList", key=("title", "quarter")),)
    columns = (Column("清单名称", "task_list.title", from_title=lambda title: title), Column("季度", "task_list.quarter", "quarter",
               from_title=quarter_in), Column("工作任务", "title", required=True), …)

A row about a person has a parent that is found and never made; the ID number and the branch tell namesakes apart:

    parents = (Parent("member", "organizations.PartyMember", key=("name",), beside=("member.id_number", "branch"), find=…),)

A many-to-many field of the model is simply a column of kind "names" with a lookup.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from django.apps import apps
from django.db import models

from core.periods import today

Fetched = TypeVar("Fetched")
KINDS = {
    "text", "int", "decimal", "date", "month", "bool", "choice", "code", "id_number", "phone", "address", "quarter", "lookup", "names",
}  # fmt: skip
TEXT_KINDS = {  # cells formatted as text
    "text", "code", "id_number", "phone", "address", "month", "quarter", "lookup", "names",
}  # fmt: skip
WIDTHS = {
    "code": 20, "id_number": 20, "phone": 13, "date": 11, "month": 9, "int": 7, "bool": 6, "choice": 10, "names": 26,
}  # fmt: skip


@dataclass(frozen=True)
class Lookup:
    """How a name in a cell finds a stored row: the first of `fields` that holds it (text, or a JSON list of names).

    scoped: only rows of the importing committee and below. words: cell words that mean “no row” (本级, 无).
    into: the field that takes the found row, for a column with several lookups (主办单位: branch or body).
    filters: extra conditions, e.g. {"end__isnull": True}.
    """

    model: str
    fields: tuple[str, ...] = ("name",)
    scoped: bool = True
    words: tuple[str, ...] = ()
    into: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)


@dataclass(frozen=True)
class Column:
    """One column. `field` names a field of the model, "part.field", "parent.field", or "" for an export-only column.

    Blank cell on update = unchanged, “清空” = clear, “无” = none (stored as “无” in text, as empty elsewhere).
    Checks come from the model field (choices, max_length, validators) and the kind; `clean` adds one more: it takes the
    converted value and returns it or raises ValidationError with a full Chinese sentence.
    """

    heading: str
    field: str = ""
    kind: str = "text"
    group: str = ""  # upper line of a two-row header
    synonyms: tuple[str, ...] = ()
    required: bool = False  # must be filled in a new row
    choices: Mapping[str, Any] | None = None  # further words → stored value; labels of the model field always count
    words: Mapping[Any, str] | None = None  # stored value → the word that this form uses instead of the field's label
    lookup: Lookup | tuple[Lookup, ...] | None = None
    clean: Callable[[Any], Any] | None = None
    default: Any = None  # of a new row whose cell is blank
    precision: str = ""  # boolean field that says “only the month is known”
    from_title: Callable[[str], Any] | None = None  # where the column is absent: from the text above the header
    create_only: bool = False  # taken for new rows only; a status, say, is changed on its page
    readonly: bool = False  # printed by exports, not read by imports
    export: str | Callable[[Mapping[str, Any]], Any] | None = None  # a field path, or a function of the row's `needs`
    needs: tuple[str, ...] = ()  # "today" is the office's day, not a field
    extra: bool = False  # not in the office's own layout: blank forms and full exports carry it, ledgers do not
    personal: bool = (
        False  # never quoted in messages; ID numbers, phones and addresses are masked unless a purpose is given
    )
    act_only: bool = False  # no field of the row: only the act of a new line knows it (core/excel/acts.py)
    loose: bool = False  # of ID numbers: those of other papers as well; the sheet checks which it is
    help: str = ""
    example: Any = ""
    width: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.heading}: unknown kind {self.kind}")
        if self.kind in ("lookup", "names") and self.lookup is None and not self.readonly:
            raise ValueError(f"column {self.heading}: a {self.kind} needs a lookup")
        if not self.field and not self.readonly:
            raise ValueError(f"column {self.heading}: only a readonly column has no field")

    @property
    def label(self) -> str:
        """As messages call it: 书记—姓名."""
        return f"{self.group}—{self.heading}" if self.group else self.heading

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        if self.lookup is None:
            return ()
        return self.lookup if isinstance(self.lookup, tuple) else (self.lookup,)

    @property
    def owner(self) -> str:
        """Name of the part or parent, "" for the row itself."""
        return self.field.partition(".")[0] if "." in self.field else ""

    @property
    def name(self) -> str:
        return self.field.rpartition(".")[2]

    @property
    def cell_width(self) -> int:
        return self.width or WIDTHS.get(self.kind, 14)

    @property
    def is_text(self) -> bool:
        return self.kind in TEXT_KINDS


@dataclass(frozen=True)
class Part:
    """Rows of another model that belong to the line's row through `link`; written, audited and undone by the engine.

    fixed: values every such row has; they also pick the stored ones (None = is null).
    key: fields that find the stored one among those of the line; () = there is at most one.
    others: stored ones that the filled cells do not name: "keep", "end" (sets `end`), "remove", "stop" (ends those that
        held a day before, removes the others).
    start: the field that takes the day “as of” when its cell is blank (an interval needs a beginning).
    make: rows from the line's values instead of from columns: make(context, values) → list of dicts; None where the line
        says nothing of them, so that the stored ones are not looked at.
    fresh: every row that `make` gives is a new one, whatever is stored.
    ends: makes nothing; the day on which the stored rows end with the line's row, None where they go on. `at` is the
        column whose cell is told why that cannot be.
    tell: a new row in the words of the preview and the log.
    derived: fields that follow from other rows; that they change is no edit, and an undo takes no notice of them.
    """

    name: str
    model: str
    link: str
    fixed: Mapping[str, Any] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    others: str = "keep"
    start: str = ""
    end: str = "end"
    make: Callable[["Context", dict[str, Any]], Iterable[dict[str, Any]] | None] | None = None
    fresh: bool = False
    ends: Callable[["Context", dict[str, Any]], date | None] | None = None
    at: str = ""
    tell: Callable[[dict[str, Any]], str] | None = None
    derived: tuple[str, ...] = ()

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def is_dated(self) -> bool:
        """An interval, of which the open one is the present."""
        return bool(self.start) and self.fixed.get(self.end, "") is None


class Several(str):
    """The sentence that more than one row is meant."""


@dataclass(frozen=True)
class Parent:
    """The row that the line hangs under: the foreign key `name` of the sheet's model, found by `key` or made.

    find: for what is never made here and what no single cell names, such as a person. It gets the cells of `key` and of
    the columns `beside` (blank ones None) and tells the primary key of each, or in a full sentence why there is none;
    where it is because of Several, a line that carries the 系统编号 of its row needs no more.
    """

    name: str
    model: str
    key: tuple[str, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    find: Callable[[set[tuple], "Context"], dict[tuple, int | str]] | None = None

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns that tell which row it is, as Column.field."""
        return (*(f"{self.name}.{k}" for k in self.key), *self.beside)


@dataclass
class Context:
    """What an import knows: for whom it runs, the day “as of”, `data` that `Sheet.prepare` fills, and what was found once."""

    user: Any
    committee: Any
    as_of: date
    title: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    found: dict[Callable, Any] = field(default_factory=dict)

    def once(self, find: Callable[["Context"], Fetched]) -> Fetched:
        """What `find` reads for this import; it is read when it is first asked for."""
        if find not in self.found:
            self.found[find] = find(self)
        return self.found[find]


class Sheet:
    """One workbook. Subclass, set the attributes, decorate with @register; see the module's docstring."""

    kind: str = ""  # in addresses and commands: lower-case English, hyphens
    title: str = ""  # the official name, printed in the title row
    model: str = ""  # "app.Model"
    columns: tuple[Column, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    parts: tuple[Part, ...] = ()
    parents: tuple[Parent, ...] = ()
    order: int = 100  # which workbook comes first; 10, 20, …
    after: str = ""  # one Chinese sentence: what must have been imported before
    intro: str = ""  # one Chinese sentence for the list of workbooks
    instead: str = ""  # where its rows are entered, for a ledger that is not imported: one Chinese sentence
    notes: tuple[str, ...] = ()  # sentences of the second sheet 填表说明
    derived: Mapping[str, Mapping[str, Any]] = {}  # rows that only follow from these, as model → conditions ({} = all)
    instead_of: Mapping[str, str] = {}  # where the sentence about a field stands in a workbook without its column
    with_number: bool = False  # no natural key: exports carry 系统编号, and it finds the row first
    ordering: tuple[str, ...] = ("pk",)
    number_in_ledger: bool = True  # the office's layout carries 系统编号 too
    past_note: str = ""  # what else is as it is now in the ledger of a past day
    can_import: bool = True
    can_export: bool = True

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def queryset(self, user: Any) -> models.QuerySet:
        """Rows of a full export; a list page passes its own filtered set instead."""
        rows = self.model_class._default_manager.visible_to(user)
        return self.annotated(rows, today(user.committee)).order_by(*self.ordering)

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        """Add what the columns print beside the row's own fields, as of that day; every export goes through it."""
        return rows

    def completed(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        """The rows of a list page, which carry what the page shows, with what only the printed ledger has."""
        return rows

    def existing(self, attnames: tuple[str, ...]) -> models.QuerySet:
        """Stored rows that a line may mean by this key; narrow it where ended rows must not be found again."""
        return self.model_class._default_manager.all()

    def unfinished(self, attnames: tuple[str, ...], keys: set[tuple], context: Context) -> dict[tuple, Any]:
        """Stored rows that lack a part of the key as yet (no date known) and that these lines mean and complete."""
        return {}

    def known_as(self, attnames: tuple[str, ...], keys: set[tuple], context: Context) -> dict[tuple, Any]:
        """Stored rows for keys that no row has now, but one had: former names, rows that were merged into another."""
        return {}

    def matched(self, given: dict[str, Any], stored: Any) -> None:
        """A line means this row: put its own name into the cells of `given` that call it by a former one."""

    def entering(self, given: dict[str, Any]) -> None:
        """A line means no stored row: take out of `given` what is not read for such a new one."""

    def prepare(self, context: Context) -> None:
        """Before the first row is planned, and again before the first is written: fetch into context.data what both need."""

    def foresee(self, context: Context) -> None:
        """While the workbook is being opened: ask once for what planning will want in any case."""

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        """Rules across columns: yield (field, sentence). `values` holds the filled cells, keyed by Column.field."""
        return iter(())

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        """Rules that depend on the stored row which the line changes; None where it makes a new one."""
        return iter(())

    def follows(self, values: dict[str, Any], stored: Any, context: Context) -> Mapping[str, Any]:
        """What follows from the filled cells, by attribute name; it wins over the cells and shows in the preview."""
        return {}

    def remarks(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[str]:
        """What is not wrong and yet should be known before the import is confirmed: sentences for the preview."""
        return iter(())

    def derive(self, obj: Any, context: Context) -> None:
        """Fill the derived columns of a new or changed row; bulk writes do not call save()."""
        if hasattr(obj, "before_save"):
            obj.before_save()

    @cached_property
    def present_columns(self) -> list[str]:
        """What the office's layout prints as it is now in the ledger of any day: plain cells without a day of their own."""
        dated = {part.name for part in self.parts if part.is_dated}
        return [
            column.label
            for column in self.columns
            if column.field and not (column.extra or column.readonly or column.export or column.kind == "date")
            if column.owner not in dated
        ]

    def footer(self, user: Any, period: Any) -> list[str]:
        """Lines under the table of an export; begin them with 说明： so that an import passes over them."""
        return []

    def added(self, rows: list[Any], context: Context) -> None:
        """After staged rows of new ones were written, parts included."""

    def changed(self, rows: list[Any], context: Context) -> None:
        """After staged rows of changed ones were written, parts included: what one write cannot know of another."""

    def applied(self, ids: list[int], context: Context) -> None:
        """After an import or its undo, in the same transaction: refresh what is derived from the rows."""

    def release(self, ids: list[int], context: Context) -> None:
        """Before new rows are taken back by an undo: remove what `applied` derived from them and nobody has worked on."""


registry: dict[str, Sheet] = {}


def register(cls: type[Sheet]) -> type[Sheet]:
    sheet = cls()
    if not sheet.kind or not sheet.title or not sheet.columns:
        raise ValueError(f"{cls.__name__}: kind, title and columns are required")
    if registry.setdefault(sheet.kind, sheet).__class__ is not cls:
        raise ValueError(f"two sheets are called {sheet.kind}")
    fields = [c.field for c in sheet.columns if c.field]
    if twice := {f for f in fields if fields.count(f) > 1}:
        raise ValueError(f"{cls.__name__}: declared twice: {', '.join(sorted(twice))}")
    owners = {p.name for p in (*sheet.parts, *sheet.parents)}
    if unknown := {c.owner for c in sheet.columns if c.owner} - owners:
        raise ValueError(f"{cls.__name__}: no part or parent called {', '.join(sorted(unknown))}")
    return cls


def all_sheets() -> list[Sheet]:
    """In the order in which an office should fill them."""
    return sorted(registry.values(), key=lambda s: (s.order, s.kind))


def get_sheet(kind: str) -> Sheet:
    """LookupError when there is none of that kind."""
    try:
        return registry[kind]
    except KeyError:
        raise LookupError(f"没有叫“{kind}”的台账。可用的有：{'、'.join(s.kind for s in all_sheets())}。") from None
