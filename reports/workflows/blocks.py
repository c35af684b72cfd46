"""Everything that changes the paragraphs of a summary: wording, order, examples. A changed one keeps its earlier wording."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.models import AuditEntry, User
from core.validators import clean_text
from reports.choices import BlockKind, BlockOrigin
from reports.facts import FactSet, registry
from reports.handles import CLOSE, OPEN
from reports.models import Block, BlockVersion, Summary
from reports.narrative import STEP, Composed, ComposedBlock, Segments, shown_values
from reports.tokens import FORMATS

MAX_TEXT = 4000
MAX_SEGMENTS = 400
SAME_SITTING = timedelta(minutes=10)  # autosaves within it make one earlier wording, not hundreds


class StaleBlockError(ValidationError):
    """Somebody else changed this paragraph since it was opened."""


def check_segments(raw: Any) -> Segments:
    """Segments as an editor sent them, cleaned; ValidationError when a token names no fact."""
    if not isinstance(raw, list) or len(raw) > MAX_SEGMENTS:
        raise ValidationError("这一段的内容格式不对，没有保存。请刷新页面后重试。")
    segments: Segments = []
    for part in raw:
        if not isinstance(part, dict):
            raise ValidationError("这一段的内容格式不对，没有保存。请刷新页面后重试。")
        if "fact" in part:
            if part["fact"] not in registry or part.get("format", "") not in FORMATS:
                raise ValidationError("这一段引用了系统里没有的指标，没有保存。请删掉它再插入一次。")
            params = part.get("params") or {}
            if not isinstance(params, dict) or len(str(params)) > 500:
                raise ValidationError("这一段引用的指标参数不对，没有保存。请删掉它再插入一次。")
            segments.append({"fact": part["fact"], "params": params, "format": part.get("format", "")})
            continue
        text = str(part.get("text", "")).replace(OPEN, "").replace(CLOSE, "").replace("\r", "").replace("\n", "")
        text = text.translate({ord("\t"): None})
        if clean_text(text) or text.strip(" "):
            segments.append({"text": text})
    if sum(len(part.get("text", "")) for part in segments) > MAX_TEXT:
        raise ValidationError(f"这一段超过{MAX_TEXT}字，没有保存。请拆成几段。")
    if segments and "text" in segments[0]:
        segments[0]["text"] = segments[0]["text"].lstrip()
    return segments


def save_block(
    summary: Summary,
    current: ComposedBlock,
    *,
    facts: FactSet,
    heading: str,
    segments: Any,
    by: User,
    expected: int | None = None,
) -> Block:
    """Store the wording of one paragraph; the wording before it can be restored."""
    segments = check_segments(segments)
    heading = clean_text(heading)[:100].rstrip("。")
    if not segments and current.segments:
        raise ValidationError("这一段是空的，没有保存。不想印这一段，请点它左侧的标记，选“不印这一段”。")
    with transaction.atomic():
        block = _claim(summary, current, by=by, expected=expected)
        _keep_version(block, current, by=by)
        if block.origin == BlockOrigin.AUTO:
            block.origin, block.generated = BlockOrigin.EDITED, current.generated
        block.heading, block.segments = heading, segments
        block.values = shown_values(segments, facts)
        block.updated_by = by
        block.save()
        _log(summary, block, "改写", by)
    return block


def reset_block(summary: Summary, current: ComposedBlock, *, by: User) -> None:
    """Back to what the records say by themselves; a paragraph of one's own is deleted with its earlier wordings kept in the log."""
    with transaction.atomic():
        block = _claim(summary, current, by=by)
        if block.origin == BlockOrigin.OWN:
            audit.record(
                AuditEvent.DELETE, summary, by=by, note=f"删除自写段落：{current.text[:800]}", label=str(summary)
            )
            block.delete()
            return
        _keep_version(block, current, by=by)
        block.origin, block.heading, block.segments = BlockOrigin.AUTO, "", []
        block.generated, block.values, block.updated_by = [], {}, by
        block.save()
        _log(summary, block, "恢复自动生成", by)


