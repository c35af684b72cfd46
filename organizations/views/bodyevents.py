"""登记事件 on the page of a body: recorded, corrected, withdrawn."""

from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from core.pages import act, reason, visible_or_404
from core.permissions import allow, is_staff, require
from organizations import forms
from organizations.models import OrganizationEvent, SocialOrganization
from organizations.workflows import events as workflows

from .base import WorkflowPage


def event_of_body(body: SocialOrganization, pk: int) -> OrganizationEvent:
    found = body.events.select_related("organization__committee", "successor", "withdrawn_by").filter(pk=pk).first()
    if found is None:
        raise Http404("没有找到这件登记事件。")
    return found


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
        return OrganizationEvent(organization=self.object, old_value=self.event.old_value, **self.event.facts())

    def build(self, data: Any = None, files: Any = None) -> forms.CorrectionForm:
        form = super().build(data, files)
        if self.event.kind == "renamed":
            form.initial |= {"new_name": self.object.name, "new_short_name": self.object.short_name}
        return form

    def save(self, form: forms.CorrectionForm) -> OrganizationEvent:
        return workflows.correct_event(self.event, by=self.request.user, **self.answers(form))


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
