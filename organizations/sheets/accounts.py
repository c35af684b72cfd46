"""账号: who signs in for which branch or body. One-time passwords are issued and printed on the account page."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from core.excel.sheet import Column, Context, Parent, Sheet, register
from core.models import User
from organizations.choices import PostingRole
from organizations.models import Posting

from .common import BODY, BRANCH

USERNAME = re.compile(r"[a-z][a-z0-9_]{2,29}")


def username(value: str) -> str:
    value = value.strip().lower()
    if not USERNAME.fullmatch(value):
        raise ValidationError("账号用小写字母开头，只用小写字母、数字和下划线，3至30个字符，例如liyangben。")
    return value


@register
class AccountSheet(Sheet):
    kind, title, order = "accounts", "账号和任职", 90
    model = "organizations.Posting"
    intro = "书记、联络员、指导员的账号：谁、什么账号、管哪个党组织或哪家单位。"
    after = "先导入社会组织党建工作台账和党组织台账。导入后到“账号”页为新账号发放、打印一次性密码。"
    notes = (
        "书记写党组织，联络员和指导员写社会组织；同一个人有几项职责的写几行，账号和姓名相同。",
        "导入只建立账号，不产生密码。请到“账号”页为新账号发放一次性密码并打印。",
        "工作人员、分管领导和管理员的账号不在这里建立。",
    )
    keys = (("user", "role", "branch"), ("user", "role", "organization"))
    ordering = ("user__username", "pk")
    parents = (Parent("user", "core.User", key=("username", "name"), fixed={"role": ""}),)
    columns = (
        Column("姓名", "user.name", required=True, example="陈例文"),
        Column("账号", "user.username", required=True, clean=username, synonyms=("登录名", "用户名"),
               example="chenliwen", width=18),
        Column("职责", "role", "choice", required=True, synonyms=("角色",), choices={"书记": "secretary"},
               example="党支部书记"),
        Column("党组织", "branch", "lookup", lookup=BRANCH, synonyms=("党支部", "所在党支部"),
               example="市广告协会党支部", width=26),
        Column("社会组织", "organization", "lookup", lookup=BODY, synonyms=("单位", "单位名称"), width=26),
        Column("起始日期", "start", "date", synonyms=("任职日期",), help="不填按数据截至日期。"),
    )  # fmt: skip

    def queryset(self, user: Any) -> models.QuerySet:
        return Posting.objects.visible_to(user).filter(end=None).order_by(*self.ordering)

    def existing(self, attnames: tuple[str, ...]) -> models.QuerySet:
        return Posting.objects.filter(end=None)

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        secretary = values.get("role") == PostingRole.SECRETARY
        if secretary and not values.get("branch"):
            yield "branch", "职责是书记的要写党组织。"
        if not secretary and not values.get("organization"):
            yield "organization", "职责是联络员、指导员的要写社会组织。"

    def derive(self, obj: Posting, context: Context) -> None:
        if obj.start is None:
            obj.start = context.as_of

    def applied(self, ids: list[int], context: Context) -> None:
        """A new account opens no door until a one-time password was issued for it."""
        for account in User.objects.filter(postings__in=ids, password="").distinct():
            account.set_unusable_password()
            account.must_change_password = True
            account.save(update_fields=["password", "must_change_password"])
