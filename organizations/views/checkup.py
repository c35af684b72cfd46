"""数据体检 of the office, 体检单 of a branch, and the findings of one member or body."""

import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.context import is_fragment
from core.excel import writing
from core.pages import Cell, Column, Crumb, ListPage, act, visible_or_404
from core.pages.details import page_url
from core.permissions import allow, is_business, is_office, require
from core.timeline import dues_of
from organizations import checkup
from organizations.choices import LEVEL_KINDS, FindingLevel, Subject
from organizations.models import PartyBranch, PartyMember, SocialOrganization, latest_confirmation
from organizations.sheets.checkup import FindingSheet, cells
from organizations.workflows import confirmations
from organizations.workflows.branches import sees_members

from .base import office_day

ROWS = 50
MOST = 20_000  # lines of one workbook


@dataclass(frozen=True)
class Group:
    """The findings of one level."""

    level: FindingLevel
    findings: list[checkup.Finding]

    @property
    def kind(self) -> str:
        return LEVEL_KINDS[self.level]

    @property
    def label(self) -> str:
        return self.level.label


def grouped(findings: Iterable[checkup.Finding]) -> list[Group]:
    """By level, those that must be mended first; each level is there even when it is empty."""
    found = list(findings)
    return [Group(level, [one for one in found if one.level == level]) for level in FindingLevel]


# ---- one branch ----------------------------------------------------------------------------------


def branch_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    day = office_day(request)
    back = reverse("organizations:partybranch-checkup", args=[pk])
    who = checkup.reader(request.user, day, back)
    latest = {f"latest_{name}": latest_confirmation(name) for name in ("confirmed_on", "checker", "open_count")}
    branch = visible_or_404(checkup.branches_to_check(PartyBranch.objects.annotate(**latest), who), request.user, pk)
    require(sees_members(request.user, branch), request)
    return {
        "branch": branch,
        "day": day,
        "groups": grouped(checkup.of_checked(branch, who)),
        "title": "支部体检单",
    }


@require_GET
@allow(is_business)
def branch_checkup(request: HttpRequest, pk: int) -> HttpResponse:
    """支部体检单; on the branch's own page it is a fragment with the findings of the branch itself."""
    context = branch_context(request, pk)
    branch = context["branch"]
    if is_fragment(request):
        findings = [one for group in context["groups"] for one in group.findings]
        own = [one for one in findings if one.rule.about == Subject.BRANCH]
        others = Counter(one.rule.about for one in findings)
        more = [f"{about.label}{others[about]}条" for about in (Subject.MEMBER, Subject.BODY) if others[about]]
        context |= {"findings": own, "more": "、".join(more), "url": request.path}
        return render(request, "organizations/_checkup_findings.html", context)
    context |= {
        "dues": dues_of(branch, request.user),
        "crumbs": [Crumb("党组织", page_url(PartyBranch, "list")), Crumb(str(branch), branch.get_absolute_url())],
        "can_confirm": confirmations.can_confirm(request.user, branch),
    }
    return render(request, "organizations/partybranch_checkup.html", context)


@require_GET
@allow(is_business)
def branch_checkup_print(request: HttpRequest, pk: int) -> HttpResponse:
    context = branch_context(request, pk)
    context["dues"] = dues_of(context["branch"], request.user)
    return render(request, "organizations/partybranch_checkup_print.html", context)


@require_POST
@allow(is_business)
def branch_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    day = office_day(request)
    return act(
        request, PartyBranch, pk, confirmations.confirm_data, can=confirmations.can_confirm, on=day,
        to=reverse("organizations:partybranch-checkup", args=[pk]), done=f"已记录：{day}核对无误。",
    )  # fmt: skip


# ---- one member or body --------------------------------------------------------------------------


def row_checkup(request: HttpRequest, model: type, about: Subject, pk: int) -> HttpResponse:
    row = visible_or_404(model, request.user, pk)
    who = checkup.reader(request.user, office_day(request), row.get_absolute_url())
    context = {
        "findings": sorted(checkup.of_row(row, about, who), key=lambda one: list(FindingLevel).index(one.level)),
        "title": "数据体检",
        "row": row,
        "crumbs": [Crumb(about.label, page_url(model, "list")), Crumb(str(row), row.get_absolute_url())],
    }
    name = "_checkup_findings.html" if is_fragment(request) else "checkup_row.html"
    return render(request, f"organizations/{name}", context)


@require_GET
@allow(is_business)
def member_checkup(request: HttpRequest, pk: int) -> HttpResponse:
    return row_checkup(request, PartyMember, Subject.MEMBER, pk)


@require_GET
@allow(is_business)
def body_checkup(request: HttpRequest, pk: int) -> HttpResponse:
    return row_checkup(request, SocialOrganization, Subject.BODY, pk)


