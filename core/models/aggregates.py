from django.db.models import Aggregate, JSONField


class JSONRows(Aggregate):
    """The grouped rows as one JSON list: what a subquery brings along of a few rows; their order is not fixed."""

    function = "json_group_array"
    output_field = JSONField()

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, function="jsonb_agg", **extra)
