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
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tests.measuring import bare, finish, least_of, recorded, row

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
SEARCH = "organizations:search?q=长江"
BARE = "the statements of the search box, bare"
SEARCH_SECONDS = 0.090  # of bodies, branches and members, 30 ms each (G10): the text of every row is looked through

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


def time_pages(user: Any, but: Container[str] = ()) -> dict[str, float]:
    """Seconds of each page for this reader, in process."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    times = {}
    for name, address in addresses().items():
        if name in but:
            continue
        status = client.get(address).status_code
        if status == 403:  # for administrators
            continue
        if status != 200:
            raise SystemExit(f"{address}：{status}")
        times[name] = least_of(lambda a=address: client.get(a))
    return times


def time_search_bare(user: Any) -> float:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    address = addresses()[SEARCH]
    client.get(address)
    statements = recorded(lambda: client.get(address))
    return least_of(lambda: bare(statements))


def time_coverage(committee: Any) -> float:
    from core.periods import quarter_end, quarter_of, today
    from organizations.statistics import coverage_by_kind

    on = quarter_end(quarter_of(today(committee)) - 1)
    return least_of(lambda: coverage_by_kind(committee, on))


def time_all() -> Measures:
    """What one process measures in its database: the first city, and the office above where there is one."""
    from core.models import Committee

    city = Committee.objects.filter(children=None).order_by("pk").first()
    found = {"city": {"coverage": time_coverage(city), **time_pages(clerk_of(city))}}
    if city.parent_id:
        above = clerk_of(city.parent)
        found["above"] = {BARE: time_search_bare(above), **time_pages(above, but=STATISTICS)}
    return found


def clerk_of(committee: Any) -> Any:
    """An account of the office; a second turn finds the one that the first has made."""
    from core.models import User
    from tests.factories import make_staff

    name = f"clerk-{committee.pk}"
    return User.objects.filter(username=name).first() or make_staff(committee, username=name)


def compare(alone: Callable[[], Measures], within: Callable[[], Measures]) -> None:
    """Each call measures once in the one database and in the other; they are asked in turns."""
    turns = [(alone(), within()) for _ in range(TURNS)]
    least = least_times([one for one, _ in turns])["city"]
    within_province = least_times([other for _, other in turns])
    city, above = within_province["city"], within_province["above"]
    a, b = least.pop("coverage"), city.pop("coverage")
    figures = f"{b / a:.2f}（{b * 1000:.0f} ÷ {a * 1000:.0f} 毫秒）"
    row("省库里一个综合党委的两个覆盖 ÷ 单独一库", figures, "≤1.5", b <= 1.5 * a)
    worst(f"同一个综合党委的{len(least)}个页面，省库 ÷ 单独一库", city, least)
    lists = {name: seconds for name, seconds in least.items() if name not in (*STATISTICS, SEARCH)}
    worst(f"省级综合党委的{len(lists)}个页面 ÷ 市级综合党委的", above, lists)
    search, least = above[SEARCH], above[BARE]
    row(
        "省级综合党委的查找框（社会组织、党组织、党员三处） ÷ 同样的裸SQL",
        f"{search / least:.2f}（{search * 1000:.0f} ÷ {least * 1000:.0f} 毫秒）",
        f"≤1.5，或≤{SEARCH_SECONDS * 1000:.0f}毫秒",
        search <= max(1.5 * least, SEARCH_SECONDS),
    )


def least_times(turns: list[Measures]) -> Measures:
    """Of each page the fastest call of all turns. The two databases are measured in processes minutes apart, and a page
    takes ten milliseconds: a median would compare what the machine was doing besides."""
    return {who: {what: min(t[who][what] for t in turns) for what in turns[0][who]} for who in turns[0]}


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

Place = dict[str, str]  # the settings of a process that works in one of the databases


def filled_by_now(folder: str) -> Place:
    """The database of this process, whose rows are made already."""
    if url := os.environ.get("DATABASE_URL", ""):
        return {"DATABASE_URL": url}
    return {"DANGJIAN_DATA_DIR": folder}


def new_place(name: str, folder: Path) -> Place:
    """An empty database: on PostgreSQL one beside the named one, else one in a folder."""
    if url := os.environ.get("DATABASE_URL", ""):
        recreate(name, create=True)
        return {"DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
    (folder / name).mkdir()
    return {"DANGJIAN_DATA_DIR": str(folder / name)}


def recreate(name: str, create: bool) -> None:
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        if create:
            cursor.execute(f"CREATE DATABASE {name}")
    connection.close()


def here(place: Place, *arguments: str) -> str:
    """Run this file as a process of its own in one of the databases."""
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DANGJIAN_JOBS": "eager", **place}
    command = [sys.executable, "-m", "tests.bench_province", "--measure", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=settings)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout


@contextmanager
def two_databases(size: "Size", province: Place | None) -> Iterator[tuple[Place, Place]]:
    """The same seed and the same size a committee: the first of the province is the committee alone."""
    made = [ALONE] if province else [ALONE, PROVINCE]
    with tempfile.TemporaryDirectory() as name:
        try:
            places = [new_place(place, Path(name)) for place in made]
            for place, count in zip(places, (1, size.committees), strict=False):
                here(place, "--build", str(count), *size.arguments)
            yield places[0], province or places[1]
        finally:
            if os.environ.get("DATABASE_URL"):
                for place in made:
                    recreate(place, create=False)


@dataclass(frozen=True)
class Size:
    committees: int
    organizations: int  # of each committee
    members: int
    years: int

    @property
    def arguments(self) -> list[str]:
        numbers = {"--organizations": self.organizations, "--members": self.members, "--years": self.years}
        return [str(part) for pair in numbers.items() for part in pair]


def make(size: Size) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command(
        "seed_scale", organizations=size.organizations * size.committees, members=size.members * size.committees,
        years=size.years, committees=size.committees, verbosity=0,
    )  # fmt: skip


def bench_province(size: Size, province: Place | None = None) -> None:
    """`province`: a database that holds such a province already."""
    with two_databases(size, province) as (alone, within):
        compare(lambda: json.loads(here(alone)), lambda: json.loads(here(within)))


def main() -> None:
    parser = argparse.ArgumentParser(description="省库与市库的测速：两个覆盖、各列表页和查找框。")
    parser.add_argument("--organizations", type=int, default=5000, help="每个综合党委的社会组织家数")
    parser.add_argument("--members", type=int, default=20_000, help="每个综合党委的党员名数")
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--committees", type=int, default=COMMITTEES, help="省里有几个综合党委")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--build", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    size = Size(options.build or options.committees, options.organizations, options.members, options.years)
    if not options.measure:
        bench_province(size)
        finish()
        return
    import django

    django.setup()
    if options.build:
        make(size)
    else:
        print(json.dumps(time_all()))


if __name__ == "__main__":
    main()
