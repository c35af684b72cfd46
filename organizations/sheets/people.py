"""Which member a line means: the name, and where that is not enough the ID number and the branch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.excel.among import one_of
from core.excel.sheet import Column, Context, Parent, Several, Sheet
from core.secrets import keyed_hash
from organizations.choices import FloatingDirection, MembershipKind
from organizations.models import LostRecord, Membership, PartyMember

from .common import BRANCH, days_ahead

NEW_MEMBER = "请核对姓名；确是新的，先登记到党员名册里"


@dataclass
class Person:
    """A member with the branches that he or she is or was in, the present one first of all."""

    pk: int
    name: str
    committee_id: int
    id_hash: str
    id_tail: str
    branches: dict[int, int] = field(default_factory=dict)  # branch → its committee
    home: int | None = None
    home_name: str = ""
    is_full: bool = False  # the relationship is in a branch of ours now
    is_lost: bool = False

    def has_number(self, number: str) -> bool:
        if "*" in number:
            return number[:3] + number[-4:] == self.id_tail
        return keyed_hash(number) == self.id_hash


def find_members(wanted: set[tuple], context: Context) -> dict[tuple, int | str]:
    """(name, ID number, branch) → the member, or why nobody can be told; three queries, whatever the number of lines.

    A ledger of people who come and go gives the direction as well: it changes the advice for a name that is not known.
    """
    by_name: dict[str, list[Person]] = {}
    for person in people_called({name for name, *_ in wanted}, context):
        by_name.setdefault(person.name, []).append(person)
        context.data.setdefault("people", {})[person.pk] = person
    return {cells: tell(by_name.get(cells[0], []), *cells) for cells in wanted}


def people_called(names: Iterable[str], context: Context) -> Iterable[Person]:
    rows = PartyMember.objects.within(context.committee).filter(one_of(PartyMember, "name", names))
    columns = ("pk", "name", "committee_id", "id_hash", "id_tail")
    people = {row[0]: Person(*row) for row in rows.order_by("pk").values_list(*columns)}
    places = Membership.objects.filter(one_of(Membership, "member", people)).order_by("end", "kind", "-start")
    columns = ("member_id", "branch_id", "branch__committee_id", "branch__short_name", "branch__name", "kind", "end")
    for pk, branch, committee, short, name, kind, end in places.values_list(*columns):
        person = people[pk]
        person.branches[branch] = committee
        if end is None and (person.home is None or kind == MembershipKind.FULL):
            person.home, person.home_name = branch, short or name
            person.is_full = kind == MembershipKind.FULL
    for pk in (
        LostRecord.objects.open().filter(one_of(LostRecord, "member", people)).values_list("member_id", flat=True)
    ):
        people[pk].is_lost = True
    return people.values()


def tell(
    people: list[Person], name: str, number: str | None, branch: int | None, direction: str | None = None
) -> int | str:
    if not people:
        guest = "，“组织关系是否在本支部”写“否”" if direction == FloatingDirection.IN else ""
        return f"党员名册里没有“{name}”。{NEW_MEMBER}{guest}。"
    if number:
        people = [p for p in people if p.has_number(number)] or [p for p in people if not p.id_hash and not p.id_tail]
        if not people:
            return f"党员名册里“{name}”的身份证号与这里写的不同。请核对姓名和身份证号。"
    if branch is not None:
        here = [p for p in people if branch in p.branches]
        if not here:
            where = "、".join(dict.fromkeys(f"“{p.home_name}”" for p in people if p.home_name))
            return (
                f"“{name}”{f'在{where}' if where else '已不在名册的党支部里'}，不在这里写的党支部。请核对所在党支部。"
            )
        people = here
    if len(people) > 1:
        people = [p for p in people if p.home is not None] or people
    if len(people) > 1:
        return Several(f"党员名册里有{len(people)}名“{name}”，分不清是哪一名。请写上身份证号或所在党支部。")
    return people[0].pk


def person_of(context: Context, pk: int | None) -> Person | None:
    return context.data.get("people", {}).get(pk)


MEMBER = Parent(
    "member", "organizations.PartyMember", key=("name",), beside=("member.id_number", "branch"), find=find_members
)
NAME = Column("姓名", "member.name", synonyms=("党员姓名", "党员"), required=True, example="陈例文", width=9)
ID_NUMBER = Column(
    "身份证号", "member.id_number", "id_number", synonyms=("公民身份号码", "身份证号码"), personal=True, extra=True,
    help="名册里有同名的才需要填，只用来认人。",
)  # fmt: skip
BRANCH_COLUMN = Column(
    "所在党支部", "branch", "lookup", lookup=BRANCH, synonyms=("党支部", "党支部名称", "所在党组织", "所属党支部"),
    create_only=True, help="不填按党员名册。", example="市广告协会党支部", width=24,
)  # fmt: skip


class MemberRecordSheet(Sheet):
    """One line is one dated record about one member, kept by a branch."""

    after = "先导入党员名册，姓名才对得上。"
    with_number = True
    number_in_ledger = False
    parents = (MEMBER,)
    ahead: tuple[str, ...] = ()  # days that may lie ahead

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        yield from days_ahead(self.columns, values, context, skip=self.ahead)

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        if stored is not None and values["member"] not in (None, stored.member_id):
            yield "member.name", "系统编号这一条登记的是另一名党员。请核对系统编号和姓名；新增的行，系统编号留空。"

    def follows(self, values: dict[str, Any], stored: Any, context: Context) -> Mapping[str, Any]:
        """A new record is kept by the branch that the line names, else by that of the roster."""
        if stored is not None or (person := person_of(context, values["member"])) is None:
            return {}
        branch = values.get("branch") or person.home
        return {"branch_id": branch, "committee_id": person.branches.get(branch, person.committee_id)}
