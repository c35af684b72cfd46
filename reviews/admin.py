"""后台 of reviews: set-up and repair; statuses are read-only and move on their pages."""

from django.contrib import admin

from core.admin import RecordAdmin
from reviews.models import (
    BallotBatch,
    BallotTally,
    DutyProblem,
    DutyReport,
    Finding,
    InspectionCampaign,
    InspectionRecord,
    LeaderComment,
    ReviewSession,
)


@admin.register(InspectionCampaign)
class InspectionCampaignAdmin(RecordAdmin):
    list_display = ("title", "checked_year", "started_on", "submit_due", "status")
    list_filter = ("checked_year", "status")
    search_fields = ("title",)


@admin.register(InspectionRecord)
class InspectionRecordAdmin(RecordAdmin):
    list_display = ("organization", "campaign", "submitted_on", "has_party_clause", "conclusion", "status")
    list_filter = ("campaign", "status", "conclusion")
    list_select_related = ("organization", "campaign")
    search_fields = ("organization__search",)
    autocomplete_fields = ("campaign",)
    raw_id_fields = ("organization",)


@admin.register(Finding)
class FindingAdmin(RecordAdmin):
    list_display = ("description", "record", "severity", "due", "status")
    list_filter = ("chapter", "severity", "status", "is_charter_clause")
    list_select_related = ("record__organization", "record__campaign")
    search_fields = ("description", "record__organization__search")
    autocomplete_fields = ("record",)


@admin.register(ReviewSession)
class ReviewSessionAdmin(RecordAdmin):
    list_display = ("name", "year", "held_on", "report_due", "status")
    list_filter = ("year", "status")
    search_fields = ("name",)


@admin.register(DutyReport)
class DutyReportAdmin(RecordAdmin):
    list_display = ("branch", "secretary_name", "session", "mode", "order", "submitted_on", "status")
    list_filter = ("session", "mode", "status")
    list_select_related = ("branch", "session")
    search_fields = ("branch__search", "secretary_name")
    autocomplete_fields = ("session",)
    raw_id_fields = ("branch",)


@admin.register(DutyProblem)
class DutyProblemAdmin(RecordAdmin):
    list_display = ("description", "report", "measure", "solved_on")
    list_select_related = ("report__branch",)
    search_fields = ("description", "report__branch__search")
    autocomplete_fields = ("report",)


@admin.register(LeaderComment)
class LeaderCommentAdmin(RecordAdmin):
    list_display = ("leader_name", "report", "praise", "problem", "demand")
    list_select_related = ("report__branch",)
    search_fields = ("leader_name", "report__branch__search")
    autocomplete_fields = ("report",)


@admin.register(BallotBatch)
class BallotBatchAdmin(RecordAdmin):
    list_display = ("session", "voter_group", "issued", "returned", "valid", "void")
    list_select_related = ("session",)
    search_fields = ("session__name",)
    autocomplete_fields = ("session",)


@admin.register(BallotTally)
class BallotTallyAdmin(RecordAdmin):
    list_display = ("report", "batch", "good", "fair", "ordinary", "poor", "abstained")
    list_select_related = ("report__branch", "batch__session")
    search_fields = ("report__branch__search",)
    autocomplete_fields = ("report", "batch")
