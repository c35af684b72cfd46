"""节假日: the table of the yearly notice, by which working days are counted."""

from collections import defaultdict
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import View

from core.models import Holiday
from core.pages import Crumb
from core.permissions import AllowMixin, allow, is_office, is_staff, require
from organizations.forms.registration import HolidayForm
from organizations.workflows import holidays as workflows

from .base import office_day

WEEKDAYS = "一二三四五六日"


def list_url(year: int) -> str:
    return f"{reverse('organizations:holiday-list')}?year={year}"


class HolidayPage(AllowMixin, View):
    """One year's table and the form that adds to it."""

    allowed = staticmethod(is_office)

    @property
    def year(self) -> int:
        asked = self.request.GET.get("year", "")
        return (
            int(asked)
            if asked.isascii() and asked.isdigit() and 1990 <= int(asked) <= 2100
            else office_day(self.request).year
        )

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(HolidayForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        require(workflows.can_keep_holidays(request.user), request)
        form = HolidayForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        data = form.cleaned_data
        try:
            rows = workflows.add_holidays(
                first=data["first"],
                last=data["last"] or data["first"],
                kind=data["kind"],
                name=data["name"],
                by=request.user,
            )
        except ValidationError as error:
            found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            for name, sentences in found.items():
                form.add_error(name if name in form.fields else None, sentences)
            return self.page(form)
        messages.success(request, f"已录入{len(rows)}天；没有办结的期限已按新的节假日重算。")
        return redirect(list_url(data["first"].year))

    def page(self, form: forms.Form) -> HttpResponse:
        year, now = self.year, office_day(self.request).year
        spells: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in Holiday.objects.filter(day__year=year):
            spells[row.name or "没有写名称"].append({"row": row, "weekday": WEEKDAYS[row.day.weekday()]})
        context = {
            "title": "节假日",
            "meta": "按国务院办公厅每年的放假通知录入；补正期限、审查时限按工作日推算",
            "crumbs": [Crumb("前置审查", reverse("organizations:registration-list"))],
            "form": form,
            "year": year,
            "spells": dict(spells),
            "years": [{"year": y, "url": list_url(y), "here": y == year} for y in range(now - 1, now + 2)],
            "can_keep": workflows.can_keep_holidays(self.request.user),
        }
        return render(self.request, "organizations/holidays.html", context)


@require_POST
@allow(is_staff)
def holiday_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = Holiday.objects.filter(pk=pk).first()
    if row is None:
        raise Http404("没有找到这一天。")
    day: date = row.day
    try:
        workflows.remove_holiday(row, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已删除{day}；没有办结的期限已重算。")
    return redirect(list_url(day.year))
