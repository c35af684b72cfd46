"""Guards before a summary is handed on: sums that must agree, and digits that no record stands behind."""

import re
from dataclasses import dataclass

from core.periods import today
from organizations.models import Membership
from organizations.statistics import balance
from reports.choices import BlockOrigin
from reports.facts import FactSet, Scope
from reports.narrative import Composed, ComposedBlock, Missing, missing_of

DIGITS = re.compile(r"(?<![〔\d])\d+(?:\.\d+)?(?!\d*[年月日号〕])")


@dataclass(frozen=True)
class Check:
    """One rule: what was compared, whether it holds, and the figures as a clerk would write them."""

    label: str
    holds: bool
    shown: str
    code: str = ""
    remedy: str = ""  # what has to be done first: no sentence stands in for it


@dataclass(frozen=True)
class SumRule:
    """left + … = right, or ≤ when `at_most`."""

    label: str
    left: tuple[str, ...]
    right: str
    at_most: bool = False
    code: str = ""


RULES = (
    SumRule("口头述职加书面述职等于应述职", ("duty_oral", "duty_written"), "duty_due", code="RV-01"),
    SumRule("已提交述职报告不多于应述职", ("duty_handed_in",), "duty_due", at_most=True),
    SumRule("新成立的入章数不多于新成立数", ("new_with_clause",), "new_organizations", at_most=True, code="PR-01"),
    SumRule("新成立的承诺书数不多于新成立数", ("new_with_letter",), "new_organizations", at_most=True, code="PR-01"),
    SumRule("已参检不多于应检", ("inspections_submitted",), "inspections_due", at_most=True, code="AN-01"),
    SumRule("已整改不多于发现问题", ("findings_closed",), "findings", at_most=True),
    SumRule(
        "已更正加正在核实不多于发现差异", ("differences_corrected", "differences_pending"), "differences", at_most=True
    ),
    SumRule("到会单位不多于应到单位", ("meeting_present",), "meeting_invited", at_most=True),
    SumRule("办结事项不多于议定事项", ("resolutions_done",), "resolutions", at_most=True),
    SumRule("已通过任务不多于应办任务", ("assignments_passed",), "assignments", at_most=True),
)


UNBALANCED = "请到“党员增减平衡表”看是哪几名，用“更正编入、减少”改对原因和日期。"


def sum_checks(facts: FactSet) -> list[Check]:
    """The rules that have figures this period; those without rows are left out."""
    found = []
    for rule in RULES:
        values = [facts[key] for key in (*rule.left, rule.right)]
        if any(value.unknown for value in values) or not any(value.value for value in values):
            continue
        left, right = sum(value.value for value in values[:-1]), values[-1].value
        holds = left <= right if rule.at_most else left == right
        sign = ("≤" if holds else "＞") if rule.at_most else ("＝" if holds else "≠")
        shown = "＋".join(str(value.value) for value in values[:-1]) + f"{sign}{right}"
        found.append(Check(rule.label, holds, shown, rule.code))
    return found


def balance_checks(scope: Scope) -> list[Check]:
    """党员增减要平: 期初 and the changes of the period make 期末 (DOMAIN §6.3); nothing to say before the period."""
    if scope.day < scope.period.start:
        return []
    rows = Membership.objects.filter(branch__committee_id__in=scope.committee.scope_ids)
    found = balance(rows, scope.period.start, scope.day)
    if not (found.opening or found.closing):
        return []
    return [
        Check(
            "党员增减要平：期初＋转入＋发展＋恢复－转出－出党－死亡＝期末", found.closes, found.sum, "MB-06", UNBALANCED
        )
    ]


def typed_numbers(composed: Composed) -> list[tuple[str, str]]:
    """(paragraph key, digits) that staff typed by hand: no record stands behind them."""
    found = []
    for block in composed.printed_blocks:
        if block.origin == BlockOrigin.AUTO:
            continue
        for piece in block.pieces:
            if piece.token is None:
                found += [(block.key, digits) for digits in DIGITS.findall(piece.text)]
    return found


@dataclass(frozen=True)
class Readiness:
    """What stands before 送审: gaps forbid it, failed checks want a sentence, the rest wants a look."""

    missing: list[Missing]
    checks: list[Check]
    changed: list[ComposedBlock]
    typed: list[tuple[str, str]]
    is_over: bool  # the period has ended

    @property
    def gaps(self) -> list[Missing]:
        """Numbers that the text prints as 〔缺：…〕."""
        return [row for row in self.missing if row.blocking]

    @property
    def silent(self) -> list[Missing]:
        """Paragraphs for which the period has no records; they are not printed."""
        return [row for row in self.missing if not row.blocking]

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.holds]

    @property
    def barred(self) -> list[Check]:
        """Failed checks that forbid 送审 (DOMAIN §6.3)."""
        return [check for check in self.failed if check.remedy]

    @property
    def doubtful(self) -> list[Check]:
        """Failed checks that want a sentence."""
        return [check for check in self.failed if not check.remedy]


def readiness_of(composed: Composed) -> Readiness:
    scope = composed.facts.scope
    return Readiness(
        missing=missing_of(composed),
        checks=[*sum_checks(composed.facts), *balance_checks(scope)],
        changed=[block for block in composed.printed_blocks if block.changed or block.pending],
        typed=typed_numbers(composed),
        is_over=today(composed.committee) > composed.period.end,
    )
