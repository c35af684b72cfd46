"""Backup and restore (M57): one zip file with the database, the files and a manifest that a restore verifies.

The keys (SECRET_KEY, FIELD_KEY) are not in it: whoever finds a backup cannot read ID numbers. They are kept apart.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import django
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from core import audit, sealing
from core.choices import AuditEvent
from core.models import Committee, LoginSession, User

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

blockers: list[Callable[[], str]] = []  # each says why there is no backup now, or ""


def refuse_backup_while(reason: Callable[[], str]) -> None:
    """Apps register when a backup would give away a secret, e.g. while a ballot is open."""
    blockers.append(reason)


def product_version() -> str:
    try:
        return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    except (OSError, KeyError, ValueError):
        return ""


def applied_migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Backup ------------------------------------------------------------------------------------------------------------


def backup(path: Path, *, by: User | None = None) -> dict[str, Any]:
    """Write the backup; a failure leaves no half file. Returns the manifest."""
    for blocker in blockers:
        if reason := blocker():
            raise ValidationError(reason)
    if path.exists():
        raise ValidationError(f"文件 {path} 已存在，请换一个文件名。")
    part = path.with_name(f".{path.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
            manifest = _write(part, Path(folder))
        part.chmod(0o600)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    note = f"{len(manifest['files'])}个文件，{sum(manifest['tables'].values())}行"
    audit.record(AuditEvent.BACKUP, by=by, label=path.name, note=note)
    return manifest


def _write(part: Path, folder: Path) -> dict[str, Any]:
    engine = connection.vendor
    copy = folder / NAMES[engine]
    tables = _copy_sqlite(copy) if engine == "sqlite" else _copy_postgresql(copy)
    manifest = {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "product": product_version(),
        "django": django.get_version(),
        "engine": engine,
        "migrations": applied_migrations(),
        "tables": tables,
        "database_sha256": file_hash(copy),
        "files": {},
    }
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        archive.write(copy, copy.name)
        for name, source in _media_files():
            try:
                manifest["files"][name] = _add(archive, f"files/{name}", source)
            except FileNotFoundError:  # removed since the listing; its row is gone too or will say so
                continue
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _media_files() -> Iterator[tuple[str, Path]]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")) if root.exists() else ():
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix(), path


def _add(archive: zipfile.ZipFile, name: str, source: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file, archive.open(name, "w", force_zip64=True) as target:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return {"size": size, "sha256": digest.hexdigest()}


def _copy_sqlite(target: Path) -> dict[str, int]:
    """The backup API copies a live database whole, write-ahead log included; a plain file copy would not."""
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    return _count_sqlite(target)


def _count_sqlite(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as copy:
        names = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        return {
            name: copy.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
            for name in names
            if not name.startswith("sqlite_")
        }


def _copy_postgresql(target: Path) -> dict[str, int]:
    """pg_dump on the very snapshot in which the rows are counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        tables = _count_tables()
        _run(
            [
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={snapshot}",
                f"--file={target}",
            ]
        )
    return tables


def _count_tables() -> dict[str, int]:
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        counts = {}
        for name in names:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(name)}")
            counts[name] = cursor.fetchone()[0]
        return counts


