"""What every test stands on: a data folder of its own, no lock-out by accident, and honest words about what could not run."""

import functools
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in the test's thread

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def has_browser() -> bool:
    return chromium() is not None and importlib.util.find_spec("playwright") is not None


def has_postgresql() -> bool:
    return settings.ON_POSTGRESQL


@functools.cache
def has_redis() -> bool:
    address = settings.REDIS_URL.split("//", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host or "127.0.0.1", int(port or 6379)), timeout=2).close()
    except OSError:
        return False
    return bool(settings.REDIS_URL)


def has_office() -> bool:
    return shutil.which("soffice") is not None and shutil.which("pdftotext") is not None


def has_calc() -> bool:
    program = shutil.which("soffice")
    return program is not None and (Path(program).resolve().parent / "libsclo.so").exists()


@functools.cache
def has_chinese_fonts() -> bool:
    names = ("*CJK*", "*[Ff]andol*", "simfang*", "simsun*", "wqy*")
    return any(next(Path(folder).rglob(name), None) for folder in settings.PDF_FONT_DIRS for name in names)


# marker → parts it needs; part → (is it here?, what is not run without it and how to get it)
PARTS = {
    "Chromium": (has_browser, "浏览器测试没有运行。安装 Chromium（Debian：apt install chromium）后再运行一次。"),
    "PostgreSQL": (
        has_postgresql,
        "没有在 PostgreSQL 上运行。准备一个可建库的账号，设置 DATABASE_URL=postgresql://用户:密码@127.0.0.1/postgres 后再运行一次。",
    ),
    "Redis": (
        has_redis,
        "没有经过 Redis 和 Celery 运行。启动 Redis（Debian：apt install redis-server），设置 REDIS_URL=redis://127.0.0.1:6379/15 后再运行一次。",
    ),
    "LibreOffice": (
        has_office,
        "没有用 LibreOffice 打开生成的 Word。安装（Debian：apt install libreoffice-writer-nogui poppler-utils）后再运行一次。",
    ),
    "LibreOffice Calc": (
        has_calc,
        "没有用 LibreOffice 打印导出的工作簿。安装（Debian：apt install libreoffice-calc-nogui）后再运行一次。",
    ),
    "中文字体": (has_chinese_fonts, "没有生成 PDF。安装中文字体（Debian：apt install fonts-noto-cjk）后再运行一次。"),
}
NEEDS = {
    "browser": ["Chromium"],
    "services": ["PostgreSQL", "Redis"],
    "office": ["LibreOffice", "中文字体"],
    "calc": ["LibreOffice Calc", "中文字体"],
    "fonts": ["中文字体"],
    "screenshots": ["Chromium"],
}


def missing_parts(markers: set[str]) -> list[str]:
    wanted = [part for marker, parts in NEEDS.items() if marker in markers for part in parts]
    return [part for part in dict.fromkeys(wanted) if not PARTS[part][0]()]


def pytest_collection_modifyitems(config, items):
    """Pictures are only made when asked for."""
    if "screenshots" not in config.option.markexpr:
        pictures = [item for item in items if item.get_closest_marker("screenshots")]
        items[:] = [item for item in items if item not in pictures]
        config.hook.pytest_deselected(items=pictures)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    missing = missing_parts({marker.name for marker in item.iter_markers()})
    if not missing:
        return
    reason = "缺少 " + "、".join(missing)
    if os.environ.get("CI"):
        pytest.fail(f"{reason}；CI 中不允许跳过。", pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter):
    lines = [f"{part}：{advice}" for part, (present, advice) in PARTS.items() if not present()]
    if lines:
        terminalreporter.section("这台机器上没有运行的部分")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_unconfigure(config):
    if settings.TESTING and settings.DATA_DIR.name.startswith("dangjian-test-"):
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture
def celery_jobs(settings, transactional_db, _celery_worker):
    """Jobs of this test go through Redis to a real Celery worker: `@pytest.mark.services` and this fixture."""
    settings.JOBS_MODE = "celery"


@pytest.fixture(scope="session")
def _celery_worker(django_db_setup):
    from django.db import connection

    from config.celery import app

    database = connection.settings_dict
    host, port = database.get("HOST") or "127.0.0.1", database.get("PORT") or 5432
    login = ":".join(filter(None, [database.get("USER"), database.get("PASSWORD")]))
    name = "tests@localhost"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{login}@{host}:{port}/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "DANGJIAN_JOBS": "celery",
        "DANGJIAN_DATA_DIR": str(settings.DATA_DIR),
        "DANGJIAN_MEDIA_DIR": str(settings.MEDIA_ROOT),
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEY": settings.FIELD_KEY,
    }
    app.control.purge()
    log = (settings.DATA_DIR / "worker.log").open("w", encoding="utf-8")
    worker = subprocess.Popen(
        ["celery", "-A", "config", "worker", "-c", "1", "-n", name, "--loglevel", "INFO"],
        executable=shutil.which("celery", path=str(Path(sys.executable).parent)),
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        for _attempt in range(60):
            if worker.poll() is not None or app.control.ping(destination=[name], timeout=1):
                break
        if worker.poll() is not None or not app.control.ping(destination=[name], timeout=2):
            pytest.fail("Celery 工作进程没有启动：" + Path(log.name).read_text(encoding="utf-8")[-2000:], pytrace=False)
        yield worker
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
        log.close()
