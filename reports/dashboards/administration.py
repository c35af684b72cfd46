"""The home page of the three administrators: accounts, audit, jobs, backup, health; no business rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.utils import timezone

from core import health
from core.choices import AuditEvent, JobState, OfficeRole
from core.menu import keeps_accounts, opens_admin, reads_audit, url_or_empty
from core.models import AuditEntry, AuditSeal, Job, User

BACKUP_DAYS = 7  # older than this is a warning
HEALTH_LABELS = {"database": "数据库", "migrations": "数据库结构", "worker": "后台作业进程", "disk": "磁盘空间"}
HEALTH_WORDS = {
    "ok": "正常",
    "pending": "有未执行的升级",
    "absent": "没有响应",
    "full": "空间不足",
    "failed": "无法检查",
}


@dataclass(frozen=True)
class State:
    """One line: what, its state, and what to do about it."""

    label: str
    kind: str
    word: str
    note: str = ""


@dataclass(frozen=True)
class Link:
    icon: str
    label: str
    text: str
    url: str


@dataclass(frozen=True)
class AdministratorHome:
    health: list[State]
    work: list[State]
    links: list[Link]


def administrator_home(user: User, now: datetime | None = None) -> AdministratorHome:
    now = now or timezone.now()
    return AdministratorHome(
        health=[
            State(HEALTH_LABELS.get(name, name), "ok" if word == "ok" else "bad", HEALTH_WORDS.get(word, word))
            for name, word in health.report().items()
        ],
        work=[backup_state(now), jobs_state(now), *account_states(user, now), *audit_states(user, now)],
        links=links(user),
    )


def backup_state(now: datetime) -> State:
    last = AuditEntry.objects.filter(event=AuditEvent.BACKUP, success=True).aggregate(at=Max("at"))["at"]
    if last is None:
        return State("备份", "bad", "还没有备份", "在服务器上运行 manage.py backup，或设置每日自动备份。")
    days = (now - last).days
    word = "今天有备份" if days == 0 else f"{days}天前"
    note = f"最近一次：{timezone.localtime(last):%Y-%m-%d %H:%M}"
    return State("备份", "warn" if days > BACKUP_DAYS else "ok", word, note)


def jobs_state(now: datetime) -> State:
    found = Job.objects.filter(created_at__gte=now - timedelta(days=7)).aggregate(
        failed=Count("pk", filter=Q(state=JobState.FAILED)),
        open=Count("pk", filter=Q(state__in=[JobState.QUEUED, JobState.RUNNING])),
        all=Count("pk"),
    )
    note = f"近7天共{found['all']}个，正在进行{found['open']}个"
    if found["failed"]:
        return State("后台作业", "warn", f"失败{found['failed']}个", note)
    return State("后台作业", "ok", "没有失败", note)


def account_states(user: User, now: datetime) -> list[State]:
    if not keeps_accounts(user):
        return []
    found = User.objects.aggregate(
        active=Count("pk", filter=Q(is_active=True)),
        off=Count("pk", filter=Q(is_active=False)),
        fresh=Count("pk", filter=Q(is_active=True, must_change_password=True)),
        dead=Count(
            "pk", filter=Q(is_active=True, must_change_password=True, initial_password_until__lt=now)
        ),
    )  # fmt: skip
    states = [State("账号", "ok", f"启用{found['active']}个", f"停用{found['off']}个")]
    if found["fresh"]:
        states.append(
            State("初始密码", "warn", f"{found['fresh']}个没有修改", f"其中{found['dead']}个初始密码已过期，要重新发放")
        )
    return states


def audit_states(user: User, now: datetime) -> list[State]:
    if not reads_audit(user):
        return []
    found = AuditEntry.objects.filter(at__gte=now - timedelta(days=1)).aggregate(
        all=Count("pk"),
        wrong=Count("pk", filter=Q(event__in=[AuditEvent.LOGIN_FAILED, AuditEvent.LOCKED])),
        refused=Count("pk", filter=Q(event=AuditEvent.REFUSED)),
    )
    sealed = AuditSeal.objects.aggregate(at=Max("at"))["at"]
    kind = "warn" if found["wrong"] or found["refused"] else "ok"
    note = f"登录失败{found['wrong']}次，拒绝访问{found['refused']}次"
    seal = f"{timezone.localtime(sealed):%Y-%m-%d %H:%M}" if sealed else "还没有封存"
    return [
        State("近24小时操作日志", kind, f"{found['all']}条", note),
        State("日志封存", "ok" if sealed else "warn", seal, "封存后改动过的日志能查出来。"),
    ]


def links(user: User) -> list[Link]:
    wanted = [
        ("users-round", "账号", "新建、停用、重置密码、任职", "core:user-list", keeps_accounts(user)),
        ("scroll-text", "操作日志", "谁在什么时候做了什么", "core:audit-list", reads_audit(user)),
        ("settings", "后台设置", "综合党委、节假日、办公设置", "admin:index", opens_admin(user)),
        ("monitor-smartphone", "我的登录记录", "在哪里登录过，结束其他登录", "core:session-list", True),
    ]
    if user.role == OfficeRole.AUDIT_ADMIN:
        wanted = [row for row in wanted if row[3] != "admin:index"]
    return [
        Link(icon, label, text, url) for icon, label, text, name, mine in wanted if mine and (url := url_or_empty(name))
    ]
