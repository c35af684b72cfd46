from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.menu import HOME, Entry, build_menu, phone_tabs, url_or_empty
from core.pages.period import current_period, period_choices
from core.periods import today


class Frame:
    """What the frame around every page shows; the signed-in person came with all of it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = request.user
        match = request.resolver_match
        self.view_name = match.view_name if match else ""
        self.menus = tuple(build_menu(self.user, self.view_name))

    @property
    def menu(self) -> Entry | None:
        """The menu of the second row; the home page has none, its period switch stands in the head."""
        return next((menu for menu in self.menus if menu.active and menu.label != HOME), None)

    @property
    def unread(self) -> int:
        return getattr(self.user, "unread_notices", 0)

    @property
    def search_url(self) -> str:
        return "" if self.user.is_administrator else url_or_empty("organizations:search")

    @property
    def notices_url(self) -> str:
        return url_or_empty("core:notice-list")

    @property
    def sessions_url(self) -> str:
        return url_or_empty("core:session-list")

    @property
    def phone_tabs(self) -> list:
        return phone_tabs(self.user, self.view_name)

    @property
    def field_tabs(self) -> list:
        """The same bar under the pages that are made for every screen, for those who are not of the office."""
        return [] if self.user.is_office or self.user.is_administrator else self.phone_tabs

    @property
    def shows_period(self) -> bool:
        return not self.user.is_administrator

    @property
    def period(self) -> Any:
        return current_period(self.request)

    @property
    def periods(self) -> list:
        return period_choices(self.request)

    @property
    def today(self) -> Any:
        return today(self.user.committee)


def frame(request: HttpRequest) -> dict:
    """`frame` for base.html. Anonymous pages and requests that failed early have none."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"frame": None}
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
