from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from core.choices import ADMINISTRATORS, OfficeRole

from .committees import Committee

BROWSERS = (
    *(("MicroMessenger", "微信"), ("Edg", "Edge"), ("QIHU", "360浏览器"), ("Firefox", "Firefox"), ("Chrome", "Chrome")),
    *(("Safari", "Safari"), ("Trident", "IE")),
)
SYSTEMS = (
    *(
        ("Windows", "Windows"),
        ("Android", "安卓手机"),
        ("iPhone", "苹果手机"),
        ("iPad", "苹果平板"),
        ("Mac OS", "苹果电脑"),
    ),
    *(("HarmonyOS", "鸿蒙"), ("Linux", "Linux或国产系统")),
)


class AccountManager(BaseUserManager):
    """Accounts have no e-mail address, so Django's own makers of users do not fit."""

    def create_user(self, username: str, password: str | None = None, **values: Any) -> "User":
        user = self.model(username=username, **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **values: Any) -> "User":
        """Only for repair on the server; a warning shows while one can sign in (M9)."""
        return self.create_user(username, password, is_superuser=True, **values)


class User(AbstractUser):
    """账号. One person; the office role stands here, duties for one branch or body are postings (organizations)."""

    first_name = None
    last_name = None
    email = None
    username = models.CharField(
        "账号",
        max_length=30,
        unique=True,
        help_text="小写字母、数字和下划线，例如 liyangben。",
        error_messages={"unique": "已有这个账号，请换一个。"},
    )
    name = models.CharField("姓名", max_length=30)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    role = models.CharField(
        "机关角色",
        max_length=20,
        choices=OfficeRole.choices,
        blank=True,
        help_text="书记、联络员、指导员不选，在“任职”里登记。三种管理员互不兼任，也不看业务数据。",
    )
    committee = models.ForeignKey(
        Committee, models.PROTECT, verbose_name="综合党委", related_name="users", null=True, blank=True
    )
    must_change_password = models.BooleanField("须修改初始密码", default=False)
    initial_password_until = models.DateTimeField("初始密码有效至", null=True, blank=True, editable=False)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True, editable=False)

    REQUIRED_FIELDS = ["name"]

    objects = AccountManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        # who may open the admin follows from the role alone
        self.is_staff = self.is_superuser or self.role in (OfficeRole.STAFF, *ADMINISTRATORS)
        if (fields := kwargs.get("update_fields")) and "role" in fields:
            kwargs["update_fields"] = {*fields, "is_staff"}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_committee_staff(self) -> bool:
        return self.is_active and self.role == OfficeRole.STAFF

    @property
    def is_leader(self) -> bool:
        return self.is_active and self.role == OfficeRole.LEADER

    @property
    def is_office(self) -> bool:
        """Staff or leader: sees the rows of the own committee and those below it."""
        return self.is_committee_staff or self.is_leader

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role in ADMINISTRATORS

    @cached_property
    def is_secretary(self) -> bool:
        """Posted to a party branch; a liaison or instructor is posted to bodies only. The signed-in person came with it."""
        return self.postings.filter(branch__isnull=False, end=None).exists()

    @cached_property
    def scope_ids(self) -> list[int]:
        """Ids of the committees whose rows an office user sees."""
        return list(self.committee.scope_ids) if self.committee_id and self.is_office else []

    def password_expired(self, now: datetime | None = None) -> bool:
        now = now or timezone.now()
        if self.must_change_password:
            return True
        if not settings.PASSWORD_DAYS or self.password_changed_at is None:
            return False
        return now - self.password_changed_at > timedelta(days=settings.PASSWORD_DAYS)

    def initial_password_dead(self, now: datetime | None = None) -> bool:
        """An initial password that was not used in time no longer opens the door (M2)."""
        return bool(
            self.must_change_password
            and self.initial_password_until
            and (now or timezone.now()) > self.initial_password_until
        )


class PasswordRecord(models.Model):
    """历史密码. Hashes of earlier passwords, so that the last five are not used again (M3)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="password_records")
    hash = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "历史密码"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class LoginSession(models.Model):
    """登录会话. Where an account is signed in; ending one deletes the session behind it (M8)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField("登录时间", default=timezone.now)
    last_seen_at = models.DateTimeField("最近操作", default=timezone.now)
    address = models.GenericIPAddressField("地址", null=True, blank=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录会话"
        ordering = ["-last_seen_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.address or ''}"

    @property
    def browser(self) -> str:
        """What a person recognises of the browser's long name: Edge，Windows."""
        name = next((word for mark, word in BROWSERS if mark in self.agent), "其他浏览器" if self.agent else "")
        system = next((word for mark, word in SYSTEMS if mark in self.agent), "")
        return "，".join(filter(None, [name, system]))
