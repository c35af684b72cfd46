"""What the pages of this app share: a form that ends in a workflow, and days as people type them."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.cleaning import clean_line
from core.excel import get_sheet
from core.forms import RecordForm
from core.pages import Crumb, Fact, RecordPage, next_url, visible_or_404
from core.pages.actions import own_url
from core.pages.details import page_url
from core.pages.filters import Widget
from core.pages.forms import FormMixin
from core.periods import today
from core.permissions import is_staff, require
from organizations.workflows import contacts


def office_day(request: HttpRequest) -> date:
    return today(request.user.committee)


def asked_day(request: HttpRequest, name: str, default: Any) -> Any:
    """The day in the address, within what a calendar of this office can mean."""
    try:
        day = date.fromisoformat(request.GET.get(name, "").strip())
    except ValueError:
        return default
    return day if 1950 <= day.year <= 2100 else default


def ledger_day(request: HttpRequest) -> date:
    """The day asked for as `?on=2023-03-31`, by default the office's today."""
    return asked_day(request, "on", office_day(request))


def past_footer(kind: str, day: date | None) -> list[str]:
    """Under the workbook of a past day: which of its columns are as they are now."""
    if day is None:
        return []
    sheet = get_sheet(kind)
    return [
        f"说明：本表是{day.year}年{day.month}月{day.day}日的情况，只供查阅，不要改后再导入；其中{'、'.join(sheet.present_columns)}按导出时的登记。{sheet.past_note}"
    ]


class LedgerDay:
    """截至: a list or page of a past day as it stood then, with a note while it is not today's."""

    request: HttpRequest
    remembered = ("on",)
    day_words = ""  # what of it is of that day and what of today

    @cached_property
    def day(self) -> date:
        return ledger_day(self.request)

    @cached_property
    def is_past(self) -> bool:
        return self.day != office_day(self.request)

    @property
    def export_day(self) -> date | None:
        return self.day if self.is_past else None

    @cached_property
    def bar(self) -> list[Widget]:
        """The boxes of the list's own filters, and the day."""
        day = Widget("on", "截至", "date", self.day.isoformat() if self.is_past else "", lead="截至", of="on")
        return [*super().bar, day]

    def export_footer(self) -> list[str]:
        return past_footer(self.export_kind, self.export_day)

    def past_context(self) -> dict[str, str]:
        if not self.is_past:
            return {}
        kept = self.request.GET.copy()
        kept.pop("on", None)
        words = f"这是{self.day.year}年{self.day.month}月{self.day.day}日的情况，不是今天的。"
        if self.day > office_day(self.request):
            words += "这一天还没有到，以后的变化还不知道。"
        words += self.day_words
        today = self.link(on=None) if hasattr(self, "link") else f"?{kept.urlencode()}"
        return {"past": words, "present_url": today}


def branch_name(row: dict[str, Any]) -> str:
    """The short name of a list row's branch, where it has one."""
    return row["branch__short_name"] or row["branch__name"]


def body_name(row: dict[str, Any]) -> str:
    return row["organization__short_name"] or row["organization__name"]


def body_url(row: dict[str, Any]) -> str:
    return reverse("organizations:socialorganization-detail", args=[row["organization_id"]])


def coverage_crumb() -> Crumb:
    return Crumb("两个覆盖", reverse("organizations:coverage"))


class WorkflowPage(FormMixin, RecordPage):
    """A small form about one row whose answer goes to a workflow function: `workflow(row, by=user, **answers)`.

    `blank(row)` makes the unsaved object behind the form, where there is one.
    """

    allowed = staticmethod(is_staff)
    workflow: ClassVar[Callable[..., Any]]
    blank: ClassVar[Callable[[Any], Model] | None] = None
    may: ClassVar[Callable[[Any, Any], bool] | None] = None  # whether this user may do it to this row
    done_text = "已办好。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if type(self).may is not None and type(self).allowed(request.user):
            require(type(self).may(request.user, self.object), request)
        return super().dispatch(request, *args, **kwargs)

    def get_instance(self) -> Model:
        return type(self).blank(self.object) if type(self).blank else self.form_class._meta.model()

    def crumbs(self) -> list[Crumb]:
        return [*super().crumbs(), Crumb(str(self.object), own_url(self.object))]

    def cancel_url(self) -> str:
        return next_url(self.request, own_url(self.object))

    def success_url(self, row: Any) -> str:
        return own_url(self.object)

    def answers(self, form: RecordForm) -> dict[str, Any]:
        return {name: value for name, value in form.cleaned_data.items() if name != "version"}

    def save(self, form: RecordForm) -> Any:
        return type(self).workflow(self.object, by=self.request.user, **self.answers(form))

    def done(self, row: Any) -> str:
        return self.done_text


def posted_day(request: HttpRequest, name: str) -> date | None:
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        return None


def end_part(
    request: HttpRequest, owner: type[Model], pk: int, related: str, part: int, workflow: Callable[..., Any]
) -> Any:
    """End one interval of a row on the day given in the form (default: today)."""
    row = visible_or_404(owner, request.user, pk)
    found = getattr(row, related).filter(pk=part).first()
    if found is None:
        raise Http404("没有找到这一条。")
    try:
        workflow(found, end=posted_day(request, "end") or office_day(request), by=request.user)
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
    else:
        messages.success(request, f"已结束“{found}”。")
    return redirect(next_url(request, own_url(row)))


def reveal_contacts(request: HttpRequest, model: type[Model], pk: int, phones: contacts.Phones) -> HttpResponse:
    """Full phone numbers on a page of their own."""
    row = visible_or_404(model, request.user, pk)
    purpose = clean_line(request.POST.get("purpose", ""))[:200]
    try:
        found = contacts.reveal_phones(row, phones, purpose=purpose, on=office_day(request), by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(row)
    return revealed(request, row, found)


def revealed(request: HttpRequest, row: Any, found: Iterable[tuple[str, str]]) -> HttpResponse:
    context = {
        "object": row,
        "title": f"{row}的完整号码",
        "meta": "这次查看已记入操作日志。请勿截屏、转发。",
        "crumbs": [Crumb(row._meta.verbose_name, page_url(type(row), "list")), Crumb(str(row), own_url(row))],
        "facts": [Fact(label, value) for label, value in found],
    }
    return render(request, "generic/detail.html", context)
