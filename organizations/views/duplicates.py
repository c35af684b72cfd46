"""疑似重复: pairs of rows that look like one body, and those of which somebody said that they are two."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.generic import View

from core.models import User
from core.pages import Action, Crumb, act, reason, visible_or_404
from core.permissions import AllowMixin, allow, is_staff
from organizations.models import DuplicateDismissal, SocialOrganization
from organizations.statistics import likely_duplicates
from organizations.statistics.duplicates import Likeness
from organizations.workflows import duplicates as workflows

LOOK = "由您核对：名称、代码、业务主管单位都看过，确实是两家的，才判定不是重复。以后不再提示，可以恢复。"


def pair_url(keep: int, drop: int) -> str:
    return reverse("organizations:socialorganization-merge-with", args=[keep, drop])


def bodies_crumb() -> Crumb:
    return Crumb("社会组织", reverse("organizations:socialorganization-list"))


def dismiss_action(one: int, other: int, next_url: str) -> Action:
    url = reverse("organizations:duplicate-dismiss", args=[one, other])
    return Action("不是重复", url, reason="为什么不是重复", note=LOOK, fields=(("next", next_url),))


@dataclass(frozen=True)
class Pair:
    """A likely pair as the page shows it."""

    likeness: Likeness
    next_url: str

    @property
    def first(self) -> dict[str, Any]:
        return self.likeness.first

    @property
    def second(self) -> dict[str, Any]:
        return self.likeness.second

    @property
    def why(self) -> str:
        return self.likeness.why + ("，但两个代码不同" if self.likeness.two_codes else "")

    @property
    def url(self) -> str:
        return pair_url(self.first["pk"], self.second["pk"])

    @property
    def dismiss(self) -> Action:
        return dismiss_action(self.first["pk"], self.second["pk"], self.next_url)

    def beside(self, pk: int) -> dict[str, Any] | None:
        """The other row, if one of the two is this."""
        return {self.first["pk"]: self.second, self.second["pk"]: self.first}.get(pk)


@dataclass(frozen=True)
class Dismissed:
    """What was said of a pair: who, when, why, under which names, and whether they have changed since."""

    row: DuplicateDismissal
    next_url: str

    @property
    def pair(self) -> tuple[int, int]:
        return self.row.pair

    @property
    def bodies(self) -> list[tuple[SocialOrganization, str]]:
        """Each body with what happened to it since then, in words."""
        return [
            (body, "，".join(filter(None, ["" if body.name == name else f"判定时叫“{name}”",
                                          "后来并入另一条记录" if body.duplicate_of_id else ""])))
            for body, name in zip((self.row.first, self.row.second), self.row.names, strict=True)
        ]  # fmt: skip

    @property
    def on(self) -> Any:
        return timezone.localtime(self.row.created_at).date()

    @property
    def restore(self) -> Action:
        url = reverse("organizations:duplicate-restore", args=[self.row.pk])
        return Action("恢复到疑似重复", url, fields=(("next", self.next_url),))


def dismissals_of(user: User, next_url: str = "") -> list[Dismissed]:
    rows = DuplicateDismissal.objects.visible_to(user).select_related("first", "second", "created_by")
    return [Dismissed(row, next_url) for row in rows]


def pairs_of(user: User, dismissed: list[Dismissed], next_url: str = "") -> list[Pair]:
    found = likely_duplicates(SocialOrganization.objects.visible_to(user), {row.pair for row in dismissed})
    return [Pair(likeness, next_url) for likeness in found]


class DuplicatePage(AllowMixin, View):
    """Pairs that look like one body; on the second tab those that are not."""

    allowed = staticmethod(is_staff)

    def get(self, request: HttpRequest) -> HttpResponse:
        index = reverse("organizations:duplicate-index")
        aside = f"{index}?tab=dismissed"
        tab = "dismissed" if request.GET.get("tab") == "dismissed" else "open"
        dismissed = dismissals_of(request.user, aside)
        pairs = pairs_of(request.user, dismissed, index)
        context = {
            "title": "疑似重复的社会组织",
            "meta": "名称（不计“市”和括号、空格）、简称或曾用名相同的。系统只提示，是不是一家由人决定。",
            "crumbs": [bodies_crumb()],
            "tab": tab,
            "tabs": [("open", index, "待核对", len(pairs)), ("dismissed", aside, "已排除", len(dismissed))],
            "pairs": pairs,
            "dismissed": dismissed,
            "merges_url": reverse("organizations:organizationmerge-list"),
        }
        return render(request, "organizations/duplicates.html", context)


@require_POST
@allow(is_staff)
def dismiss_duplicate(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    twin = visible_or_404(SocialOrganization, request.user, other)
    return act(
        request, SocialOrganization, pk, lambda body, by, reason: workflows.dismiss_duplicate(body, twin, by=by, reason=reason),
        can=lambda user, body: workflows.can_dismiss(user, body, twin), reason=reason(request),
        done="已判定不是重复，以后不再提示。要恢复的，到疑似重复的“已排除”里办。",
    )  # fmt: skip


@require_POST
@allow(is_staff)
def restore_duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    rows = DuplicateDismissal.objects.select_related("first", "second", "created_by")
    return act(
        request, rows, pk, workflows.restore_duplicate, can=workflows.can_restore,
        to=reverse("organizations:duplicate-index"), done="已恢复到疑似重复。名称仍然相同的，会重新提示。",
    )  # fmt: skip
