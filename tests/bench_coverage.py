"""两个覆盖 measured: ORM ÷ the bare SQL of the same statements (G1), one committee in a province ÷ the same alone (G3).

By itself: `python -m tests.bench_coverage` makes SQLite databases in a temporary folder; with DATABASE_URL (PostgreSQL,
an account that may create databases) it makes two databases beside the named one and drops them at the end.
tests/bench.py calls `bench_coverage` and `bench_scope` with its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tests.measuring import ROUNDS, bare, pairs, recorded, row

COMMITTEES = 20  # of the province
ALONE, PROVINCE = "bench_alone", "bench_province"


def bench_coverage(committee: Any, on: Any) -> None:
    """G1: the whole coverage of a committee, its tree and supplement, against the bare SQL of the same statements."""
    from organizations.statistics import coverage_by_kind

    call = lambda: coverage_by_kind(committee, on)  # noqa: E731
    statements = recorded(call)
    orm, sql = pairs(call, lambda: bare(statements))
    row("两个覆盖的查询数", str(len(statements)), "≤6", len(statements) <= 6)
    figures = f"{orm / sql:.2f}（{orm * 1000:.0f} ÷ {sql * 1000:.0f} 毫秒）"
    row("两个覆盖 ÷ 同样的裸SQL", figures, "≤1.25", orm <= 1.25 * sql)


def time_coverage(rounds: int = ROUNDS) -> float:
    """Seconds of the coverage of the first committee that keeps bodies; both databases answer this."""
    from core.models import Committee
    from core.periods import quarter_end, quarter_of, today
    from organizations.statistics import coverage_by_kind

    committee = Committee.objects.filter(children=None).order_by("pk").first()
    on = quarter_end(quarter_of(today(committee)) - 1)
    coverage_by_kind(committee, on)
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        coverage_by_kind(committee, on)
        times.append(time.perf_counter() - began)
    return median(times)


def bench_scope(measure: Callable[[str], float], turns: int = 3) -> None:
    """G3: `measure(place)` gives the seconds in the database of that place; the two are asked in turns."""
    alone, within = [], []
    for _ in range(turns):
        alone.append(measure(ALONE))
        within.append(measure(PROVINCE))
    a, b = median(alone), median(within)
    figures = f"{b / a:.2f}（{b * 1000:.1f} ÷ {a * 1000:.1f} 毫秒）"
    row("省库里一个综合党委的两个覆盖 ÷ 单独一库", figures, "≤1.5", b <= 1.5 * a)


# By itself ------------------------------------------------------------------------------------------------------------


def environment(place: str, folder: Path) -> dict[str, str]:
    """The settings of a process that works in the database of that place."""
    found = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DANGJIAN_JOBS": "eager"}
    url = os.environ.get("DATABASE_URL", "")
    if url:
        found["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{place}"))
    else:
        found["DANGJIAN_DATA_DIR"] = str(folder / place)
    return found


def here(place: str, folder: Path, *arguments: str) -> str:
    """Run this file as a process of its own in one of the databases."""
    command = [sys.executable, "-m", "tests.bench_coverage", "--at", place, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(place, folder))
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout


def databases(create: bool) -> None:
    """On PostgreSQL each place is a database of its own."""
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        for place in (ALONE, PROVINCE):
            cursor.execute(f"DROP DATABASE IF EXISTS {place}")
            if create:
                cursor.execute(f"CREATE DATABASE {place}")
    connection.close()


def build(options: argparse.Namespace, folder: Path) -> None:
    """The same seed and the same size a committee: the first of the province is the committee alone."""
    size = ["--organizations", str(options.organizations), "--members", str(options.members)]
    for place, committees in ((ALONE, 1), (PROVINCE, options.committees)):
        if not os.environ.get("DATABASE_URL"):
            (folder / place).mkdir()
        print(here(place, folder, "--build", str(committees), *size), end="", flush=True)


def make(committees: int, organizations: int, members: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command(
        "seed_scale", organizations=organizations * committees, members=members * committees, years=1,
        committees=committees, ledgers_only=True, verbosity=0,
    )  # fmt: skip


def inside(options: argparse.Namespace) -> None:
    """What one process does in one database."""
    import django

    django.setup()
    if options.build:
        make(options.build, options.organizations, options.members)
    elif options.ratio:
        from core.models import Committee
        from core.periods import quarter_end, quarter_of, today

        committee = Committee.objects.filter(children=None).order_by("pk").first()
        bench_coverage(committee, quarter_end(quarter_of(today(committee)) - 1))
    else:
        print(time_coverage())


def main() -> None:
    parser = argparse.ArgumentParser(description="两个覆盖的测速：与裸SQL比，省库里一个综合党委与单独一库比。")
    parser.add_argument("--organizations", type=int, default=5000, help="每个综合党委的社会组织家数")
    parser.add_argument("--members", type=int, default=20_000, help="每个综合党委的党员名数")
    parser.add_argument("--committees", type=int, default=COMMITTEES, help="省里有几个综合党委")
    parser.add_argument("--at", default="", help=argparse.SUPPRESS)
    parser.add_argument("--build", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--ratio", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.at:
        inside(options)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.environ.get("DATABASE_URL"):
            databases(create=True)
        try:
            build(options, folder)
            print(here(ALONE, folder, "--ratio"), end="", flush=True)
            bench_scope(lambda place: float(here(place, folder)))
        finally:
            if os.environ.get("DATABASE_URL"):
                databases(create=False)


if __name__ == "__main__":
    main()
