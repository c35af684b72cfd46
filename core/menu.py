"""The menu as data (DESIGN §10): the user's work, not tables. One place says who sees which entry."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, get_urlconf, reverse

from core.choices import OfficeRole
from core.models import User
from core.permissions import is_business, is_office, is_staff

Test = Callable[[User], bool]


def everybody(user: User) -> bool:
    return user.is_active


def keeps_accounts(user: User) -> bool:
    return user.is_active and user.role in (OfficeRole.SYSTEM_ADMIN, OfficeRole.SECURITY_ADMIN, OfficeRole.STAFF)


def reads_audit(user: User) -> bool:
    return user.is_active and user.role == OfficeRole.AUDIT_ADMIN


def opens_admin(user: User) -> bool:
    return user.is_active and user.is_staff


@dataclass(frozen=True)
class Item:
    """One page of a menu. `also` are further beginnings of view names that belong to it."""

    label: str
    name: str
    allowed: Test = is_business
    also: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        return self.name.removesuffix("list").removesuffix("index")

    def covers(self, view_name: str) -> bool:
        return view_name.startswith((self.stem, *self.also))


@dataclass(frozen=True)
class Menu:
    label: str
    items: tuple[Item, ...]


HOME = "工作台"
MENUS = (
    Menu(HOME, (Item(HOME, "reports:home", everybody, also=("reports:watch-",)),)),
    Menu(
        "组织台账",
        (
            Item(
                "社会组织",
                "organizations:socialorganization-list",
                also=(
                    "organizations:charterrecord-",
                    "organizations:commitmentletter-",
                    "organizations:incubationbatch-",
                    "organizations:organizationevent-",
                    "organizations:organizationmerge-",
                    "organizations:duplicate-",
                ),
            ),
            Item("党组织", "organizations:partybranch-list", also=("organizations:branchapplication-",)),
            Item("换届", "organizations:electionterm-list"),
            Item("党员", "organizations:partymember-list", also=("organizations:memberchange-",)),
            Item("转接", "organizations:membertransfer-list"),
            Item("流动党员", "organizations:floatingrecord-list", also=("organizations:lostrecord-",)),
            Item(
                "两个覆盖",
                "organizations:coverage",
                is_office,
                also=("organizations:instructor", "organizations:liaison-", "organizations:massorganization-"),
            ),
            Item("前置审查", "organizations:registration-list", is_office, also=("organizations:holiday-",)),
            Item("六个同步", "organizations:syncduty-list", is_office, also=("organizations:syncrule-",)),
            Item("数据核对", "organizations:ledgercheck-list", is_office, also=("organizations:ledgerdifference-",)),
            Item("数据体检", "organizations:checkup", is_office),
            Item("导入导出", "core:import-index", is_staff, also=("core:import",)),
        ),
    ),
    Menu(
        "任务推进",
        (
            Item("季度任务清单", "tasks:tasklist-list", is_office, also=("tasks:taskitem-",)),
            Item("我的任务", "tasks:assignment-list"),
            Item("活动纪实", "tasks:activity-list"),
            Item("联席会议", "tasks:jointmeeting-list"),
            Item("培训", "tasks:training-list"),
            Item("存在问题", "tasks:problem-list", is_office),
            Item("工作打算", "tasks:plan-list", is_office),
        ),
    ),
    Menu(
        "检查评议",
        (
            Item("年度检查", "reviews:inspectioncampaign-list", is_office, also=("reviews:inspection",)),
            Item("整改台账", "reviews:finding-list"),
            Item("述职评议", "reviews:reviewsession-list", is_office, also=("reviews:ballotbatch-",)),
            Item("述职报告", "reviews:dutyreport-list"),
        ),
    ),
    Menu(
        "总结报表",
        (
            Item("季度总结", "reports:summary-list", is_office, also=("reports:block-", "reports:examples-")),
            Item("指标目录", "reports:fact-list", is_office),
            Item("历史版本", "reports:edition-list", is_office),
            Item("规范用语", "reports:phrase-list", is_office),
            Item("外部数据", "reports:outsidefigure-list", is_office),
        ),
    ),
    Menu(
        "系统",
        (
            Item("消息", "core:notice-list", everybody),
            Item("账号", "core:user-list", keeps_accounts),
            Item("第一次使用", "core:setup-guide", is_staff),
            Item("操作日志", "core:audit-list", reads_audit),
            Item("后台设置", "admin:index", opens_admin, also=("admin:",)),
        ),
    ),
)


PHONE_TABS = (
    ("house", Item("首页", "reports:home", everybody)),
    ("list-checks", Item("任务", "tasks:assignment-list")),
    ("flag", Item("活动", "tasks:activity-list")),
    ("file-text", Item("述职", "reviews:dutyreport-list")),
    ("users-round", Item("支部", "organizations:partybranch-list")),
)
LIAISON_TABS = (
    ("house", Item("首页", "reports:home", everybody)),
    ("list-checks", Item("任务", "tasks:assignment-list")),
    ("flag", Item("活动", "tasks:activity-list")),
    ("clipboard-check", Item("整改", "reviews:finding-list")),
    ("building-2", Item("单位", "organizations:socialorganization-list")),
)


@cache
def _url(name: str, urlconf: str | None) -> str:
    try:
        return reverse(name, urlconf=urlconf)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    active: bool = False
    items: tuple["Entry", ...] = ()
    icon: str = ""


def build_menu(user: User, view_name: str) -> Iterator[Entry]:
    """The menus this user sees, with the one that holds `view_name` marked."""
    urlconf, marked = get_urlconf(), False
    for menu in MENUS:
        entries = []
        for item in menu.items:
            url = _url(item.name, urlconf)
            if not url or not item.allowed(user):
                continue
            here = not marked and item.covers(view_name)
            marked = marked or here
            entries.append(Entry(item.label, url, here))
        if entries:
            yield Entry(menu.label, entries[0].url, any(e.active for e in entries), tuple(entries))


def phone_tabs(user: User, view_name: str) -> list[Entry]:
    """The bar at the foot of the phone: a secretary's, or that of those who look after a body."""
    urlconf = get_urlconf()
    return [
        Entry(item.label, url, item.covers(view_name), icon=icon)
        for icon, item in (PHONE_TABS if user.is_secretary else LIAISON_TABS)
        if (url := _url(item.name, urlconf))
    ]


def url_or_empty(name: str) -> str:
    """The address of a page without arguments, or nothing where that page does not exist."""
    return _url(name, get_urlconf())
