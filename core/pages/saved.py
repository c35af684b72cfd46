"""常用筛选: what a person has saved on a list. It comes with the signed-in person; saved and deleted by POST."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, QueryDict
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from core import audit
from core.choices import AuditEvent
from core.cleaning import clean_line
from core.models import SavedFilter, User
from core.pages.filters import clean_query, outline
from core.validators import normalize_code, validate_id_number

if TYPE_CHECKING:
    from core.pages.lists import ListPage

MOST = 20  # of one person on one list
KEPT = ("tab", "q", "sort", "size", "all")


@dataclass(frozen=True)
class Chip:
    """One saved filter above the list."""

    pk: int
    name: str
    url: str
    active: bool


def conditions(page: type["ListPage"], raw: str | QueryDict) -> str:
    """The query string in one fixed order, with only what this list understands; no page number and no export."""
    params = clean_query(QueryDict(raw) if isinstance(raw, str) else raw)
    boxes = [box.name for box in outline(page.filterset_class)] if page.filterset_class else []
    return urlencode([(name, params[name]) for name in (*KEPT, *boxes) if params.get(name)])


def page_named(name: str) -> type["ListPage"]:
    """The list behind a view name; whatever is no list of ours does not exist."""
    try:
        view = resolve(reverse(name)).func
    except (NoReverseMatch, Resolver404):
        raise Http404("没有这个列表。") from None
    page = getattr(view, "view_class", None)
    if not getattr(page, "can_save", False):
        raise Http404("没有这个列表。")
    return page


def chips(page: "ListPage") -> list[Chip]:
    """The reader's own saved filters of this list; the one that shows the present rows is marked."""
    name, now = page.view_name, conditions(type(page), page.params)
    rows = [row for row in getattr(page.request.user, "filter_rows", None) or () if row["page"] == name]
    address = page.request.path
    return [
        Chip(row["pk"], row["name"], f"{address}?{row['query']}", row["query"] == now)
        for row in sorted(rows, key=lambda row: row["pk"])
    ]


def save_filter(page: str, *, name: str, query: str, by: User) -> SavedFilter:
    kind = page_named(page)
    name, kept = clean_line(name), conditions(kind, query)
    if not name or len(name) > 20:
        raise ValidationError("请给常用筛选起一个名称，不超过20个字。", code="name")
    if not kept:
        raise ValidationError("现在没有筛选条件。先查找、筛选或排序，再保存。", code="empty")
    if len(kept) > 500:
        raise ValidationError("条件太多，存不下。请去掉几个条件再保存。", code="long")
    refuse_id_number(QueryDict(kept).get("q", ""))
    mine = SavedFilter.objects.visible_to(by).filter(page=page)
    if mine.count() >= MOST:
        raise ValidationError(f"一个列表最多存{MOST}个常用筛选，请先删除不用的。", code="most")
    row = SavedFilter(user=by, page=page, name=name, query=kept)
    row.validate_constraints()
    try:
        with transaction.atomic():
            row.save()
            audit.record(AuditEvent.CREATE, row, by=by)
    except IntegrityError:
        raise ValidationError("同样的内容刚刚已经保存过，请刷新页面查看。", code="twice") from None
    return row


def refuse_id_number(text: str) -> None:
    """A number of a person is kept nowhere in clear (M23)."""
    try:
        validate_id_number(normalize_code(text))
    except ValidationError:
        return
    raise ValidationError("查找内容是身份证号，不能保存。", code="number")


def delete_filter(row: SavedFilter, *, by: User) -> None:
    with transaction.atomic():
        audit.record(AuditEvent.DELETE, row, by=by)
        row.delete()


def shown(page: "ListPage") -> dict[str, Any]:
    """What the page needs above the list: the chips, and what would be saved now."""
    if not page.can_save or not page.view_name:
        return {}
    found = chips(page)
    now = conditions(type(page), page.params)
    return {
        "saved_filters": found,
        "saved_page": page.view_name,
        "saved_query": now if now and not any(chip.active for chip in found) else "",
    }
