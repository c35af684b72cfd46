"""A city alone, the same city in a province, and the office above all cities: what grows with the rows of others (G3, G8).

`python -m tests.bench_province` makes SQLite databases in a temporary folder; with DATABASE_URL (PostgreSQL, an account
that may create databases) it makes two databases beside the named one and drops them at the end. `make bench` calls it
for a province (`BENCH_ARGS="--committees 20"`). Each measure runs in a process of its own, the two databases in turns.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tests.measuring import finish, median_of, row

COMMITTEES = 20  # of the province
ALONE, PROVINCE = "bench_alone", "bench_province"
TURNS = 3
SMALL = 0.002  # seconds that a page may grow by whatever its ratio
MORE_PAGES = (
    ("reports:home", ""),
    ("organizations:socialorganization-list", "?q=商会"),
    ("organizations:socialorganization-list", "?page=9999"),
    ("organizations:socialorganization-list", "?sort=-registered_on"),
    ("organizations:partymember-list", "?q=王"),
    ("organizations:partymember-list", "?page=9999"),
    ("organizations:search", "?q=长江"),
)

STATISTICS = (
    "reports:home",
    "reports:fact-list",
    "reports:watch-list",
)  # figures of the whole scope, which grow with it

Measures = dict[str, dict[str, float]]  # whose eyes → what → seconds


def every_list() -> Iterator[str]:
    """The names of all list pages."""
    from django.urls import get_resolver

    for namespace, (_, resolver) in get_resolver().namespace_dict.items():
        if namespace in ("core", "organizations", "tasks", "reviews", "reports"):
            names = [n for n in resolver.reverse_dict if isinstance(n, str) and n.endswith("-list")]
            yield from (f"{namespace}:{name}" for name in sorted(names))


def addresses() -> dict[str, str]:
    from django.urls import NoReverseMatch, reverse

    found = {}
    for name in every_list():
        try:
            found[name] = reverse(name)
        except NoReverseMatch:  # a list with an argument belongs to one row
            continue
    return found | {name + query: reverse(name) + query for name, query in MORE_PAGES}


def time_pages(user: Any) -> dict[str, float]:
    """Seconds of each page for this reader, in process."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    times = {}
    for name, address in addresses().items():
        status = client.get(address).status_code
        if status == 403:  # for administrators
            continue
        if status != 200:
            raise SystemExit(f"{address}：{status}")
        times[name] = median_of(lambda a=address: client.get(a))
    return times


def time_coverage(committee: Any) -> float:
    from core.periods import quarter_end, quarter_of, today
    from organizations.statistics import coverage_by_kind

    on = quarter_end(quarter_of(today(committee)) - 1)
    return median_of(lambda: coverage_by_kind(committee, on))


def time_all() -> Measures:
    """What one process measures in its database: the first city, and the office above where there is one."""
    from core.models import Committee

    city = Committee.objects.filter(children=None).order_by("pk").first()
    found = {"city": {"coverage": time_coverage(city), **time_pages(clerk_of(city))}}
    if city.parent_id:
        found["above"] = time_pages(clerk_of(city.parent))
    return found


def clerk_of(committee: Any) -> Any:
    """An account of the office; a second turn finds the one that the first has made."""
    from core.models import User
    from tests.factories import make_staff

    name = f"clerk-{committee.pk}"
    return User.objects.filter(username=name).first() or make_staff(committee, username=name)


def compare(measure: Callable[[str], Measures]) -> None:
    """`measure(place)` answers from the database of that place; the two are asked in turns."""
    alone, within = [], []
    for _ in range(TURNS):
        alone.append(measure(ALONE))
        within.append(measure(PROVINCE))
    least = middle(alone)["city"]
    within_province = middle(within)
    city, above = within_province["city"], within_province["above"]
    a, b = least.pop("coverage"), city.pop("coverage")
    figures = f"{b / a:.2f}（{b * 1000:.0f} ÷ {a * 1000:.0f} 毫秒）"
    row("省库里一个综合党委的两个覆盖 ÷ 单独一库", figures, "≤1.5", b <= 1.5 * a)
    worst(f"同一个综合党委的{len(least)}个页面，省库 ÷ 单独一库", city, least)
    lists = {name: seconds for name, seconds in least.items() if name not in STATISTICS}
    worst(f"省级综合党委的{len(lists)}个页面 ÷ 市级综合党委的", above, lists)


