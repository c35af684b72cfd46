"""Problems and plans: how they move."""

from core.models import User
from core.transitions import advance
from tasks.choices import PLAN_FLOW, PROBLEM_FLOW
from tasks.models import PlanItem, Problem


def can_move_problem(user: User, problem: Problem, to: str) -> bool:
    return user.is_committee_staff and to in PROBLEM_FLOW.get(problem.status, ())


def move_problem(problem: Problem, *, by: User, to: str, reason: str = "") -> Problem:
    return advance(problem, PROBLEM_FLOW, to, by=by, note=reason)


def can_move_plan(user: User, plan: PlanItem, to: str) -> bool:
    return user.is_committee_staff and to in PLAN_FLOW.get(plan.status, ())


def move_plan(plan: PlanItem, *, by: User, to: str, reason: str = "") -> PlanItem:
    """What became of it is kept for the next summary."""
    changes = {"result": reason.strip()[:300]} if reason.strip() else {}
    return advance(plan, PLAN_FLOW, to, by=by, note=reason, **changes)
