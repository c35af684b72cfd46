"""How the benches measure: pairs in turns, medians or the least, ratios; the statements of a call and the same ones bare."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

ROUNDS = 9
missed: list[str] = []


def pairs(
    a: Callable[[], Any], b: Callable[[], Any], rounds: int = ROUNDS, before: Callable[[], Any] = lambda: None
) -> tuple[float, float]:
    """Medians of both in seconds, measured in turns after one warm-up; `before` is called before each, untimed."""
    a(), b()
    left, right = [], []
    for _ in range(rounds):
        for call, times in ((a, left), (b, right)):
            before()
            times.append(seconds(call))
    return median(left), median(right)


def least_of(call: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Seconds of the fastest call, after one warm-up: whatever else the machine does only adds to it."""
    call()
    return min(seconds(call) for _ in range(rounds))


def seconds(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def row(label: str, value: str, goal: str, holds: bool) -> None:
    """Print one line; one that misses its goal is kept for `finish`."""
    line = f"{label}：{value}（要求{goal}）"
    print(f"{'合格' if holds else '超出'}  {line}", flush=True)
    if not holds:
        missed.append(line)


def finish() -> None:
    """End the run: with exit code 1 and the lines that miss their goals, if there are any."""
    if missed:
        print(f"有{len(missed)}项超出要求：", *missed, sep="\n  ", flush=True)
        raise SystemExit(1)


def recorded(call: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The statements that a call sends, with their parameters."""
    from django.db import connection

    found: list[tuple[str, Any]] = []

    def note(execute, sql, params, many, context):
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        call()
    return found


def bare(statements: list[tuple[str, Any]]) -> None:
    """The same statements through the driver, every row fetched, nothing made of it."""
    from django.db import connection

    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()
