"""Rates from integers."""

from decimal import ROUND_HALF_UP, Decimal


def rate(part: int, base: int) -> Decimal | None:
    """Percent with one decimal, half up; nothing to divide by is unknown, neither 0 nor 100."""
    return (Decimal(part * 100) / base).quantize(Decimal("0.1"), ROUND_HALF_UP) if base else None
