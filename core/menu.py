"""The menu as data (DESIGN §10): the user's work, not tables. One place says who sees which entry."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
    """One page of a menu. `also` are further beginnings of view names that belong to it.

    On a phone the usual ones of a long menu are shown, the others are folded away under the headings of their groups.
    """

    label: str
    name: str
    allowed: Test = is_business
    also: tuple[str, ...] = ()
    usual: bool = False
    group: str = ""

    @property
    def stem(self) -> str:
        return self.name.removesuffix("list").removesuffix("index")

    def covers(self, view_name: str) -> bool:
        return view_name.startswith((self.stem, *self.also))


@dataclass(frozen=True)
class Menu:
    label: str
    items: tuple[Item, ...]


FITS_A_PHONE = 4  # so many entries of four characters stand beside one another on 360 px

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
                    "organizations:membersurvey-",
                    "organizations:datedrow-",
                    "organizations:incubationbatch-",
                    "organizations:organizationevent-",
                    "organizations:organizationmerge-",
                    "organizations:duplicate-",
                ),
                usual=True,
                group="登记和组织",
            ),
            Item(
                "党组织",
                "organizations:partybranch-list",
                also=("organizations:branchapplication-",),
                usual=True,
                group="登记和组织",
            ),
            Item("换届", "organizations:electionterm-list", group="登记和组织"),
            Item(
                "党员",
                "organizations:partymember-list",
                also=("organizations:memberchange-",),
                usual=True,
                group="党员",
            ),
            Item("转接", "organizations:membertransfer-list", group="党员"),
            Item("流动党员", "organizations:floatingrecord-list", also=("organizations:lostrecord-",), group="党员"),
            Item("监督处置", "organizations:membercorrection-list", also=("organizations:memberlapse-",), group="党员"),
            Item(
                "两个覆盖",
                "organizations:coverage",
                is_office,
                also=("organizations:instructor", "organizations:liaison-", "organizations:massorganization-"),
                group="覆盖和同步",
            ),
            Item(
                "前置审查",
                "organizations:registration-list",
                is_office,
                also=("organizations:holiday-",),
                group="覆盖和同步",
            ),
            Item(
                "六个同步",
                "organizations:syncduty-list",
                is_office,
                also=("organizations:syncrule-",),
                group="覆盖和同步",
            ),
            Item(
                "数据核对",
                "organizations:ledgercheck-list",
                is_office,
                also=("organizations:ledgerdifference-",),
                group="数据",
            ),
            Item("数据体检", "organizations:checkup", is_office, group="数据"),
            Item("导入导出", "core:import-index", is_staff, also=("core:import",), group="数据"),
        ),
    ),
    Menu(
        "任务推进",
        (
            Item("季度任务清单", "tasks:tasklist-list", is_office, also=("tasks:taskitem-",), usual=True),
            Item("我的任务", "tasks:assignment-list", usual=True),
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
            Item(
                "季度总结", "reports:summary-list", is_office, also=("reports:block-", "reports:examples-"), usual=True
            ),
            Item("指标目录", "reports:fact-list", is_office, usual=True),
            Item("历史版本", "reports:edition-list", is_office, usual=True),
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
    usual: bool = True
    group: str = ""

    @property
    def folds(self) -> bool:
        """Whether this menu has pages that a phone shows only when asked."""
        return not all(entry.usual for entry in self.items)

    @property
    def folded(self) -> "Entry | None":
        """The page on which one stands, where a phone has folded it away: the fold then carries its name."""
        return next((entry for entry in self.items if entry.active and not entry.usual), None)


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
            entries.append(Entry(item.label, url, here, usual=item.usual, group=item.group))
        if len(entries) <= FITS_A_PHONE:
            entries = [replace(entry, usual=True) for entry in entries]
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
