"""From the composed summary to the document model: sections swallow their 一是 items, gaps stay visible."""

import datetime

from reports.choices import BlockKind
from reports.facts import package
from reports.narrative import Composed, ComposedBlock

from .model import Column, Document, Paragraph, Run, Table, break_title


def document_of(composed: Composed, *, annex: bool = False, created: datetime.datetime | None = None) -> Document:
    """The paper of a summary; `annex` adds the table of the figures and what they are counted from."""
    summary, committee = composed.summary, composed.committee
    signed = bool(summary and summary.has_signature)
    lines = composed.title_lines
    return Document(
        title_lines=lines if all(len(line) <= 20 for line in lines) else break_title(composed.title),
        paragraphs=tuple(_paragraphs(composed)),
        signature=((summary.signature if summary else "") or committee.name) if signed else "",
        date=summary.signed_on if signed and summary else None,
        author=committee.name,
        subject=composed.title,
        annexes=(evidence(composed),) if annex else (),
        created=created,
    )


def _paragraphs(composed: Composed) -> list[Paragraph]:
    found: list[Paragraph] = []
    for block in composed.printed_blocks:
        if block.kind == BlockKind.HEADING:
            found.append(Paragraph("heading1", (Run(f"{block.number}{block.heading}"),)))
        elif block.kind == BlockKind.ITEM and found and found[-1].kind == "body":
            last = found[-1]
            found[-1] = Paragraph("body", (*last.runs, *_item_runs(block)), last.lead)
        elif block.kind == BlockKind.SECTION:
            found.append(Paragraph("body", _runs(block), f"{block.number}{block.heading}。"))
        else:
            found.append(Paragraph("body", _item_runs(block) if block.kind == BlockKind.ITEM else _runs(block)))
    return found


def _runs(block: ComposedBlock) -> tuple[Run, ...]:
    return tuple(Run(piece.text, piece.is_gap) for piece in block.pieces)


def _item_runs(block: ComposedBlock) -> tuple[Run, ...]:
    head = f"{block.number}{block.heading}。" if block.heading else block.number
    return ((Run(head),) if head else ()) + _runs(block)


def evidence(composed: Composed) -> Table:
    """数据依据表: every figure quoted in the text, where, its value and how it is counted."""
    rows, seen = [], set()
    for block, piece in composed.tokens:
        key = piece.token.fact if piece.token else ""
        if not key or key in seen or key not in composed.facts or key == "phrases":
            continue
        seen.add(key)
        value = composed.facts[key]
        shown = "未填" if value.unknown else f"{value.value if value.value is not None else '—'}{value.fact.unit}"
        rows.append((str(len(rows) + 1), value.fact.label, shown, block.heading or "正文", value.fact.definition))
    return Table(
        title="数据依据表",
        columns=(
            Column("序号", 0.6, "center"),
            Column("指标", 2.2),
            Column("数值", 1, "center"),
            Column("用在", 2),
            Column("怎么算的", 4),
        ),
        rows=tuple(rows),
        note=f"数据截至{composed.facts.scope.day:%Y-%m-%d}。",
    )


def quoted_facts(composed: Composed) -> list[dict]:
    """The facts that the text quotes, with their rows, as an edition keeps them."""
    keys = dict.fromkeys(piece.token.fact for _, piece in composed.tokens if piece.token)
    return [package(composed.facts[key]) for key in keys if key in composed.facts]
