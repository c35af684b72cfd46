"""Loading the signed-in person: with the committee in the same query, and with rights from the role alone."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from core.models import User


class OfficeBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("committee").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj: User, obj: Any, from_name: str) -> set[str]:
        """No groups and no single permissions: what a person may do follows from the role (M9)."""
        return set()
