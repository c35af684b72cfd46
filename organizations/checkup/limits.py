"""How many, how long: the dated office settings by which a check-up measures (DOMAIN §15)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.models import Committee, OfficeSetting
from core.working_days import working_days_back

COUNCIL_YEARS = {"51": 5, "53": 5, "52": 4}
TERM_YEARS = {"branch": 3, "joint": 3, "general": 3, "functional": 3, "committee": 5}
NUMBERS = {  # setting → (field below, value where the office has set none)
    "branch.min_members": ("least_members", 3),
    "branch.max_members": ("most_members", 50),
    "branch.committee_from": ("committee_from", 7),
    "branch.committee_min": ("committee_least", 3),
    "branch.committee_max": ("committee_most", 7),
    "joint_branch.min_units": ("least_bodies", 2),
    "joint_branch.max_units": ("most_bodies", 5),
    "election.reminder_months": ("election_months", 6),
    "council.reminder_months": ("council_months", 6),
    "council.extension_months": ("council_extension", 12),
    "member.probation_grace_months": ("probation_grace", 1),
    "member.lost_months": ("lost_months", 6),
    "member.suspended_months": ("suspended_months", 24),
    "member.floating_months": ("floating_months", 6),
    "member.contact_months": ("contact_months", 3),
    "dues.remind_months": ("fee_remind", 3),
    "dues.alarm_months": ("fee_alarm", 6),
    "charter.confirm_months": ("charter_months", 12),
    "registration.new_months": ("new_months", 12),
    "registration.handover_days": ("handover_days", 5),
    "coverage.unbuilt_months": ("unbuilt_months", 3),
}
MAPPINGS = {"council.term_years": ("council_years", COUNCIL_YEARS), "branch.term_years": ("term_years", TERM_YEARS)}


@dataclass(frozen=True)
class Limits:
    """The settings in force on one day, and `handover`: who registered before it should have handed over by then."""

    least_members: int = 3
    most_members: int = 50
    committee_from: int = 7
    committee_least: int = 3
    committee_most: int = 7
    least_bodies: int = 2
    most_bodies: int = 5
    election_months: int = 6
    council_months: int = 6
    council_extension: int = 12
    probation_grace: int = 1
    lost_months: int = 6
    suspended_months: int = 24
    floating_months: int = 6
    contact_months: int = 3
    fee_remind: int = 3
    fee_alarm: int = 6
    charter_months: int = 12
    new_months: int = 12
    handover_days: int = 5
    unbuilt_months: int = 3
    council_years: Mapping[str, int] = field(default_factory=lambda: COUNCIL_YEARS)
    term_years: Mapping[str, int] = field(default_factory=lambda: TERM_YEARS)
    handover: date = date.min


def limits(committee: Committee, on: date) -> Limits:
    """Two queries: the settings in force on that day, and the holidays for working days."""
    keys = [*NUMBERS, *MAPPINGS]
    rows = OfficeSetting.objects.filter(committee=committee, key__in=keys, effective_from__lte=on)
    found = dict(rows.order_by("effective_from").values_list("key", "value"))
    values: dict[str, Any] = {name: whole(found.get(key), default) for key, (name, default) in NUMBERS.items()}
    if isinstance(months := found.get("election.reminder_months"), list) and months:  # reminders begin with the first
        values["election_months"] = max(whole(month, 0) for month in months) or values["election_months"]
    for key, (name, default) in MAPPINGS.items():
        chosen = found.get(key)
        given = chosen if isinstance(chosen, dict) else dict.fromkeys(default, chosen)
        values[name] = {kind: whole(given.get(kind), years) for kind, years in default.items()}
    return Limits(**values, handover=working_days_back(on - timedelta(days=1), values["handover_days"]))


def whole(value: Any, default: int) -> int:
    """A setting that is no sensible number counts as not set."""
    sensible = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1200
    return value if sensible else default
