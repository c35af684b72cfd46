"""登记事件 on the page of a body: recorded, corrected, withdrawn."""

from functools import cached_property
from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.pages import Column, ListPage, act, reason, visible_or_404
from core.permissions import allow, is_office, is_staff, require
from organizations import forms
from organizations.choices import ChangedItem, OrganizationEventKind
from organizations.models import FormerName, OrganizationEvent, SocialOrganization
from organizations.workflows import events as workflows
from organizations.workflows import names

from .base import WorkflowPage, body_url


def event_of_body(body: SocialOrganization, pk: int) -> OrganizationEvent:
    found = body.events.select_related("organization__committee", "successor", "withdrawn_by").filter(pk=pk).first()
    if found is None:
        raise Http404("没有找到这件登记事件。")
    return found


def what(row: dict[str, Any]) -> str:
    """The change or the successor, then the note."""
    item = ChangedItem(row["item"]).label if row["item"] else ""
    change = f"{item}：{row['old_value'] or '空'} → {row['new_value']}" if item else ""
    into = f"并入{row['successor__name']}" if row["successor__name"] else ""
    return "；".join(filter(None, [change, into, row["detail"]]))


class EventFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="事件", choices=OrganizationEventKind.choices)
    on = django_filters.DateFromToRangeFilter(label="日期", field_name="on")

    class Meta:
        model = OrganizationEvent
        fields: list[str] = []


class OrganizationEventList(ListPage):
    """登记事件台账: what the registration authority did, over all bodies."""

    model = OrganizationEvent
    allowed = staticmethod(is_office)
    title = "登记事件台账"
    meta_text = "成立、更名、变更、异常名录、合并、注销、撤销"
    unit = "件"
    search_hint = "单位名称、文号"
    import_kind = export_kind = "organization_events"
    ordering = ("-on",)
    filterset_class = EventFilter
    empty_title = "没有登记事件"
    empty_text = "在社会组织的页面上点“登记事件”，登记以后列在这里。"
    tabs = (
        ("valid", "有效", "valid"),
        ("withdrawn", "已撤回", lambda rows, page: rows.filter(withdrawn_at__isnull=False)),
    )
    columns = (
        Column("日期", "on", "date", sort="on"),
        Column("社会组织", "organization__name", sort="organization__sort_key", phone="name",
               fields=("organization_id",), url=body_url),
        Column("事件", "kind", sort="kind"),
        Column("内容", "detail", fields=("item", "old_value", "new_value", "successor__name"), value=what, phone="wide"),
        Column("文号", "document_no", phone="wide"),
    )  # fmt: skip


class EventPage(WorkflowPage):
    model = SocialOrganization
    related = ("committee",)
    title = "登记事件"
    intro = "成立以后登记管理机关办理的事：更名、变更、异常名录、合并、注销等。"
    form_class = forms.EventForm
    workflow = staticmethod(workflows.record_event)
    blank = staticmethod(lambda body: OrganizationEvent(organization=body))
    done_text = "已登记事件。"


class EventCorrection(WorkflowPage):
    """The event with its answers; saving withdraws it and records it anew."""

    model = SocialOrganization
    title = "更正登记事件"
    submit_label = "更正"
    intro = "原来的登记会撤回并留下原因，再按下面的内容重新登记。"
    form_class = forms.CorrectionForm
    done_text = "已更正，原来的登记留有撤回记录。"

    @cached_property
    def event(self) -> OrganizationEvent:
        event = event_of_body(self.object, self.kwargs["part"])
        require(workflows.can_withdraw(self.request.user, event), self.request, "成立登记和已撤回的事件不能更正。")
        return event

    def get_instance(self) -> OrganizationEvent:
        kept = {"old_value": self.event.old_value, "is_past": self.event.is_past}
        return OrganizationEvent(organization=self.object, **kept, **self.event.facts())

    def build(self, data: Any = None, files: Any = None) -> forms.CorrectionForm:
        form = super().build(data, files)
        if self.event.kind == "renamed" and self.event.is_past:
            form.initial |= {"new_name": self.event.new_value}
        elif self.event.kind == "renamed":
            form.initial |= {"new_name": self.object.name, "new_short_name": self.object.short_name}
        return form

    def save(self, form: forms.CorrectionForm) -> OrganizationEvent:
        return workflows.correct_event(self.event, by=self.request.user, **self.answers(form))


class FormerNamePage(WorkflowPage):
    model = SocialOrganization
    related = ("committee",)
    title = "登记曾用名"
    intro = "以前用过、没有更名事件的名称。现在要更名的，请登记“更名”事件。"
    form_class = forms.FormerNameForm
    workflow = staticmethod(names.add_former_name)
    blank = staticmethod(lambda body: FormerName(organization=body))
    done_text = "已登记曾用名。"


@require_POST
@allow(is_staff)
def remove_former_name(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    body = visible_or_404(SocialOrganization.objects.select_related("committee"), request.user, pk)
    row = body.former_names.filter(pk=part).first()
    if row is None:
        raise Http404("没有找到这个曾用名。")
    try:
        names.remove_former_name(row, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"已删去曾用名“{row}”。")
    return redirect(body)


@require_POST
@allow(is_staff)
def withdraw_event(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    body = visible_or_404(SocialOrganization, request.user, pk)
    event_of_body(body, part)
    rows = OrganizationEvent.objects.select_related("organization__committee")
    return act(
        request, rows, part, workflows.withdraw_event, reason=reason(request), to=body.get_absolute_url(),
        can=workflows.can_withdraw, done="已撤回这件登记事件，原来的内容已恢复。",
    )  # fmt: skip
