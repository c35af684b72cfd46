"""Task lists: issued, carried to the next quarter, summed up."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from core import audit
from core.choices import AuditEvent
from core.models import User
from core.notices import notify
from core.periods import quarter_end, quarter_label, quarter_start, today
from core.transitions import advance
from organizations.choices import BranchKind
from organizations.models import PartyBranch, secretaries_of
from tasks.choices import TASK_LIST_FLOW, TaskListStatus, TaskScope
from tasks.models import TaskAssignment, TaskItem, TaskList

UNITS = (BranchKind.BRANCH, BranchKind.JOINT, BranchKind.FUNCTIONAL, BranchKind.TEMPORARY)


def due_branches(item: TaskItem, on: date) -> list[int]:
    """Ids of the branches that an item goes to on that day; the committee's own item goes to none."""
    if item.scope == TaskScope.COMMITTEE:
        return []
    branches = PartyBranch.objects.filter(committee_id=item.committee_id).active(on)
    if item.scope == TaskScope.CHOSEN:
        branches = branches.filter(chosen_items=item)
    else:
        branches = branches.filter(kind__in=UNITS)
    return list(branches.order_by("pk").values_list("pk", flat=True))


def can_edit_task_list(user: User, task_list: TaskList) -> bool:
    return user.is_committee_staff and task_list.status in (TaskListStatus.DRAFT, TaskListStatus.ISSUED)


def can_issue_task_list(user: User, task_list: TaskList) -> bool:
    return user.is_committee_staff and task_list.status == TaskListStatus.DRAFT


def issue_task_list(task_list: TaskList, *, by: User) -> TaskList:
    """Hand the list down: every item becomes one assignment per branch, and the secretaries are told."""
    items = list(task_list.items.all())
    if not items:
        raise ValidationError("清单里还没有任务。请先添加或粘贴任务，再下发。")
    on = today(task_list.committee)
    everybody = due_branches(TaskItem(committee_id=task_list.committee_id, scope=TaskScope.ALL_BRANCHES), on)
    rows: list[TaskAssignment] = []
    for item in items:
        chosen = everybody if item.scope == TaskScope.ALL_BRANCHES else due_branches(item, on)
        if item.scope == TaskScope.CHOSEN and not chosen:
            raise ValidationError(f"第{item.number}项任务的责任范围是“选定党支部”，还没有选党支部。请先选好再下发。")
        if item.scope == TaskScope.ALL_BRANCHES and not chosen:
            raise ValidationError("还没有登记党支部，任务无从分派。请先在“组织台账—党组织”登记或导入党支部。")
        rows += [new_assignment(item, task_list, branch, by) for branch in (chosen or [None])]
    with transaction.atomic():
        advance(task_list, TASK_LIST_FLOW, TaskListStatus.ISSUED, by=by, note=f"{len(items)}项任务，分派{len(rows)}条")
        TaskAssignment.objects.bulk_create(rows)
        tell_secretaries(task_list, rows, on)
    return task_list


def new_assignment(item: TaskItem, task_list: TaskList, branch_id: int | None, by: User) -> TaskAssignment:
    return TaskAssignment(
        item=item,
        branch_id=branch_id,
        committee_id=task_list.committee_id,
        quarter=task_list.quarter,
        due=item.due,
        created_by=by,
    )


def tell_secretaries(task_list: TaskList, rows: list[TaskAssignment], on: date) -> None:
    branches = {row.branch_id for row in rows if row.branch_id}
    last = max(row.due for row in rows)
    notify(
        secretaries_of(branches, on),
        key=f"task-list-{task_list.pk}-{on}",
        title=f"{quarter_label(task_list.quarter)}任务清单已下发",
        body=f"《{task_list.title}》已下发，最后一项{last.month}月{last.day}日截止。请查看并签收。",
        url=reverse("tasks:assignment-list"),
    )


