"""What a database needs now and then without anybody asking."""

import os
import time

from django.conf import settings
from django.db import connection

from core.due import due

HOUR = 3600
ROWS_LOOKED_AT = 100_000  # of each index: half a second in a province, with fewer the planner takes committees for rare


@due("planner statistics")
def tell_planner(now: float | None = None) -> bool:
    """How many rows there are, for SQLite's planner, once an hour; PostgreSQL keeps count by itself.

    Without it a list of a large office is sorted anew for each page instead of being read in order.
    """
    now = time.time() if now is None else now
    stamp = settings.DATA_DIR / "planner-told"  # a file, since each run of run_due may be a process of its own
    if connection.vendor != "sqlite" or (stamp.exists() and now - stamp.stat().st_mtime < HOUR):
        return False
    stamp.touch()
    os.utime(stamp, (now, now))
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        cursor.execute("ANALYZE")
    return True
