"""Papers that leave the system are kept as they were."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction

from core import audit
from core.choices import AuditEvent
from core.models import Committee, User
from core.periods import Period
from reports.choices import EditionKind
from reports.models import Edition

MAX_TRIES = 5


@dataclass(frozen=True)
class Paper:
    """A summary as it is printed, ready to be kept; documents/papers.py makes it."""

    committee: Committee
    period: Period
    as_of: date
    title: str
    content: bytes  # the Word file
    text: str
    digest: str  # of title and paragraphs, not of signature and date
    has_gaps: bool
    layout: dict[str, Any]  # the document as data, to be drawn again
    facts: list[dict[str, Any]]  # the figures that it quotes, with their rows
    signed_on: date | None = None


def keep_edition(paper: Paper, *, kind: str, by: User) -> Edition:
    """Keep the Word file with its text, values and hash. It never changes afterwards."""
    rows = Edition.objects.filter(committee=paper.committee, period_code=paper.period.code)
    for _ in range(MAX_TRIES):  # two downloads at the same moment take the same number; the later one tries again
        number = (rows.aggregate(last=models.Max("number"))["last"] or 0) + 1
        edition = Edition(
            committee=paper.committee,
            created_by=by,
            period_code=paper.period.code,
            number=number,
            kind=kind,
            title=paper.title[:120],
            sha256=hashlib.sha256(paper.content).hexdigest(),
            text=paper.text,
            layout=paper.layout,
            facts=paper.facts,
            as_of=paper.as_of,
        )
        edition.file.save(f"{paper.period.code}-{number}.docx", ContentFile(paper.content), save=False)
        try:
            with transaction.atomic():
                edition.save()
                audit.record(AuditEvent.DOCUMENT, edition, by=by, note=EditionKind(kind).label)
        except IntegrityError:
            edition.file.delete(save=False)
        except Exception:
            edition.file.delete(save=False)
            raise
        else:
            return edition
    raise ValidationError("同时下载的人太多，没有留存成功。请稍后再下载。")
