"""The period a user works on: chosen once in the frame, remembered in the session."""

from urllib.parse import urlencode

from django.http import HttpRequest

from core.periods import Period, default_period, today

KEY = "period"
SHOWN = 8  # quarters offered in the switch


def current_period(request: HttpRequest) -> Period:
    """`?period=2023Q1`, else what was chosen before, else the quarter the office works on."""
    if not hasattr(request, "_period"):
        request._period = _read(request)
    return request._period


def _read(request: HttpRequest) -> Period:
    for source in (request.GET.get(KEY), request.session.get(KEY)):
        try:
            period = Period.parse(source or "")
        except ValueError:
            continue
        if period.kind != "range":
            if request.session.get(KEY) != period.code:
                request.session[KEY] = period.code
            return period
    return default_period(today(getattr(request.user, "committee", None)))


def period_choices(request: HttpRequest) -> list[dict]:
    """The last quarters, half-years and years, newest first, each with a link to this page in that period."""
    chosen = current_period(request)
    newest = default_period(today(getattr(request.user, "committee", None))).next
    periods = [newest.shifted(-step) for step in range(SHOWN)]
    year = newest.year
    periods += [Period.parse(code) for code in (f"{year}H1", str(year), f"{year - 1}H2", str(year - 1))]
    if chosen not in periods:
        periods.insert(0, chosen)
    kept = {k: v for k, v in request.GET.items() if k not in (KEY, "page", "all")}
    return [{"label": p.label, "url": f"?{urlencode({**kept, KEY: p.code})}", "active": p == chosen} for p in periods]
