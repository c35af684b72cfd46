"""The base of every list page. Rows are fetched as dictionaries of just the shown fields and drawn by Jinja."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template import engines
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.generic import View

from core.pages import saved
from core.pages.columns import Column, Row
from core.pages.filters import Widget, applied, clean_query, widgets
from core.pages.offices import PARAMETER, OfficeChoice
from core.pages.paging import PAGE_SIZES, PagedRows
from core.pages.period import current_period
from core.periods import today
from core.permissions import AllowMixin

PLACE = 987654321


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    icon: str = ""
    primary: bool = False
    fold_phone: bool = False  # on a phone it stands in 更多, where another one does too


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    active: bool


def detail_pattern(model: type[Model]) -> Callable[[Row], str]:
    """The address of a row's page without asking the resolver fifty times."""
    meta = model._meta
    try:
        url = reverse(f"{meta.app_label}:{meta.model_name}-detail", args=[PLACE])
    except NoReverseMatch:
        return lambda row: ""
    before, after = url.split(str(PLACE))
    return lambda row: f"{before}{row['pk']}{after}"


@cache
def painters(page: type["ListPage"], urlconf: str | None) -> list[Callable[[Row], str]]:
    """How each column is drawn; worked out once for every page class."""
    address = detail_pattern(page.model)
    return [column.painter(page.model, address) for column in page.columns]


