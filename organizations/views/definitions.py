"""口径: how the two coverages are counted, since when, and what another way of counting would change."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from core.models import OfficeSetting
from core.pages import Crumb
from core.permissions import AllowMixin, is_office, require
from organizations import statistics
from organizations.forms.coverage import DefinitionForm
from organizations.statistics import DEFAULTS, PREFIX
from organizations.workflows import definitions as workflows

from .base import office_day

SHOWN = (
    ("单位数", "base", ""), ("组织覆盖", "covered", ""), ("组织覆盖率", "organization_rate", "%"), ("工作覆盖", "work_covered", ""),
    ("工作覆盖率", "work_rate", "%"), ("应建", "should_build", ""), ("应建已建", "should_built", ""), ("应建已建率", "should_rate", "%"),
)  # fmt: skip


class DefinitionPage(AllowMixin, View):
    """The answers are tried on the figures of today (`preview`), or kept from the given day on."""

    allowed = staticmethod(is_office)

    def get(self, request: HttpRequest) -> HttpResponse:
        day = office_day(request)
        now = statistics.definition(request.user.committee, day)
        return self.page(DefinitionForm(initial={**DefinitionForm.values(now), "effective_from": day}))

    def preview(self) -> HttpResponse:
        form = DefinitionForm(self.request.POST)
        form.fields["note"].required = False
        return self.page(form, effect=self.effect(form.definition) if form.is_valid() else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "preview" in request.POST:
            return self.preview()
        require(workflows.can_change_definition(request.user), request)
        form = DefinitionForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        data = form.cleaned_data
        try:
            rows = workflows.change_definition(
                request.user.committee, chosen=form.definition, effective_from=data["effective_from"],
                note=data["note"], by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            for name, sentences in getattr(error, "message_dict", {None: error.messages}).items():
                form.add_error(name if name in form.fields else None, sentences)
            return self.page(form)
        messages.success(request, f"已改动{len(rows)}项口径，自{data['effective_from']}起执行。")
        return redirect("organizations:coverage-definition")

    def effect(self, chosen: statistics.Definition) -> list[dict[str, Any]]:
        """Today's figures, counted as now and as asked."""
        committee, day = self.request.user.committee, office_day(self.request)
        now = statistics.coverage_by_kind(committee, day, supplement=False)[""]
        then = statistics.coverage_by_kind(committee, day, chosen=chosen, supplement=False)[""]
        return [
            {"label": label, "now": getattr(now, name), "then": getattr(then, name), "unit": unit,
             "differs": getattr(now, name) != getattr(then, name)}
            for label, name, unit in SHOWN
        ]  # fmt: skip

    def history(self) -> list[dict[str, Any]]:
        rows = OfficeSetting.objects.filter(committee=self.request.user.committee, key__in=DEFAULTS)
        return [
            {"label": workflows.LABELS[row.key.removeprefix(PREFIX)], "value": workflows.word(row.key, row.value),
             "since": row.effective_from, "note": row.note}
            for row in rows.order_by("-effective_from", "key")
        ]  # fmt: skip

    def page(self, form: DefinitionForm, effect: Any = None) -> HttpResponse:
        day = office_day(self.request)
        context = {
            "title": "两个覆盖的口径",
            "meta": "怎么算覆盖率，从哪一天起这样算；改动只影响这一天以后的数字",
            "crumbs": [Crumb("两个覆盖", reverse("organizations:coverage"))],
            "form": form,
            "effect": effect,
            "words": statistics.definition(self.request.user.committee, day).words,
            "history": self.history(),
            "can_keep": workflows.can_change_definition(self.request.user),
            "on": day,
        }
        return render(self.request, "organizations/coverage_definition.html", context)
