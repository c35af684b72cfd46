"""One page of a list's rows, and how many there are, at a price that does not follow the rows of the installation."""

from functools import cached_property
from typing import Any, ClassVar

from django.db import connections
from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Concat

from core.pages.columns import Row
from core.unions import union_all

COUNT_CAP = 10_000
FOUND_CAP = 500  # of a search over many committees: who finds more looks for something else
TURNED_CAP = 2_000  # as far as the pages of a list over many committees can be turned
PAGE_SIZES = (20, 50, 100)
DEEP = 1000  # from this offset on, in a search, and over many committees, ids are sorted first and only then rows read
SHARE = 10  # a page is looked for among ten times as many bodies before all are sorted
SORT_KEY = "sort_key"
PLACE = 987654321  # stands for the key of a committee in a compiled query


class PagedRows:
    """The part of a list page that fetches; `rows`, `order`, `params`, `is_wide` are the page's own."""

    paginate_by = 50
    rows: QuerySet
    order: tuple[str, ...]
    params: Any
    is_wide: bool
    searchable: bool
    wide_count_cap: ClassVar[int] = COUNT_CAP  # a list whose rows are costly to tell apart counts less far
    indexed: ClassVar[frozenset[str]] = frozenset()  # columns in whose order an index holds the rows of each committee

    @cached_property
    def size(self) -> int:
        raw = self.params.get("size", "")
        return int(raw) if raw in {str(n) for n in PAGE_SIZES} else self.paginate_by

    @cached_property
    def is_found(self) -> bool:
        """Whether this is what a search over many committees finds: one walk through their search texts, for count and page."""
        return self.is_wide and self.searchable and bool(self.params.get("q"))

    @cached_property
    def found_ids(self) -> list[int]:
        return list(self.rows.values_list("pk", flat=True)[: FOUND_CAP + 1])

    @cached_property
    def count_cap(self) -> int:
        return FOUND_CAP if self.is_found else self.wide_count_cap if self.is_wide else COUNT_CAP

    @cached_property
    def asked_page(self) -> int:
        """The page that the address names."""
        raw = self.params.get("page", "")
        return max(1, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 7 else 1

    @cached_property
    def count(self) -> int:
        """At most the cap and one: nobody pages further, and counting a province's rows takes longer than reading them."""
        if self.is_found:
            return len(self.found_ids)
        if self.is_wide and self.asked_page == 1 and len(self.first_rows) < self.size:
            return len(self.first_rows)
        return self.counted[: self.count_cap + 1].count()

    @property
    def counted(self) -> QuerySet:
        """What is counted; a list that can say so in fewer words overrides this."""
        return self.rows.order_by().values("pk")

    @property
    def count_text(self) -> str:
        return f"{self.count_cap}+" if self.count > self.count_cap else str(self.count)

    @cached_property
    def reach(self) -> int:
        """How many rows can be turned to."""
        return min(self.count, self.count_cap, TURNED_CAP if self.is_wide else COUNT_CAP)

    @cached_property
    def pages(self) -> int:
        return max(1, -(-self.reach // self.size))

    @cached_property
    def page(self) -> int:
        return min(self.asked_page, self.pages)

    @cached_property
    def first_rows(self) -> list[Row]:
        return self.fetch(0)

    def page_rows(self) -> list[Row]:
        return self.first_rows if self.page == 1 else self.fetch((self.page - 1) * self.size)

    def fetch(self, start: int) -> list[Row]:
        names = list(dict.fromkeys(["pk", *(name for c in self.shown_columns for name in c.needs)]))
        if start < DEEP and not self.params.get("q") and not self.is_wide:
            return list(self.rows.values(*names)[start : start + self.size])
        ids = self.ids(start, start + self.size)
        found = {row["pk"]: row for row in self.rows.order_by().filter(pk__in=ids).values(*names)}
        return [found[pk] for pk in ids if pk in found]

    def ids(self, start: int, end: int) -> list[int]:
        """Keys in order. Of many committees those at the first places are looked for first: they nearly always suffice."""
        if self.is_found:
            return self.found_ids[start:end]
        if self.is_wide and str(self.order[0]).lstrip("-") in self.indexed:
            return self.merged(start, end)
        if not self.by_sort_key:
            return list(self.rows.values_list("pk", flat=True)[start:end])
        near = self.rows.filter(**self.at_first_places(end * SHARE))
        found = list(near.values_list("pk", flat=True)[start:end])
        if len(found) < end - start and self.model._base_manager.exists():
            # few bodies have a row here: these are sorted, instead of all bodies looked through (which SQLite would do
            # for an empty table, of whose size it knows nothing)
            sorted_anew = self.rows.order_by(Concat(self.order[0], Value("")), *self.order[1:])
            found = list(sorted_anew.values_list("pk", flat=True)[start:end])
        return found

    def merged(self, start: int, end: int) -> list[int]:
        """The first rows of each committee, as an index has them in order, and of these the first.

        One query, compiled once and repeated for each committee.
        """
        names = [term.lstrip("-") for term in self.order]
        of_one = self.rows.in_committees([PLACE]).values_list(*names)[:end]
        sql, params = of_one.query.sql_with_params()
        committees = self.office.scope_ids if self.office else self.request.user.scope_ids
        union, values = union_all((sql, [pk if v == PLACE else v for v in params]) for pk in committees)
        order = ", ".join(f"{n} {'DESC' if term[0] == '-' else 'ASC'}" for n, term in enumerate(self.order, 1))
        with connections[self.rows.db].cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM ({union}) AS parts ORDER BY {order} LIMIT %s OFFSET %s", [*values, end - start, start]
            )
            return [row[-1] for row in cursor.fetchall()]

    @property
    def by_sort_key(self) -> bool:
        """Whether the rows of many committees stand in the order of their bodies or branches."""
        first = self.order[0]
        return self.is_wide and isinstance(first, str) and first.endswith(f"__{SORT_KEY}") and first[0] != "-"

    def at_first_places(self, places: int) -> dict[str, Any]:
        """Only rows of the bodies up to that place; equal sort keys stay together."""
        relation = self.order[0].removesuffix(f"__{SORT_KEY}")
        model = self.model
        for name in relation.split("__"):
            model = model._meta.get_field(name).related_model
        near = self.of_office(model._default_manager.visible_to(self.request.user))
        last = near.order_by(SORT_KEY).values(SORT_KEY)[places : places + 1]
        return {f"{relation}__in": model._base_manager.filter(sort_key__lte=Subquery(last)).values("pk")}

    def page_links(self) -> list[dict]:
        """First, last and the neighbours of the page; None is a gap."""
        near = {1, self.pages, *(n for n in range(self.page - 2, self.page + 3) if 1 <= n <= self.pages)}
        links, last = [], 0
        for number in sorted(near):
            if number - last > 1:
                links.append({"number": 0, "url": "", "active": False})
            links.append({"number": number, "url": self.link(page=number), "active": number == self.page})
            last = number
        return links