def set_hidden(summary: Summary, current: ComposedBlock, hidden: bool, *, by: User) -> None:
    with transaction.atomic():
        block = _claim(summary, current, by=by)
        block.hidden, block.updated_by = hidden, by
        block.save()
        _log(summary, block, "不印这一段" if hidden else "印这一段", by)


def move_block(summary: Summary, composed: Composed, key: str, step: int, *, by: User) -> None:
    """One place up (−1) or down (+1): the two neighbours exchange their positions."""
    blocks = [block for block in composed.blocks if not (block.optional and block.hidden)]
    index = next((i for i, block in enumerate(blocks) if block.key == key), None)
    if index is None or not 0 <= index + step < len(blocks):
        raise ValidationError("这一段已经在最前面或最后面，不能再移动。")
    one, other = blocks[index], blocks[index + step]
    with transaction.atomic():
        first, second = _claim(summary, one, by=by), _claim(summary, other, by=by)
        first.position, second.position = other.position, one.position
        if first.position == second.position:
            first.position += step
        first.save()
        second.save()
        _log(summary, first, "移动段落", by)


def add_block(
    summary: Summary, composed: Composed, *, after: str, kind: str, heading: str, text: str, by: User
) -> Block:
    """A paragraph of one's own, behind another one."""
    heading, text = clean_text(heading)[:100].rstrip("。"), clean_text(text)
    if kind not in BlockKind.values:
        raise ValidationError("请选择要添加的是标题、带小标题的段落、一是二是，还是正文段落。")
    if kind in (BlockKind.HEADING, BlockKind.SECTION) and not heading:
        raise ValidationError("标题没有写。请先写标题。")
    if kind != BlockKind.HEADING and not text:
        raise ValidationError("正文没有写。请先写正文。")
    anchor = composed.block(after)
    position = anchor.position if anchor else (composed.blocks[-1].position if composed.blocks else 0)
    taken = {block.position for block in composed.blocks}
    while position in taken:
        position += 1
    if position % STEP == 0:
        raise ValidationError("这里添加的段落太多。请换一个位置添加。")
    with transaction.atomic():
        numbers = Block.objects.filter(summary=summary, key__startswith="own-").values_list("key", flat=True)
        number = max((int(key.removeprefix("own-")) for key in numbers), default=0) + 1
        block = Block.objects.create(
            summary=summary,
            key=f"own-{number}",
            kind=kind,
            origin=BlockOrigin.OWN,
            position=position,
            heading=heading,
            segments=check_segments([{"text": text}]) if text else [],
            updated_by=by,
        )
        _log(summary, block, "添加段落", by)
    return block


def accept_wording(summary: Summary, current: ComposedBlock, *, facts: FactSet, by: User) -> None:
    """Take the new generated wording in place of one's own."""
    if current.pending is None:
        raise ValidationError("这一段的自动写法没有变化。")
    with transaction.atomic():
        block = _claim(summary, current, by=by)
        _keep_version(block, current, by=by)
        block.segments = block.generated = current.pending
        block.values = shown_values(current.pending, facts)
        block.updated_by = by
        block.save()
        _log(summary, block, "采用新的自动写法", by)


def keep_wording(summary: Summary, current: ComposedBlock, *, facts: FactSet, by: User) -> None:
    """Keep one's own wording and numbers as they print now; nothing is marked as changed any more."""
    with transaction.atomic():
        block = _claim(summary, current, by=by)
        if current.pending is not None:
            block.generated = current.pending
        block.values = shown_values(block.segments, facts)
        block.updated_by = by
        block.save()
        _log(summary, block, "确认数字变化", by)


def restore_version(summary: Summary, current: ComposedBlock, number: int, *, facts: FactSet, by: User) -> None:
    version = BlockVersion.objects.filter(block__summary=summary, block__key=current.key, number=number).first()
    if version is None:
        raise ValidationError("没有这一稿，可能已被删除。")
    if version.origin == BlockOrigin.AUTO:
        reset_block(summary, current, by=by)
        return
    save_block(summary, current, facts=facts, heading=version.heading, segments=version.segments, by=by)