def assign_new_branches(task_list: TaskList, *, by: User) -> int:
    """Branches founded after the issue get those items that begin on or after their founding; returns how many rows."""
    if task_list.status != TaskListStatus.ISSUED:
        raise ValidationError("只有已下发的清单才能补充分派。")
    on = today(task_list.committee)
    there = set(
        TaskAssignment.objects.filter(item__task_list=task_list, branch__isnull=False).values_list(
            "branch_id", flat=True
        )
    )
    branches = PartyBranch.objects.filter(committee_id=task_list.committee_id, kind__in=UNITS).active(on)
    late = [(b.pk, b.founded_on) for b in branches.exclude(pk__in=there).only("pk", "founded_on")]
    items = list(task_list.items.filter(scope=TaskScope.ALL_BRANCHES))
    rows = [
        new_assignment(item, task_list, branch, by)
        for branch, founded in late
        for item in items
        if item.start >= founded
    ]
    if rows:
        with transaction.atomic():
            TaskAssignment.objects.bulk_create(rows)
            note = f"给{len({r.branch_id for r in rows})}个新成立的党支部补充分派{len(rows)}条"
            audit.record(AuditEvent.CHANGE, task_list, by=by, note=note)
            tell_secretaries(task_list, rows, on)
    return len(rows)


def can_sum_up_task_list(user: User, task_list: TaskList) -> bool:
    return user.is_committee_staff and task_list.status == TaskListStatus.ISSUED


def sum_up_task_list(task_list: TaskList, *, by: User) -> TaskList:
    """The quarter is closed for this list; what is still open stays visible as open."""
    return advance(task_list, TASK_LIST_FLOW, TaskListStatus.SUMMED_UP, by=by)


def can_archive_task_list(user: User, task_list: TaskList) -> bool:
    return user.is_committee_staff and task_list.status == TaskListStatus.SUMMED_UP


def archive_task_list(task_list: TaskList, *, by: User) -> TaskList:
    return advance(task_list, TASK_LIST_FLOW, TaskListStatus.ARCHIVED, by=by)


def can_copy_task_list(user: User, task_list: TaskList) -> bool:
    return user.is_committee_staff


def next_title(title: str, old: int, new: int) -> str:
    """The title with the next quarter in it; a title without its quarter gets the quarter in front."""
    if quarter_label(old) in title:
        return title.replace(quarter_label(old), quarter_label(new))
    return f"{quarter_label(new)}{title}"[:120]


def shifted(day: date, old: int, new: int) -> date:
    """The same distance from the end of the quarter if it is nearer to it, else from its beginning."""
    before, after = day - quarter_start(old), quarter_end(old) - day
    if before <= after:
        return quarter_start(new) + before
    return quarter_end(new) - after


def copy_task_list(task_list: TaskList, *, by: User) -> TaskList:
    """A draft for the next quarter with the same items and shifted days; each item knows from which it was carried."""
    new = task_list.quarter + 1
    title = next_title(task_list.title, task_list.quarter, new)
    if TaskList.objects.filter(committee_id=task_list.committee_id, quarter=new, title=title).exists():
        raise ValidationError(f"{quarter_label(new)}已有“{title}”，请直接修改它。")
    with transaction.atomic():
        copy = TaskList.objects.create(
            committee_id=task_list.committee_id,
            quarter=new,
            title=title,
            source=task_list.source,
            issued_by=task_list.issued_by,
            created_by=by,
        )
        kept = ("number", "category", "text", "requirement", "leader", "department", "partners", "scope", "points",
                "evidence", "target", "unit", "remark")  # fmt: skip
        for item in task_list.items.prefetch_related("branches"):
            carried = TaskItem.objects.create(
                committee_id=task_list.committee_id,
                task_list=copy,
                carried_from=item,
                created_by=by,
                start=shifted(item.start, task_list.quarter, new),
                due=shifted(item.due, task_list.quarter, new),
                **{name: getattr(item, name) for name in kept},
            )
            carried.branches.set(item.branches.all())
        audit.record(AuditEvent.CREATE, copy, by=by, note=f"复制自《{task_list.title}》")
    return copy


def can_delete_item(user: User, item: TaskItem) -> bool:
    return user.is_committee_staff and item.task_list.status == TaskListStatus.DRAFT


def delete_item(item: TaskItem, *, by: User) -> None:
    """Only from a draft: what was handed down is marked 不适用 instead."""
    with transaction.atomic():
        audit.record(AuditEvent.DELETE, item.task_list, by=by, note=f"删除任务{item}")
        item.delete()
