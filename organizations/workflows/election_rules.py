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
from organizations.choices import BranchKind, MajorityBase
from organizations.models.checks.branches import OF_MEMBERS

MEASURES = (
    "committee_from", "committee_least", "committee_most", "least_bodies", "least_members", "most_members",
    "general_members_least", "general_members_most", "general_least", "general_most", "party_members_least",
    "party_least", "party_most",
)  # fmt: skip


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
    least_members: int = DEFAULTS.least_members
    most_members: int = DEFAULTS.most_members
    general_members_least: int = DEFAULTS.general_members_least
    general_members_most: int = DEFAULTS.general_members_most
    general_least: int = DEFAULTS.general_least
    general_most: int = DEFAULTS.general_most
    party_members_least: int = DEFAULTS.party_members_least
    party_least: int = DEFAULTS.party_least
    party_most: int = DEFAULTS.party_most

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

    def seats_problem(self, kind: str, formal: int, size: int) -> str:
        """PO-01: why a committee of so many persons is unusual for this kind; empty where it is not."""
        if kind in OF_MEMBERS and not self.fits_committee(formal, size):
            usual = (
                f"正式党员{self.committee_from}名以上的，支部委员会一般{self.committee_least}至{self.committee_most}人"
            )
        elif kind == BranchKind.GENERAL and not self.general_least <= size <= self.general_most:
            usual = f"党总支委员会一般{self.general_least}至{self.general_most}人"
        elif kind == BranchKind.COMMITTEE and not self.party_least <= size <= self.party_most:
            usual = f"党委一般{self.party_least}至{self.party_most}人"
        else:
            return ""
        return f"{usual}，现在{size}人（PO-01）。"

    def members_problem(self, kind: str, formal: int) -> str:
        """PO-02, PO-03: why so many formal members are unusual for this kind; with approval it may be otherwise."""
        if kind == BranchKind.BRANCH and formal < self.least_members:
            return f"正式党员{formal}名，不足{self.least_members}名：单独组建不够条件，一般应建立联合党支部（PO-02）。"
        if kind in OF_MEMBERS and formal > self.most_members:
            return f"正式党员{formal}名，超过{self.most_members}名：一般应设党总支（PO-03）。"
        least, most = self.general_members_least, self.general_members_most
        if kind == BranchKind.GENERAL and not least <= formal <= most:
            return f"正式党员{formal}名：党总支一般{least}至{most}名，不在这个范围的要经上级批准（PO-03）。"
        if kind == BranchKind.COMMITTEE and formal < self.party_members_least:
            return f"正式党员{formal}名：党委一般{self.party_members_least}名以上，较少的要经上级批准（PO-03）。"
        return ""

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
