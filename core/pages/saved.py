"""常用筛选: what a person has saved on a list. It comes with the signed-in person and costs no query.

One of a list may be the default: it opens with the list when the address has no parameter at all. Links of other pages,
numbers and exports carry parameters and are left alone; WHOLE is the address of the list without any filter.
"""

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
from core.pages.offices import PARAMETER
from core.validators import normalize_code, validate_id_number

if TYPE_CHECKING:
    from core.pages.lists import ListPage

MOST = 20  # of one person on one list
LONGEST = 20
KEPT = ("tab", "q", "sort", "size", "all", PARAMETER)
WHOLE = ("view", "all")


@dataclass(frozen=True)
class Chip:
    """One saved filter above the list."""

    pk: int
    name: str
    url: str
    active: bool
    is_default: bool = False


def conditions(page: type["ListPage"], raw: str | QueryDict) -> str:
    """The query string in one fixed order, with only what this list understands; no page number and no export."""
    params = clean_query(QueryDict(raw) if isinstance(raw, str) else raw)
    boxes = [box.name for box in outline(page.filterset_class)] if page.filterset_class else []
    return urlencode([(name, params[name]) for name in (*KEPT, *boxes, *page.remembered) if params.get(name)])


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


def rows_of(page: "ListPage") -> list[dict[str, Any]]:
    name = page.view_name if page.can_save else ""
    rows = getattr(page.request.user, "filter_rows", None) or ()
    return sorted((row for row in rows if name and row["page"] == name), key=lambda row: row["pk"])


def chips(page: "ListPage") -> list[Chip]:
    """The reader's own saved filters of this list; the one that shows the present rows is marked."""
    now, address = conditions(type(page), page.params), page.request.path
    return [
        Chip(row["pk"], row["name"], f"{address}?{row['query']}", row["query"] == now, bool(row["is_default"]))
        for row in rows_of(page)
    ]


def default_query(page: "ListPage") -> str:
    """The conditions with which the list opens for this reader; nothing without a default."""
    return next((row["query"] for row in rows_of(page) if row["is_default"]), "")


def require_name(name: str) -> str:
    name = clean_line(name)
    if not name or len(name) > LONGEST:
        raise ValidationError(f"请给常用筛选起一个名称，不超过{LONGEST}个字。", code="name")
    return name


def save_filter(page: str, *, name: str, query: str, by: User) -> SavedFilter:
    kind = page_named(page)
    name, kept = require_name(name), conditions(kind, query)
    if not kept:
        raise ValidationError("现在没有筛选条件。先查找、筛选或排序，再保存。", code="empty")
    if len(kept) > 500:
        raise ValidationError("条件太多，存不下。请去掉几个条件再保存。", code="long")
    refuse_id_number(QueryDict(kept).get("q", ""))
    mine = SavedFilter.objects.visible_to(by).filter(page=page)
    if mine.count() >= MOST:
        raise ValidationError(f"一个列表最多存{MOST}个常用筛选，请先删除不用的。", code="most")
    return _store(SavedFilter(user=by, page=page, name=name, query=kept), AuditEvent.CREATE, by)


def _store(row: SavedFilter, event: AuditEvent, by: User, **changes: list[str]) -> SavedFilter:
    row.validate_constraints()
    try:
        with transaction.atomic():
            row.save()
            audit.record(event, row, by=by, changes=changes)
    except IntegrityError:
        raise ValidationError("同样的内容刚刚已经保存过，请刷新页面查看。", code="twice") from None
    return row


def _fresh(row: SavedFilter) -> SavedFilter:
    """The row as it is now, kept for this transaction; another tab may have changed or deleted it."""
    found = SavedFilter.objects.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise ValidationError("这个常用筛选已经删除，请刷新页面查看。", code="gone")
    return found


def rename_filter(row: SavedFilter, *, name: str, by: User) -> SavedFilter:
    name = require_name(name)
    with transaction.atomic():
        row = _fresh(row)
        old, row.name = row.name, name
        return row if name == old else _store(row, AuditEvent.CHANGE, by, 名称=[old, name])


def choose_default(row: SavedFilter, *, by: User) -> SavedFilter:
    """This one opens with the list from now on, instead of the one before."""
    with transaction.atomic():
        row = _fresh(row)
        if row.is_default:
            return row
        for other in SavedFilter.objects.visible_to(by).filter(page=row.page, is_default=True):
            drop_default(other, by=by)
        row.is_default = True
        return _store(row, AuditEvent.CHANGE, by, 默认=["否", "是"])


def drop_default(row: SavedFilter, *, by: User) -> SavedFilter:
    with transaction.atomic():
        row = _fresh(row)
        if not row.is_default:
            return row
        row.is_default = False
        return _store(row, AuditEvent.CHANGE, by, 默认=["是", "否"])


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
    found, now = chips(page), conditions(type(page), page.params)
    whole = any(chip.is_default for chip in found)
    return {
        "saved_filters": found,
        "saved_whole": Chip(0, "全部", f"{page.request.path}?{urlencode([WHOLE])}", not now) if whole else None,
        "saved_page": page.view_name,
        "saved_query": now if now and not any(chip.active for chip in found) else "",
    }
