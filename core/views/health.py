from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from core import health


@login_not_required
@require_safe
def healthz(request):
    """For the watchdog of the server room: 200 when every part is well, else 503."""
    parts = health.report()
    well = all(answer == "ok" for answer in parts.values())
    return JsonResponse({"status": "ok" if well else "failed", **parts}, status=200 if well else 503)
