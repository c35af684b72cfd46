"""gunicorn -c config/gunicorn.py config.wsgi: one process with many threads, the embedded shape (DESIGN §9).

On PostgreSQL with Redis, WEB_CONCURRENCY may ask for more processes; what time makes due is then Celery beat's.
"""

import os
import threading

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 1) if os.environ.get("REDIS_URL") else 1
threads = 8
timeout = 120
graceful_timeout = 20
keepalive = 5
accesslog = None  # the application logs what matters
control_socket_disable = True

FIRST_ROUND_SECONDS = 10
ROUND_SECONDS = 300


def post_worker_init(worker):
    """Without Celery beat this process does what time makes due."""
    from django.conf import settings

    if not settings.REDIS_URL:
        threading.Thread(target=_rounds, name="due", daemon=True).start()


def _rounds():
    from django.db import close_old_connections, connection

    from core import due

    pause = threading.Event()
    wait = FIRST_ROUND_SECONDS
    while not pause.wait(wait):
        wait = ROUND_SECONDS
        close_old_connections()
        try:
            due.run_all()
        except Exception:  # for example a locked database; the next round tries again
            due.logger.exception("round of due steps failed")
        finally:
            connection.close()
