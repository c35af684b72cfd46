"""Quarters and periods. A quarter is stored as one integer, year * 4 + (1…4 − 1), so that a half-year is a range."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

ORDINALS = "零一二三四五六七八九十"
PERIOD_PATTERN = re.compile(r"^(\d{4})(?:Q([1-4])|H([12]))?$")
RANGE_PATTERN = re.compile(r"^(\d{4}-\d\d-\d\d)~(\d{4}-\d\d-\d\d)$")
CLOSING_DAYS = 15  # in the first days of a quarter the office still writes about the one before


def chinese_number(value: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十, 105 → 一百零五; 0 ≤ value < 10 000."""
    if not 0 <= value < 10_000:
        raise ValueError(f"序数超出范围：{value}")
    if value == 0:
        return "零"
    text, zero = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            text += ("零" if zero else "") + ORDINALS[digit] + unit
            zero = False
        elif text and value:
            zero = True
    return text.removeprefix("一") if text.startswith("一十") else text


def quarter_of(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def quarter_start(quarter: int) -> date:
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def quarter_end(quarter: int) -> date:
    """The last day of the quarter (included)."""
    return quarter_start(quarter + 1) - timedelta(days=1)


def quarter_code(quarter: int) -> str:
    return f"{quarter // 4}Q{quarter % 4 + 1}"


def quarter_label(quarter: int) -> str:
    return f"{quarter // 4}年第{ORDINALS[quarter % 4 + 1]}季度"


def add_months(day: date, months: int) -> date:
    """The same day of the month some months later (earlier when negative), else that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, order=True)
class Period:
    """A quarter, half-year or year (whole quarters first…last), or a free range of days."""

    first: int
    last: int
    start: date
    end: date  # the last day, included
    kind: str  # quarter | half | year | range

    @classmethod
    def of_quarters(cls, first: int, last: int) -> "Period":
        kind = {1: "quarter", 2: "half", 4: "year"}[last - first + 1]
        return cls(first, last, quarter_start(first), quarter_end(last), kind)

    @classmethod
    def quarter(cls, number: int) -> "Period":
        return cls.of_quarters(number, number)

    @classmethod
    def parse(cls, text: str) -> "Period":
        """2023Q1, 2023H1, 2023 or 2023-01-01~2023-03-31; ValueError with a Chinese sentence otherwise."""
        match = PERIOD_PATTERN.match(text or "")
        if match and 1950 <= int(match[1]) <= 2200:
            base = int(match[1]) * 4
            if match[2]:
                return cls.quarter(base + int(match[2]) - 1)
            if match[3]:
                first = base + (int(match[3]) - 1) * 2
                return cls.of_quarters(first, first + 1)
            return cls.of_quarters(base, base + 3)
        match = RANGE_PATTERN.match(text or "")
        if match:
            try:
                start, end = date.fromisoformat(match[1]), date.fromisoformat(match[2])
            except ValueError:
                start, end = date.max, date.min
            if start <= end:
                return cls(quarter_of(start), quarter_of(end), start, end, "range")
        raise ValueError(f"看不懂时期“{text}”。请写成 2023Q1（季度）、2023H1（上半年）、2023（全年）。")

    @property
    def code(self) -> str:
        if self.kind == "quarter":
            return quarter_code(self.first)
        if self.kind == "half":
            return f"{self.year}H{self.first % 4 // 2 + 1}"
        return str(self.year) if self.kind == "year" else f"{self.start}~{self.end}"

    @property
    def year(self) -> int:
        return self.start.year

    @property
    def name(self) -> str:
        """Without the year: 第一季度, 上半年, 全年."""
        if self.kind == "quarter":
            return f"第{ORDINALS[self.first % 4 + 1]}季度"
        if self.kind == "half":
            return "上半年" if self.first % 4 == 0 else "下半年"
        if self.kind == "year":
            return "全年"
        return f"{self.start:%Y-%m-%d}至{self.end:%Y-%m-%d}"

    @property
    def label(self) -> str:
        """With the year: 2023年第一季度, 2023年上半年, 2023年."""
        if self.kind == "year":
            return f"{self.year}年"
        return self.name if self.kind == "range" else f"{self.year}年{self.name}"

    @property
    def title(self) -> str:
        """As titles of summaries say it: 2023年第一季度, 2023年上半年, 2023年度."""
        return f"{self.year}年度" if self.kind == "year" else self.label

    def shifted(self, steps: int) -> "Period":
        """The period of the same length `steps` periods later (earlier when negative); whole quarters only."""
        size = self.last - self.first + 1
        return Period.of_quarters(self.first + steps * size, self.last + steps * size)

    @property
    def previous(self) -> "Period":
        return self.shifted(-1)

    @property
    def next(self) -> "Period":
        return self.shifted(1)

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end

    def as_of(self, today: date) -> date:
        """The day on which stocks of this period are counted: its end, or today while it runs."""
        return min(today, self.end)

    def __str__(self) -> str:
        return self.label


class PeriodConverter:
    """Path converter: /reports/summaries/2023Q1/."""

    regex = r"\d{4}(?:Q[1-4]|H[12])?"

    def to_python(self, value: str) -> Period:
        return Period.parse(value)

    def to_url(self, value: Period | str) -> str:
        return value.code if isinstance(value, Period) else str(value)


def today(committee: Any = None) -> date:
    """The office's day. A demonstration office stands still on its `demo_date`, so that its quarter stays alive."""
    return getattr(committee, "demo_date", None) or timezone.localdate()


def default_period(day: date) -> Period:
    """The quarter that the office works on: in the first days of a quarter still the one before."""
    return Period.quarter(quarter_of(day - timedelta(days=CLOSING_DAYS)))
