"""Figures about assignments. 完成率 = 已通过 ÷（全部 − 不适用）; item and assignment completion are two numbers (DOMAIN §10.1)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from core.pinyin import plain
from tasks.choices import WAITING_FOR_BRANCH, AssignmentStatus, TaskCategory
from tasks.models import TaskAssignment, TaskItem, TaskList

S = AssignmentStatus


@dataclass(frozen=True)
class Completion:
    """How many assignments stand where, on one day."""

    total: int = 0
    not_applicable: int = 0
    passed: int = 0
    passed_on_time: int = 0
    submitted: int = 0
    returned: int = 0
    running: int = 0
    unsigned: int = 0
    overdue: int = 0

    @property
    def applicable(self) -> int:
        return self.total - self.not_applicable

    @property
    def waiting(self) -> int:
        """With the branches: not signed for, in work or sent back."""
        return self.returned + self.running + self.unsigned

    @property
    def unfinished(self) -> int:
        return self.applicable - self.passed

    @property
    def rate(self) -> float | None:
        """完成率."""
        return self.passed / self.applicable if self.applicable else None

    @property
    def on_time_rate(self) -> float | None:
        """按期完成率: passed and handed in by the due day, over the same base."""
        return self.passed_on_time / self.applicable if self.applicable else None

    @property
    def overdue_rate(self) -> float | None:
        return self.overdue / self.applicable if self.applicable else None


def counts(on: date) -> dict[str, Count]:
    def of(*statuses: str, **more: Any) -> Count:
        return Count("pk", filter=Q(status__in=statuses, **more))

    return {
        "total": Count("pk"),
        "not_applicable": of(S.NOT_APPLICABLE),
        "passed": of(S.PASSED),
        "passed_on_time": of(S.PASSED, submitted_on__lte=F("due")),
        "submitted": of(S.SUBMITTED),
        "returned": of(S.RETURNED),
        "running": of(S.ACCEPTED),
        "unsigned": of(S.OPEN),
        "overdue": of(*WAITING_FOR_BRANCH, due__lt=on),
    }


def completion(assignments: QuerySet, on: date) -> Completion:
    """One query."""
    return Completion(**assignments.order_by().aggregate(**counts(on)))


@dataclass(frozen=True)
class NamedCompletion:
    """The figures of one category, one branch or one item."""

    key: Any
    label: str
    figures: Completion
    rank: int = 0


def completion_by_category(assignments: QuerySet, on: date) -> list[NamedCompletion]:
    """In the order of the categories; categories without an assignment are left out."""
    rows = assignments.order_by().values("item__category").annotate(**counts(on))
    found = {row.pop("item__category"): Completion(**row) for row in rows}
    return [NamedCompletion(c.value, c.label, found[c.value]) for c in TaskCategory if c.value in found]


def completion_by_branch(assignments: QuerySet, on: date) -> list[NamedCompletion]:
    """The 汇总表: best first; equal rates share a rank."""
    rows = (
        assignments.filter(branch__isnull=False)
        .order_by()
        .values("branch_id", "branch__short_name", "branch__name", "branch__sort_key")
        .annotate(**counts(on))
    )
    found = []
    for row in rows:
        pk, short, name, key = (
            row.pop(n) for n in ("branch_id", "branch__short_name", "branch__name", "branch__sort_key")
        )
        found.append((key, pk, short or name, Completion(**row)))
    found.sort(key=lambda r: (-(r[3].rate if r[3].rate is not None else -1), -(r[3].on_time_rate or 0), r[0], r[1]))
    result: list[NamedCompletion] = []
    for place, (_, pk, label, figures) in enumerate(found, 1):
        same = result and (result[-1].figures.rate, result[-1].figures.on_time_rate) == (
            figures.rate,
            figures.on_time_rate,
        )
        result.append(NamedCompletion(pk, label, figures, result[-1].rank if same else place))
    return result


@dataclass(frozen=True)
class Lamp:
    """One cell of the matrix."""

    pk: int
    kind: str
    char: str
    word: str


@dataclass(frozen=True)
class MatrixRow:
    branch_id: int | None
    name: str
    cells: tuple[Lamp | None, ...]
    passed: int
    applicable: int

    @property
    def rate(self) -> float | None:
        return self.passed / self.applicable if self.applicable else None


@dataclass(frozen=True)
class Matrix:
    """Branches × items of one list."""

    items: tuple[TaskItem, ...]
    groups: tuple[tuple[str, int], ...]  # category and how many items stand under it
    rows: tuple[MatrixRow, ...]
    totals: tuple[tuple[int, int], ...]  # (passed, applicable) per item
    figures: Completion


LAMPS = {
    S.PASSED: ("ok", "通", "已通过"),
    S.SUBMITTED: ("info", "审", "待审核"),
    S.ACCEPTED: ("run", "办", "进行中"),
    S.OPEN: ("new", "未", "未签收"),
    S.RETURNED: ("warn", "退", "已退回"),
    S.NOT_APPLICABLE: ("na", "—", "不适用"),
}
OVERDUE = ("bad", "逾", "逾期")


def legend(found: Matrix) -> list[tuple[str, str, str, int]]:
    """(kind, character, word, how many) of each lamp that the matrix can show."""
    numbers = Counter(cell.kind for row in found.rows for cell in row.cells if cell)
    return [(*shape, numbers[shape[0]]) for shape in (*LAMPS.values(), OVERDUE)]


def lamp_of(status: str, due: date, on: date) -> tuple[str, str, str]:
    return OVERDUE if status in WAITING_FOR_BRANCH and due < on else LAMPS[S(status)]


def matrix(task_list: TaskList, on: date, *, category: str = "", words: str = "", by_rate: bool = False) -> Matrix:
    """Two queries whatever the size: the items, and the assignments as plain tuples."""
    wanted = task_list.items.filter(category=category) if category else task_list.items.all()
    order = {c.value: n for n, c in enumerate(TaskCategory)}
    items = tuple(sorted(wanted, key=lambda i: (order.get(i.category, 99), i.number)))
    place = {item.pk: n for n, item in enumerate(items)}
    rows = TaskAssignment.objects.filter(item__task_list=task_list)
    if words:
        rows = rows.filter(branch__search__holds=plain(words))
    names = ("branch_id", "branch__short_name", "branch__name", "pk", "item_id", "status", "due")
    lines: dict[int | None, list] = {}
    label: dict[int | None, str] = {}
    for branch, short, name, pk, item, status, due in rows.order_by("branch__sort_key", "branch_id").values_list(
        *names
    ):
        if item in place:
            label.setdefault(branch, short or name or "综合党委本级")
            line = lines.setdefault(branch, [None] * len(items))
            line[place[item]] = (Lamp(pk, *lamp_of(status, due, on)), status, due)
    done = [matrix_row(branch, label[branch], line) for branch, line in lines.items()]
    done.sort(key=lambda r: r.branch_id is None)  # the committee's own tasks come last
    if by_rate:
        done.sort(key=lambda r: (r.rate is None, r.rate))
    flat = [cell for line in lines.values() for cell in line if cell]
    totals = tuple(
        (
            sum(1 for line in lines.values() if (c := line[n]) and c[1] == S.PASSED),
            sum(1 for line in lines.values() if (c := line[n]) and c[1] != S.NOT_APPLICABLE),
        )
        for n in range(len(items))
    )
    groups = tuple((TaskCategory(c).label, len(list(g))) for c, g in groupby(items, key=lambda i: i.category))
    return Matrix(items, groups, tuple(done), totals, tally(flat, on))


def matrix_row(branch: int | None, name: str, line: list) -> MatrixRow:
    passed = sum(1 for c in line if c and c[1] == S.PASSED)
    applicable = sum(1 for c in line if c and c[1] != S.NOT_APPLICABLE)
    return MatrixRow(branch, name, tuple(c[0] if c else None for c in line), passed, applicable)


def tally(cells: list, on: date) -> Completion:
    """The same figures as `completion`, from cells that are already here (without 按期, which needs the day of submission)."""

    def of(status: str) -> int:
        return sum(1 for c in cells if c[1] == status)

    return Completion(
        total=len(cells),
        not_applicable=of(S.NOT_APPLICABLE),
        passed=of(S.PASSED),
        submitted=of(S.SUBMITTED),
        returned=of(S.RETURNED),
        running=of(S.ACCEPTED),
        unsigned=of(S.OPEN),
        overdue=sum(1 for c in cells if c[1] in WAITING_FOR_BRANCH and c[2] < on),
    )
