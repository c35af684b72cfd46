"""Loading the signed-in person: committee and unread notices in the same query, rights from the role alone."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from core.models import Notice, User


class OfficeBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        unread = Notice.objects.filter(user=OuterRef("pk"), read_at=None).order_by().values("user")
        people = User.objects.select_related("committee")
        people = people.annotate(unread=Coalesce(Subquery(unread.values(n=Count("pk"))), 0))
        user = people.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj: User, obj: Any, from_name: str) -> set[str]:
        """No groups and no single permissions: what a person may do follows from the role (M9)."""
        return set()