def copy_free_paragraphs(summary: Summary, composed: Composed, source: Summary, *, by: User) -> int:
    """Copy the paragraphs that staff wrote themselves in another period; returns how many."""
    existing = {tuple(str(part) for part in block.segments) for block in composed.blocks}
    taken = {block.position for block in composed.blocks}
    copied = 0
    with transaction.atomic():
        numbers = Block.objects.filter(summary=summary, key__startswith="own-").values_list("key", flat=True)
        number = max((int(key.removeprefix("own-")) for key in numbers), default=0)
        for row in source.blocks.filter(origin=BlockOrigin.OWN):
            if tuple(str(part) for part in row.segments) in existing:
                continue
            position = row.position
            while position in taken:
                position += 1
            taken.add(position)
            number += 1
            Block.objects.create(
                summary=summary,
                key=f"own-{number}",
                kind=row.kind,
                origin=BlockOrigin.OWN,
                position=position,
                heading=row.heading,
                segments=row.segments,
                updated_by=by,
            )
            copied += 1
        if copied:
            audit.record(AuditEvent.CHANGE, summary, by=by, note=f"从{source}复制自写段落{copied}段")
    return copied


def choose_examples(summary: Summary, fact: str, picks: list[int], *, facts: FactSet, by: User) -> None:
    """Which rows of a list serve as examples, in which order; none chosen = all in the order of the records."""
    if fact not in registry or fact not in facts:
        raise ValidationError("没有这个举例。")
    known = facts[fact].by_pk
    chosen = [pk for pk in dict.fromkeys(picks) if pk in known]
    with transaction.atomic():
        choices = dict(summary.choices)
        choices[fact] = chosen
        if not chosen:
            choices.pop(fact)
        claimed = Summary.objects.filter(pk=summary.pk, version=summary.version).update(
            choices=choices, version=models.F("version") + 1
        )
        if not claimed:
            raise StaleBlockError("别人刚刚改动过这份总结。请刷新页面后再选。")
        summary.choices = choices
        summary.version += 1
        names = "、".join(str(known[pk]["label"]) for pk in chosen) or "全部"
        audit.record(AuditEvent.CHANGE, summary, by=by, note=f"选择举例：{registry[fact].label}—{names}")


def _claim(summary: Summary, current: ComposedBlock, *, by: User, expected: int | None = None) -> Block:
    """The stored row of a paragraph, made now if need be, with its version taken; StaleBlockError when it moved on."""
    block, made = Block.objects.get_or_create(
        summary=summary,
        key=current.key,
        defaults={
            "kind": current.kind,
            "origin": BlockOrigin.AUTO,
            "position": current.position,
            "hidden": current.hidden,
            "updated_by": by,
        },
    )
    known = block.version if expected is None else expected
    if made and expected in (None, 0):
        return block
    if not Block.objects.filter(pk=block.pk, version=known).update(version=models.F("version") + 1):
        who = block.updated_by.name if block.updated_by else "别人"
        raise StaleBlockError(
            f"您打开以后，{who}在{timezone.localtime(block.updated_at):%m-%d %H:%M}改过这一段，所以没有保存。"
            "您写的内容还在下面，请对照最新内容后再保存。"
        )
    block.version = known + 1
    return block


def _keep_version(block: Block, current: ComposedBlock, *, by: User) -> None:
    last = block.versions.first()
    if last and last.by_id == by.pk and timezone.now() - last.at < SAME_SITTING:
        return
    BlockVersion.objects.create(
        block=block,
        number=(last.number if last else 0) + 1,
        origin=block.origin,
        heading=current.heading,
        segments=current.segments,
        by=by,
    )


def _log(summary: Summary, block: Block, what: str, by: User) -> None:
    recent = timezone.now() - SAME_SITTING
    note = f"{what}：{block.heading or block.key}"
    repeated = AuditEntry.objects.filter(
        object_type="reports.summary", object_id=summary.pk, user=by, note=note, at__gte=recent
    ).exists()
    if not repeated:
        audit.record(AuditEvent.CHANGE, summary, by=by, note=note)
