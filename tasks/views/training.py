"""Training courses and who came."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core import audit
from core.attachments import attachment_context
from core.choices import AuditEvent
from core.pages import (
    Action,
    Column,
    CreatePage,
    Crumb,
    DetailPage,
    ListPage,
    UpdatePage,
    act,
    reason,
    visible_or_404,
)
from core.permissions import is_staff, require
from organizations.models import posted_ids
from tasks.choices import TRAINING_KINDS, TrainingStatus
from tasks.filters import TrainingFilter
from tasks.forms import ParticipantsForm, TrainingForm
from tasks.models import Training, TrainingParticipant
from tasks.workflows import can_cancel_training, can_hold_training, cancel_training, hold_training, tick_participants

TICKS = {"yes": True, "no": False, "": None}


class TrainingList(ListPage):
    model = Training
    columns = (
        Column("名称", "name", link=True, sort="name"),
        Column("对象", "audience", "tag"),
        Column("开始", "start", "date", sort="start"),
        Column("结束", "end", "date", phone="hide"),
        Column("学时", "hours", "number"),
        Column("到课/应到", fields=("present_count", "invited_count"), kind="number",
               value=lambda row: f"{row['present_count']}/{row['invited_count']}"),
        Column("状态", "status", "state", states=TRAINING_KINDS, sort="status"),
    )  # fmt: skip
    filterset_class = TrainingFilter
    search_hint = "名称、主办单位、内容"
    ordering = ("-start", "-pk")
    period_filter = True
    unit = "期"
    create_url_name = "tasks:training-create"
    import_kind = "training"
    export_kind = "training"

    def get_queryset(self) -> Any:
        return super().get_queryset().with_participants()


class TrainingDetail(DetailPage):
    model = Training
    related = ("committee",)
    fact_fields = ("audience", "host", "start", "end", "hours", "place", "cost", "topics")
    template_name = "tasks/training_detail.html"

    def meta(self) -> str:
        return f"计入{self.object.quarter_label}"

    def actions(self) -> list[Action]:
        user, row, found = self.request.user, self.object, []
        if user.is_committee_staff and row.status != TrainingStatus.CANCELLED:
            found.append(
                Action("登记到课", reverse("tasks:training-participants", args=[row.pk]), "list-checks", post=False)
            )
        if can_hold_training(user, row):
            found.append(Action("已举办", reverse("tasks:training-hold", args=[row.pk]), "check", primary=True))
        if can_cancel_training(user, row):
            found.append(
                Action("取消", reverse("tasks:training-cancel", args=[row.pk]), "x", reason="取消的原因", danger=True)
            )
        return found

    def get_context(self) -> dict[str, Any]:
        people = self.object.participants.select_related("branch")
        if not self.request.user.is_office:
            people = people.filter(branch__in=posted_ids(self.request.user)[0])
        return {
            **super().get_context(),
            **attachment_context(self.request.user, self.object),
            "people": list(people.order_by("branch__sort_key", "pk")),
        }


class TrainingCreate(CreatePage):
    model = Training
    form_class = TrainingForm


class TrainingUpdate(UpdatePage):
    model = Training
    form_class = TrainingForm


def training_participants(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticks for everybody on the list, and a field to add names."""
    row = visible_or_404(Training.objects.select_related("committee"), request.user, pk)
    require(is_staff(request.user), request)
    form = ParticipantsForm(user=request.user)
    if request.method == "POST" and "add" in request.POST:
        form = ParticipantsForm(request.POST, user=request.user)
        if form.is_valid():
            return add_participants(request, row, form)
    elif request.method == "POST":
        ticks = {
            int(key[1:]): TICKS[value]
            for key, value in request.POST.items()
            if key[:1] == "t" and key[1:].isdecimal() and len(key) < 15 and value in TICKS
        }
        count = tick_participants(row, ticks, by=request.user)
        messages.success(request, f"已保存，改动{count}人。")
        return redirect("tasks:training-participants", pk=row.pk)
    context = {
        "title": "登记到课",
        "training": row,
        "crumbs": [Crumb("培训", reverse("tasks:training-list")), Crumb(str(row), row.get_absolute_url())],
        "people": row.participants.select_related("branch").order_by("branch__sort_key", "pk"),
        "form": form,
    }
    return render(request, "tasks/training_participants.html", context)


def add_participants(request: HttpRequest, row: Training, form: ParticipantsForm) -> HttpResponse:
    branch, names = form.cleaned_data["branch"], form.cleaned_data["names"]
    there = set(row.participants.filter(branch=branch).values_list("person_name", flat=True))
    fresh = [n for n in names if n not in there]
    try:
        with transaction.atomic():
            TrainingParticipant.objects.bulk_create(
                [TrainingParticipant(training=row, branch=branch, person_name=name) for name in fresh]
            )
            audit.record(AuditEvent.CHANGE, row, by=request.user, note=f"列入培训名单{len(fresh)}人")
    except IntegrityError:
        messages.error(request, "名单里已有同一党支部的同名人员，请刷新后核对。")
    else:
        messages.success(request, f"已列入{len(fresh)}人。")
    return redirect("tasks:training-participants", pk=row.pk)


@require_POST
def training_hold(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, Training, pk, hold_training, can=can_hold_training, done="已登记为已举办。")


@require_POST
def training_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, Training, pk, cancel_training, can=can_cancel_training, done="已取消。", reason=reason(request))
