"""两个覆盖 measured: the whole coverage of a committee, its tree and supplement, against the bare SQL of the same statements (G1)."""

from typing import Any

from tests.measuring import bare, pairs, recorded, row


def bench_coverage(committee: Any, on: Any) -> None:
    from organizations.statistics import coverage_by_kind

    call = lambda: coverage_by_kind(committee, on)  # noqa: E731
    statements = recorded(call)
    orm, sql = pairs(call, lambda: bare(statements))
    row("两个覆盖的查询数", str(len(statements)), "≤6", len(statements) <= 6)
    figures = f"{orm / sql:.2f}（{orm * 1000:.0f} ÷ {sql * 1000:.0f} 毫秒）"
    row("两个覆盖 ÷ 同样的裸SQL", figures, "≤1.25", orm <= 1.25 * sql)
