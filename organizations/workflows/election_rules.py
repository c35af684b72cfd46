"""What the office has laid down about elections (DOMAIN §5.4, §15) as dated settings, and the arithmetic of a vote.

Keys of 办公设置: branch.term_years {"branch": 3, …}, election.reminder_months [6, 3, 1], election.extension_max_months,
election.quorum "4/5", election.majority_base "due" or "present", election.margin_percent; and those by which the check-up
measures a committee and a joint branch, with the same numbers where the office has set none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.models import Committee
from core.periods import add_months
from organizations.checkup.limits import (
    DEFAULTS,
    NUMBERS,
    REMINDERS,
    TERM_YEARS,
    number_of,
    reminder_months,
    settings_of,
    years_of,
)
from organizations.choices import MajorityBase

MEASURES = ("committee_from", "committee_least", "committee_most", "least_bodies")


@dataclass(frozen=True)
class ElectionRules:
    """The settings in force on one day; a setting that cannot be read leaves the default."""

    years: dict[str, int] = field(default_factory=lambda: dict(TERM_YEARS))
    reminder_months: tuple[int, ...] = reminder_months(None)
    extension_max_months: int = 12
    early_months: int = 6  # so long before the due day an election is early
    quorum: tuple[int, int] = (4, 5)
    majority_base: str = MajorityBase.DUE
    margin_percent: int = 20
    committee_from: int = DEFAULTS.committee_from
    committee_least: int = DEFAULTS.committee_least
    committee_most: int = DEFAULTS.committee_most
    least_bodies: int = DEFAULTS.least_bodies

    @property
    def near_months(self) -> int:
        return self.reminder_months[0]

    @property
    def reminder_words(self) -> str:
        return f"提前{'、'.join(map(str, self.reminder_months))}个月提醒"

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

    def last_extension(self, due_on: date) -> date:
        """The last day to which an election that was due then may be put off, in one extension or in several."""
        return add_months(due_on, self.extension_max_months)

    def quorum_met(self, present: int, due: int) -> bool:
        """At least four fifths of those who should attend, in whole numbers: 12 of 15 is enough, 12 of 16 is not."""
        over, under = self.quorum
        return present * under >= due * over

    def has_margin(self, candidates: int, seats: int) -> bool:
        return (candidates - seats) * 100 >= seats * self.margin_percent

    def fits_committee(self, formal: int, size: int) -> bool:
        """PO-01: with so many formal members there is a committee, neither too small nor too large."""
        return formal < self.committee_from or self.committee_least <= size <= self.committee_most

    def committee_words(self, formal: int) -> str:
        """PO-01 as a ledger tells it: how many a committee has, with so many formal members."""
        if formal < self.committee_from:
            return "不设"
        least, most = self.committee_least, self.committee_most
        return f"{least}至{most}" if least < most else str(most)

    def is_early(self, elected_on: date, due_on: date) -> bool:
        return add_months(elected_on, self.early_months) < due_on

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


def _years(value: Any) -> dict[str, int] | None:
    return years_of(value, TERM_YEARS) if isinstance(value, dict | int) else None


READERS = {
    "branch.term_years": ("years", _years),
    REMINDERS: ("reminder_months", reminder_months),
    "election.extension_max_months": ("extension_max_months", _whole),
    "election.quorum": ("quorum", _quorum),
    "election.majority_base": ("majority_base", lambda value: value if value in MajorityBase.values else None),
    "election.margin_percent": ("margin_percent", _whole),
}
KEYS = (*READERS, *(key for key, name in NUMBERS.items() if name in MEASURES))


def election_rules(committee: Committee | int, on: date) -> ElectionRules:
    """The dated settings in force on that day, in one query."""
    return rules_of(settings_of(committee, KEYS, on))


def rules_of(found: Iterable[tuple[str, Any]]) -> ElectionRules:
    """What the settings say, as (key, value), the one in force last of each key."""
    found = list(found)
    values: dict[str, Any] = {name: number_of(dict(found), name) for name in MEASURES}
    for key, value in found:
        name, read = READERS.get(key, ("", _whole))
        if name and (meant := read(value)) is not None:
            values[name] = meant
    return ElectionRules(**values)
