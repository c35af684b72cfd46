"""One committee, or several under one of the province."""

from collections.abc import Iterator
from datetime import date
from random import Random

from django.db import transaction

from core.choices import CommitteeLevel, OfficeRole
from core.models import Committee, User
from reports.models import Phrase

from .ledgers import Ledgers
from .rows import Size
from .work import Work


class Builder(Ledgers, Work):
    """A committee with all that it has."""

    @transaction.atomic
    def build(self) -> int:
        self.make_bodies()
        self.make_branches()
        self.make_members()
        if not self.size.ledgers_only:
            self.make_processes()
            self.make_history()
            self.make_phrases()
        for table in self.tables.values():
            table.flush()
        return sum(table.written for table in self.tables.values())

    def make_phrases(self) -> None:
        for kind, text in (
            ("guidance", "习近平新时代中国特色社会主义思想"),
            ("spirit", "党的二十大精神"),
            ("deployment", "上级会议"),
        ):
            self.add(Phrase, kind=kind, text=text, valid_from=date(2017, 1, 1), status="approved")


def build(
    organizations: int, members: int, years: int, committees: int, seed: int, today: date, ledgers_only: bool = False
) -> Iterator[tuple[Committee, int]]:
    """Yields each committee with the number of its rows; several committees stand under one of the province."""
    root = None
    if committees > 1:
        root = Committee.objects.create(
            name="测速省社会组织综合党委", code="scale", place="省", level=CommitteeLevel.PROVINCE
        )
    for number in range(1, committees + 1):
        name = f"测速{number}市社会组织综合党委"
        committee = Committee.objects.create(name=name, code=f"scale{number}" if root else "scale", parent=root)
        size = Size(max(3, organizations // committees), max(3, members // committees), years, ledgers_only)
        serial = (number - 1) * (size.organizations + 1) + 1
        yield committee, Builder(committee, size, Random(seed * 1000 + number), today, serial).build()
    user = User(username="scale", name="测速", role=OfficeRole.STAFF, committee=root or committee)
    user.set_unusable_password()
    user.save()
