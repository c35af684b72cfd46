"""后台 of tasks: search and repair by staff; statuses move on the pages."""

from django.contrib import admin

from core.office_admin import RecordAdmin
from tasks.models import (
    Activity,
    JointMeeting,
    PlanItem,
    Problem,
    Resolution,
    TaskAssignment,
    TaskItem,
    TaskList,
    Training,
)


@admin.register(TaskList)
class TaskListAdmin(RecordAdmin):
    list_display = ("title", "quarter_label", "source", "issued_by", "document_no", "status")
    list_filter = ("status", "source")
    search_fields = ("title", "document_no", "issued_by")


@admin.register(TaskItem)
class TaskItemAdmin(RecordAdmin):
    list_display = ("task_list", "number", "text", "category", "scope", "due")
    list_filter = ("category", "scope")
    list_select_related = ("task_list",)
    search_fields = ("text", "task_list__title")
    autocomplete_fields = ("task_list",)
    raw_id_fields = ("branches",)


@admin.register(TaskAssignment)
class TaskAssignmentAdmin(RecordAdmin):
    list_display = ("item", "branch", "due", "submitted_on", "passed_on", "status")
    list_filter = ("status",)
    list_select_related = ("item", "branch")
    search_fields = ("item__text", "branch__search")
    autocomplete_fields = ("item", "activities")
    raw_id_fields = ("branch",)


@admin.register(Activity)
class ActivityAdmin(RecordAdmin):
    list_display = ("theme", "kind", "held_on", "quarter_label", "usable_for_summary")
    list_filter = ("kind", "usable_for_summary", "is_by_committee")
    search_fields = ("theme", "highlight")


@admin.register(JointMeeting)
class JointMeetingAdmin(RecordAdmin):
    list_display = ("__str__", "held_on", "place", "status")
    list_filter = ("status", "year")
    search_fields = ("name", "place")


@admin.register(Resolution)
class ResolutionAdmin(RecordAdmin):
    list_display = ("text", "meeting", "owner", "due", "status")
    list_filter = ("status",)
    list_select_related = ("meeting",)
    search_fields = ("text", "owner")
    autocomplete_fields = ("meeting",)
    raw_id_fields = ("branch",)


@admin.register(Training)
class TrainingAdmin(RecordAdmin):
    list_display = ("name", "audience", "start", "end", "status")
    list_filter = ("status", "audience")
    search_fields = ("name", "host")


@admin.register(Problem)
class ProblemAdmin(RecordAdmin):
    list_display = ("description", "category", "quarter_label", "owner", "status")
    list_filter = ("status", "category")
    search_fields = ("description", "cause")


@admin.register(PlanItem)
class PlanItemAdmin(RecordAdmin):
    list_display = ("heading", "category", "quarter_label", "owner", "due", "status")
    list_filter = ("status", "category")
    search_fields = ("heading", "description")
