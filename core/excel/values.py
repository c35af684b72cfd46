"""From one cell to one value. A converter is built once per column, so that a row costs a few plain calls."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models

from core.periods import ORDINALS
from core.validators import INVISIBLE, normalize_code, normalize_phone, validate_id_number, validate_phone

from .sheet import Column

Convert = Callable[[Any], Any]


class _Clear:
    """The cell says “清空” (or “无” where that means empty)."""

    def __repr__(self) -> str:
        return "CLEAR"


CLEAR = _Clear()
NONE_WORDS = {"无", "—", "-", "--", "——", "/", "／"}
CLEAR_WORD = "清空"
DIRTY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufffe\uffff]")
SUSPECT = re.compile(rf"{DIRTY.pattern}|^[\s\u3000\xa0]|[\s\u3000\xa0]$")
UNTIDY = re.compile(rf"{DIRTY.pattern}|\r|^[ \t\u3000\xa0]|[ \t\u3000\xa0]$", re.MULTILINE)
SPECIAL_WORDS = {*NONE_WORDS, CLEAR_WORD}
CHINESE_GAP = re.compile(
    "(?<=[\u4e00-\u9fff])[ \u3000\xa0]+(?=[\u4e00-\u9fff0-9])|(?<=[0-9])[ \u3000\xa0]+(?=[\u4e00-\u9fff])"
)
GAP = re.compile("[ \u3000\xa0]")
LISTED = 20  # of the words that a cell may say, in the sentence about another one
LOST_DIGITS = 10**15
UNIT = re.compile(r"^([-+]?\d[\d,]*(?:\.\d+)?)(?:人|名|家|个|次|件|项|期|场|学时|小时|元|万元|%)?$")
DATE = re.compile(r"^(\d{4})\s*[年./\-]\s*(\d{1,2})(?:\s*[月./\-]\s*(\d{1,2})?\s*日?)?(?:[ T].*)?$")
QUARTER = re.compile(r"^(\d{4})\s*(?:年度?)?\s*(?:Q|第)?\s*([1-4一二三四])\s*(?:季度?)?$", re.IGNORECASE)
TRUE = {"是", "有", "√", "✓", "✔", "y", "yes", "true", "1", "已", "对", "1.0"}
FALSE = {"否", "无", "×", "✗", "x", "n", "no", "false", "0", "未", "不是", "没有", "0.0"}
SPLIT = re.compile(r"[、，,;；\n\r]+")


def clean(text: str) -> str:
    """Without invisible characters and outer blanks; nearly every cell passes after one look."""
    if not SUSPECT.search(text):
        return text
    return DIRTY.sub("", text).translate(INVISIBLE).strip(" \t\r\n\u3000\xa0")


def tidy(cells: list[Any]) -> bool:
    """All of these cells are texts with nothing to clean, and none of them says 无 or 清空: one look for a column."""
    try:
        text = "\n".join(cells)
    except TypeError:
        return False
    if text.count("\n") != len(cells) - 1 or UNTIDY.search(text):
        return False
    return SPECIAL_WORDS.isdisjoint(cells)


def half_width(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def cell_text(raw: Any) -> str:
    """A cell as a person reads it."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return f"{raw:.0f}" if raw.is_integer() and abs(raw) < 1e21 else repr(raw)
    if isinstance(raw, tuple):
        return "-".join(f"{n:02d}" for n in raw[:3])
    return "" if raw is None else str(raw)


def fail(sentence: str) -> ValidationError:
    return ValidationError(sentence)


def lost_digits(what: str) -> ValidationError:
    return fail(f"{what}存成了数字，末几位已丢失。请把这一列设为“文本”后重新录入，不要用改格式恢复。")


def is_lost(raw: Any) -> bool:
    return isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) >= LOST_DIGITS


RESIDENT = re.compile(r"^\d{14,}[\dX]$")  # meant as a resident's number, whatever it lacks
SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?E\+?\d+$", re.IGNORECASE)


def converters(column: Column, field: models.Field | None) -> tuple[Convert, Convert]:
    """raw → value, None for blank, CLEAR, or ValidationError; the second is for a cell of a tidy column."""
    base = KINDS[column.kind](column, field)
    checks = list(field.validators) if field is not None and column.kind not in ("lookup", "names") else []
    length = getattr(field, "max_length", None) if column.kind in ("text", "address", "code", "phone") else None
    checks = [c for c in checks if not isinstance(c, MaxLengthValidator) and c is not validate_phone]
    if column.kind in ("choice", "bool", "date", "month", "quarter"):
        checks = []
    extra = column.clean
    keeps_none = column.kind == "text"
    has_none_choice = column.kind == "bool" or (column.kind == "choice" and "无" in choice_words(column, field))

    def convert(raw: Any) -> Any:
        if raw == "" or raw is None:
            return None
        if isinstance(raw, str):
            raw = clean(raw)
            if not raw:
                return None
            if raw == CLEAR_WORD:
                return CLEAR
            if raw in NONE_WORDS and not has_none_choice and not (keeps_none and raw == "无"):
                return CLEAR
        return convert_tidy(raw)

    def convert_tidy(raw: Any) -> Any:
        value = base(raw)
        if value == "":
            return CLEAR if column.kind == "choice" else None  # 无, 否: an answer, not a blank cell
        if length is not None and len(value) > length:
            raise fail(f"有{len(value)}个字，最多{length}个字。请缩短。")
        for check in checks:
            check(value)
        return extra(value) if extra is not None else value

    return convert, convert_tidy


