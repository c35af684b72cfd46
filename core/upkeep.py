"""What a database needs now and then without anybody asking."""

import time

from django.db import connection

from core.due import due

HOUR = 3600
ROWS_LOOKED_AT = 100_000  # of each index: half a second in a province, with fewer the planner takes committees for rare
told: dict[str, float] = {}


@due("planner statistics")
def tell_planner(now: float | None = None) -> bool:
    """How many rows there are, for SQLite's planner, once an hour; PostgreSQL keeps count by itself.

    Without it a list of a large office is sorted anew for each page instead of being read in order.
    """
    now = time.monotonic() if now is None else now
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or now - told.get(name, -HOUR) < HOUR:
        return False
    told[name] = now
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        cursor.execute("ANALYZE")
    return True
