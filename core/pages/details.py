"""The base of every detail page: what it is, what may be done with it, where it stands, its history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.generic import View

from core.models import AuditEntry
from core.pages.columns import Cell, text, yesno
from core.permissions import AllowMixin

HISTORY = 20
MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class Fact:
    """One label with its value; `value` may be a Cell, a number, a date, or None for unknown."""

    label: str
    value: Any
    url: str = ""
    note: str = ""
    wide: bool = False

    @property
    def shown(self) -> Any:
        return yesno(self.value) if isinstance(self.value, bool) else text(self.value)


@dataclass(frozen=True)
class Action:
    """A button of the page head. With `post` it is a form; `reason` asks for a sentence first (field `reason`)."""

    label: str
    url: str
    icon: str = ""
    primary: bool = False
    post: bool = True
    reason: str = ""  # label of the reason field
    reason_required: bool = True
    danger: bool = False
    note: str = ""  # what follows, shown beside the reason
    fields: tuple[tuple[str, str], ...] = ()  # hidden fields


@dataclass(frozen=True)
class Crumb:
    label: str
    url: str = ""


def visible_or_404(model: type[Model] | QuerySet, user: Any, pk: Any) -> Any:
    """The row if this user may see it; a stranger's row does not exist (DESIGN §5)."""
    rows = model if isinstance(model, QuerySet) else model._default_manager.all()
    try:
        number = int(pk)
    except (TypeError, ValueError):
        raise Http404 from None
    row = rows.visible_to(user).filter(pk=number).first() if 0 < number <= MAX_ID else None
    if row is None:
        raise Http404(f"没有找到这条{rows.model._meta.verbose_name}。")
    return row


def page_url(model: type[Model], page: str, *args: Any) -> str:
    meta = model._meta
    try:
        return reverse(f"{meta.app_label}:{meta.model_name}-{page}", args=args)
    except NoReverseMatch:
        return ""


class RecordPage(AllowMixin, View):
    """One visible row under a heading with crumbs."""

    model: ClassVar[type[Model]]
    related: ClassVar[tuple[str, ...]] = ()  # select_related
    title = ""
    template_name = ""

    def get_queryset(self) -> QuerySet:
        rows = self.model._default_manager.all()
        return rows.select_related(*self.related) if self.related else rows

    @cached_property
    def object(self) -> Any:
        return visible_or_404(self.get_queryset(), self.request.user, self.kwargs["pk"])

    def get_title(self) -> str:
        return self.title or str(self.object)

    def crumbs(self) -> list[Crumb]:
        url = page_url(self.model, "list")
        return [Crumb(self.model._meta.verbose_name, url)] if url else []


class DetailPage(RecordPage):
    fact_fields: ClassVar[tuple[str, ...]] = ()
    show_history = True
    template_name = "generic/detail.html"
    can_edit: ClassVar[Callable] = staticmethod(lambda user, obj: user.is_committee_staff)

    def facts(self) -> Sequence[Fact]:
        return [self.fact(name) for name in self.fact_fields]

    def fact(self, name: str) -> Fact:
        """A fact straight from a field: its verbose name, its words, a link where the value has a page."""
        field = self.object._meta.get_field(name)
        value = getattr(self.object, name)
        if getattr(field, "flatchoices", None):
            if kind := getattr(self.object, f"{name}_kind", ""):
                return Fact(field.verbose_name, Cell(getattr(self.object, f"get_{name}_display")(), kind=kind))
            value = getattr(self.object, f"get_{name}_display")()
        url = value.get_absolute_url() if field.is_relation and self.may_open(value) else ""
        return Fact(field.verbose_name, value, url, wide=field.get_internal_type() == "TextField")

    def may_open(self, row: Any) -> bool:
        """Whether a link to the row leads anywhere: office users see the rows around theirs, others are asked."""
        if not hasattr(row, "get_absolute_url"):
            return False
        rows = type(row)._default_manager
        if self.request.user.is_office or not hasattr(rows.none(), "visible_to"):
            return True
        return rows.visible_to(self.request.user).filter(pk=row.pk).exists()

    def meta(self) -> str:
        return ""

    def states(self) -> list[Cell]:
        """The states beside the title; by default the row's own status."""
        try:
            self.model._meta.get_field("status")
        except FieldDoesNotExist:
            return []
        return [Cell(self.object.get_status_display(), kind=getattr(self.object, "status_kind", "off"))]

    def actions(self) -> list[Action]:
        return []

    def edit_url(self) -> str:
        if not type(self).can_edit(self.request.user, self.object):
            return ""
        return page_url(self.model, "update", self.object.pk)

    def history(self) -> list[AuditEntry]:
        if not self.show_history:
            return []
        label = self.model._meta.label_lower
        return list(AuditEntry.objects.filter(object_type=label, object_id=self.object.pk).order_by("-pk")[:HISTORY])

    def get_context(self) -> dict[str, Any]:
        """Context of the page; extend with super()."""
        return {
            "object": self.object,
            "title": self.get_title(),
            "meta": self.meta(),
            "crumbs": self.crumbs(),
            "states": self.states(),
            "facts": self.facts(),
            "actions": self.actions(),
            "edit_url": self.edit_url(),
            "history": self.history(),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request, self.template_name, self.get_context())
