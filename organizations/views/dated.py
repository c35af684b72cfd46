"""起止记录 of a branch or a body, and the pages that mend one of its dated rows or take it away."""

from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404
from django.urls import reverse

from core.journal import mark_of
from core.pages import Cell, Crumb, DetailPage, SideBySide
from core.pages.actions import own_url
from core.pages.details import page_url
from core.permissions import is_staff
from organizations.forms.dated import SeenForm, correction_form, void_form
from organizations.models import PartyBranch, SocialOrganization
from organizations.workflows import dated as workflows

from .base import WorkflowPage


class DatedRows(DetailPage):
    """Every dated row of its owner, also those that are over, each with 更正."""

    allowed = staticmethod(is_staff)
    template_name = "organizations/dated_rows.html"
    show_history = False

    def get_title(self) -> str:
        return "起止记录"

    def crumbs(self) -> list[Crumb]:
        return [*super().crumbs(), Crumb(str(self.object), own_url(self.object))]

    def meta(self) -> str:
        return f"{self.object.name}的全部起止记录。日期写错的点“更正”，不该有的点进去作废。"

    def edit_url(self) -> str:
        return ""

    def states(self) -> list[Cell]:
        return []

    def get_context(self) -> dict[str, Any]:
        rows = [
            {
                "kind": str(row._meta.verbose_name).removeprefix("党组织"),
                "what": self.what(name, row),
                "start": row.start,
                "end": row.end,
                "url": reverse("organizations:datedrow-correct", args=[name, row.pk]),
            }
            for name, row in workflows.dated_rows(self.object)
        ]
        return {**super().get_context(), "rows": rows}

    def what(self, name: str, row: Model) -> str:
        kind = workflows.KINDS[name]
        if name == "post":
            return f"{row.get_post_display()}{row.person_name}"
        if name == "coverage":
            return f"{kind.about(row, self.object)}（{row.get_method_display()}）"
        return str(row).removesuffix(f"—{self.object}")


class PartyBranchRows(DatedRows):
    model = PartyBranch


class SocialOrganizationRows(DatedRows):
    model = SocialOrganization


class DatedPage(SideBySide, WorkflowPage):
    """One dated row, found by the kind in the address."""

    may = staticmethod(workflows.can_correct)
    mark_of = staticmethod(mark_of)

    @property
    def kind(self) -> workflows.DatedKind:
        found = workflows.KINDS.get(self.kwargs["kind"])
        if found is None:
            raise Http404("没有这一种起止记录。")
        return found

    def get_queryset(self) -> QuerySet:
        return self.kind.model._default_manager.select_related(*self.kind.owners)

    def get_instance(self) -> Model:
        _ = self.stored
        return self.object

    @cached_property
    def stored(self) -> Model:
        from copy import copy

        return copy(self.object)

    @cached_property
    def owner(self) -> PartyBranch | SocialOrganization:
        return getattr(self.object, self.kind.owners[0])

    def crumbs(self) -> list[Crumb]:
        owner = self.owner
        rows = Crumb("起止记录", page_url(type(owner), "rows", owner.pk))
        return [Crumb(owner._meta.verbose_name, page_url(type(owner), "list")), Crumb(str(owner), own_url(owner)), rows]

    def cancel_url(self) -> str:
        return self.success_url(self.object)

    def success_url(self, row: Any) -> str:
        return own_url(self.owner)

    def save(self, form: SeenForm) -> Any:
        answers = self.answers(form)
        return type(self).workflow(self.stored, by=self.request.user, seen=form.expected, **answers)


class DatedCorrection(DatedPage):
    template_name = "organizations/dated_form.html"
    submit_label = "更正"
    workflow = staticmethod(workflows.correct_row)
    done_text = "已更正，原来的内容留在修改记录里。"

    @property
    def form_class(self) -> type[SeenForm]:
        return correction_form(self.kwargs["kind"])

    def get_title(self) -> str:
        return f"更正{self.object._meta.verbose_name}"

    def get_context(self, form: SeenForm) -> dict[str, Any]:
        row = self.stored
        void = reverse("organizations:datedrow-void", args=[self.kwargs["kind"], row.pk])
        return {"intro": f"{row}，{workflows.span(row)}。以前日期的数字随之改变，并列入当日的更正。", "void_url": void}


class DatedVoid(DatedPage):
    submit_label = "作废"
    workflow = staticmethod(workflows.void_row)
    done_text = "已作废，原来的内容留在修改记录里。"

    @property
    def form_class(self) -> type[SeenForm]:
        return void_form(self.kwargs["kind"])

    def get_title(self) -> str:
        return f"作废{self.object._meta.verbose_name}"

    def get_context(self, form: SeenForm) -> dict[str, Any]:
        row = self.stored
        return {
            "intro": f"{row}，{workflows.span(row)}。只作废本来就不该登记的；真的有过、已经结束的，请填终止日期。"
            "作废以后台账和统计里不再有它，修改记录里保留。"
        }
