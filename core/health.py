"""Is this installation able to work? Each part answers with one word; no secrets, no addresses, no versions (M58)."""

import shutil
from collections.abc import Callable

from celery import Celery, current_app
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

MIN_FREE = 200 * 1024 * 1024


def database() -> str:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return "ok"


def migrations() -> str:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def worker() -> str:
    """Celery answers a ping; without a broker the worker is a thread of this process."""
    return ping(current_app) if settings.JOBS_MODE == "celery" else "ok"


def ping(app: Celery) -> str:
    return "ok" if app.control.ping(timeout=1.0) else "absent"


def disk() -> str:
    place = settings.MEDIA_ROOT if settings.MEDIA_ROOT.exists() else settings.DATA_DIR
    return "ok" if shutil.disk_usage(place).free >= MIN_FREE else "full"


PARTS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "worker": worker,
    "disk": disk,
}


def report() -> dict[str, str]:
    """{part: "ok" or what is wrong}; a part that cannot be asked is "failed"."""
    answers = {}
    for name, ask in PARTS.items():
        try:
            answers[name] = ask()
        except Exception:
            answers[name] = "failed"
    return answers