def text_kind(column: Column, field: models.Field | None) -> Convert:
    name_like = column.name in ("name", "person_name", "short_name") or column.name.endswith("_name")

    def convert(raw: Any) -> str:
        if raw.__class__ is not str:
            if is_lost(raw):
                raise lost_digits("这么长的数字")
            raw = cell_text(raw)
        return CHINESE_GAP.sub("", raw) if name_like and GAP.search(raw) else raw

    return convert


def code_kind(column: Column, field: models.Field | None) -> Convert:
    def convert(raw: Any) -> str:
        if is_lost(raw) or (isinstance(raw, str) and SCIENTIFIC.match(raw)):
            raise lost_digits("18位代码" if "代码" in column.heading else column.heading)
        return normalize_code(cell_text(raw))

    return convert


def id_number_kind(column: Column, field: models.Field | None) -> Convert:
    def convert(raw: Any) -> str:
        if is_lost(raw) or (isinstance(raw, str) and SCIENTIFIC.match(raw)):
            raise lost_digits("18位身份证号")
        number = normalize_code(cell_text(raw)).lstrip("'")
        if "*" in number:  # of our own export: it says nothing new, but still tells persons of one name apart
            return number if column.owner else ""
        if not column.loose or RESIDENT.match(number):
            validate_id_number(number)
        return number

    return convert


def phone_kind(column: Column, field: models.Field | None) -> Convert:
    def convert(raw: Any) -> str:
        text = normalize_phone(cell_text(raw))
        if "*" in text:
            return ""
        validate_phone(text)
        return text

    return convert


def address_kind(column: Column, field: models.Field | None) -> Convert:
    text = text_kind(column, field)

    def convert(raw: Any) -> str:
        value = text(raw)
        return "" if value.endswith("****") else value  # of our own export: it says nothing new

    return convert


def int_kind(column: Column, field: models.Field | None) -> Convert:
    positive = isinstance(field, (models.PositiveIntegerField, models.PositiveSmallIntegerField))

    def convert(raw: Any) -> int:
        if isinstance(raw, float) and raw.is_integer():
            value = int(raw)
        elif isinstance(raw, str) and (m := UNIT.match(half_width(raw))) and "." not in m[1]:
            value = int(m[1].replace(",", ""))
        else:
            raise fail(f"“{cell_text(raw)}”不是整数。请只写数字，例如12。")
        if positive and value < 0:
            raise fail(f"不能是负数，现在是{value}。")
        if abs(value) > 2_000_000_000:
            raise fail(f"{value}太大，请核对。")
        return value

    return convert


def decimal_kind(column: Column, field: models.Field | None) -> Convert:
    places = getattr(field, "decimal_places", None)

    def convert(raw: Any) -> Decimal:
        text = half_width(cell_text(raw))
        match = UNIT.match(text)
        try:
            value = Decimal((match[1] if match else text).replace(",", ""))
        except InvalidOperation:
            raise fail(f"“{cell_text(raw)}”不是数字。请只写数字，例如12.5。") from None
        return value.quantize(Decimal(1).scaleb(-places)) if places is not None and value.is_finite() else value

    return convert


