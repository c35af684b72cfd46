"""What time makes due. Each app registers its own step; `run_due`, Celery beat and the demo server call `run_all`."""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)
steps: dict[str, Callable[[], object]] = {}


def due(name: str) -> Callable:
    """Register a step that may run at any time and any number of times."""

    def decorate(step: Callable[[], object]) -> Callable[[], object]:
        steps[name] = step
        return step

    return decorate


def run_all() -> dict[str, object]:
    """Run every step; one that fails is logged and does not stop the others. Returns {name: result}."""
    from core.jobs import reap

    results: dict[str, object] = {"jobs": reap()}
    for name, step in steps.items():
        try:
            results[name] = step()
        except Exception as error:
            logger.exception("due step %s failed", name)
            results[name] = error
    return results
