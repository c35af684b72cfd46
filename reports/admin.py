"""后台 of reports: phrases and outside figures for repair; summaries and editions only to be read."""

from django.contrib import admin

from core.office_admin import RecordAdmin
from reports.models import Edition, OutsideFigure, Phrase, Summary


@admin.register(Phrase)
class PhraseAdmin(RecordAdmin):
    list_display = ("text", "kind", "valid_from", "valid_until", "status", "source")
    list_filter = ("kind", "status")
    search_fields = ("text", "source")


@admin.register(OutsideFigure)
class OutsideFigureAdmin(RecordAdmin):
    list_display = ("indicator", "value", "unit", "as_of", "source")
    search_fields = ("indicator", "source")
    autocomplete_fields = ("part_of",)


class ReadOnlyAdmin(RecordAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Summary)
class SummaryAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "period_code", "status", "created_by", "updated_at")
    list_select_related = ("created_by",)
    search_fields = ("period_code", "title")


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("title", "number", "kind", "as_of", "created_by", "created_at")
    list_select_related = ("created_by",)
    list_filter = ("kind",)
    search_fields = ("title", "period_code")
