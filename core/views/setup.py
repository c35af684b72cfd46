"""第一次使用: which workbook comes first, and what is still empty."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import setup
from core.permissions import allow, is_staff


@require_GET
@allow(is_staff)
def guide(request):
    steps = setup.steps(request.user)
    context = {
        "title": "第一次使用",
        "steps": steps,
        "empty": [step.title for step in steps if step.count == 0],
        "unresolved": setup.unresolved_names(request.user),
    }
    return render(request, "core/setup_guide.html", context)
