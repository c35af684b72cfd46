"""社会组织: the ledger of any day, and those newly registered with what they have handed in."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from core.pages import Button, Cell, Column, ListPage, current_period
from core.permissions import is_office, is_staff
from organizations.choices import (
    CHARTER_KINDS,
    ENDED_STATUSES,
    IRREGULAR_STATUSES,
    LETTER_KINDS,
    REGISTRATION_KINDS,
    AffiliationKind,
    CharterStatus,
    CoverageMethod,
    LetterStatus,
    OrganizationKind,
    RegistrationStatus,
)
from organizations.models import Affiliation, SocialOrganization

from .base import LedgerDay, ledger_day, office_day

IRREGULAR = [(status.value, status.label) for status in IRREGULAR_STATUSES]
METHODS = (("any", "已覆盖"), ("none", "未覆盖"), *CoverageMethod.choices)
Row = dict[str, Any]


def coverage_cell(row: Row) -> Cell:
    method = row["coverage_method"]
    if method:
        return Cell(CoverageMethod(method).label, kind="ok" if method == CoverageMethod.OWN else "info")
    if row["standing"] in ENDED_STATUSES:
        return Cell("")
    return Cell("未建", kind="off") if row["has_instructor"] else Cell("覆盖空白", kind="bad")


def work_cell(row: Row) -> Cell:
    if row["coverage_method"]:
        return Cell("党组织", kind="ok")
    if row["has_instructor"]:
        return Cell("指导员", kind="info")
    return Cell("") if row["standing"] in ENDED_STATUSES else Cell("未派", kind="bad")


def charter_cell(row: Row) -> Cell:
    status = row["charter_status"]
    return Cell(CharterStatus(status).label, kind=CHARTER_KINDS[status])


def letter_cell(row: Row) -> Cell:
    status = row["letter_status"]
    return Cell(LetterStatus(status).label, kind=LETTER_KINDS[status]) if status else Cell("无", kind="off")


def standing_cell(row: Row) -> Cell:
    status = RegistrationStatus(row["standing"])
    return Cell(status.label, kind=REGISTRATION_KINDS[status])


def affiliation_cell(row: Row) -> str:
    return AffiliationKind(row["affiliation_kind"]).label if row["affiliation_kind"] else ""


@lru_cache(maxsize=32)
def ledger(day: date, past: bool = False) -> QuerySet:
    """The bodies with the columns of a day. Never read itself, only narrowed: putting its thirty columns together
    takes Django as long as the database needs for a page of them."""
    return SocialOrganization.objects.for_ledger(day, past=past)


@lru_cache(maxsize=64)
def drawn(cell: Cell) -> SafeString:
    """The markup of a state; a list shows the same few states in every row."""
    return cell.__html__()


def in_list(cell: Callable[[Row], Cell]) -> Callable[[Row], SafeString]:
    return lambda row: drawn(cell(row))


class OrganizationFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类型", choices=OrganizationKind.choices)
    coverage = django_filters.ChoiceFilter(label="组织覆盖", choices=METHODS, method="by_coverage")
    affiliation = django_filters.ChoiceFilter(label="归口", choices=AffiliationKind.choices, method="by_affiliation")
    status = django_filters.ChoiceFilter(label="登记状态", choices=RegistrationStatus.choices, field_name="standing")
    clause = django_filters.BooleanFilter(label="党建入章", method="by_clause")

    class Meta:
        model = SocialOrganization
        fields: list[str] = []

    def by_coverage(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        day = ledger_day(self.request)
        if value in ("any", "none"):
            return rows.organization_covered(day) if value == "any" else rows.without_branch(day)
        return rows.filter(coverage_method=value)

    def by_clause(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        day = ledger_day(self.request)
        return rows.with_party_clause(day) if value else rows.without_party_clause(day)

    def by_affiliation(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(affiliation_kind=value)


def worded(choices: Iterable[tuple[str, str]], counts: Counter[str]) -> str:
    return "、".join(f"{label}{counts[value]}家" for value, label in choices if counts[value])


def live(rows: QuerySet, page: "SocialOrganizationList") -> QuerySet:
    return rows.registered(page.day)


def new_in_period(rows: QuerySet, page: ListPage) -> QuerySet:
    period = current_period(page.request)
    return rows.newly_registered(period.start, period.end)


class SocialOrganizationList(LedgerDay, ListPage):
    model = SocialOrganization
    day_words = "各栏是那一天的（更过名的显示当时的全称），只有信用代码、类型按今天的登记；排序和查找按今天的名称。"
    title = "社会组织台账"
    unit = "家"
    search_tab = "all"
    search_hint = "名称、简称、曾用名、拼音首字母、信用代码"
    create_url_name = "organizations:socialorganization-create"
    import_kind = export_kind = "organizations"
    ordering = ("sort_key",)
    indexed = frozenset({"registered_on"})
    empty_text = "先导入《社会组织党建工作台账》，或一家一家登记。"
    filterset_class = OrganizationFilter
    tabs = (
        ("live", "在册", live),
        ("direct", AffiliationKind.DIRECT.label, lambda rows, page: live(rows, page).directly_managed(page.day)),
        ("new", "本期新成立", new_in_period),
        ("uncovered", "覆盖空白", lambda rows, page: live(rows, page).uncovered(page.day)),
        ("without", "未建党组织", lambda rows, page: live(rows, page).without_branch(page.day)),
        ("clause", "未入章", lambda rows, page: live(rows, page).without_party_clause(page.day)),
        ("ended", "已注销撤销", lambda rows, page: rows.filter(ended_on__lte=page.day)),
        ("all", "全部", ""),
    )
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name", "former_name"),
               value=lambda row: row["former_name"] or row["short_name"] or row["name"]),
        Column("统一社会信用代码", "code", "code", sort="code", phone="wide"),
        Column("类型", "kind", sort="kind", phone="hide"),
        Column("登记日期", "registered_on", "date", sort="registered_on"),
        Column("登记状态", "standing", value=in_list(standing_cell)),
        Column("归口", "affiliation_kind", value=affiliation_cell, phone="hide"),
        Column("组织覆盖", "coverage_method", fields=("has_instructor", "standing"), value=in_list(coverage_cell)),
        Column("工作覆盖", "coverage_method", fields=("has_instructor", "standing"), value=in_list(work_cell)),
        Column("党建入章", "charter_status", value=in_list(charter_cell)),
        Column("承诺书", "letter_status", value=in_list(letter_cell)),
        Column("党员", "member_count", "number"),
    )  # fmt: skip

    @cached_property
    def tab(self) -> str:
        """A search looks everywhere unless a tab was chosen: who looks for a cancelled body types its name."""
        if "tab" not in self.params and self.params.get("q"):
            return "all"
        chosen = self.params.get("tab", "")
        return chosen if chosen in {key for key, *_ in self.tabs} else "live"

    def get_queryset(self) -> QuerySet:
        rows = ledger(self.day, self.is_past).visible_to(self.request.user)
        return rows.filter(registered_on__lte=self.day) if self.is_past else rows

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), **self.past_context(), "meta": self.kinds()}

    def kinds(self) -> str:
        """How many of each kind and 归口, and not in good standing; where a list is not counted to its end neither are these."""
        if self.count > self.count_cap:
            return "" if self.params.get("q") else f"在册{self.count_text}家"
        rows = self.of_office(SocialOrganization.objects.visible_to(self.request.user)).registered(self.day).order_by()
        kinds, statuses = Counter(), Counter()
        for kind, status, n in rows.values_list("kind", "status").annotate(n=Count("*")):
            kinds[kind] += n
            statuses[status] += n
        managed = Affiliation.objects.on(self.day).filter(organization__in=rows.values("pk")).order_by()
        affiliations = Counter(dict(managed.values_list("kind").annotate(n=Count("*"))))
        affiliations[""] = kinds.total() - affiliations.total()
        parts = [
            worded(OrganizationKind.choices, kinds),
            worded([*AffiliationKind.choices, ("", "归口未登记")], affiliations),
        ]
        if not self.is_past:  # the status of another day would have to be found out body by body
            parts.append(worded(IRREGULAR, statuses))
        return "；".join([f"在册{kinds.total()}家", *filter(None, parts)])

    def extra_actions(self) -> list[Button]:
        user, url = self.request.user, reverse("organizations:organizationevent-list")
        found = [Button("登记事件", url, "scroll-text", fold_phone=True)] if is_office(user) else []
        if is_staff(user):
            found.append(Button("疑似重复", reverse("organizations:duplicate-index"), "copy", fold_phone=True))
        return found


class RegistrationList(ListPage):
    """前置审查: what each newly registered body has handed in."""

    model = SocialOrganization
    allowed = staticmethod(is_office)
    title = "前置审查"
    meta_text = "新成立的社会组织：章程、承诺书、党员情况调查和党建指导是否到位"
    unit = "家"
    export_kind = "organizations"
    period_filter = True
    ordering = ("-registered_on",)
    empty_title = "这一时期没有新成立的社会组织"
    empty_text = "登记日期在所选时期内的社会组织会列在这里。"
    columns = (
        Column("名称", "name", link=True, fields=("short_name",), value=lambda row: row["short_name"] or row["name"]),
        Column("类型", "kind"),
        Column("登记日期", "registered_on", "date", sort="registered_on"),
        Column("党建入章", "charter_status", value=in_list(charter_cell)),
        Column("承诺书", "letter_status", value=in_list(letter_cell)),
        Column("签订日期", "letter_on", "date"),
        Column("党员情况调查表", "survey_on", value=lambda row: row["survey_on"] or Cell("缺", kind="warn")),
        Column("组织覆盖", "coverage_method", fields=("has_instructor", "standing"), value=in_list(coverage_cell)),
        Column("工作覆盖", "coverage_method", fields=("has_instructor", "standing"), value=in_list(work_cell)),
        Column("党员", "member_count", "number"),
    )

    def get_queryset(self) -> QuerySet:
        return ledger(office_day(self.request)).visible_to(self.request.user)

    def of_period(self, rows: QuerySet, period: Any) -> QuerySet:
        return rows.newly_registered(period.start, period.end)

    def extra_actions(self) -> list[Button]:
        return [
            Button("章程入章", reverse("organizations:charterrecord-list"), "book-open"),
            Button("党员情况调查", reverse("organizations:membersurvey-list"), "clipboard-list"),
            Button("承诺书", reverse("organizations:commitmentletter-list"), "file-check"),
            Button("孵化批次", reverse("organizations:incubationbatch-list"), "sprout"),
        ]
