"""How many, how long: the dated office settings by which a check-up measures (DOMAIN §15)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.models import Committee, OfficeSetting
from core.working_days import working_days_back
from organizations.models import NEAR_MONTHS
from organizations.models.conditions import MEMBERS_FOR_BRANCH, USUAL_RULE, rule_of

COUNCIL_YEARS = {"51": 5, "53": 5, "52": 4}
# 0: no term of its own; a temporary or floating branch is appointed for a task
TERM_YEARS = {"branch": 3, "joint": 3, "general": 3, "functional": 3, "committee": 5, "temporary": 0, "floating": 0}
NUMBERS = {  # setting → the field of Limits, whose default counts where the office has set none
    "branch.min_members": "least_members",
    "branch.max_members": "most_members",
    "branch.committee_from": "committee_from",
    "branch.committee_min": "committee_least",
    "branch.committee_max": "committee_most",
    "general.min_members": "general_members_least",
    "general.max_members": "general_members_most",
    "general.committee_min": "general_least",
    "general.committee_max": "general_most",
    "party.min_members": "party_members_least",
    "party.committee_min": "party_least",
    "party.committee_max": "party_most",
    "joint_branch.min_units": "least_bodies",
    "joint_branch.max_units": "most_bodies",
    "council.reminder_months": "council_months",
    "council.extension_months": "council_extension",
    "member.probation_grace_months": "probation_grace",
    "member.lost_months": "lost_months",
    "member.suspended_months": "suspended_months",
    "member.floating_months": "floating_months",
    "member.contact_months": "contact_months",
    "member.abroad_contact_months": "abroad_months",
    "member.lapse_remind_months": "lapse_remind",
    "member.lapse_alarm_months": "lapse_alarm",
    "member.correction_reminder_months": "correction_months",
    "dues.remind_months": "fee_remind",
    "dues.alarm_months": "fee_alarm",
    "charter.confirm_months": "charter_months",
    "registration.new_months": "new_months",
    "registration.handover_days": "handover_days",
    "coverage.unbuilt_months": "unbuilt_months",
}
REMINDERS = "election.reminder_months"
LATER_MONTHS = (3, 1)  # once more after the first reminder, unless the office's setting says otherwise
SHOULD_RULE = "coverage.should_build_rule"
MAPPINGS = {"council.term_years": "council_years", "branch.term_years": "term_years"}


@dataclass(frozen=True)
class Limits:
    """The settings in force on one day, and `handover`: who registered before it should have handed over by then."""

    least_members: int = MEMBERS_FOR_BRANCH
    most_members: int = 50
    committee_from: int = 7
    committee_least: int = 3
    committee_most: int = 7
    general_members_least: int = 50
    general_members_most: int = 100
    general_least: int = 3
    general_most: int = 5
    party_members_least: int = 100
    party_least: int = 5
    party_most: int = 7
    least_bodies: int = 2
    most_bodies: int = 5
    election_months: int = NEAR_MONTHS
    council_months: int = 6
    council_extension: int = 12
    probation_grace: int = 1
    lost_months: int = 6
    suspended_months: int = 24
    floating_months: int = 6
    contact_months: int = 3
    abroad_months: int = 6
    lapse_remind: int = 3
    lapse_alarm: int = 6
    correction_months: int = 1
    fee_remind: int = 3
    fee_alarm: int = 6
    charter_months: int = 12
    new_months: int = 12
    handover_days: int = 5
    unbuilt_months: int = 3
    should_build_rule: str = USUAL_RULE
    council_years: Mapping[str, int] = field(default_factory=lambda: COUNCIL_YEARS)
    term_years: Mapping[str, int] = field(default_factory=lambda: TERM_YEARS)
    handover: date = date.min


DEFAULTS = Limits()


def settings_of(committee: Committee | int, keys: Iterable[str], on: date) -> list[tuple[str, Any]]:
    """What the office has set by that day, the setting in force last of each key; one query."""
    rows = OfficeSetting.objects.filter(committee=committee, key__in=list(keys), effective_from__lte=on)
    return list(rows.order_by("effective_from").values_list("key", "value"))


def limits(committee: Committee, on: date) -> Limits:
    """Two queries: the settings in force on that day, and the holidays for working days."""
    found = dict(settings_of(committee, [*NUMBERS, *MAPPINGS, REMINDERS, SHOULD_RULE], on))
    values: dict[str, Any] = {name: number_of(found, name) for name in NUMBERS.values()}
    values["should_build_rule"] = rule_of(found.get(SHOULD_RULE))
    values["election_months"] = reminder_months(found.get(REMINDERS))[0]
    for key, name in MAPPINGS.items():
        values[name] = years_of(found.get(key), getattr(DEFAULTS, name))
    return Limits(**values, handover=working_days_back(on - timedelta(days=1), values["handover_days"]))


def unbuilt_limits(committee: Committee | int, on: date) -> tuple[int, str]:
    """COV-04 in that office: after how many months, and by which 应建 rule; one query."""
    found = dict(settings_of(committee, ("coverage.unbuilt_months", SHOULD_RULE), on))
    return number_of(found, "unbuilt_months"), rule_of(found.get(SHOULD_RULE))


def number_of(found: Mapping[str, Any], name: str) -> int:
    """One number of the office, from the settings in force."""
    key = next(key for key, field_name in NUMBERS.items() if field_name == name)
    return whole(found.get(key), getattr(DEFAULTS, name))


def years_of(chosen: Any, usual: Mapping[str, int]) -> dict[str, int]:
    """The years of a term by kind: a setting may name some kinds, or one number for all that have a term."""
    given = chosen if isinstance(chosen, dict) else {kind: chosen for kind, years in usual.items() if years}
    return {kind: whole(given.get(kind), years, most=10) for kind, years in usual.items()}


def reminder_months(value: Any) -> tuple[int, ...]:
    """How many months before an election is due the office reminds, the first reminder first.

    A list of months or one of them; a setting that holds anything else counts as not set.
    """
    given = value if isinstance(value, list) else [value]
    months = {whole(month, 0, most=36) for month in given}
    return tuple(sorted(months, reverse=True)) if months and all(months) else (NEAR_MONTHS, *LATER_MONTHS)


def whole(value: Any, default: int, most: int = 1200) -> int:
    """A setting that is no sensible number counts as not set."""
    sensible = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
    return value if sensible else default
