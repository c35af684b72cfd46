"""Lookups that Django lacks."""

from typing import Any

from django.db.models import CharField, Lookup


@CharField.register_lookup
class Holds(Lookup):
    """`search__holds=text`: the text stands somewhere in it, letter for letter.

    `contains` says the same by LIKE, which SQLite works out character by character and twice as slowly.
    """

    lookup_name = "holds"

    def call(self, name: str, compiler: Any, connection: Any) -> tuple[str, tuple]:
        lhs, left = self.process_lhs(compiler, connection)
        rhs, right = self.process_rhs(compiler, connection)
        return f"{name}({lhs}, {rhs}) > 0", (*left, *right)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        return self.call("INSTR", compiler, connection)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        return self.call("STRPOS", compiler, connection)
