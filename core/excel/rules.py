"""The model's own constraints, judged in Python or by one query per chunk: a preview must find what the database would refuse."""

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import F, Q

from core.constraints import violated

from .among import one_of

Judge = Callable[[Any], bool | None]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda a, b: a == b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "in": lambda a, b: a in b,
}


class Unsupported(Exception):
    pass


def compile_q(model: type[models.Model], condition: Q) -> Judge:
    """A condition on one row as a function with SQL's three values; Unsupported beyond plain comparisons."""
    if not all(isinstance(child, Q | tuple) for child in condition.children):
        raise Unsupported(str(condition))
    parts = [compile_q(model, c) if isinstance(c, Q) else compile_pair(model, *c) for c in condition.children]
    decisive = condition.connector == Q.OR  # one True settles an OR, one False an AND

    def judge(row: Any) -> bool | None:
        unknown = False
        for part in parts:
            result = part(row)
            if result is decisive:
                return decisive
            unknown = unknown or result is None
        return None if unknown else not decisive

    if not condition.negated:
        return judge
    return lambda row: None if (result := judge(row)) is None else not result


def compile_pair(model: type[models.Model], path: str, wanted: Any) -> Judge:
    name, _, lookup = path.partition("__")
    try:
        attname = model._meta.get_field(name).attname
    except Exception:
        raise Unsupported(path) from None
    if lookup == "isnull" or (wanted is None and lookup in ("", "exact")):
        null = True if wanted is None else wanted
        return lambda row: (row.__dict__.get(attname) is None) == null
    compare = COMPARE.get(lookup or "exact")
    if compare is None:
        raise Unsupported(path)
    if isinstance(wanted, F):
        return compare_fields(compare, attname, model._meta.get_field(wanted.name).attname)
    if hasattr(wanted, "resolve_expression"):
        raise Unsupported(path)
    return lambda row: None if (value := row.__dict__.get(attname)) is None else compare(value, wanted)


def compare_fields(compare: Callable[[Any, Any], bool], one: str, other: str) -> Judge:
    def judge(row: Any) -> bool | None:
        left, right = row.__dict__.get(one), row.__dict__.get(other)
        return None if left is None or right is None else compare(left, right)

    return judge


def check_rules(model: type[models.Model]) -> list[tuple[Judge, str, list[str]]]:
    """(judge, sentence, fields that it speaks of) of each check constraint that can be judged here."""
    rules = []
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            try:
                judge = compile_q(model, constraint.condition)
            except Unsupported:
                continue
            rules.append((judge, str(constraint.violation_error_message), q_fields(constraint.condition)))
    return rules


def q_fields(condition: Q) -> list[str]:
    """The fields of a condition; first those that are compared with another one: “转正日期不能早于入党日期” is about 转正日期."""
    pairs = list(pairs_of(condition))
    compared = [name for name, wanted in pairs if isinstance(wanted, F)]
    return list(dict.fromkeys([*compared, *(name for name, _ in pairs)]))


def pairs_of(condition: Q) -> Iterator[tuple[str, Any]]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from pairs_of(child)
        else:
            yield child[0].partition("__")[0], child[1]


class Uniques:
    """Unique constraints of one model over one import: within the file, and against what is stored."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.rules = [(*rule, {}) for rule in self.found()]

    def found(self) -> Iterator[tuple[tuple[str, ...], Judge | None, Q | None, str]]:
        meta = self.model._meta
        for constraint in meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields and not constraint.expressions:
                try:
                    judge = compile_q(self.model, constraint.condition) if constraint.condition else None
                except Unsupported:
                    continue
                names = tuple(meta.get_field(f).attname for f in constraint.fields)
                yield names, judge, constraint.condition, str(constraint.violation_error_message)
        for field in meta.concrete_fields:
            if field.unique and not field.primary_key:
                yield (field.attname,), None, None, f"已有相同的{field.verbose_name}。"

    def conflicts(
        self,
        rows: list[tuple[int, Any]],
        freed: set[int],
        doubles: Collection[int] = (),
        compared: Mapping[int, tuple[str, ...]] = MappingProxyType({}),
    ) -> Iterator[tuple[int, str, str]]:
        """(row number, field, sentence) for the objects of one chunk.

        freed: stored rows that end by this import. doubles: rows that come last and are told as such already; only what
        is stored stands against them. compared: the columns by which a row has been looked for among all that are stored.
        """
        for attnames, judge, condition, message, seen in self.rules:
            wanted: dict[tuple, tuple[int, Any]] = {}
            pk_name = self.model._meta.pk.attname
            for number, obj in rows:
                values = obj.__dict__
                key = tuple([values.get(a) for a in attnames])
                if None in key or (judge is not None and not judge(obj)):
                    continue
                if number in doubles:
                    wanted.setdefault(key, (number, values[pk_name]))
                elif (first := seen.setdefault(key, number)) != number:
                    yield number, attnames[-1], f"与第{first}行重复：{message}"
                elif compared.get(number) != attnames:
                    wanted[key] = (number, values[pk_name])
            if wanted:
                yield from self.stored(attnames, condition, message, wanted, freed)

    def stored(self, attnames: tuple, condition: Q | None, message: str, wanted: dict, freed: set[int]) -> Iterator:
        stored = self.model._base_manager.filter(condition) if condition else self.model._base_manager.all()
        for position, name in enumerate(attnames):
            values = {key[position] for key in wanted}
            stored = stored.filter(one_of(self.model, name, values))
        for pk, *key in stored.order_by().values_list("pk", *attnames):
            number, own = wanted.get(tuple(key), (0, None))
            if number and pk != own and pk not in freed:
                yield number, attnames[-1], message


def sentence_of(error: IntegrityError, models_: list[type[models.Model]]) -> ValidationError:
    """What the database refused, in the words of the constraint that it names."""
    if (constraint := violated(error, models_)) is not None:
        return ValidationError(f"{constraint.violation_error_message}整批没有写入任何数据。", code="constraint")
    return ValidationError(
        "预览以后台账有了变化，这批数据已对不上，整批没有写入。请重新上传，再看一遍预览。", code="conflict"
    )
