"""A composed summary becomes a paper that can be kept; a kept one becomes a document again."""

import difflib
import hashlib
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from django.utils import timezone

from reports.models import Edition
from reports.narrative import Composed
from reports.workflows.editions import Paper

from .assembly import document_of, quoted_facts
from .model import Document, plain_text
from .storing import document_data, stored_document
from .word import render_word


def paper_of(composed: Composed, *, annex: bool = False) -> Paper:
    """As it stands now."""
    return paper(composed, document_of(composed, annex=annex, created=timezone.localtime()))


def final_paper(composed: Composed, *, on: date, closing: bool) -> Paper:
    """As it would be signed on that day, with or without 落款; the day of signing is 成文日期 (GB/T 9704—2012)."""
    return paper(composed, final_document(composed, on=on, closing=closing), on)


def final_document(composed: Composed, *, on: date, closing: bool) -> Document:
    summary, committee = composed.summary, composed.committee
    signature = ((summary.signature if summary else "") or committee.name) if closing else ""
    document = document_of(composed, created=timezone.localtime())
    return replace(document, signature=signature, date=on if closing else None)


def paper(composed: Composed, document: Document, signed_on: date | None = None) -> Paper:
    return Paper(
        committee=composed.committee,
        period=composed.period,
        as_of=composed.facts.scope.day,
        title=composed.title,
        content=render_word(document),
        text=plain_text(document),
        digest=text_digest(document),
        has_gaps=document.has_gaps,
        layout=document_data(document),
        facts=quoted_facts(composed),
        signed_on=signed_on,
    )


def text_digest(document: Document) -> str:
    """Of title and paragraphs: whoever signs proves by it which text was read."""
    words = "\n".join((document.title, *(paragraph.text for paragraph in document.paragraphs)))
    return hashlib.sha256(words.encode()).hexdigest()


def differences(before: Document, now: Document) -> list[tuple[str, str]]:
    """(paragraph before, paragraph now) of what differs; "" where one of them has none."""
    old, new = ([document.title, *(p.text for p in document.paragraphs)] for document in (before, now))
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag != "equal":
            found += zip_longest(old[a:b], new[c:d], fillvalue="")
    return found


def edition_document(edition: Edition) -> Document:
    """The document of a kept paper."""
    return stored_document(edition.layout)
