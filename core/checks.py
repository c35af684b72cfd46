"""System checks of the running installation: `manage.py check --database default`."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError


@register(Tags.database)
def superuser_in_use(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Everyday work needs no superuser; 三员分立 means nothing while one exists (M9)."""
    from core.models import User

    if not databases:
        return []
    try:
        names = list(User.objects.filter(is_superuser=True, is_active=True).values_list("username", flat=True))
    except DatabaseError:  # before the first migrate
        return []
    if not names:
        return []
    return [
        Warning(
            f"还有可用的超级用户：{'、'.join(names)}。",
            hint="改用系统管理员、安全管理员、审计管理员三个账号，再停用超级用户。",
            id="core.W001",
        )
    ]
