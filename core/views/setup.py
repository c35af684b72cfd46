"""第一次使用: which workbook comes first, and what is still empty."""

from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from core import setup
from core.permissions import allow, is_staff


def address(name, *args):
    try:
        return reverse(name, args=args) if name else ""
    except NoReverseMatch:
        return ""


@require_GET
@allow(is_staff)
def guide(request):
    lines = []
    for step in setup.steps():
        lines.append(
            {
                "step": step,
                "count": step.count(request.user),
                "blank_url": address("core:import-blank", step.import_kind) if step.import_kind else "",
                "import_url": address("core:import-new", step.import_kind) if step.import_kind else "",
                "list_url": address(step.list_url),
            }
        )
    empty = [line["step"].label for line in lines if not line["count"]]
    context = {
        "title": "第一次使用",
        "lines": lines,
        "empty": empty,
        "unresolved": setup.unresolved_names(request.user),
    }
    return render(request, "core/setup_guide.html", context)
