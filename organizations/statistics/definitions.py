"""口径: the dated settings by which the two coverages are counted."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from core.models import Committee, OfficeSetting
from core.periods import add_months
from organizations.models import SocialOrganization

NEW_MONTHS = 6
PREFIX = "coverage."
DEFAULTS = {
    "coverage.functional_weight": 1,
    "coverage.liaison_counts": False,
    "coverage.mass_org_counts": False,
    "coverage.should_build_rule": "b",
    "coverage.exclude_abnormal": False,
    "coverage.exclude_registered_less_than_6_months": False,
}
SHOULD_RULES = {"a": "有3名以上正式党员", "b": "专职人员中有3名以上正式党员", "c": "有党员"}


@dataclass(frozen=True)
class Definition:
    """口径: how the two rates are counted in this office on that day."""

    functional_weight: int = 1
    liaison_counts: bool = False
    mass_org_counts: bool = False
    should_build_rule: str = "b"
    exclude_abnormal: bool = False
    exclude_registered_less_than_6_months: bool = False

    @property
    def words(self) -> list[str]:
        return [
            "功能型党支部计入组织覆盖" if self.functional_weight else "功能型党支部不计入组织覆盖",
            "只有联络员的计入工作覆盖" if self.liaison_counts else "只有联络员的不计入工作覆盖",
            "只有群团组织的计入工作覆盖" if self.mass_org_counts else "只有群团组织的不计入工作覆盖",
            f"应建：{SHOULD_RULES.get(self.should_build_rule, SHOULD_RULES['b'])}，或标注为应建未建的",
            *(["活动异常、失信和注销中的不计入基数"] if self.exclude_abnormal else []),
            *(["登记不满6个月的不计入基数"] if self.exclude_registered_less_than_6_months else []),
        ]


def base_condition(on: date, chosen: Definition) -> Q:
    """U: which bodies are counted at all on that day (DOMAIN §4.3)."""
    until = add_months(on, -NEW_MONTHS) if chosen.exclude_registered_less_than_6_months else on
    base = Q(registered_on__lte=until) & (Q(ended_on=None) | Q(ended_on__gt=on))
    if not chosen.exclude_abnormal:
        return base
    return base & Q(Exists(SocialOrganization.objects.in_good_standing(on).filter(pk=OuterRef("pk"))))


def definition(committee: Committee, on: date) -> Definition:
    """The dated settings in force on that day, in one query."""
    rows = OfficeSetting.objects.filter(committee=committee, key__in=DEFAULTS, effective_from__lte=on)
    return definition_of(dict(rows.order_by("effective_from").values_list("key", "value")))


def definition_of(values: dict[str, object]) -> Definition:
    """Stored values → 口径; what is not set has its default."""
    found = {key.removeprefix(PREFIX): value for key, value in {**DEFAULTS, **values}.items()}
    rule = str(found.pop("should_build_rule"))
    weight = 1 if found.pop("functional_weight") else 0
    switches = {key: bool(value) for key, value in found.items()}
    return Definition(functional_weight=weight, should_build_rule=rule if rule in SHOULD_RULES else "b", **switches)
