"""Phone numbers of contact persons: masked on pages, shown in full for a stated purpose, logged (M23)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from core import audit
from core.choices import AuditEvent
from core.models import User
from organizations.models import PartyBranch, RegistrationReview, SocialOrganization

Phones = Callable[[Any, date], Iterator[tuple[str, str]]]


def phones_of_body(body: SocialOrganization, on: date) -> Iterator[tuple[str, str]]:
    yield f"联系人{body.contact}", body.phone
    for liaison in body.liaisons.on(on):
        yield f"联络员{liaison.name}", liaison.phone
    for instructor in body.instructor_assignments.on(on):
        yield f"指导员{instructor.instructor_name}", instructor.phone


def phones_of_branch(branch: PartyBranch, on: date) -> Iterator[tuple[str, str]]:
    yield f"联系人{branch.contact}", branch.phone
    for post in branch.posts.on(on):
        yield f"{post.get_post_display()}{post.person_name}", post.phone


def phones_of_review(review: RegistrationReview, on: date) -> Iterator[tuple[str, str]]:
    yield f"联系人{review.contact}", review.phone
    yield f"联络员{review.liaison}", review.liaison_phone


def reveal_phones(row: Any, phones: Phones, *, purpose: str, on: date, by: User) -> list[tuple[str, str]]:
    """The log is written before the numbers are shown. Whoever sees the row may ask."""
    purpose = purpose.strip()
    if len(purpose) < 2:
        raise ValidationError("请写明查看用途，例如“通知参加联席会议”。", code="purpose")
    audit.record(AuditEvent.REVEAL, row, by=by, note=purpose)
    return [(label, phone) for label, phone in phones(row, on) if phone]