class ListPage(AllowMixin, OfficeChoice, PagedRows, View):
    model: ClassVar[type[Model]]
    columns: ClassVar[tuple[Column, ...]] = ()
    filterset_class: ClassVar[Any] = None
    ordering: ClassVar[tuple[str, ...]] = ()
    wide_ordering: ClassVar[tuple[str, ...]] = ()  # over many committees, where `ordering` would sort all their rows
    unit = "条"
    tabs: ClassVar[tuple[tuple[str, str, Any], ...]] = ()  # (key, label, QuerySet method; "" is all)
    search_tab = ""  # the tab in which a search looks when none was chosen
    title = ""
    meta_text = ""
    search_hint = "名称、拼音首字母"
    create_url_name = ""
    create_label = ""
    can_create: ClassVar[Callable] = staticmethod(lambda user: user.is_committee_staff)
    import_kind = ""
    export_kind = ""
    empty_title = ""
    empty_text = ""
    period_filter = False
    print_wide = True
    export_day: date | None = None  # of a ledger of a past day
    export_name = ""  # of the file, where several exports of the page are saved side by side
    can_save = True  # whether a reader may keep the present conditions under a name
    remembered: ClassVar[tuple[str, ...]] = ()  # conditions beside the filterset's that are kept with them
    template_name = "generic/list.html"

    # ---- which rows --------------------------------------------------------------------------
    def get_queryset(self) -> QuerySet:
        """Over many committees the search comes before the scope: SQLite asks in this order, and few rows are found."""
        rows = self.model._default_manager.all()
        return (rows.search(self.params["q"]) if self.is_found else rows).visible_to(self.request.user)

    @cached_property
    def params(self) -> QueryDict:
        return clean_query(self.request.GET)

    @cached_property
    def tab(self) -> str:
        """A search may look further than the first tab, unless a tab was chosen: who looks for what has ended types its name."""
        keys = [key for key, *_ in self.tabs]
        chosen = self.params.get("tab", self.search_tab if self.params.get("q") else "")
        return chosen if chosen in keys else (keys[0] if keys else "")

    @cached_property
    def searchable(self) -> bool:
        return hasattr(self.model._default_manager.none(), "search")

    @cached_property
    def in_period(self) -> bool:
        return self.period_filter and "all" not in self.params

    @cached_property
    def filterset(self) -> Any:
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.params, queryset=self.narrowed, request=self.request)

    @cached_property
    def narrowed(self) -> QuerySet:
        rows = self.of_office(self.get_queryset())
        for key, _, method in self.tabs:
            if key == self.tab and method:
                rows = method(rows, self) if callable(method) else getattr(rows, method)()
        if self.in_period:
            rows = self.of_period(rows, current_period(self.request))
        if self.searchable and (words := self.params.get("q")):
            rows = rows.search(words)
        return rows

    def of_period(self, rows: QuerySet, period: Any) -> QuerySet:
        return rows.filter(quarter__range=(period.first, period.last))

    @cached_property
    def rows(self) -> QuerySet:
        """Everything that the tab, the search and the filters leave, in order: the page and the export show this."""
        rows = self.filterset.qs if any(w.value for w in self.bar) else self.narrowed
        return rows.order_by(*self.order)

    @cached_property
    def bar(self) -> list[Widget]:
        return list(widgets(self.filterset)) if self.filterset is not None else []

    @cached_property
    def sorts(self) -> dict[str, str]:
        return {column.sort: column.sort for column in self.columns if column.sort}

    @cached_property
    def order(self) -> tuple[str, ...]:
        chosen = self.params.get("sort", "")
        if chosen.removeprefix("-") in self.sorts:
            return (chosen, "pk")
        own = (self.is_wide and self.wide_ordering) or self.ordering
        return (*(own or self.model._meta.ordering), "pk")

    # ---- as markup ---------------------------------------------------------------------------
    def body(self) -> tuple[SafeString, int]:
        """The table's rows as markup, and how many they are."""
        draw, rows = [*painters(type(self), get_urlconf())], self.page_rows()
        draw[1:1] = [column.painter(self.model, str) for column in self.office_columns]
        lines = ["".join([paint(row) for paint in draw]) for row in rows]
        return mark_safe("".join([f"<tr>{line}</tr>\n" for line in lines])), len(lines)

    # ---- around them -------------------------------------------------------------------------
    @cached_property
    def kept(self) -> dict[str, str]:
        """The parameters that every link of this page carries on; paging starts again."""
        return {key: self.params[key] for key in self.params if key != "page"}

    def link(self, **changes: Any) -> str:
        """The address of this list with some parameters changed; None takes one away."""
        params = {key: value for key, value in {**self.kept, **changes}.items() if value not in (None, "")}
        return f"?{urlencode(params or self.whole)}"

    @cached_property
    def whole(self) -> dict[str, str]:
        """What an address without any condition needs, so that the reader's default filter does not step in."""
        return dict([saved.WHOLE]) if saved.default_query(self) else {}

    def heads(self) -> list[dict]:
        now = self.order[0] if isinstance(self.order[0], str) else ""
        heads = []
        for column in self.shown_columns:
            sort = column.sort
            up, down = bool(sort) and now == sort, bool(sort) and now == f"-{sort}"
            heads.append(
                {
                    "label": column.heading,
                    "num": column.kind in ("number", "percent"),
                    "url": self.link(sort=f"-{sort}" if up else sort) if sort else "",
                    "direction": "ascending" if up else "descending" if down else "",
                }
            )
        return heads

    def get_actions(self) -> list[Button]:
        buttons = [*self.extra_actions()]
        if self.import_kind and self.request.user.is_committee_staff:
            try:
                url = reverse("core:import-upload", args=[self.import_kind])
                buttons.append(Button("导入", url, "upload", fold_phone=True))
            except NoReverseMatch:
                pass
        if self.export_kind and self.count:
            buttons.append(Button(f"导出这{self.count_text}{self.unit}", self.link(export="xlsx"), "download"))
        if self.create_url_name and type(self).can_create(self.request.user):
            label = self.create_label or f"登记{self.model._meta.verbose_name}"
            buttons.append(Button(label, reverse(self.create_url_name), "plus", primary=True))
        return buttons

    def extra_actions(self) -> list[Button]:
        return []

    @property
    def meta(self) -> str:
        """Where the ledger cannot be imported, staff read where its rows are entered instead."""
        if not self.export_kind or self.import_kind or not self.request.user.is_committee_staff:
            return self.meta_text
        from core.excel.sheet import get_sheet

        return "。".join(filter(None, [self.meta_text.removesuffix("。"), get_sheet(self.export_kind).instead]))

    def conditions(self) -> list[dict]:
        """What narrows the list now, each with the link that takes it away."""
        found = []
        if self.searchable and self.params.get("q"):
            found.append({"text": f"关键词：{self.params['q']}", "url": self.link(q=None)})
        if self.office:
            found.append({"text": f"综合党委：{self.office.label}", "url": self.link(**{PARAMETER: None})})
        if self.in_period:
            found.append({"text": f"时期：{current_period(self.request).label}", "url": self.link(all="1")})
        found += [
            {"text": f"{w.label}：{w.shown}", "url": self.link(**{w.name: None})}
            for w in applied(self.bar, self.filterset)
        ]
        return found

    def table_context(self) -> dict[str, Any]:
        bar = self.bar
        start = (self.page - 1) * self.size
        rows, shown = self.body()
        name = self.model._meta.verbose_name
        return {
            "page": self,
            "name": name,
            "label": self.title or f"{name}列表",
            "tabs": [Tab(label, self.link(tab=key), key == self.tab) for key, label, _ in self.tabs],
            "bar": bar,
            "offices": self.offices,
            "searchable": self.searchable,
            "query": self.params.get("q", ""),
            "kept": [(k, self.params[k]) for k in ("tab", "sort", "size", "all") if k in self.params]
            + [*self.whole.items()],
            "conditions": self.conditions(),
            "clear": self.link(**dict.fromkeys((*(w.name for w in bar), "q", PARAMETER))),
            "heads": self.heads(),
            "rows": rows,
            "first": start + 1,
            "last": start + shown,
            "links": self.page_links(),
            "sizes": [(n, self.link(size=n), n == self.size) for n in PAGE_SIZES],
            "before": self.link(page=self.page - 1) if self.page > 1 else "",
            "after": self.link(page=self.page + 1) if self.page < self.pages else "",
            "empty_title": self.empty_title or f"还没有{name}",
            "empty_text": self.empty_text or f"登记或导入以后，{name}会列在这里。",
        }

    @property
    def view_name(self) -> str:
        """The name by which filters of this list are saved; a list with an argument in its address has none."""
        match = self.request.resolver_match
        return match.view_name if match and not match.kwargs else ""

    def get_context(self) -> dict[str, Any]:
        """Context of the page around the table; extend with super()."""
        return {
            **saved.shown(self),
            "title": self.title or f"{self.model._meta.verbose_name}列表",
            "meta": self.meta,
            "actions": self.get_actions(),
            "print_wide": self.print_wide,
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.GET and (query := saved.default_query(self)):
            return redirect(f"{request.path}?{query}")
        if self.export_kind and request.GET.get("export") == "xlsx":
            return self.export()
        table = engines["tables"].get_template("list.html").render(self.table_context())
        return render(request, self.template_name, {**self.get_context(), "table": mark_safe(table), "page": self})

    def export(self) -> HttpResponse:
        from core.excel import writing  # a slow library behind it
        from core.excel.sheet import get_sheet

        sheet, day = get_sheet(self.export_kind), self.export_day
        rows = sheet.completed(self.exported, day or today(self.request.user.committee))
        return writing.export_response(
            sheet, rows, self.request, on=day, footer=self.export_footer(), name=self.export_name
        )

    @property
    def exported(self) -> QuerySet:
        """The rows of the workbook, where a line of it is not a row of the list."""
        return self.rows

    def export_footer(self) -> list[str]:
        """Lines under the table of the export."""
        return []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        wrong = [c.heading for c in cls.columns if not c.field and c.value is None]
        if wrong:
            raise ImproperlyConfigured(f"{cls.__name__}: column {wrong} has neither field nor value")
