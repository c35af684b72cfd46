"""Membership in thousands of texts or numbers as one parameter; `IN` compiles and binds each of them."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Field, ForeignKey, IntegerField, Lookup, Model, Q


@Field.register_lookup
class Among(Lookup):
    """`field__among=values`: the text or number is one of these."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(list(self.rhs)))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", (*params, list(self.rhs))


def one_of(model: type[Model], name: str, values: Iterable[Any]) -> Q:
    """The field (of a foreign key: its key) is one of these values, none of them None."""
    field = model._meta.get_field(name)
    if isinstance(field, ForeignKey):
        name, field = f"{field.name}__pk", field.target_field
    wanted = frozenset(values)  # Django would look into each item of a list for expressions
    if isinstance(field, IntegerField) and wanted and max(wanted) - min(wanted) == len(wanted) - 1:
        return Q(
            **{f"{name}__range": (min(wanted), max(wanted))}
        )  # without a gap, as the keys of rows made together are
    is_plain = isinstance(field, (CharField, IntegerField))
    return Q(**{f"{name}__among" if is_plain else f"{name}__in": wanted})
