"""联席会议, and in workbooks of their own what was conveyed, discussed, asked for and decided, and who came."""

from collections.abc import Iterator
from typing import Any

from core.excel import Column, Context, Parent, Sheet, register
from tasks.models import JointMeeting

from .common import BODY, BRANCH, year_in

MEETING = Parent("meeting", "tasks.JointMeeting", key=("year", "ordinal"))
MEETING_COLUMNS = (
    Column("年度", "meeting.year", "int", from_title=year_in, required=True, example=2023),
    Column("第几次", "meeting.ordinal", "int", synonyms=("次数",), required=True, example=1),
)


@register
class JointMeetingSheet(Sheet):
    kind, title, order = "joint_meetings", "联席会议", 240
    model = "tasks.JointMeeting"
    intro = "行业协会商会会长（秘书长）联席会议，一行一次。"
    keys = (("year", "ordinal"),)
    ordering = ("year", "ordinal")
    columns = (
        Column("年度", "year", "int", from_title=year_in, required=True, example=2023),
        Column("第几次", "ordinal", "int", synonyms=("次数",), required=True, example=1),
        Column("会议名称", "name", width=24),
        Column("日期", "held_on", "date", synonyms=("召开日期", "会议日期"), required=True),
        Column("归属季度", "quarter", "quarter", help="不填的按日期。"),
        Column("地点", "place", synonyms=("会议地点",), width=20),
        Column("主持人", "host"),
        Column("召集单位", "convener", width=20),
        Column("会议主旨", "purpose", width=40),
        Column("纪要文号", "minutes_no"),
        Column("状态", "status", "choice", create_only=True),
    )


class OfMeetingSheet(Sheet):
    """Lines under a meeting that must be there already."""

    after = "先导入联席会议表。"
    parents = (MEETING,)
    ordering = ("meeting__year", "meeting__ordinal", "pk")

    def queryset(self, user: Any) -> Any:
        rows = self.model_class._default_manager.filter(meeting__in=JointMeeting.objects.visible_to(user).values("pk"))
        return rows.order_by(*self.ordering)

    def prepare(self, context: Context) -> None:
        context.data["meetings"] = set(JointMeeting.objects.within(context.committee).values_list("year", "ordinal"))

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        year, ordinal = values.get("meeting.year"), values.get("meeting.ordinal")
        if year and ordinal and (year, ordinal) not in context.data["meetings"]:
            yield "meeting.ordinal", f"没有{year}年第{ordinal}次联席会议。请先导入或登记这次会议。"


@register
class MeetingDocumentSheet(OfMeetingSheet):
    kind, title, order = "meeting_documents", "联席会议传达文件", 241
    model = "tasks.ConveyedDocument"
    intro = "每次联席会议传达了哪些文件。"
    keys = (("meeting", "title"),)
    columns = (
        *MEETING_COLUMNS,
        Column("发文机关", "issuer", required=True, width=20),
        Column("文件标题", "title", synonyms=("标题", "文件名称"), required=True, width=40, help="不加书名号。"),
        Column("文号", "document_no"),
        Column("顺序", "order", "int"),
    )


@register
class AgendaSheet(OfMeetingSheet):
    kind, title, order = "agenda", "联席会议议题", 242
    model = "tasks.AgendaItem"
    intro = "每次联席会议的议题和发言单位。"
    keys = (("meeting", "text"),)
    columns = (
        *MEETING_COLUMNS,
        Column("议题", "text", synonyms=("会议议题",), required=True, width=40),
        Column("发言单位或发言人", "speaker", synonyms=("发言单位", "发言人"), width=20),
        Column("顺序", "order", "int"),
    )


@register
class RequirementSheet(OfMeetingSheet):
    kind, title, order = "meeting_requirements", "联席会议要求", 243
    model = "tasks.MeetingRequirement"
    intro = "每次联席会议对各单位的要求，写进季度总结。"
    keys = (("meeting", "text"),)
    columns = (
        *MEETING_COLUMNS,
        Column("要求", "text", synonyms=("会议要求",), required=True, width=60),
        Column("顺序", "order", "int"),
    )


@register
class AttendanceSheet(OfMeetingSheet):
    kind, title, order = "meeting_attendance", "联席会议参会单位", 244
    model = "tasks.MeetingAttendance"
    after = "先导入联席会议表和社会组织台账。"
    intro = "每次联席会议邀请了哪些单位、谁来参加。"
    keys = (("meeting", "organization"),)
    columns = (
        *MEETING_COLUMNS,
        Column(
            "单位", "organization", "lookup", lookup=BODY, synonyms=("参会单位", "单位名称"), required=True, width=30
        ),
        Column("是否到会", "attended", "bool", synonyms=("到会", "签到")),
        Column("身份", "role", "choice"),
        Column("姓名", "person_name", synonyms=("参会人", "参会人员"), personal=True),
    )


@register
class ResolutionSheet(OfMeetingSheet):
    kind, title, order = "resolutions", "联席会议议定事项", 245
    model = "tasks.Resolution"
    intro = "每次联席会议的议定事项、责任单位和办理结果。"
    keys = (("meeting", "text"),)
    columns = (
        *MEETING_COLUMNS,
        Column("议定事项", "text", synonyms=("事项",), required=True, width=40),
        Column("责任单位", "owner", width=20),
        Column("责任党组织", "branch", "lookup", lookup=BRANCH, width=20),
        Column("完成时限", "due", "date"),
        Column("状态", "status", "choice", create_only=True),
        Column("办理结果", "result", width=30),
        Column("办结日期", "done_on", "date", create_only=True),
        Column("顺序", "order", "int"),
    )

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        yield from super().check(values, context)
        if values.get("status") == "done" and not values.get("done_on"):
            yield "done_on", "状态是已办结的要填办结日期。"
