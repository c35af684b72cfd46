"""Sending notices to inboxes. Sending the same key twice to one person is harmless."""

from collections.abc import Iterable, Sequence

from core.models import Notice, User


def notify(users: Iterable[User], *, key: str, title: str, body: str = "", url: str = "") -> None:
    send(notices(users, key=key, title=title, body=body, url=url))


def notices(users: Iterable[User], *, key: str, title: str, body: str = "", url: str = "") -> list[Notice]:
    return [Notice(user=user, key=key[:100], title=title[:120], body=body[:500], url=url[:200]) for user in users]


def send(found: Sequence[Notice]) -> None:
    """Whoever has a notice with that key keeps the one there is."""
    Notice.objects.bulk_create(found, batch_size=500, ignore_conflicts=True)


def take_back(prefix: str) -> None:
    """Notices that ask for something which is no longer wanted; what was read stays."""
    Notice.objects.filter(key__startswith=prefix, read_at=None).delete()