def _run(command: list[str]) -> None:
    """A PostgreSQL program with the connection of the settings; the password goes through the environment."""
    program = shutil.which(command[0])
    if program is None:
        raise ValidationError(
            f"这台机器上没有 {command[0]}。请安装 PostgreSQL 客户端（Debian：apt install postgresql-client）。"
        )
    values = connection.settings_dict
    given = {"PGHOST": values["HOST"], "PGPORT": values["PORT"], "PGUSER": values["USER"], "PGDATABASE": values["NAME"]}
    environment = {**os.environ, **{k: str(v) for k, v in given.items() if v}, "PGPASSWORD": values["PASSWORD"] or ""}
    done = subprocess.run([program, *command[1:]], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise ValidationError(f"{command[0]} 没有完成：{lines[0] if lines else done.returncode}")


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups of a folder beyond `keep`. Returns what was removed."""
    found = sorted(folder.glob("dangjian-*.zip"), reverse=True)
    for path in found[keep:]:
        path.unlink()
    return found[keep:]


# Restore -----------------------------------------------------------------------------------------------------------


def is_empty() -> bool:
    """No committee and no account, or no tables at all."""
    try:
        return not (Committee.objects.exists() or User.objects.exists())
    except DatabaseError:
        return True


def read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest = json.loads(archive.read(MANIFEST))
        if manifest["format"] != FORMAT or manifest["engine"] not in NAMES:
            raise ValueError
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise ValidationError("这不是本系统的备份文件，或者文件已损坏。") from None
    return manifest


def check_manifest(manifest: dict[str, Any]) -> None:
    if manifest["engine"] != connection.vendor:
        raise ValidationError(
            f"备份来自 {ENGINES[manifest['engine']]}，现在的数据库是 {ENGINES[connection.vendor]}。"
            "请先按备份时的数据库种类配置 DATABASE_URL。"
        )
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    newer = [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if newer:
        raise ValidationError(
            f"备份的数据结构比现在的程序新（{newer[0]} 等{len(newer)}项）。请先升级程序到备份时的版本 {manifest['product']}。"
        )
    for name in manifest["files"]:
        if name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ValidationError("备份里有不合规的文件路径，拒绝恢复。")


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile):
        raise ValidationError(f"打不开备份文件 {path}，文件不存在或已损坏。") from None
    with archive:
        yield archive


def restore(path: Path, *, by: User | None = None) -> dict[str, Any]:
    """Verify everything first, then replace the database and the files. Returns the manifest."""
    media = Path(settings.MEDIA_ROOT)
    media.parent.mkdir(parents=True, exist_ok=True)
    with opened(path) as archive, tempfile.TemporaryDirectory(dir=media.parent, prefix=".restore-") as folder:
        manifest = read_manifest(archive)
        check_manifest(manifest)
        copy = Path(folder) / NAMES[manifest["engine"]]
        _extract(archive, copy.name, copy, manifest["database_sha256"])
        staged = Path(folder) / "files"
        staged.mkdir()
        for name, facts in manifest["files"].items():
            _extract(archive, f"files/{name}", staged / name, facts["sha256"])
        _restore_database(copy, manifest)
        _swap_files(staged, media)
    call_command("migrate", verbosity=0, interactive=False)
    Session.objects.all().delete()  # who was signed in when the backup was made is not signed in now
    LoginSession.objects.all().delete()
    audit.record(AuditEvent.RESTORE, by=by, label=path.name, note=f"备份时间 {manifest['made_at']}")
    seal = sealing.AuditSeal.objects.order_by("-pk").first()
    if seal is not None:
        sealing.write_head(seal)
    return manifest


def _extract(archive: zipfile.ZipFile, name: str, target: Path, wanted: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with archive.open(name) as source, target.open("wb") as file:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
    except (KeyError, zipfile.BadZipFile, EOFError, zipfile.zlib.error):
        raise ValidationError(f"备份里的 {name} 缺失或已损坏，没有恢复任何内容。") from None
    if digest.hexdigest() != wanted:
        raise ValidationError(f"备份里的 {name} 与清单不符，没有恢复任何内容。")


def _restore_database(copy: Path, manifest: dict[str, Any]) -> None:
    if manifest["engine"] == "sqlite":
        if _count_sqlite(copy) != manifest["tables"]:
            raise ValidationError("备份里的数据库与清单的行数不符，没有恢复任何内容。")
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as source:
            source.backup(connection.connection)
        return
    _drop_tables()
    command = ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    connection.close()
    _run([*command, f"--dbname={connection.settings_dict['NAME']}", str(copy)])
    if _count_tables() != manifest["tables"]:
        raise ValidationError("恢复后的行数与清单不符。请换一份备份再恢复。")


def _drop_tables() -> None:
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")


def _swap_files(staged: Path, media: Path) -> None:
    """The old folder is kept beside the new one: a restore never destroys files."""
    if media.exists() and any(media.iterdir()):
        media.rename(media.with_name(f"{media.name}.{timezone.localtime():%Y%m%d-%H%M%S}"))
    elif media.exists():
        media.rmdir()
    staged.rename(media)