def middle(turns: list[Measures]) -> Measures:
    return {who: {what: median(t[who][what] for t in turns) for what in turns[0][who]} for who in turns[0]}


def worst(label: str, ours: dict[str, float], least: dict[str, float]) -> None:
    """The page that grows most, and each that grows too much."""
    grown = sorted(least, key=lambda name: ours[name] / least[name], reverse=True)
    too_slow = [n for n in grown if ours[n] > max(1.5 * least[n], least[n] + SMALL)]
    show = lambda n: f"{n} {ours[n] / least[n]:.2f}（{ours[n] * 1000:.1f} ÷ {least[n] * 1000:.1f} 毫秒）"  # noqa: E731
    figures = f"中位{median(ours[n] / least[n] for n in grown):.2f}，最大{show((too_slow or grown)[0])}"
    row(label, figures, f"各≤1.5，或多不过{SMALL * 1000:.0f}毫秒", not too_slow)
    for name in too_slow[1:]:
        print(f"      {show(name)}", flush=True)


# The two databases ----------------------------------------------------------------------------------------------------


def environment(place: str, folder: Path) -> dict[str, str]:
    """The settings of a process that works in the database of that place."""
    found = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DANGJIAN_JOBS": "eager"}
    if url := os.environ.get("DATABASE_URL", ""):
        found["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{place}"))
    else:
        found["DANGJIAN_DATA_DIR"] = str(folder / place)
    return found


def here(place: str, folder: Path, *arguments: str) -> str:
    """Run this file as a process of its own in one of the databases."""
    command = [sys.executable, "-m", "tests.bench_province", "--at", place, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(place, folder))
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout


def recreate(create: bool) -> None:
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


@contextmanager
def two_databases(committees: int, organizations: int, members: int) -> Iterator[Path]:
    """The same seed and the same size a committee: the first of the province is the committee alone."""
    on_server = bool(os.environ.get("DATABASE_URL"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if on_server:
            recreate(create=True)
        try:
            size = ["--organizations", str(organizations), "--members", str(members)]
            for place, count in ((ALONE, 1), (PROVINCE, committees)):
                if not on_server:
                    (folder / place).mkdir()
                here(place, folder, "--build", str(count), *size)
            yield folder
        finally:
            if on_server:
                recreate(create=False)


def make(committees: int, organizations: int, members: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command(
        "seed_scale", organizations=organizations * committees, members=members * committees, years=1,
        committees=committees, verbosity=0,
    )  # fmt: skip


def bench_province(committees: int, organizations: int, members: int) -> None:
    with two_databases(committees, organizations, members) as folder:
        compare(lambda place: json.loads(here(place, folder)))


def main() -> None:
    parser = argparse.ArgumentParser(description="省库与市库的测速：两个覆盖和各列表页。")
    parser.add_argument("--organizations", type=int, default=5000, help="每个综合党委的社会组织家数")
    parser.add_argument("--members", type=int, default=20_000, help="每个综合党委的党员名数")
    parser.add_argument("--committees", type=int, default=COMMITTEES, help="省里有几个综合党委")
    parser.add_argument("--at", default="", help=argparse.SUPPRESS)
    parser.add_argument("--build", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.at:
        bench_province(options.committees, options.organizations, options.members)
        finish()
        return
    import django

    django.setup()
    if options.build:
        make(options.build, options.organizations, options.members)
    else:
        print(json.dumps(time_all()))


if __name__ == "__main__":
    main()