# ---- the office ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """What the office page is narrowed to."""

    level: str
    about: str

    @classmethod
    def of(cls, values: Any) -> "Choice":
        level, about = values.get("level", ""), values.get("about", "")
        return cls(level if level in FindingLevel else "", about if about in Subject else "")

    @property
    def rules(self) -> list[checkup.Rule]:
        """Those that must be mended first."""
        order = list(FindingLevel)
        chosen = [
            rule for rule in checkup.COUNTED
            if self.level in ("", rule.level) and self.about in ("", rule.about)
        ]  # fmt: skip
        return sorted(chosen, key=lambda rule: order.index(rule.level))


@require_GET
@allow(is_office)
def office_checkup(request: HttpRequest) -> HttpResponse:
    """数据体检: every rule with the number of rows that break it now, each number opens its rows."""
    choice = Choice.of(request.GET)
    who = checkup.reader(request.user, office_day(request))
    found = checkup.counts(who, choice.rules)
    everything = request.GET.get("tab") == "all"
    rows = [(rule, found[rule.key]) for rule in choice.rules if everything or found[rule.key]]
    context = {
        "title": "数据体检",
        "rows": rows,
        "total": sum(found.values()),
        "everything": everything,
        "choice": choice,
        "levels": FindingLevel.choices,
        "subjects": Subject.choices,
        "day": who.on,
    }
    return render(request, "organizations/checkup.html", context)


@require_GET
@allow(is_office)
def checkup_rows(request: HttpRequest, rule: str) -> HttpResponse:
    """The rows behind one number."""
    chosen = checkup.RULES.get(rule)
    if chosen is None or chosen not in checkup.COUNTED:
        raise Http404("没有这条规则。")
    who = checkup.reader(request.user, office_day(request), request.get_full_path())
    page = Paginator(checkup.rows_of(chosen, who), ROWS).get_page(request.GET.get("page"))
    context = {
        "title": chosen.title,
        "rule": chosen,
        "page": page,
        "findings": checkup.findings_of(chosen, page.object_list, who),
        "crumbs": [Crumb("数据体检", reverse("organizations:checkup"))],
        "day": who.on,
    }
    return render(request, "organizations/checkup_rows.html", context)


@require_POST
@allow(is_office)
def checkup_export(request: HttpRequest) -> HttpResponse:
    """The findings as a workbook, narrowed as the page was; what is downloaded is logged."""
    choice, committee = Choice.of(request.POST), request.user.committee
    who = checkup.reader(request.user, office_day(request))
    count = sum(checkup.counts(who, choice.rules).values())
    if not count or count > MOST:
        words = (
            f"共有{count}条，一个工作簿最多{MOST}条，请先按等次或类别筛选再导出。"
            if count
            else "现在没有问题，不用导出。"
        )
        messages.error(request, words)
        return redirect("organizations:checkup")
    sheet = FindingSheet()
    file = tempfile.SpooledTemporaryFile(max_size=4 << 20)  # noqa: SIM115 (closed by the response)
    lines = cells(checkup.all_findings(who, choice.rules))
    written = writing.write_workbook(
        file, sheet, lines, columns=list(sheet.columns), committee=committee, day=who.on
    )  # fmt: skip
    file.seek(0)
    words = "，".join(filter(None, [FindingLevel(choice.level).label if choice.level else "",
                                  Subject(choice.about).label if choice.about else ""]))  # fmt: skip
    writing.note_export(sheet, written, request.user, words, "", committee)
    return writing.attachment(file, writing.file_name(sheet, committee))


def this_year(rows: QuerySet, page: ListPage) -> QuerySet:
    return rows.filter(confirmed_on__year=office_day(page.request).year)


def not_this_year(rows: QuerySet, page: ListPage) -> QuerySet:
    year = office_day(page.request).year
    return rows.filter(Q(confirmed_on=None) | ~Q(confirmed_on__year=year))


def checkup_cell(row: dict[str, Any]) -> Cell:
    return Cell(row["short_name"] or row["name"], url=reverse("organizations:partybranch-checkup", args=[row["pk"]]))


class CheckupBranches(ListPage):
    """Which branches declared their data right, and when; each name opens its 体检单."""

    model = PartyBranch
    allowed = staticmethod(is_office)
    title = "支部核对情况"
    meta_text = "书记每年至少核对一次本支部的信息"
    unit = "个"
    export_kind = "branch_confirmations"
    search_hint = "名称、简称、拼音首字母"
    ordering = ("sort_key",)
    tabs = (
        ("all", "全部在用", ""),
        ("waiting", "本年没有核对", not_this_year),
        ("done", "本年已核对", this_year),
    )
    columns = (
        Column("党组织", "name", fields=("short_name",), sort="sort_key", value=checkup_cell, phone="name"),
        Column("书记", "secretary"),
        Column("党员", "member_count", "number"),
        Column("最近核对", "confirmed_on", "date", sort="confirmed_on"),
        Column("核对人", "checker"),
    )
    can_create = staticmethod(lambda user: False)

    def get_queryset(self) -> QuerySet:
        day = office_day(self.request)
        rows = super().get_queryset().active(day).with_secretary(day).with_member_count(day)
        return rows.annotate(confirmed_on=latest_confirmation("confirmed_on"), checker=latest_confirmation("checker"))
