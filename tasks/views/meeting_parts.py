"""Lines under a joint meeting: conveyed documents, agenda, requirements, resolutions. One page each to add and to change."""

from functools import cached_property
from typing import Any

from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import View

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, update_record
from core.forms import RecordForm
from core.models import Record
from core.pages import Crumb
from core.pages.forms import FormMixin
from core.permissions import AllowMixin, is_staff
from tasks.forms import AgendaItemForm, ConveyedDocumentForm, MeetingRequirementForm, ResolutionForm
from tasks.models import JointMeeting

from .meetings import meeting_crumbs, open_meeting

PARTS: dict[str, tuple[type[RecordForm], str]] = {
    "documents": (ConveyedDocumentForm, "传达文件"),
    "agenda": (AgendaItemForm, "议题"),
    "requirements": (MeetingRequirementForm, "会议要求"),
    "resolutions": (ResolutionForm, "议定事项"),
}


class MeetingPart(FormMixin, AllowMixin, View):
    """`part` names the related rows; without `part_pk` a new one is added."""

    allowed = staticmethod(is_staff)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if kwargs["part"] not in PARTS:
            raise Http404("没有这个页面。")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def meeting(self) -> JointMeeting:
        return open_meeting(self.request, self.kwargs["pk"])

    @property
    def form_class(self) -> type[RecordForm]:
        return PARTS[self.kwargs["part"]][0]

    @property
    def label(self) -> str:
        return PARTS[self.kwargs["part"]][1]

    def get_title(self) -> str:
        return f"{'修改' if 'part_pk' in self.kwargs else '添加'}{self.label}"

    def crumbs(self) -> list[Crumb]:
        return meeting_crumbs(self.meeting)

    def cancel_url(self) -> str:
        return self.meeting.get_absolute_url()

    def success_url(self, row: models.Model) -> str:
        return self.cancel_url()

    @cached_property
    def rows(self) -> Any:
        return getattr(self.meeting, self.kwargs["part"])

    def get_instance(self) -> models.Model:
        if "part_pk" in self.kwargs:
            return get_object_or_404(self.rows, pk=self.kwargs["part_pk"])
        row = self.rows.model(meeting=self.meeting, order=self.rows.count() + 1)
        if isinstance(row, Record):
            row.committee_id = self.meeting.committee_id
        return row

    def save(self, form: RecordForm) -> models.Model:
        row, user = form.save(commit=False), self.request.user
        if isinstance(row, Record):
            return update_record(row, by=user, expected=form.expected) if row.pk else create_record(row, by=user)
        word = "修改" if row.pk else "添加"
        row.save()
        audit.record(AuditEvent.CHANGE, self.meeting, by=user, note=f"{word}{self.label}：{row}"[:300])
        return row

    def done(self, row: models.Model) -> str:
        return f"已保存{self.label}。"


@require_POST
def part_delete(request: HttpRequest, pk: int, part: str, part_pk: int) -> HttpResponse:
    meeting = open_meeting(request, pk)
    if part not in PARTS:
        raise Http404("没有这个页面。")
    row = get_object_or_404(getattr(meeting, part), pk=part_pk)
    with transaction.atomic():
        audit.record(AuditEvent.DELETE, meeting, by=request.user, note=f"删除{PARTS[part][1]}：{row}"[:300])
        row.delete()
    return redirect(reverse("tasks:jointmeeting-detail", args=[meeting.pk]))
