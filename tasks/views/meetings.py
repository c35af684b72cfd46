"""Joint meetings: list, page, forms, ticks of who came, the sheet to sign."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core import audit
from core.attachments import attachment_context
from core.choices import AuditEvent
from core.cleaning import clean_line
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
from core.periods import quarter_of, today
from core.permissions import is_office, require
from organizations.models import SocialOrganization
from tasks.choices import MEETING_KINDS, AttendeeRole, MeetingStatus
from tasks.filters import MeetingFilter
from tasks.forms import InviteForm, JointMeetingForm
from tasks.models import JointMeeting, MeetingAttendance, Resolution
from tasks.workflows import (
    announce_meeting,
    can_announce_meeting,
    can_close_meeting,
    can_edit_meeting,
    can_finish_resolution,
    can_hold_meeting,
    can_minute_meeting,
    can_reopen_resolution,
    close_meeting,
    finish_resolution,
    hold_meeting,
    invite_bodies,
    minute_meeting,
    reopen_resolution,
    tick_attendance,
)

TICKS = {"yes": True, "no": False, "": None}


class JointMeetingList(ListPage):
    model = JointMeeting
    columns = (
        Column("会议", fields=("year", "ordinal", "name"), link=True, sort="ordinal", phone="name",
               value=lambda row: str(JointMeeting(year=row["year"], ordinal=row["ordinal"], name=row["name"]))),
        Column("日期", "held_on", "date", sort="held_on"),
        Column("地点", "place", phone="hide"),
        Column("到会/应到", fields=("present_count", "invited_count"), kind="number",
               value=lambda row: f"{row['present_count']}/{row['invited_count']}"),
        Column("办结/议定", fields=("done_count", "resolution_count"), kind="number",
               value=lambda row: f"{row['done_count']}/{row['resolution_count']}"),
        Column("状态", "status", "state", states=MEETING_KINDS, sort="status"),
    )  # fmt: skip
    filterset_class = MeetingFilter
    ordering = ("-year", "-ordinal")
    unit = "次"
    create_url_name = "tasks:jointmeeting-create"
    create_label = "筹备会议"
    import_kind = "joint_meetings"
    export_kind = "joint_meetings"

    def get_queryset(self) -> Any:
        return super().get_queryset().with_attendance()


class JointMeetingDetail(DetailPage):
    model = JointMeeting
    related = ("committee",)
    fact_fields = ("held_on", "place", "host", "convener", "minutes_no", "purpose")
    can_edit = staticmethod(can_edit_meeting)
    template_name = "tasks/jointmeeting_detail.html"

    def meta(self) -> str:
        return f"计入{self.object.quarter_label}"

    def actions(self) -> list[Action]:
        user, row, found = self.request.user, self.object, []

        def add(label: str, name: str, icon: str, **more: Any) -> None:
            found.append(Action(label, reverse(f"tasks:jointmeeting-{name}", args=[row.pk]), icon, **more))

        if user.is_office:
            add("签到表", "sign-in", "printer", post=False)
        if can_edit_meeting(user, row):
            add("参会单位", "attendance", "list-checks", post=False)
        if can_announce_meeting(user, row):
            add("发通知", "announce", "megaphone", note="通知参会单位的联络员")
        if can_hold_meeting(user, row):
            add("已召开", "hold", "check", primary=row.status == MeetingStatus.ANNOUNCED)
        if can_minute_meeting(user, row):
            add("印发纪要", "minute", "stamp", primary=True, reason="纪要文号", reason_required=False,
                note="印发前，每项议定事项都要有责任单位和完成时限。")  # fmt: skip
        if can_close_meeting(user, row):
            add("事项办结", "close", "check-check", primary=True)
        return found

    def get_context(self) -> dict[str, Any]:
        row, user = self.object, self.request.user
        attendances = row.attendances.select_related("organization").order_by("organization__sort_key", "pk")
        if not user.is_office:
            attendances = attendances.filter(organization__in=SocialOrganization.objects.visible_to(user).values("pk"))
        people = list(attendances)
        earlier = Resolution.objects.filter(
            committee_id=row.committee_id, meeting__held_on__lt=row.held_on, status="open"
        ).select_related("meeting")
        return {
            **super().get_context(),
            **attachment_context(user, row),
            "documents": list(row.documents.all()),
            "agenda": list(row.agenda.all()),
            "requirements": list(row.requirements.all()),
            "resolutions": list(row.resolutions.select_related("branch")),
            "attendances": people,
            "present": sum(1 for p in people if p.attended),
            "earlier": list(earlier) if user.is_office else [],
            "editable": can_edit_meeting(user, row),
            "is_staff": user.is_committee_staff,
            "on": today(row.committee),
        }


class JointMeetingCreate(CreatePage):
    model = JointMeeting
    form_class = JointMeetingForm
    title = "筹备会议"

    def get_instance(self) -> JointMeeting:
        """The next number of the year, and host and convener of the last meeting."""
        row = super().get_instance()
        on = today(row.committee)
        row.year, row.held_on, row.quarter = on.year, on, quarter_of(on)
        last = JointMeeting.objects.filter(committee_id=row.committee_id).order_by("-year", "-ordinal").first()
        row.ordinal = last.ordinal + 1 if last and last.year == on.year else 1
        if last:
            row.name, row.host, row.convener, row.place = last.name, last.host, last.convener, last.place
        row.quarter = None
        return row

    def done(self, row: JointMeeting) -> str:
        return f"已建立“{row}”。下一步：列入参会单位、写议题。"


class JointMeetingUpdate(UpdatePage):
    model = JointMeeting
    form_class = JointMeetingForm
    can_edit = staticmethod(can_edit_meeting)


def open_meeting(request: HttpRequest, pk: int) -> JointMeeting:
    row = visible_or_404(JointMeeting.objects.select_related("committee"), request.user, pk)
    require(can_edit_meeting(request.user, row), request)
    return row


def meeting_crumbs(row: JointMeeting) -> list[Crumb]:
    return [Crumb("联席会议", reverse("tasks:jointmeeting-list")), Crumb(str(row), row.get_absolute_url())]


def jointmeeting_attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticks, role and name for every invited body; below it further bodies can be added."""
    row = open_meeting(request, pk)
    form = InviteForm(user=request.user)
    if request.method == "POST":
        if "invite" in request.POST:
            count = invite_bodies(row, by=request.user)
            messages.success(request, f"已列入{count}家行业协会商会。" if count else "在册的行业协会商会都已在名单里。")
            return redirect("tasks:jointmeeting-attendance", pk=row.pk)
        if "add" in request.POST:
            form = InviteForm(request.POST, user=request.user)
            if form.is_valid():
                add_bodies(request, row, form.cleaned_data["bodies"])
                return redirect("tasks:jointmeeting-attendance", pk=row.pk)
        else:
            count = tick_attendance(row, read_ticks(request.POST), by=request.user)
            messages.success(request, f"已保存，改动{count}家。")
            return redirect(row)
    people = row.attendances.select_related("organization").order_by("organization__sort_key", "pk")
    context = {
        "title": "参会单位",
        "meeting": row,
        "crumbs": meeting_crumbs(row),
        "people": people,
        "roles": AttendeeRole.choices,
        "form": form,
    }
    return render(request, "tasks/jointmeeting_attendance.html", context)


