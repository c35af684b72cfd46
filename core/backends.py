"""Loading the signed-in person with what every page shows, in one query; rights follow from the role alone."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce, JSONObject

from core.models import Notice, SavedFilter, User
from core.models.aggregates import JSONRows


class OfficeBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        unread = Notice.objects.filter(user=OuterRef("pk"), read_at=None).order_by().values("user")
        counted = Coalesce(Subquery(unread.annotate(n=Count("pk")).values("n")), 0)
        filters = SavedFilter.objects.filter(user=OuterRef("pk")).order_by().values("user")
        filters = filters.values(
            rows=JSONRows(JSONObject(pk="pk", page="page", name="name", query="query", is_default="is_default"))
        )
        postings = User._meta.get_field("postings").related_model.objects.filter(user=OuterRef("pk"))
        rows = User.objects.select_related("committee").annotate(
            unread_notices=counted,
            filter_rows=Subquery(filters, output_field=JSONRows.output_field),
            is_secretary=Exists(postings.filter(branch__isnull=False, end=None)),
        )
        user = rows.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj: User, obj: Any, from_name: str) -> set[str]:
        """No groups and no single permissions: what a person may do follows from the role (M9)."""
        return set()
