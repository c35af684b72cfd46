"""From facts to paragraphs: templates are rendered, staff's own wording is laid over them, numbers stay tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from typing import Any

from django.template import Template
from django.template import engines as template_engines

from core.models import Committee
from core.periods import Period, chinese_number, today
from reports.choices import BlockKind, BlockOrigin
from reports.facts import FactSet, Scope
from reports.handles import CLOSE, OPEN, Narrator, Row, Rows
from reports.models import Block, Summary
from reports.outline import OUTLINE, Entry
from reports.tokens import UNKNOWN, Token, printed

MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
HEADING = "标题："
PROSE = 16  # characters from which a quoted text is a sentence and not a figure or a name
STEP = 100  # between two entries of the outline, so that own paragraphs fit in
Segments = list[dict[str, Any]]


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph: typed text, or a token with what it prints now."""

    text: str
    token: Token | None = None
    state: str = ""
    label: str = ""
    was: str = ""  # what an edited paragraph showed when it was last looked at, if that differs

    @property
    def is_gap(self) -> bool:
        return self.state == UNKNOWN

    @property
    def is_prose(self) -> bool:
        """A sentence taken from a record: linked to it, but without the weight of a figure."""
        return bool(self.token) and len(self.text) > PROSE


@dataclass
class ComposedBlock:
    """One paragraph as it stands now. `number` is （一） or 一是, counted over what is printed."""

    key: str
    kind: str
    position: int
    heading: str = ""
    segments: Segments = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    generated: Segments = field(default_factory=list)
    pending: Segments | None = None
    origin: str = BlockOrigin.AUTO
    hidden: bool = False
    optional: bool = False
    number: str = ""
    version: int = 0
    examples: tuple[str, ...] = ()
    block_id: int | None = None
    seen: dict[str, str] = field(default_factory=dict)  # what its tokens printed when staff last looked
    bare: bool = False  # a heading or section with nothing under it

    @property
    def is_empty(self) -> bool:
        return not self.pieces if self.kind in (BlockKind.ITEM, BlockKind.BODY) else self.bare

    @property
    def is_printed(self) -> bool:
        return not self.hidden and not self.is_empty

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def gaps(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.is_gap]

    @property
    def changed(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.was]

    @property
    def mark(self) -> str:
        """The word in the binding margin."""
        if self.hidden:
            return "不印"
        return "缺数据" if self.gaps else BlockOrigin(self.origin).label


@dataclass
class Composed:
    """The whole summary of one period as it stands now."""

    committee: Committee
    period: Period
    facts: FactSet
    blocks: list[ComposedBlock]
    summary: Summary | None

    @property
    def title_lines(self) -> tuple[str, ...]:
        if self.summary and self.summary.title:
            return tuple(self.summary.title.splitlines())
        return (self.committee.name, f"{self.period.title}党建工作总结")

    @property
    def title(self) -> str:
        return "".join(self.title_lines)

    @property
    def printed_blocks(self) -> list[ComposedBlock]:
        return [block for block in self.blocks if block.is_printed]

    @property
    def tokens(self) -> Iterator[tuple[ComposedBlock, Piece]]:
        return ((block, piece) for block in self.printed_blocks for piece in block.pieces if piece.token)

    def block(self, key: str) -> ComposedBlock | None:
        return next((block for block in self.blocks if block.key == key), None)


def office_scope(committee: Committee, period: Period, day: date | None = None) -> Scope:
    return Scope(committee, period, day or period.as_of(today(committee)))


def compose(
    committee: Committee, period: Period, *, summary: Summary | None = None, facts: FactSet | None = None
) -> Composed:
    """The summary of the period: generated paragraphs with the staff's changes laid over them. Writes nothing."""
    facts = facts or FactSet(office_scope(committee, period))
    picks = summary.choices if summary else {}
    blocks = list(_generate(facts, picks))
    if summary is not None:
        blocks = _lay_over(blocks, list(summary.blocks.all()), facts)
    for block in blocks:
        block.pieces = pieces_of(block.segments, facts, block.seen)
    blocks.sort(key=lambda block: block.position)
    _mark_bare(blocks)
    _number(blocks)
    return Composed(committee, period, facts, blocks, summary)


