"""The document as plain data: what a finished summary consists of, before anything is drawn.

Nothing here knows Django, models or paper. Whoever has words (the editor, a frozen edition, a test) builds a
`Document`; `word.py`, `pdf.py` and the print page draw the same one.
"""

import datetime
import re
from dataclasses import dataclass

NUMERALS = "一二三四五六七八九十百"
_RUN_IN = (
    ("hei", re.compile(rf"[{NUMERALS}]+、[^。]*。")),
    ("kai", re.compile(rf"（[{NUMERALS}]+）[^。]*(。|$)")),
    ("bold", re.compile(r"\d{1,2}\.(?!\d)[^。]*(。|$)")),
)
_ITEM = re.compile(r"(?:^|(?<=[。；：，]))[一二三四五六七八九十]{1,2}[是要][^。；]*[。；]")
_LONGEST_BOLD_ITEM = 40
# Characters XML 1.0 forbids, and invisible ones (zero width, direction marks) that only harm a printed text.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LINE_BREAK = re.compile(r"[ \t]*[\t\r\n\x85\u2028\u2029]+[ \t]*")
_WIDE_PUNCTUATION = "“”‘’—…·"
_TITLE_LINE = 20


def clean(text: str) -> str:
    """One line of printable text; a line break goes away, except that two Latin words keep a space between them."""

    def join(match: re.Match) -> str:
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        return " " if (before + after).isascii() and before.isalnum() and after.isalnum() else ""

    text = _UNPRINTABLE.sub("", text)
    return _LINE_BREAK.sub(join, text).strip()


def ems(text: str) -> float:
    """Width in Chinese characters, the unit official layout counts in: a digit or Latin letter is half a one."""
    return sum(1 if ord(char) >= 0x2E80 or char in _WIDE_PUNCTUATION else 0.5 for char in text)


def cell_lines(text: str) -> list[str]:
    """The lines of a table cell: its own line breaks stay, and nothing is never blank but —."""
    return [line for part in str(text).splitlines() if (line := clean(part))] or ["—"]


@dataclass(frozen=True)
class Run:
    """A stretch of text; a gap is a value nobody has filled in yet, and its text names what is missing."""

    text: str
    gap: bool = False

    @property
    def shown(self) -> str:
        return f"〔缺：{self.text}〕" if self.gap and not self.text.startswith("〔缺") else self.text


@dataclass(frozen=True)
class Segment:
    """Text of one look inside a paragraph: voice is "" (the paragraph's own), "hei", "kai" or "bold"."""

    text: str
    voice: str = ""


@dataclass(frozen=True)
class Paragraph:
    """heading1, heading2 and heading3 stand on their own line; a body may begin with a heading in the same line (lead)."""

    kind: str
    runs: tuple[Run, ...]
    lead: str = ""

    @property
    def text(self) -> str:
        return self._lead_text + clean("".join(run.shown for run in self.runs))

    @property
    def _lead_text(self) -> str:
        lead = clean(self.lead)
        return f"{lead}。" if lead and self.runs and lead[-1] not in "。！？：" else lead

    def segments(self) -> tuple[Segment, ...]:
        """The text cut where the look changes: the run-in heading, and the first sentence of 一是…, 二是…."""
        text = self.text
        if self.kind != "body":
            return (Segment(text),)
        cuts = []
        voice, start = _run_in(text, self._lead_text)
        if start:
            cuts.append((0, start, voice))
        cuts += [(m.start(), _item_end(m), "bold") for m in _ITEM.finditer(text) if m.start() >= start]
        return _cut(text, cuts)


def _run_in(text: str, lead: str) -> tuple[str, int]:
    """Look and length of the heading a body paragraph begins with; a heading typed into the text counts as well."""
    for voice, pattern in _RUN_IN:
        if match := pattern.match(text):
            return voice, max(match.end(), len(lead))
    return "kai", len(lead)


def _item_end(match: re.Match) -> int:
    comma = match.group().find("，")
    too_long = len(match.group()) > _LONGEST_BOLD_ITEM
    return match.start() + comma + 1 if too_long and comma > 0 else match.end()


