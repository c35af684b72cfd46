"""Filter bars of the lists of inspections and duty reviews."""

import django_filters as filters
from django.db.models import QuerySet

from core.pages.filters import OfOfficeFilter, visible
from core.periods import today
from core.pinyin import plain
from reviews.choices import Chapter, Conclusion, DutyMode, FindingStatus, InspectionStatus, Severity
from reviews.models import DutyReport, Finding, InspectionCampaign, InspectionRecord, ReviewSession


class NameFilter(filters.CharFilter):
    """Part of a name, a code or pinyin in a row's search text; full-width letters are the same as half-width ones."""

    def filter(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(**{f"{self.field_name}__contains": plain(value)}) if value else rows


class RecordFilter(filters.FilterSet):
    campaign = OfOfficeFilter(label="年度检查", queryset=visible(InspectionCampaign))
    status = filters.ChoiceFilter(label="状态", choices=InspectionStatus.choices)
    conclusion = filters.ChoiceFilter(label="年检结论", choices=Conclusion.choices)
    has_party_clause = filters.BooleanFilter(label="已入章")
    has_branch = filters.BooleanFilter(label="已建党组织")
    submitted = filters.BooleanFilter(label="已参检", method="by_submitted")
    name = NameFilter(label="社会组织", field_name="organization__search")

    class Meta:
        model = InspectionRecord
        fields = ()

    def by_submitted(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        handed_in = InspectionRecord.objects.submitted().values("pk")
        return rows.filter(pk__in=handed_in) if value else rows.exclude(pk__in=handed_in)


class FindingFilter(filters.FilterSet):
    campaign = OfOfficeFilter(label="年度检查", field_name="record__campaign", queryset=visible(InspectionCampaign))
    status = filters.ChoiceFilter(label="状态", choices=FindingStatus.choices)
    chapter = filters.ChoiceFilter(label="方面", choices=Chapter.choices)
    severity = filters.ChoiceFilter(label="等级", choices=Severity.choices)
    charter = filters.BooleanFilter(label="未入章", field_name="is_charter_clause")
    advised = filters.BooleanFilter(label="有整改建议", method="by_advice")
    overdue = filters.BooleanFilter(label="已逾期", method="by_overdue")
    name = NameFilter(label="社会组织", field_name="record__organization__search")

    class Meta:
        model = Finding
        fields = ()

    def by_advice(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        return rows.with_advice() if value else rows.filter(advice="")

    def by_overdue(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        late = Finding.objects.overdue(today(self.request.user.committee)).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class ReportFilter(filters.FilterSet):
    session = OfOfficeFilter(label="年度", queryset=visible(ReviewSession))
    mode = filters.ChoiceFilter(label="方式", choices=DutyMode.choices)
    name = NameFilter(label="党支部", field_name="branch__search")

    class Meta:
        model = DutyReport
        fields = ()
