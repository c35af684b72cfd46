from typing import Any

from django.contrib.auth.backends import ModelBackend

from core.models import User


class OfficeBackend(ModelBackend):
    """Loads the signed-in user together with the committee: every page needs both, in one query."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("committee").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
