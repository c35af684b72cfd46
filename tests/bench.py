"""Speed and memory as ratios, measured side by side in one run: `make bench` (PERF G1–G3, G5–G8, G10–G13).

`BENCH_ARGS="--committees 20"` makes a province of as many cities and measures one of them in it; then it puts the city,
and the office above, beside the same city alone (tests/bench_province.py: G3, G8). The rows are made in a temporary
SQLite database, or in the empty database that DATABASE_URL names. Each pair is measured in turns, A B A B …, and the
medians are compared, so that a slow machine slows both.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.measuring import bare, finish, pairs, recorded, row

SMALL_SQL = 0.020  # seconds of SQL below which a millisecond a query is allowed instead of the ratio


def bench_facts(committee: Any, period: Any) -> None:
    from reports.documents.assembly import document_of
    from reports.documents.word import render_word
    from reports.facts import FactSet
    from reports.facts.engine import compiled
    from reports.narrative import compose, office_scope

    scope = lambda: office_scope(committee, period)  # noqa: E731
    statements = recorded(lambda: FactSet(scope()))
    orm, sql = pairs(lambda: FactSet(scope()), lambda: bare(statements))
    limit = max(1.5 * sql, sql + len(statements) / 1000) if sql < SMALL_SQL else 1.5 * sql
    row("季度事实 ÷ 同样的裸SQL", f"{orm / sql:.2f}（{orm * 1000:.0f} ÷ {sql * 1000:.0f} 毫秒）", "≤1.5", orm <= limit)
    began = time.perf_counter()
    compiled.clear()
    FactSet(scope())
    print(f"      其中一个范围第一次打开（生成语句在内）：{(time.perf_counter() - began) * 1000:.0f}毫秒", flush=True)
    row("季度事实的查询数", str(len(statements)), "≤32", len(statements) <= 32)
    facts = FactSet(scope())
    word = lambda: render_word(document_of(compose(committee, period, facts=facts)))  # noqa: E731
    made, _ = pairs(word, lambda: None)
    row("Word成文（事实之外）", f"{made * 1000:.1f}毫秒", "≤40毫秒", made <= 0.040)


def bench_list(user: Any) -> None:
    from django.contrib import admin
    from django.test import Client, override_settings
    from django.urls import path, reverse

    from config import urls as config_urls
    from core.pages import Column, ListPage
    from organizations.models import SocialOrganization

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    url = reverse("organizations:socialorganization-list")
    get = lambda address: client.get(address).content  # noqa: E731
    blank = reverse("reports:outsidefigure-list")  # the same frame around a list without rows
    get(url), get(blank)  # the first visit writes the session
    every = recorded(lambda: get(url))
    row("列表页查询数", str(len(every)), "≤6", len(every) <= 6)
    statements = [pair for pair in every if "organizations_socialorganization" in pair[0]]

    def fastest() -> str:
        """The statements of the page itself, and its cells written by string building."""
        from django.db import connection

        lines: list = []
        with connection.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql, params)
                lines = max(lines, cursor.fetchall(), key=len)
        return "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in line) + "</tr>" for line in lines)

    page, empty = pairs(lambda: get(url), lambda: get(blank))
    floor, _ = pairs(fastest, lambda: None)
    ratio = (page - empty) / floor
    row(
        "列表页减空页 ÷ 裸查询加最快的画法",
        f"{ratio:.2f}（{(page - empty) * 1000:.1f} ÷ {floor * 1000:.1f} 毫秒）",
        "≤5",
        ratio <= 5,
    )
    site = admin.site.get_model_admin(SocialOrganization)
    site.list_display, site.list_per_page = SAME_COLUMNS, 50

    class Plain(ListPage):
        """The same columns as the changelist shows."""

        model = SocialOrganization
        columns = tuple(Column(name, name, link=not n, sort=name) for n, name in enumerate(SAME_COLUMNS))

    urls = ModuleType("bench_urls")
    urls.urlpatterns = [path("bench-list/", Plain.as_view()), *config_urls.urlpatterns]
    sys.modules["bench_urls"] = urls
    with override_settings(ROOT_URLCONF="bench_urls"):
        other = reverse("admin:organizations_socialorganization_changelist")
        ours, theirs = pairs(lambda: get("/bench-list/"), lambda: get(other))
    row(
        "Django后台列表 ÷ 同样各栏的列表页",
        f"{theirs / ours:.2f}（{theirs * 1000:.0f} ÷ {ours * 1000:.0f} 毫秒）",
        "≥3",
        theirs >= 3 * ours,
    )


SAME_COLUMNS = (
    "name", "code", "kind", "registered_on", "status", "category", "registration_mode", "staff_count", "full_time_count", "grade",
)  # fmt: skip
HEADINGS = (
    "社会组织名称",
    "简称",
    "统一社会信用代码",
    "类型",
    "登记日期",
    "登记状态",
    "联系人",
    "联系电话",
    "从业人员数",
    "专职人员数",
)


def workbook(path: Path, count: int, first: int = 0) -> Path:
    """A ledger of new bodies, all rows right."""
    import openpyxl

    from core.validators import credit_check_digit

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("台账")
    page.append(["社会组织党建工作台账"])
    page.append(list(HEADINGS))
    for n in range(first, first + count):
        head = f"51990100QA{n:07d}"
        page.append(
            [f"测速市第{n}行业协会", f"第{n}协会", head + credit_check_digit(head), "社会团体", "2015-06-01", "正常", "张示例",
             f"139{n:08d}", 20, 8]
        )  # fmt: skip
    book.save(path)
    return path


def bench_search(user: Any) -> None:
    """Names of two to six characters, the first fifty and their number, through the scope of the user (G10)."""
    from organizations.models import SocialOrganization

    terms = ("商会", "协会", "长江养老", "cjyl", "没有这家")

    def ask() -> None:
        for term in terms:
            rows = SocialOrganization.objects.visible_to(user).search(term).order_by("sort_key")
            list(rows.values_list("pk", "name")[:50])
            rows.order_by()[:10_001].count()

    statements = recorded(ask)
    ours, sql = (seconds / len(terms) for seconds in pairs(ask, lambda: bare(statements)))
    row(
        "按名称查找一次（前50家和总数）",
        f"{ours * 1000:.1f}毫秒（裸SQL {sql * 1000:.1f}）",
        "市≤3毫秒或裸SQL加2毫秒，省≤30毫秒",
        ours <= max(0.003, sql + 0.002) and ours <= 0.030,
    )


def bench_import(user: Any, folder: Path, count: int = 10_000, rounds: int = 7) -> None:
    from django.apps import apps
    from django.core.files import File
    from django.db import connection, models, transaction
    from python_calamine import CalamineWorkbook

    from core import pinyin
    from core.excel import get_sheet
    from core.excel.applying import apply_batch
    from core.excel.staging import new_batch, read_batch
    from core.validators import normalize_code, validate_credit_code, validate_phone
    from organizations.choices import OrganizationKind, RegistrationStatus
    from organizations.models import SocialOrganization

    path = workbook(folder / "rows.xlsx", count)
    written: dict[type, list] = {}
    tables = [model for model in apps.get_models() if model._meta.managed]

    def top(model: type) -> int:
        return model._base_manager.aggregate(top=models.Max("pk"))["top"] or 0

    def product(keep: bool = False) -> None:
        with transaction.atomic():
            before = (
                {model: top(model) for model in tables if model._meta.pk.get_internal_type() == "BigAutoField"}
                if keep
                else {}
            )
            with path.open("rb") as file:
                batch = new_batch(
                    get_sheet("organizations"), File(file), "rows.xlsx", by=user, committee=user.committee
                )
            read_batch(batch)
            apply_batch(batch, by=user)
            if batch.new_count != count:
                raise SystemExit(f"测速用的表没有全部导入：{batch.new_count} ≠ {count}")
            for model, last in before.items():
                with connection.cursor() as cursor:
                    table = connection.ops.quote_name(model._meta.db_table)
                    cursor.execute(f"SELECT * FROM {table} WHERE id > %s", [last])
                    lines = cursor.fetchall()
                if lines:
                    written[model] = lines
            transaction.set_rollback(True)

    kinds, statuses = ({word: value for value, word in c.choices} for c in (OrganizationKind, RegistrationStatus))

    def anew() -> None:
        """A new ledger brings new names: of the round before only the words are known of which they are made."""
        for known in (pinyin.sort_key, pinyin.initials):
            known.cache_clear()

    def floor() -> None:
        """Read, check every cell by a plain function, make one object a row whose keys the model derives, insert."""
        lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        seen: set[str] = set()
        for name, short, code, kind, registered, status, contact, phone, staff, full in lines[2:]:
            code = normalize_code(code)
            validate_credit_code(code)
            validate_phone(phone)
            if not name or len(name) > 100 or len(short) > 60 or code in seen or not int(full) <= int(staff):
                raise SystemExit(f"测速用的表有错：{name}")
            seen.add(code)
            SocialOrganization(
                name=name, short_name=short, code=code, kind=kinds[kind], status=statuses[status], contact=contact,
                phone=phone, registered_on=date.fromisoformat(registered), staff_count=int(staff), full_time_count=int(full),
            ).before_save()  # fmt: skip
        with transaction.atomic():
            with connection.cursor() as cursor:
                for model, rows in written.items():
                    marks = ",".join(["%s"] * len(rows[0]))
                    cursor.executemany(
                        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} VALUES ({marks})", rows
                    )
            transaction.set_rollback(True)

    product(keep=True)
    ours, least = pairs(product, floor, rounds=rounds, before=anew)
    row(
        f"导入{count}行 ÷ 读、查、检索键与裸写入",
        f"{ours / least:.2f}（{ours:.2f} ÷ {least:.2f} 秒）",
        "≤1.5",
        ours <= 1.5 * least,
    )


def bench_memory(folder: Path, sizes: tuple[int, ...], committee: str) -> None:
    for count in sizes:
        path = workbook(folder / f"m{count}.xlsx", count, first=1_000_000)
        code = (
            "from django.core.management import execute_from_command_line as run;"
            f"run(['manage.py','import_sheet','organizations',{str(path)!r},'--dry-run','--verbosity','0',"
            f"'--committee',{committee!r}]);"
            "print(next(int(line.split()[1])//1024 for line in open('/proc/self/status') if line.startswith('VmHWM')))"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
        peak = done.stdout.split()[-1] if done.stdout.split() else ""
        if done.returncode or not peak.isdigit():
            row(f"试导入{count}行的内存", (done.stderr or done.stdout)[-200:].strip(), "≤300 MB", False)
            continue
        row(f"试导入{count}行的内存", f"{peak} MB", "≤300 MB", int(peak) <= 300)


def main() -> None:
    parser = argparse.ArgumentParser(description="测速：在一座虚构城市的数据上，把本系统与裸SQL等放在一起比。")
    parser.add_argument("--organizations", type=int, default=5000)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--committees", type=int, default=1, help="几座城市；大于1时上面有一个省级综合党委")
    parser.add_argument("--quick", action="store_true", help="不测10万行的内存")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DANGJIAN_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ["DANGJIAN_JOBS"] = "eager"
        import django

        django.setup()
        from django.core.management import call_command

        from core.models import Committee, User
        from core.periods import Period, quarter_of, today
        from tests.bench_coverage import bench_coverage
        from tests.bench_export import bench_export
        from tests.factories import make_staff

        call_command("migrate", verbosity=0)
        call_command(
            "seed_scale",
            organizations=options.organizations * options.committees,
            members=options.members * options.committees,
            years=options.years,
            committees=options.committees,
            verbosity=1,
        )
        committee = Committee.objects.filter(children=None).order_by("pk").first()
        staff = User.objects.filter(committee=committee, role="staff").select_related("committee")
        user = staff.first() or make_staff(committee)  # in a province the accounts are those of the office above
        period = Period.quarter(quarter_of(today(committee)) - 1)
        bench_facts(committee, period)
        bench_coverage(committee, period.end)
        bench_list(user)
        bench_search(user)
        if options.committees > 1:
            from tests.bench_province import Size, bench_province, filled_by_now

            size = Size(options.committees, options.organizations, options.members, options.years)
            bench_province(size, filled_by_now(folder))
        bench_import(user, Path(folder))
        if not options.quick:
            bench_import(user, Path(folder), 100_000, rounds=3)
        bench_memory(Path(folder), (5_000,) if options.quick else (5_000, 100_000), committee.code)
        bench_export(user, Path(folder), 10_000 if options.quick else 100_000)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"本进程内存峰值 {peak} MB")
    finish()


if __name__ == "__main__":
    main()