def pieces_of(segments: Segments, facts: FactSet, seen: dict[str, str] | None = None) -> list[Piece]:
    """What the segments print now; `seen` holds what their tokens printed before."""
    pieces = []
    for segment in segments:
        if "text" in segment:
            pieces.append(Piece(segment["text"]))
            continue
        token = Token.of(segment)
        now = printed(facts, token)
        before = (seen or {}).get(token.identity, now.text)
        text = f"〔缺：{now.text}〕" if now.state == UNKNOWN else now.text
        pieces.append(Piece(text, token, now.state, now.label, before if before != now.text else ""))
    return pieces


def shown_values(segments: Segments, facts: FactSet) -> dict[str, str]:
    """What each token of a paragraph prints now, to be remembered when staff save it."""
    tokens = [Token.of(segment) for segment in segments if "fact" in segment]
    return {token.identity: printed(facts, token).text for token in tokens}


def render_entry(entry: Entry, facts: FactSet, picks: dict[str, list[int]], row: Any = None) -> tuple[str, Segments]:
    """(heading, segments) of one entry of the outline."""
    narrator = Narrator(facts, picks)
    scope = facts.scope
    context = {
        "facts": narrator,
        "committee": scope.committee,
        "period": scope.period,
        "next_period": scope.next_period,
        "span": scope.period.label if scope.period.kind == "year" else scope.period.name,
        "next_span": scope.next_period.label if scope.next_period.kind == "year" else scope.next_period.name,
        "next_year": scope.period.year if scope.period.kind != "year" else scope.period.year + 1,
        "as_of": f"{scope.day.year}年{scope.day.month}月{scope.day.day}日",
        "row": row(narrator) if row else None,
    }
    text = _template(entry.template).render(context)
    heading, body = "", text.strip()
    if body.startswith(HEADING):
        heading, _, body = body.partition("\n")
        heading = "".join(
            printed(facts, narrator.tokens[int(part)]).text if index % 2 else part
            for index, part in enumerate(MARK.split(heading.removeprefix(HEADING).strip()))
        )
    return heading, to_segments(_tidy(body), narrator.tokens)


def to_segments(text: str, tokens: list[Token]) -> Segments:
    segments: Segments = []
    for index, part in enumerate(MARK.split(text)):
        if index % 2:
            segments.append(tokens[int(part)].as_segment())
        elif part:
            segments.append({"text": part})
    return segments


def _template(name: str) -> Template:
    return template_engines["documents"].get_template(name)


def _tidy(text: str) -> str:
    """One paragraph: line breaks of the template file go, doubled marks left by dropped clauses too."""
    text = "".join(line.strip() for line in text.splitlines())
    text = re.sub(r"[；，、]+(?=[。；])|[；，、]+$", lambda m: "" if m.end() < len(text) else "。", text)
    return re.sub(r"。{2,}", "。", text)


def _generate(facts: FactSet, picks: dict[str, list[int]]) -> Iterator[ComposedBlock]:
    for index, entry in enumerate(OUTLINE, 1):
        if not entry.each:
            heading, segments = render_entry(entry, facts, picks)
            yield _fresh(entry, entry.key, index * STEP, heading, segments)
            continue
        rows = list(Rows(Narrator(facts, picks), entry.each))
        for offset, row in enumerate(rows):
            pk = row.item["pk"]
            heading, segments = render_entry(
                entry, facts, picks, lambda narrator, row=row: Row(narrator, row.key, row.item)
            )
            yield _fresh(entry, f"{entry.key}-{pk}", index * STEP + offset, heading, segments)


def _fresh(entry: Entry, key: str, position: int, heading: str, segments: Segments) -> ComposedBlock:
    return ComposedBlock(
        key=key,
        kind=entry.kind,
        position=position,
        heading=heading,
        segments=segments,
        generated=segments,
        hidden=entry.optional,
        optional=entry.optional,
        examples=entry.examples,
    )


