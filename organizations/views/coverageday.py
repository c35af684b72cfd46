"""What the pages of 两个覆盖 look at: a day, an office, a 归口."""

from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core.models import Committee
from core.pages import Crumb
from core.pages.offices import PARAMETER, Office, asked_for, offices_of
from core.periods import quarter_end, quarter_of
from core.permissions import AllowMixin, is_office
from organizations import statistics
from organizations.choices import AffiliationKind
from organizations.statistics import Definition

from .base import asked_day, office_day

SUMMED, PERSONS = ("staff", "members"), ("instructors", "associates")
KEPT = ("on", "managed", PARAMETER)


class DayMixin(AllowMixin):
    """Pages that look at one day: at all bodies or those of one 归口, of the own office or of one below it."""

    allowed = staticmethod(is_office)

    @cached_property
    def today(self) -> date:
        return office_day(self.request)

    @cached_property
    def on(self) -> date:
        return asked_day(self.request, "on", self.today)

    @cached_property
    def before(self) -> date:
        """By default the end of the quarter before."""
        return asked_day(self.request, "before", quarter_end(quarter_of(self.on) - 1))

    @property
    def export_day(self) -> date | None:
        return self.on if self.on != self.today else None

    @property
    def managed(self) -> str:
        """The 归口 asked for; all of them unless one is."""
        asked = self.request.GET.get("managed", "")
        return asked if asked in AffiliationKind.values else ""

    @property
    def whose(self) -> str:
        """The office below that is asked for, in words."""
        return f"{self.asked_office.label}，" if self.asked_office else ""

    @property
    def among(self) -> str:
        """Whose bodies these are, in words."""
        return self.whose + (statistics.managed_word(self.managed) if self.managed else "全部")

    @cached_property
    def below(self) -> list[Office]:
        return offices_of(self.request.user)

    @cached_property
    def asked_office(self) -> Office | None:
        """One of the offices below, each with those under it; the own office is all of them."""
        found = asked_for(self.below, self.request.GET.get(PARAMETER))
        return found if found and found.pk != self.request.user.committee_id else None

    @cached_property
    def committee(self) -> Committee:
        return Committee.objects.get(pk=self.asked_office.pk) if self.asked_office else self.request.user.committee

    @cached_property
    def chosen(self) -> Definition:
        return statistics.definition(self.committee, self.on)

    @cached_property
    def chosen_then(self) -> Definition:
        return statistics.definition(self.committee, self.before)

    @property
    def carried(self) -> dict[str, str]:
        """What every link under the page carries on."""
        office = self.asked_office
        return {
            "on": self.on.isoformat(),
            **({"managed": self.managed} if self.managed else {}),
            **({PARAMETER: office.code} if office else {}),
        }

    def url(self, name: str, **asked: str) -> str:
        return f"{reverse(f'organizations:{name}')}?{urlencode({**asked, **self.carried})}"

    def rows_url(self, figure: str, kind: str = "") -> str:
        return self.url("coverage-rows", figure=figure, **({"kind": kind} if kind else {}))

    def supplement_url(self, name: str, kind: str = "") -> str:
        """The rows behind a number of the supplement; a sum is told by a column of the bodies' list."""
        if name in SUMMED:
            return self.rows_url("base", kind)
        if name in PERSONS:
            return self.url(f"coverage-{name}", **({"kind": kind} if kind else {}))
        return self.url("coverage-branches", figure=name)

    def choices(self) -> dict[str, Any]:
        """What the bar above the figures offers."""
        return {
            "managed": self.managed,
            "managed_choices": AffiliationKind.choices,
            "offices": self.below[1:],
            "office": self.asked_office,
        }

    def crumbs(self) -> list[Crumb]:
        return [Crumb("两个覆盖", self.url("coverage"))]

    def asked_pairs(self, *names: str) -> list[tuple[str, str]]:
        return [(key, self.request.GET[key]) for key in (*names, *KEPT) if self.request.GET.get(key)]
