"""The audit log cannot be changed unnoticed (M18): blocks of entries are sealed with a keyed hash that runs on.

The key stays outside the database, and so does the newest seal (`audit-head.json` in the data folder): whoever only
reaches the database can neither compute a seal anew nor cut off the last blocks.
"""

import gzip
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.due import due
from core.models import AuditEntry, AuditSeal, User

BLOCK = 1000
GRACE = timedelta(minutes=10)  # entries of transactions that are still running get lower numbers than committed ones
MIN_DAYS = 180
FIELDS = (
    *("id", "at", "event", "user_id", "user_name", "committee_id", "object_type", "object_id", "object_label"),
    *("changes", "note", "success", "address", "request_id", "batch_id"),
)


def _hash(text: str) -> str:
    return hmac.new(settings.FIELD_KEY.encode(), b"audit:" + text.encode(), hashlib.sha256).hexdigest()


def row_hash(row: dict[str, Any]) -> str:
    plain = {**row, "at": row["at"].astimezone(UTC).isoformat()}
    return _hash(json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str))[:16]


def block_hash(before: str, rows: list[list]) -> str:
    return _hash(f"{before}|{json.dumps(rows)}")


def head_path() -> Path:
    return Path(settings.DATA_DIR) / "audit-head.json"


def write_head(seal: AuditSeal) -> None:
    path = head_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"last_id": seal.last_id, "digest": seal.digest}), encoding="ascii")
    part.replace(path)


def read_head() -> dict[str, Any] | None:
    try:
        return json.loads(head_path().read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def seal_entries(*, grace: timedelta = GRACE) -> int:
    """Seal what is old enough, a block at a time. Returns the number of sealed entries."""
    sealed = 0
    until = timezone.now() - grace
    while True:
        with transaction.atomic():
            last = AuditSeal.objects.order_by("-pk").first()
            entries = AuditEntry.objects.filter(pk__gt=last.last_id if last else 0, at__lte=until).order_by("pk")
            rows = [[row["id"], row_hash(row)] for row in entries.values(*FIELDS)[:BLOCK]]
            if not rows:
                return sealed
            digest = block_hash(last.digest if last else "", rows)
            seal = AuditSeal.objects.create(
                first_id=rows[0][0], last_id=rows[-1][0], count=len(rows), digest=digest, rows=rows
            )
            transaction.on_commit(lambda seal=seal: write_head(seal))
        sealed += len(rows)


@due("audit seals")
def seal_due() -> int:
    return seal_entries()


@dataclass(frozen=True)
class Verdict:
    blocks: int
    entries: int
    unsealed: int
    pruned_until: int
    problems: list[str]


def pruned_until() -> int:
    """The last entry that was removed by prune_audit; that removal stands in the log itself."""
    rows = AuditEntry.objects.filter(event=AuditEvent.DELETE, object_type="core.auditseal")
    return rows.order_by("-object_id").values_list("object_id", flat=True).first() or 0


def verify_audit() -> Verdict:
    """Recompute every seal; each problem names the entry."""
    problems: list[str] = []
    before, blocks, entries, pruned = "", 0, 0, pruned_until()
    last_id, digests = 0, {}
    for seal in AuditSeal.objects.order_by("pk").iterator(chunk_size=50):
        blocks += 1
        digests[seal.last_id] = seal.digest
        if block_hash(before, seal.rows) != seal.digest:
            problems.append(
                f"第{seal.pk}号封存记录（日志{seal.first_id}–{seal.last_id}）与前后不符，封存本身被改动过。"
            )
        before, last_id = seal.digest, seal.last_id
        if seal.last_id > pruned:
            problems.extend(_block_problems(seal))
            entries += seal.count
    problems.extend(_head_problems(digests))
    unsealed = AuditEntry.objects.filter(pk__gt=last_id).count()
    return Verdict(blocks, entries, unsealed, pruned, problems)


def _block_problems(seal: AuditSeal) -> Iterator[str]:
    stored = AuditEntry.objects.filter(pk__range=(seal.first_id, seal.last_id)).order_by("pk")
    now = {row["id"]: row_hash(row) for row in stored.values(*FIELDS)}
    sealed = dict(seal.rows)
    for pk, digest in sealed.items():
        if pk not in now:
            yield f"日志第{pk}号被删除。"
        elif now[pk] != digest:
            yield f"日志第{pk}号被改动。"
    for pk in now.keys() - sealed.keys():
        yield f"日志第{pk}号是封存之后插进去的。"


def _head_problems(digests: dict[int, str]) -> Iterator[str]:
    head = read_head()
    if head is None:
        if digests:
            yield f"找不到留存在数据库外的封存头 {head_path().name}，无法判断末尾的日志是否被整段删除。"
    elif head["last_id"] not in digests:
        yield f"末尾的日志被整段删除：留存的封存头到第{head['last_id']}号，数据库里没有这一段。"
    elif digests[head["last_id"]] != head["digest"]:
        yield f"第{head['last_id']}号处的封存与留存的封存头不同。"


def as_lines(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in entries:
        yield json.dumps(row, ensure_ascii=False, default=str) + "\n"


def prune_audit(days: int, path: Path, *, by: User | None = None) -> int:
    """Export whole sealed blocks older than `days` to a gzip file of JSON lines, then remove them (M19)."""
    if days < MIN_DAYS:
        raise ValidationError(f"操作日志至少保留{MIN_DAYS}天（网络安全法第二十三条），不能清理{days}天以内的日志。")
    if path.exists():
        raise ValidationError(f"文件 {path} 已存在，请换一个文件名。")
    cutoff = timezone.now() - timedelta(days=days)
    done = pruned_until()
    seals = AuditSeal.objects.filter(last_id__gt=done, at__lt=cutoff).order_by("pk")
    last_id = 0
    for seal in seals.only("last_id"):
        if not AuditEntry.objects.filter(pk__lte=seal.last_id, pk__gt=last_id, at__gte=cutoff).exists():
            last_id = seal.last_id
        else:
            break
    if not last_id:
        return 0
    old = AuditEntry.objects.filter(pk__lte=last_id).order_by("pk")
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(as_lines(old.values(*FIELDS).iterator(chunk_size=2000)))
    with transaction.atomic():
        count = old.count()
        old.order_by().delete()
        row = audit.entry(
            AuditEvent.DELETE, by=by, label=f"清理{days}天以前的操作日志", note=f"{count}条，已先导出到 {path.name}"
        )
        row.object_type, row.object_id = "core.auditseal", last_id
        row.save()
    return count