def _lay_over(blocks: list[ComposedBlock], stored: list[Block], facts: FactSet) -> list[ComposedBlock]:
    """Put what staff changed over what the templates say; paragraphs of their own come in between."""
    by_key = {block.key: block for block in blocks}
    for row in stored:
        block = by_key.get(row.key)
        if block is None:
            if row.origin == BlockOrigin.AUTO:
                continue  # a hidden or moved paragraph whose row is gone
            block = ComposedBlock(key=row.key, kind=row.kind, position=row.position)
            blocks.append(block)
        block.block_id, block.version = row.pk, row.version
        block.position, block.hidden, block.origin = row.position, row.hidden, row.origin
        if row.origin != BlockOrigin.AUTO:
            block.segments, block.heading = row.segments, row.heading
            block.seen = row.values
            if row.origin == BlockOrigin.EDITED and row.generated and block.generated != row.generated:
                block.pending = block.generated
    return blocks


def _mark_bare(blocks: list[ComposedBlock]) -> None:
    """A section with neither text nor printed items under it is not printed; nor is a heading with nothing under it."""
    for index, block in enumerate(blocks):
        if block.kind == BlockKind.SECTION and not block.pieces:
            items = takewhile(lambda other: other.kind == BlockKind.ITEM, blocks[index + 1 :])
            block.bare = not any(item.is_printed for item in items)
    for index, block in enumerate(blocks):
        if block.kind == BlockKind.HEADING:
            under = takewhile(lambda other: other.kind != BlockKind.HEADING, blocks[index + 1 :])
            block.bare = not any(other.is_printed for other in under)


def _number(blocks: list[ComposedBlock]) -> None:
    """一、 for headings, （一） for sections, 一是 for items; counted over what is printed, single items unnumbered."""
    headings = sections = items = 0
    run: list[ComposedBlock] = []
    for block in blocks:
        if not block.is_printed:
            continue
        if block.kind == BlockKind.ITEM:
            items += 1
            block.number = f"{chinese_number(items)}是"
            run.append(block)
            continue
        if len(run) == 1:
            run[0].number = ""
        items, run = 0, []
        if block.kind == BlockKind.HEADING:
            headings, sections = headings + 1, 0
            block.number = f"{chinese_number(headings)}、"
        elif block.kind == BlockKind.SECTION:
            sections += 1
            block.number = f"（{chinese_number(sections)}）"
    if len(run) == 1:
        run[0].number = ""


@dataclass(frozen=True)
class Missing:
    """Something that the summary lacks: what, where it shows, and where it is entered."""

    label: str
    where: str
    block: str
    fact: str = ""
    blocking: bool = True


def missing_of(composed: Composed) -> list[Missing]:
    """缺项清单: tokens without a value, and paragraphs of the outline for which the period has no data."""
    found: dict[tuple[str, str], Missing] = {}
    for block, piece in composed.tokens:
        if piece.is_gap and piece.token:
            label = piece.text.removeprefix("〔缺：").removesuffix("〕")
            found.setdefault((label, ""), Missing(label, block.heading or "正文", block.key, piece.token.fact))
    for block in composed.blocks:
        if block.optional or block.origin != BlockOrigin.AUTO or block.kind == BlockKind.HEADING:
            continue
        if block.is_empty and not block.hidden:
            label = f"{composed.period.name}没有可写进“{block.heading or BLOCK_NAMES.get(block.key, block.key)}”的记录"
            found.setdefault((label, block.key), Missing(label, block.heading or "正文", block.key, blocking=False))
    if not any(block.key.startswith("plan-") for block in composed.blocks):
        label = f"{composed.period.next.label}还没有打算"
        found.setdefault((label, "plan"), Missing(label, "下步工作打算", "plans", "next_plans", blocking=False))
    return list(found.values())


BLOCK_NAMES = {"lead": "导语", "problems": "存在的问题与不足", "plans": "下步工作打算"}
