"""Forms of sign-in, of one's own password and of new accounts."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.core.exceptions import ValidationError

from core.forms import RecordForm
from core.models import Committee, User
from core.validators import normalize_code, normalize_phone, validate_phone

LOCK_MINUTES = round(settings.AXES_COOLOFF_TIME * 60)


class SignInForm(AuthenticationForm):
    """One sentence for unknown, disabled and wrong (M5); how many tries are left is the same for all of them."""

    username = UsernameField(
        label="账号",
        max_length=30,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "username", "autofocus": True}),
        error_messages={"required": "请填写账号。", "max_length": "账号最多30个字符。"},
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput(
            attrs={"class": "form-control", "autocomplete": "current-password", "aria-describedby": "caps"}
        ),
        error_messages={"required": "请填写密码。"},
    )

    def clean_username(self) -> str:
        return normalize_code(self.cleaned_data["username"]).lower()

    def get_invalid_login_error(self) -> ValidationError:
        used = getattr(self.request, "axes_failures_since_start", None) or 0
        left = settings.AXES_FAILURE_LIMIT - used
        warning = f"再输错{left}次，账号将锁定{LOCK_MINUTES}分钟。" if 0 < left < settings.AXES_FAILURE_LIMIT else ""
        return ValidationError(f"账号或密码不对。{warning}", code="invalid_login")

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if user.initial_password_dead():
            raise ValidationError(
                f"初始密码已超过{settings.INITIAL_PASSWORD_DAYS}天有效期。请联系综合党委办公室重新发放。",
                code="expired",
            )


class OwnPasswordForm(PasswordChangeForm):
    """Change of the own password; asks for the old one. `change_password` saves, not this form."""

    error_messages = {
        "password_mismatch": "两次填写的新密码不一样。",
        "password_incorrect": "原密码不对。请填写现在登录用的密码。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "初始密码" if self.user.must_change_password else "原密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password2"].label = "再填一次新密码"
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写{field.label}。"
        wrong = set(self.errors)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control is-invalid" if name in wrong else "form-control"


class AccountForm(RecordForm):
    """A new account without a role."""

    sections = [("账号", ["username", "name", "phone", "committee"])]

    class Meta:
        model = User
        fields = ["username", "name", "phone", "committee"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["committee"].empty_label = "（未选）"
        if self.user.is_committee_staff:
            self.fields["committee"].queryset = Committee.objects.filter(pk__in=self.user.scope_ids)
            self.fields["committee"].required = True
            self.fields["committee"].initial = self.user.committee_id

    def clean_username(self) -> str:
        return clean_username(self.cleaned_data["username"])

    def clean_phone(self) -> str:
        phone = normalize_phone(self.cleaned_data["phone"])
        if phone:
            validate_phone(phone)
        return phone


def clean_username(value: str) -> str:
    username = normalize_code(value).lower()
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,29}", username):
        raise ValidationError(
            "账号用小写字母开头，只含小写字母、数字和下划线，3到30个字符，例如 liyangben。", code="username"
        )
    return username


class AdminAccountForm(forms.ModelForm):
    """The account in the admin: no password, no role, no state; those have their own actions."""

    class Meta:
        model = User
        fields = ["username", "name", "phone", "committee"]

    def clean_username(self) -> str:
        return clean_username(self.cleaned_data["username"])

    def clean_phone(self) -> str:
        phone = normalize_phone(self.cleaned_data["phone"])
        if phone:
            validate_phone(phone)
        return phone
