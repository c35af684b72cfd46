"""Forms of sign-in and of one's own password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.core.exceptions import ValidationError

from core.models import User
from core.validators import normalize_code

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
