"""The same jobs through Redis, a real Celery worker and PostgreSQL."""

import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from core import jobs
from core.choices import JobState
from core.models import Job

pytestmark = pytest.mark.services


def wait_until_closed(row: Job, seconds: int = 90) -> Job:
    tick, end = threading.Event(), time.monotonic() + seconds
    while row.is_open and time.monotonic() < end:
        tick.wait(0.1)
        row.refresh_from_db()
    if row.is_open:
        print((settings.DATA_DIR / "worker.log").read_text(encoding="utf-8")[-3000:])
    return row


def test_worker_takes_jobs_from_redis_and_tells_their_end_in_the_rows(celery_jobs):
    """One test, so that one worker alone takes from the queue however the tests are spread over processes."""
    row = Job.objects.create(kind="unknown", title="没有登记的作业", lease_until=timezone.now() + jobs.LEASE)
    lost = Job.objects.create(
        kind="unknown",
        title="中断的作业",
        state=JobState.RUNNING,
        attempts=jobs.MAX_ATTEMPTS,
        lease_until=timezone.now() - timedelta(minutes=5),
    )

    jobs.start(row.pk)
    assert wait_until_closed(row).state == JobState.FAILED
    assert f"J{row.pk}" in row.error
    assert row.attempts == 1

    jobs.run_due.delay()
    assert wait_until_closed(lost).error == "作业多次中断，没有完成。请重新发起。"
