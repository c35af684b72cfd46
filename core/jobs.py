"""Background work. A `Job` row is the only truth; Celery or one thread of this process merely carries it out (DESIGN §8)."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, close_old_connections, connection, models, transaction
from django.utils import timezone

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=3)
MAX_ATTEMPTS = 3
Runner = Callable[..., None]
registry: dict[str, Runner] = {}
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")


class Progress:
    """Handed to a runner: tells the page how far it is, and renews the lease."""

    def __init__(self, job: Any) -> None:
        self.job = job

    def __call__(self, done: int, total: int | None = None, step: str | None = None) -> None:
        values: dict[str, Any] = {"done": done, "lease_until": timezone.now() + LEASE}
        if total is not None:
            values["total"] = total
        if step is not None:
            values["step"] = step
        type(self.job).objects.filter(pk=self.job.pk).update(**values)


def job(kind: str) -> Callable[[Runner], Runner]:
    """Register `run(job, progress, **params)` under an explicit name; params are ids and plain values."""

    def decorate(run: Runner) -> Runner:
        registry[kind] = run
        return run

    return decorate


def enqueue(kind: str, title: str, *, by: Any, committee: Any = None, **params: Any) -> Any:
    """Make the Job row now and start it after commit. Returns the row."""
    from core.models import Job

    if kind not in registry:
        raise LookupError(f"no job is registered as {kind}")
    row = Job.objects.create(
        kind=kind,
        title=title,
        params=params,
        created_by=by,
        committee=committee or getattr(by, "committee", None),
        lease_until=timezone.now() + LEASE,
    )
    transaction.on_commit(lambda: start(row.pk))
    return row


def start(pk: int) -> None:
    if settings.JOBS_MODE == "eager":
        run_job(pk)
    elif settings.JOBS_MODE == "thread":
        _executor.submit(_run_in_thread, pk)
    else:
        try:
            execute.apply_async([pk], retry=False)
        except Exception:  # broker away: the row stays queued and run_due starts it later (M54)
            logger.exception("broker not reachable, job %s stays queued", pk)


def _run_in_thread(pk: int) -> None:
    close_old_connections()
    try:
        run_job(pk)
    finally:
        connection.close()


@shared_task(
    name="core.execute", autoretry_for=(OperationalError, InterfaceError), max_retries=5, default_retry_delay=2
)
def execute(pk: int) -> None:
    run_job(pk)


def run_job(pk: int) -> None:
    """Claim the row by a conditional update and run it; safe to call twice."""
    from core.choices import JobState
    from core.models import Job

    now = timezone.now()
    fresh = models.Q(state=JobState.QUEUED) | models.Q(state=JobState.RUNNING, lease_until__lt=now)
    claimed = Job.objects.filter(fresh, pk=pk).update(
        state=JobState.RUNNING, started_at=now, lease_until=now + LEASE, attempts=models.F("attempts") + 1, error=""
    )
    if not claimed:
        return
    row = Job.objects.get(pk=pk)
    try:
        registry[row.kind](row, Progress(row), **row.params)
    except ValidationError as error:
        _finish(row, JobState.FAILED, error=" ".join(error.messages))
    except Exception:
        logger.exception("job %s (%s) failed", row.pk, row.kind)
        _finish(row, JobState.FAILED, error=f"程序出错，没有写入任何数据。请联系管理员，编号 J{row.pk}。")
    else:
        _finish(row, JobState.DONE)


def _finish(row: Any, state: str, error: str = "") -> None:
    type(row).objects.filter(pk=row.pk).update(
        state=state, error=error[:1000], finished_at=timezone.now(), lease_until=None
    )


def reap() -> int:
    """Start again what lost its worker; give up after three attempts. Returns the number of rows looked after."""
    from core.choices import JobState
    from core.models import Job

    lost = list(
        Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING], lease_until__lt=timezone.now()).values_list(
            "pk", "attempts"
        )
    )
    for pk, attempts in lost:
        if attempts >= MAX_ATTEMPTS:
            Job.objects.filter(pk=pk).update(
                state=JobState.FAILED,
                error="作业多次中断，没有完成。请重新发起。",
                finished_at=timezone.now(),
                lease_until=None,
            )
        else:
            Job.objects.filter(pk=pk).update(state=JobState.QUEUED, lease_until=timezone.now() + LEASE)
            start(pk)
    return len(lost)


@shared_task(name="core.run_due")
def run_due() -> None:
    """Everything that time makes due; `manage.py run_due` does the same by hand."""
    from core.due import run_all

    run_all()
