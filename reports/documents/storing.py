"""A document as JSON and back, so that a signed text can be printed again as it was, whatever the records say by then.

The annexes are not kept: the figures of an edition stand in its own columns.
"""

import datetime
from typing import Any

from .model import Document, Paragraph, Run


def document_data(document: Document) -> dict[str, Any]:
    return {
        "title_lines": list(document.title_lines),
        "paragraphs": [
            {"kind": p.kind, "lead": p.lead, "runs": [[run.text, run.gap] for run in p.runs]}
            for p in document.paragraphs
        ],
        "signature": document.signature,
        "date": document.date.isoformat() if document.date else "",
        "author": document.author,
        "subject": document.subject,
    }


def stored_document(data: dict[str, Any]) -> Document:
    """The document that `document_data` kept."""
    return Document(
        title_lines=tuple(data["title_lines"]),
        paragraphs=tuple(
            Paragraph(p["kind"], tuple(Run(text, gap) for text, gap in p["runs"]), p["lead"])
            for p in data["paragraphs"]
        ),
        signature=data["signature"],
        date=datetime.date.fromisoformat(data["date"]) if data["date"] else None,
        author=data["author"],
        subject=data["subject"],
    )
