"""The export of 100 000 members against the same cells written by hand, and its memory (PERF G13).

`make bench` calls `bench_export(user, folder)` on its city: `user` is a member of staff, `folder` a temporary directory.
By itself, in a temporary SQLite database (or the empty one that DATABASE_URL names):  python -m tests.bench_export
Rows that are lacking in the user's scope are added in bulk, so give it a database that is thrown away.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.measuring import finish, pairs, row

COUNT = 100_000
ROUNDS = 3
RATIO, MEMORY = 3, 150
CHUNK = 5000


def fill(user: Any, count: int) -> None:
    """At least `count` members in the user's scope, each in a branch."""
    from organizations.models import Membership, PartyBranch, PartyMember

    lacking = count - PartyMember.objects.visible_to(user).count()
    branch = PartyBranch.objects.filter(committee=user.committee).first()
    if branch is None:
        branch = PartyBranch.objects.create(
            committee=user.committee,
            name="中共测速市广告协会支部委员会",
            short_name="市广告协会党支部",
            founded_on="2010-01-01",
        )
    for start in range(0, max(lacking, 0), CHUNK):
        day = date(1950, 1, 1) + timedelta(days=start // 7)
        members = [
            PartyMember(
                committee=user.committee, name=f"测{n:06d}", sex="male" if n % 2 else "female", ethnicity="汉族",
                born_on=day, joined_on=date(2001, 7, 1), full_on=date(2002, 7, 1), education="bachelor",
                category="full", workplace=f"测速市第{n % 500}协会理事", phone=f"139{n:08d}", sort_key=f"ce {n:06d}",
                id_tail=f"{n % 10000:04d}", address="示例路1号<二楼>",
            )
            for n in range(start, min(start + CHUNK, lacking))
        ]  # fmt: skip
        made = PartyMember.objects.bulk_create(members, batch_size=500)
        links = [Membership(member=m, branch=branch, start=date(2015, 1, 1)) for m in made]
        Membership.objects.bulk_create(links, batch_size=500)


def by_hand_cell(place: str, value: Any) -> str:
    if value.__class__ is int:
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>' if value else ""


def by_hand(target: Path, rows: list[list[Any]], level: int) -> None:
    """The least that a careful hand writes: cells that are ready, each with its place and no style."""
    from core.excel.reading import column_letter

    letters = [column_letter(i + 1) for i in range(len(rows[0]))]
    archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level)
    with archive, archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
        file.write(b"<worksheet><sheetData>")
        for start in range(0, len(rows), 500):
            lines = []
            for n, line in enumerate(rows[start : start + 500], start + 1):
                cells = [by_hand_cell(f"{a}{n}", c) for a, c in zip(letters, line, strict=True)]
                lines.append(f'<row r="{n}">{"".join(cells)}</row>')
            file.write("".join(lines).encode())
        file.write(b"</sheetData></worksheet>")


def bench_export(user: Any, folder: Path, count: int = COUNT) -> None:
    from core.excel.rows import Exporter
    from core.excel.sheet import get_sheet
    from core.excel.writing import LEVEL, export_to

    fill(user, count)
    sheet = get_sheet("members")
    found = sheet.queryset(user)
    cells = list(Exporter(sheet, every=False).rows(found))

    def ours() -> None:
        with (folder / "ours.xlsx").open("wb") as file:
            export_to(file, sheet, found, committee=user.committee, every=False)

    made, floor = pairs(ours, lambda: by_hand(folder / "hand.xlsx", cells, LEVEL), ROUNDS)
    label = f"导出{len(cells)}行 × {len(cells[0])}列 ÷ 手写的同样单元格"
    row(label, f"{made / floor:.2f}（{made:.1f} ÷ {floor:.1f} 秒）", f"≤{RATIO}", made <= RATIO * floor)
    memory(folder, user.committee.code, count)


def memory(folder: Path, committee: str, count: int) -> None:
    """Peak of a process of its own that does nothing else."""
    code = (
        "from django.core.management import execute_from_command_line as run;"
        f"run(['manage.py','export_sheet','members',{str(folder / 'memory.xlsx')!r},'--masked','--office',"
        f"'--committee',{committee!r},'--verbosity','0']);"
        "print(next(int(line.split()[1])//1024 for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    peak = done.stdout.split()[-1] if done.stdout.split() else ""
    label = f"导出{count}行的内存"
    if done.returncode or not peak.isdigit():
        row(label, (done.stderr or done.stdout)[-300:].strip(), f"≤{MEMORY} MB", False)
    else:
        row(label, f"{peak} MB", f"≤{MEMORY} MB", int(peak) <= MEMORY)


def main() -> None:
    parser = argparse.ArgumentParser(description="测导出的速度和内存。")
    parser.add_argument("--rows", type=int, default=COUNT)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DANGJIAN_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ["DANGJIAN_JOBS"] = "eager"
        import django

        django.setup()
        from django.core.management import call_command

        from tests.factories import make_committee, make_staff

        call_command("migrate", verbosity=0)
        bench_export(make_staff(make_committee()), Path(folder), options.rows)
    finish()


if __name__ == "__main__":
    main()