def read_ticks(post: Any) -> dict[int, dict]:
    """t12=yes, r12=president, n12=张三 → {12: {…}}; unknown values mean nothing."""
    found = {}
    for key, value in post.items():
        number = key[1:]
        if key[:1] == "t" and number.isascii() and number.isdigit() and len(number) < 15 and value in TICKS:
            role = post.get(f"r{number}", "")
            found[int(number)] = {
                "attended": TICKS[value],
                "role": role if role in AttendeeRole.values else "",
                "person_name": clean_line(post.get(f"n{number}", ""))[:30],
            }
    return found


def add_bodies(request: HttpRequest, row: JointMeeting, bodies: list[SocialOrganization]) -> None:
    there = set(row.attendances.values_list("organization_id", flat=True))
    fresh = [b for b in bodies if b.pk not in there]
    if fresh:
        with transaction.atomic():
            MeetingAttendance.objects.bulk_create([MeetingAttendance(meeting=row, organization=b) for b in fresh])
            names = "、".join(str(b) for b in fresh[:20])
            audit.record(AuditEvent.CHANGE, row, by=request.user, note=f"列入参会名单{len(fresh)}家（{names}）")
    messages.success(request, f"已列入{len(fresh)}家。" if fresh else "这些单位都已在名单里。")


@require_POST
def attendance_delete(request: HttpRequest, pk: int, attendance_pk: int) -> HttpResponse:
    row = open_meeting(request, pk)
    gone = row.attendances.select_related("organization").filter(pk=attendance_pk).first()
    if gone is not None:
        with transaction.atomic():
            audit.record(AuditEvent.CHANGE, row, by=request.user, note=f"从参会名单里去掉{gone.organization}")
            gone.delete()
    messages.success(request, "已从参会名单里去掉。")
    return redirect("tasks:jointmeeting-attendance", pk=row.pk)


def jointmeeting_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet that lies at the door."""
    require(is_office(request.user), request)
    row = visible_or_404(JointMeeting, request.user, pk)
    people = row.attendances.select_related("organization").order_by("organization__sort_key", "pk")
    context = {"title": f"{row}签到表", "meeting": row, "people": people, "crumbs": meeting_crumbs(row)}
    return render(request, "tasks/jointmeeting_sign_in.html", context)


@require_POST
def jointmeeting_announce(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, JointMeeting, pk, announce_meeting, can=can_announce_meeting, done="已通知参会单位的联络员。")


@require_POST
def jointmeeting_hold(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, JointMeeting, pk, hold_meeting, can=can_hold_meeting, done="已登记为已召开。请登记到会情况。")


@require_POST
def jointmeeting_minute(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, JointMeeting, pk, minute_meeting, can=can_minute_meeting, done="纪要已印发。",
               reason=reason(request))  # fmt: skip


@require_POST
def jointmeeting_close(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, JointMeeting, pk, close_meeting, can=can_close_meeting, done="议定事项全部办结。")


@require_POST
def resolution_done(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, Resolution, pk, finish_resolution, can=can_finish_resolution, done="已办结。",
               reason=reason(request))  # fmt: skip


@require_POST
def resolution_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, Resolution, pk, reopen_resolution, can=can_reopen_resolution, done="已恢复为办理中。")
