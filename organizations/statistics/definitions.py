"""口径: the dated settings by which the two coverages are counted."""

from dataclasses import dataclass
from datetime import date

from core.models import Committee, OfficeSetting

DEFAULTS = {
    "coverage.functional_weight": 1,
    "coverage.liaison_counts": False,
    "coverage.should_build_rule": "b",
    "coverage.exclude_abnormal": False,
}


@dataclass(frozen=True)
class Definition:
    """口径: how the two rates are counted in this office on that day."""

    functional_weight: int = 1
    liaison_counts: bool = False
    should_build_rule: str = "b"
    exclude_abnormal: bool = False

    @property
    def words(self) -> list[str]:
        rules = {
            "a": "有3名以上正式党员",
            "b": "专职人员中有3名以上正式党员",
            "c": "有党员",
        }
        return [
            "功能型党支部计入组织覆盖" if self.functional_weight else "功能型党支部不计入组织覆盖",
            "只有联络员的计入工作覆盖" if self.liaison_counts else "只有联络员的不计入工作覆盖",
            f"应建：{rules.get(self.should_build_rule, rules['b'])}，或标注为应建未建的",
            *(["活动异常、失信和注销中的不计入基数"] if self.exclude_abnormal else []),
        ]


def definition(committee: Committee, on: date) -> Definition:
    """The dated settings in force on that day, in one query."""
    rows = OfficeSetting.objects.filter(committee=committee, key__in=DEFAULTS, effective_from__lte=on)
    found = {**DEFAULTS, **dict(rows.order_by("effective_from").values_list("key", "value"))}
    return Definition(
        functional_weight=1 if found["coverage.functional_weight"] else 0,
        liaison_counts=bool(found["coverage.liaison_counts"]),
        should_build_rule=str(found["coverage.should_build_rule"]),
        exclude_abnormal=bool(found["coverage.exclude_abnormal"]),
    )
