"""口径: the dated settings by which the two coverages are counted."""

from dataclasses import dataclass, fields
from datetime import date

from django.db.models import Exists, OuterRef, Q

from core.models import Committee, OfficeSetting
from core.periods import add_months
from organizations.choices import CoverageMethod
from organizations.models import SocialOrganization
from organizations.models.conditions import MEMBERS_FOR_BRANCH, SHOULD_BUILD, USUAL_RULE, on_register, rule_of

NEW_MONTHS = 6
PREFIX = "coverage."
SHOULD_RULES = {
    "a": f"有{MEMBERS_FOR_BRANCH}名以上正式党员",
    "b": f"专职人员中有{MEMBERS_FOR_BRANCH}名以上正式党员",
    "c": "有党员",
}


@dataclass(frozen=True)
class Definition:
    """口径: how the two rates are counted in this office on that day."""

    functional_weight: int = 1
    liaison_counts: bool = False
    mass_org_counts: bool = False
    should_build_rule: str = USUAL_RULE
    exclude_abnormal: bool = False
    exclude_registered_less_than_6_months: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """How a body must be covered to count for 组织覆盖."""
        if self.functional_weight:
            return tuple(CoverageMethod.values)
        return (CoverageMethod.OWN, CoverageMethod.JOINT)

    @property
    def guides(self) -> tuple[str, ...]:
        """Who beside a party organization counts for 工作覆盖."""
        return ("instructor", *["liaison"] * self.liaison_counts, *["mass"] * self.mass_org_counts)

    @property
    def counts_members(self) -> bool:
        """应建 by any member; otherwise by full members."""
        return SHOULD_BUILD[self.should_build_rule][0] == "member_count"

    @property
    def least_members(self) -> int:
        """From how many of them a body should have a party organization."""
        return SHOULD_BUILD[self.should_build_rule][1]

    @property
    def words(self) -> list[str]:
        return [
            "功能型党支部计入组织覆盖" if self.functional_weight else "功能型党支部不计入组织覆盖",
            "只有联络员的计入工作覆盖" if self.liaison_counts else "只有联络员的不计入工作覆盖",
            "只有群团组织的计入工作覆盖" if self.mass_org_counts else "只有群团组织的不计入工作覆盖",
            f"应建：{SHOULD_RULES[self.should_build_rule]}，或标注为应建未建的",
            *(["活动异常、失信和注销中的不计入基数"] if self.exclude_abnormal else []),
            *(["登记不满6个月的不计入基数"] if self.exclude_registered_less_than_6_months else []),
        ]


DEFAULTS = {f"{PREFIX}{field.name}": field.default for field in fields(Definition)}


def base_condition(on: date, chosen: Definition) -> Q:
    """U: which bodies are counted at all on that day (DOMAIN §4.3)."""
    base = on_register(on)
    if chosen.exclude_registered_less_than_6_months:
        base &= Q(registered_on__lte=add_months(on, -NEW_MONTHS))
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
    return Definition(functional_weight=weight, should_build_rule=rule_of(rule), **switches)
