from typing import Any, Self

from django.db import models
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce

from core.models import Record, RecordQuerySet
from core.periods import quarter_label, quarter_of


def counted(rows: models.QuerySet, parent: str) -> Coalesce:
    """The number of correlated rows as one subquery; joins would multiply."""
    groups = rows.order_by().values(parent).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(groups), 0)


class QuarterlyQuerySet(RecordQuerySet):
    def for_quarters(self, first: int, last: int) -> Self:
        """Rows that belong to the quarters first…last (归属季度)."""
        return self.filter(quarter__range=(first, last))


class QuarterlyRecord(Record):
    """A row that belongs to a quarter: by its date unless staff set another (the seed counts 清明祭扫 in the first)."""

    quarter = models.IntegerField("归属季度", help_text="默认按日期；清明祭扫等按习惯计入前一季度的，可以改。")

    quarter_date_field = ""  # the date from which the quarter defaults

    class Meta:
        abstract = True

    @property
    def quarter_label(self) -> str:
        return quarter_label(self.quarter)

    def before_save(self) -> None:
        if self.quarter is None and self.quarter_date_field:
            self.quarter = quarter_of(getattr(self, self.quarter_date_field))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)