def _cut(text: str, cuts: list[tuple[int, int, str]]) -> tuple[Segment, ...]:
    segments, at = [], 0
    for start, end, voice in cuts:
        segments += [Segment(text[at:start]), Segment(text[start:end], voice)]
        at = end
    segments.append(Segment(text[at:]))
    return tuple(segment for segment in segments if segment.text)


@dataclass(frozen=True)
class Column:
    """One column of an annex table; width is a share of the page, not a measure; align is left, center or right."""

    heading: str
    width: float = 1
    align: str = "left"


@dataclass(frozen=True)
class Table:
    """An annex of its own page: 附件, title, table, note. A wide one lies on a turned page."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    landscape: bool = False

    @property
    def shares(self) -> tuple[float, ...]:
        whole = sum(column.width for column in self.columns) or 1
        return tuple(column.width / whole for column in self.columns)


@dataclass(frozen=True)
class Document:
    """A whole paper. `created` is the moment written into the file's properties; without it the file names none."""

    title_lines: tuple[str, ...]
    paragraphs: tuple[Paragraph, ...]
    signature: str = ""
    date: datetime.date | None = None
    sealed: bool = False
    author: str = ""
    annexes: tuple[Table, ...] = ()
    subject: str = ""
    keywords: tuple[str, ...] = ()
    created: datetime.datetime | None = None

    @property
    def title(self) -> str:
        return "".join(clean(line) for line in self.title_lines)

    @property
    def date_text(self) -> str:
        return f"{self.date.year}年{self.date.month}月{self.date.day}日" if self.date else ""

    @property
    def annex_lines(self) -> tuple[str, ...]:
        """附件说明: one annex has no number, several have, and only the first line carries the word."""
        names = [clean(table.title) for table in self.annexes]
        if len(names) < 2:
            return tuple(f"附件：{name}" for name in names)
        return tuple(f"{'附件：' if n == 1 else ''}{n}.{name}" for n, name in enumerate(names, 1))

    @property
    def has_gaps(self) -> bool:
        return any(run.gap for paragraph in self.paragraphs for run in paragraph.runs)


def paragraph(kind: str, text: str, lead: str = "") -> Paragraph:
    """A paragraph of plain text, for callers without gaps."""
    return Paragraph(kind, (Run(text),) if text else (), lead)


def break_title(title: str) -> tuple[str, ...]:
    """The title in lines of at most twenty characters, broken between unit and matter, else between words."""
    title = clean(title)
    if ems(title) <= _TITLE_LINE:
        return (title,)
    for words in (r"(?=关于|20\d\d年)", r"(?=党建工作|工作总结|工作报告)|(?<=关于|季度|年度|党委)"):
        places = [m.start() for m in re.finditer(words, title) if 0 < m.start() < len(title)]
        for place in sorted(places, key=lambda at: abs(ems(title[:at]) - ems(title[at:]))):
            short, long = sorted((ems(title[:place]), ems(title[place:])))
            if long <= _TITLE_LINE and short >= 0.4 * long:
                return title[:place], title[place:]
    half = len(title) // 2
    return (title[:half], title[half:]) if ems(title) <= 2 * _TITLE_LINE else (title,)


@dataclass(frozen=True)
class Closing:
    """Free characters to the right of signature and date, as the standard counts them."""

    signature: float
    date: float


def closing(document: Document) -> Closing:
    """Where signature and date stand (GB/T 9704 7.3.5): centred over the date when a seal follows, else one after the other."""
    signed, dated = ems(clean(document.signature)), ems(document.date_text)
    if document.sealed:
        right = 4 + (dated - signed) / 2
        return Closing(right, 4) if right >= 0 else Closing(0, (signed - dated) / 2)
    if not signed or not dated:
        return Closing(2, 2)
    return Closing(2, signed - dated) if signed >= dated else Closing(4 + dated - signed, 2)


def plain_text(document: Document) -> str:
    """The text file: title in one line, one paragraph a line, signature and date last; the annexes stay out."""
    lines = [document.title, *(paragraph.text for paragraph in document.paragraphs)]
    lines += [clean(document.signature), document.date_text]
    return "\n".join(line for line in lines if line) + "\n"
