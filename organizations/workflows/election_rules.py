"""What the office has laid down about elections (DOMAIN §5.4, §15) as dated settings, and the arithmetic of a vote.

Keys of 办公设置: branch.term_years {"branch": 3, …}, election.reminder_months [6, 3, 1], election.extension_max_months,
election.quorum "4/5", election.majority_base "due" or "present", election.margin_percent.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.models import Committee, OfficeSetting
from core.periods import add_months
from organizations.choices import BranchKind, MajorityBase

# 0: no term of its own; a temporary or floating branch is appointed for a task
TERM_YEARS = {
    BranchKind.BRANCH: 3,
    BranchKind.JOINT: 3,
    BranchKind.FUNCTIONAL: 3,
    BranchKind.GENERAL: 3,
    BranchKind.COMMITTEE: 5,
    BranchKind.TEMPORARY: 0,
    BranchKind.FLOATING: 0,
}
KEYS = (
    "branch.term_years",
    "election.reminder_months",
    "election.extension_max_months",
    "election.quorum",
    "election.majority_base",
    "election.margin_percent",
)


@dataclass(frozen=True)
class ElectionRules:
    """The settings in force on one day; a setting that cannot be read leaves the default."""

    years: dict[str, int] = field(default_factory=lambda: dict(TERM_YEARS))
    reminder_months: tuple[int, ...] = (6, 3, 1)
    extension_max_months: int = 12
    quorum: tuple[int, int] = (4, 5)
    majority_base: str = MajorityBase.DUE
    margin_percent: int = 20

    @property
    def near_months(self) -> int:
        return self.reminder_months[0]

    @property
    def quorum_words(self) -> str:
        over, under = self.quorum
        return "五分之四" if (over, under) == (4, 5) else f"{over}/{under}"

    @property
    def base_words(self) -> str:
        return MajorityBase(self.majority_base).label

    def due_day(self, kind: str, elected_on: date) -> date | None:
        """The end of a term that began with an election; None where a branch of this kind has no term."""
        years = self.years.get(kind, 3)
        return add_months(elected_on, 12 * years) if years else None

    def quorum_met(self, present: int, due: int) -> bool:
        """At least four fifths of those who should attend, in whole numbers: 12 of 15 is enough, 12 of 16 is not."""
        over, under = self.quorum
        return present * under >= due * over

    def has_margin(self, candidates: int, seats: int) -> bool:
        return (candidates - seats) * 100 >= seats * self.margin_percent

    def reminder_stage(self, deadline: date, on: date) -> int | None:
        """0 when overdue, else the smallest number of months within which it is due; None when it is far away."""
        if deadline < on:
            return 0
        near = [months for months in self.reminder_months if deadline <= add_months(on, months)]
        return min(near, default=None)


def is_majority(votes: int, base: int) -> bool:
    """More than half: 8 of 16 is not, 9 is."""
    return votes * 2 > base


def _whole(value: Any, low: int = 0, high: int = 120) -> int | None:
    good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    return value if good else None


def _quorum(value: Any) -> tuple[int, int] | None:
    over, slash, under = str(value).partition("/")
    if slash and over.isascii() and over.isdigit() and under.isascii() and under.isdigit():
        pair = int(over), int(under)
        return pair if 0 < pair[0] <= pair[1] else None
    return None


def _months(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, list) or not value:
        return None
    months = [_whole(month, 1, 36) for month in value]
    return None if None in months else tuple(sorted(set(months), reverse=True))


def _years(value: Any) -> dict[str, int] | None:
    if not isinstance(value, dict):
        return None
    return {**TERM_YEARS, **{k: v for k, v in value.items() if k in TERM_YEARS and _whole(v, 0, 10) is not None}}


READERS = {
    "branch.term_years": ("years", _years),
    "election.reminder_months": ("reminder_months", _months),
    "election.extension_max_months": ("extension_max_months", _whole),
    "election.quorum": ("quorum", _quorum),
    "election.majority_base": ("majority_base", lambda value: value if value in MajorityBase.values else None),
    "election.margin_percent": ("margin_percent", _whole),
}


def election_rules(committee: Committee | int, on: date) -> ElectionRules:
    """The dated settings in force on that day, in one query."""
    rows = OfficeSetting.objects.filter(committee=committee, key__in=KEYS, effective_from__lte=on)
    found: dict[str, Any] = {}
    for key, value in rows.order_by("effective_from").values_list("key", "value"):
        name, read = READERS[key]
        if (meant := read(value)) is not None:
            found[name] = meant
    return ElectionRules(**found)
