"""Behind every figure of 两个覆盖 the bodies that it counts and leaves out, and those behind a change."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Value

from core.pages import Cell, Column, ListPage
from core.pages.columns import iso
from core.pages.offices import PARAMETER
from organizations import statistics
from organizations.choices import CoverageMethod, NoBranchReason, OrganizationKind
from organizations.models import SocialOrganization
from organizations.sheets.coverage import guidance_word
from organizations.statistics import CAUSES, FIGURES, MEASURES, Figure

from .base import past_footer
from .bodylists import affiliation_cell
from .coverageday import DayMixin

Row = dict[str, Any]


class CoverageList(DayMixin, ListPage):
    """Lists under the page: the day and the figure stay in every link and in the search box."""

    template_name = "organizations/coverage_rows.html"
    can_save = False  # its rows belong to one figure of one day
    asked: tuple[str, ...] = ()
    kind = ""

    @property
    def told(self) -> str:
        """Which day or days and whose rows, and how they are counted, in words."""
        raise NotImplementedError

    @property
    def whose(self) -> str:
        """The list can also show the own rows alone, which the figures cannot."""
        own = self.office is not None and self.asked_office is None
        return f"{self.office.label}本级，" if own else super().whose

    @property
    def narrowed_words(self) -> list[str]:
        """Which of the rows behind one number these are: of whom, of which type, counted or left out."""
        managed = statistics.managed_word(self.managed).removesuffix("的") if self.managed else ""
        kind = OrganizationKind(self.kind).label if self.kind else ""
        tab = next((label for key, label, _ in self.tabs if key == self.tab), "")
        return [word for word in (self.whose.removesuffix("，"), managed, kind, tab) if word]

    @property
    def export_name(self) -> str:
        words = "，".join(self.narrowed_words)
        return f"{self.title}（{words}）" if words else self.title

    def table_context(self) -> dict[str, Any]:
        context = super().table_context()
        known = {PARAMETER, *(key for key, _ in context["kept"])}  # the list has a box of its own for the office
        return {
            **context,
            "kept": [*context["kept"], *(pair for pair in self.asked_pairs(*self.asked) if pair[0] not in known)],
        }

    def export_footer(self) -> list[str]:
        return past_footer(self.export_kind, self.export_day)

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "meta": self.told, "crumbs": self.crumbs()}


class CountedList(CoverageList):
    """The rows behind one number, counted or left out, each with the reason."""

    empty_text = "换一个截至日期，或看另一个标签。"

    @property
    def kind(self) -> str:
        """The type of body of the column from which the number was opened."""
        asked = self.request.GET.get("kind", "") if "kind" in self.asked else ""
        return asked if asked in OrganizationKind.values else ""

    def reason(self, row: Row) -> str:
        raise NotImplementedError

    def page_rows(self) -> list[Row]:
        """The reason depends on the number, the day and the definition, which a column does not know."""
        rows = super().page_rows()
        for row in rows:
            row["why"] = self.reason(row)
        return rows


class CoverageRows(CountedList):
    """The bodies behind one figure."""

    model = SocialOrganization
    unit = "家"
    export_kind = "organizations"
    ordering = ("sort_key",)
    empty_title = "没有这样的社会组织"
    asked = ("figure", "kind")
    tabs = (
        ("in", "计入", lambda rows, page: statistics.included(page.figure, rows, page.chosen)),
        ("out", "不计入", lambda rows, page: statistics.excluded(page.figure, rows, page.chosen)),
    )
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name", "former_name"),
               value=lambda row: row["former_name"] or row["short_name"] or row["name"]),
        Column("类型", "kind", phone="hide"),
        Column("登记日期", "registered_on", "date", sort="registered_on", phone="hide"),
        Column("理由", "why", fields=statistics.REASON_FIELDS, value=lambda row: row["why"], phone="wide"),
        Column("未建立原因", "reason_then", phone="wide",
               value=lambda row: NoBranchReason(row["reason_then"]).label if row["reason_then"] else ""),
        Column("应建", "should", value=lambda row: Cell("应建", kind="warn") if row["should"] else ""),
        Column("从业人员", "staff_count", "number", phone="hide"),
        Column("党员", "member_count", "number", phone="hide"),
        Column("书记", "branch_secretary"),
    )  # fmt: skip

    @property
    def kind_word(self) -> str:
        return f"{OrganizationKind(self.kind).label}；" if self.kind else ""

    @cached_property
    def figure(self) -> Figure:
        return FIGURES.get(self.request.GET.get("figure", ""), FIGURES["covered"])

    @property
    def title(self) -> str:
        return self.figure.label

    @property
    def told(self) -> str:
        among = "" if self.figure.key == "base" else f"在“{self.figure.among}”中；"
        return f"截至{iso(self.on)}，{self.among}社会组织；{self.kind_word}{among}{'；'.join(self.chosen.words)}"

    def get_queryset(self) -> QuerySet:
        committee = self.committee
        rows = statistics.bodies_of(self.figure, committee, self.on, self.chosen, managed=self.managed)
        rows = rows.filter(kind=self.kind) if self.kind else rows
        rows = rows.with_papers(self.on).with_name(self.on).with_affiliation(self.on).with_reason_then(self.on)
        return (rows.with_branch_then(self.on) if self.export_day else rows).annotate(why=Value(""))

    def reason(self, row: Row) -> str:
        return statistics.reason(self.figure, row, self.chosen, self.on, self.managed)


class CoverageChanges(CoverageList):
    """The bodies behind one cause of a change between two days."""

    model = SocialOrganization
    unit = "家"
    export_kind = "organizations"
    ordering = ("sort_key",)
    empty_title = "没有这样的社会组织"
    empty_text = "换一个比较的日期再看。"
    asked = ("measure", "cause", "before")
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name", "former_name"),
               value=lambda row: row["former_name"] or row["short_name"] or row["name"]),
        Column("类型", "kind"),
        Column("登记日期", "registered_on", "date", sort="registered_on"),
        Column("注销或撤销日期", "ended_on", "date"),
        Column("当日的覆盖", "coverage_method", fields=("branch_name", "has_instructor", "has_liaison"), phone="wide",
               value=lambda row: now_words(row)),
        Column("归口", "affiliation_kind", value=affiliation_cell),
    )  # fmt: skip

    @property
    def measure(self) -> str:
        asked = self.request.GET.get("measure", "")
        return asked if asked in MEASURES else "covered"

    @property
    def cause(self) -> str:
        asked = self.request.GET.get("cause", "")
        return asked if asked in CAUSES and asked != "redefined" else "built_own"

    @property
    def title(self) -> str:
        return f"{MEASURES[self.measure]}：{CAUSES[self.cause][0]}"

    @property
    def narrowed_words(self) -> list[str]:
        return [*super().narrowed_words, f"与{iso(self.before)}比"]

    def get_queryset(self) -> QuerySet:
        committee = self.committee
        rows = statistics.with_cause(
            committee, self.before, self.on, self.measure, self.chosen, managed=self.managed
        ).filter(cause=self.cause)
        found = SocialOrganization.objects.for_ledger(self.on, past=self.export_day is not None)
        found = found.filter(pk__in=rows.order_by().values("pk")).with_name(self.on)
        return found

    @property
    def told(self) -> str:
        return f"{self.before}到{self.on}之间，{self.among}社会组织"


def now_words(row: dict[str, Any]) -> str:
    if row["coverage_method"]:
        return f"{CoverageMethod(row['coverage_method']).label}：{row['branch_name']}"
    return guidance_word(row, none="")
