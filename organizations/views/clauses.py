"""党建入章率 of each office below, side by side: an office above many reads it here and not above every list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.pages import Crumb
from core.pages.offices import PARAMETER, offices_of
from core.permissions import allow, is_office
from organizations.models import SocialOrganization
from organizations.statistics import ClauseFigures, clause_figures_by_committee

from .base import office_day

LISTS = {"base": "?tab=live", "written": "?tab=live&clause=true", "unwritten": "?tab=clause"}  # of bodies


def rows_url(figure: str, code: str = "") -> str:
    """The bodies behind a number."""
    office = f"&{PARAMETER}={code}" if code else ""
    return f"{reverse('organizations:socialorganization-list')}{LISTS[figure]}{office}"


@allow(is_office)
def clause_offices(request: HttpRequest) -> HttpResponse:
    day = office_day(request)
    found = clause_figures_by_committee(SocialOrganization.objects.visible_to(request.user), day)
    lines = [
        (office.label + ("本级" if n == 0 else "（含下级）" * (len(office.scope_ids) > 1)), office.code, sum((found[pk] for pk in office.scope_ids if pk in found), ClauseFigures()))
        for n, office in enumerate(offices_of(request.user))
    ]  # fmt: skip
    lines.append(("合计", "", sum(found.values(), ClauseFigures())))
    rows = [
        {
            "label": label,
            "rate": figures.rate,
            "numbers": [(getattr(figures, name), rows_url(name, code)) for name in LISTS],
            "is_total": not code,
        }
        for label, code, figures in lines
    ]
    context = {
        "title": "各综合党委的党建入章率",
        "meta": f"截至{day.isoformat()}；已入章指章程已核准、含党的建设条款",
        "crumbs": [Crumb("章程入章台账", reverse("organizations:charterrecord-list"))],
        "rows": rows,
    }
    return render(request, "organizations/clause_offices.html", context)