def make_day(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise fail(f"没有{month}月。例：2009-12-01。")
    try:
        value = date(year, month, day)
    except ValueError:
        raise fail(f"{year}年{month}月没有{day}日。例：2009-12-01。") from None
    if not 1900 <= year <= 2100:
        raise fail(f"年份{year}不合理，请核对。")
    return value


def read_day(raw: Any) -> tuple[date, bool]:
    """(day, whether only the month is known). Knows 1998.7, 199807, 19980715, 1998年7月, 1998/7/15 and serial numbers."""
    if isinstance(raw, tuple):
        return make_day(*raw[:3]), False
    if isinstance(raw, float):
        return number_day(raw)
    text = half_width(cell_text(raw)).replace(" ", "") if raw.__class__ is str else cell_text(raw)
    if text.isdigit():
        return number_day(float(text))
    if match := DATE.match(text):
        year, month, day = int(match[1]), int(match[2]), match[3]
        return make_day(year, month, int(day or 1)), day is None
    raise fail(f"看不懂日期“{cell_text(raw)}”。请写成2009-12-01；只知道月份的写2009-12。")


def number_day(number: float) -> tuple[date, bool]:
    if number.is_integer():
        whole = int(number)
        if 19000101 <= whole <= 21001231:
            return make_day(whole // 10000, whole // 100 % 100, whole % 100), False
        if 190001 <= whole <= 210012:
            return make_day(whole // 100, whole % 100, 1), True
        if 20000 < whole < 80000:
            return date(1899, 12, 30) + timedelta(days=whole), False
        if 1900 <= whole <= 2100:
            raise fail(f"只写了年份{whole}。请写到月或日，例如2009-12。")
    elif 20000 < number < 80000:
        return date(1899, 12, 30) + timedelta(days=int(number)), False
    elif 1900 <= number < 2101:
        year, fraction = f"{number:.2f}".split(".")
        if fraction == "10":
            raise fail(f"{year}.1存成了数字，分不清是1月还是10月。请写成{year}-01或{year}-10。")
        month = int(fraction) if not fraction.endswith("0") else int(fraction[0])
        return make_day(int(year), month, 1), True
    raise fail(f"看不懂日期“{cell_text(number)}”。请写成2009-12-01；只知道月份的写2009-12。")


def date_kind(column: Column, field: models.Field | None) -> Convert:
    if column.precision:
        return read_day  # the binding takes the pair apart
    return lambda raw: read_day(raw)[0]


def bool_kind(column: Column, field: models.Field | None) -> Convert:
    words = {squash(k): v for k, v in (column.choices or {}).items()}

    def convert(raw: Any) -> bool:
        if isinstance(raw, bool):
            return raw
        text = squash(cell_text(raw))
        if text in words:
            return words[text]
        if text in TRUE:
            return True
        if text in FALSE:
            return False
        raise fail(f"“{cell_text(raw)}”应写“是”或“否”。")

    return convert


def squash(value: Any) -> str:
    return re.sub(r"\s", "", half_width(str(value))).lower()


def choice_words(column: Column, field: models.Field | None) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for value, label in getattr(field, "flatchoices", None) or ():
        if value not in ("", None):
            words[squash(label)] = value
            words.setdefault(squash(value), value)
    words.update({squash(k): v for k, v in (column.choices or {}).items()})
    return words


def choice_labels(column: Column, field: models.Field | None) -> list[str]:
    if column.words:
        return list(column.words.values())
    labels = [str(label) for value, label in getattr(field, "flatchoices", None) or () if value not in ("", None)]
    nothing = [word for word, value in (column.choices or {}).items() if value in ("", None)]  # 无, 否
    return [*labels, *(word for word in nothing if word not in labels)] or list(column.choices or ())


def choice_kind(column: Column, field: models.Field | None) -> Convert:
    words, labels = choice_words(column, field), choice_labels(column, field)

    def convert(raw: Any) -> Any:
        text = squash(cell_text(raw))
        if text in words:
            return words[text]
        near = difflib.get_close_matches(text, labels, 1, 0.5)
        near = [label for label in labels if label.startswith(text)][:1] or near
        hint = f"是不是“{near[0]}”？" if near else ""
        more = "等" if len(labels) > LISTED else ""
        raise fail(f"没有“{cell_text(raw)[:30]}”这一项。{hint}可以填：{'、'.join(labels[:LISTED])}{more}。")

    return convert


def quarter_kind(column: Column, field: models.Field | None) -> Convert:
    def convert(raw: Any) -> int:
        text = half_width(cell_text(raw)).replace(" ", "")
        match = QUARTER.match(text)
        if not match:
            raise fail(f"看不懂季度“{text}”。请写成2023年第一季度，或2023Q1。")
        number = ORDINALS.index(match[2]) if match[2] in ORDINALS else int(match[2])
        return int(match[1]) * 4 + number - 1

    return convert


def lookup_kind(column: Column, field: models.Field | None) -> Convert:
    return lambda raw: cell_text(raw)


def names_kind(column: Column, field: models.Field | None) -> Convert:
    def convert(raw: Any) -> list[str]:
        return list(dict.fromkeys(t for t in (clean(p) for p in SPLIT.split(cell_text(raw))) if t))

    return convert


KINDS: dict[str, Callable[[Column, models.Field | None], Convert]] = {
    "text": text_kind,
    "int": int_kind,
    "decimal": decimal_kind,
    "date": date_kind,
    "month": date_kind,
    "bool": bool_kind,
    "choice": choice_kind,
    "code": code_kind,
    "id_number": id_number_kind,
    "phone": phone_kind,
    "address": address_kind,
    "quarter": quarter_kind,
    "lookup": lookup_kind,
    "names": names_kind,
}
