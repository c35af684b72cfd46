"""What happened to members in the system itself: transfers in every state, an extension, absences and contacts."""

from datetime import date

from core.models import User
from organizations.choices import ContactWay, MembershipKind, TransferDirection
from organizations.models import (
    FloatingRecord,
    LostRecord,
    MemberCorrection,
    MemberLapse,
    Membership,
    MemberTransfer,
    PartyBranch,
    PartyMember,
)
from organizations.workflows import conduct, floating, members, transfers

from . import branches, people

OUTSIDE = "中共示例县乙机械公司支部委员会"
# from, to (a branch or an outside party organization), started, approved
TRANSFERS = (
    ("市浙江商会党支部", branches.SECRETARY_BRANCH, "2023-03-28", "2023-03-30"),
    ("市物业管理协会党支部", OUTSIDE, "2023-03-20", "2023-03-21"),
    ("市装饰装修行业协会党支部", "市汽车流通行业协会党支部", "2023-04-04", ""),
)
NEW_BRANCH, FOUNDED = "市快递行业协会党支部", date(2023, 3, 31)
MOVED = ("市道路运输协会党支部", "市汽车流通行业协会党支部")  # each sends one of its members to the new branch
ABSENCES = (
    # left, cause, settled, host, days and outcome of the contacts
    (
        "2022-05-10",
        "务工经商",
        True,
        "中共示例市甲街道流动党员支部委员会",
        (("2022-12-12", True), ("2023-02-20", True)),
    ),
    ("2022-11-01", "投靠子女", False, "", (("2023-03-15", True),)),
    ("2022-09-20", "务工经商", True, "", (("2022-12-20", True),)),
    ("2023-01-05", "外出学习", False, "", (("2023-03-02", False), ("2023-03-28", True))),
    ("2022-08-15", "务工经商", False, "", (("2023-03-10", False),)),
)


CORRECTIONS = (
    # branch, circumstance, what was found, told, until, document, outcome and its day
    (
        "市建筑业协会党支部",
        "discipline",
        "多次无故不参加支部活动",
        "2022-10-20",
        "2023-04-19",
        "综党〔2022〕18号",
        "",
        "",
    ),
    (
        "市机动车辆检测协会党支部",
        "slack",
        "承担的任务长期没有完成",
        "2022-03-10",
        "2022-09-09",
        "综党〔2022〕6号",
        "corrected",
        "2022-09-13",
    ),
)
LAPSES = (
    # branch, ground, since, good reason, what was found out
    (branches.SECRETARY_BRANCH, "life", "2022-12-20", "", "3月6日书记同本人谈话，表示从下月起参加。"),
    ("市道路运输协会党支部", "life", "2022-09-05", "住院治疗，已请假", ""),
)


def load(staff: User, secretary: User) -> None:
    taken = move_members(staff, secretary)
    extend_one(staff)
    note_absences(staff)
    lose_one(staff, taken)
    note_conduct(staff, taken)


def plain_member(branch: str, taken: set[int]) -> PartyMember:
    """Somebody of the branch without a post, at home and not yet in another story."""
    rows = Membership.objects.full().filter(branch__short_name=branch, end=None, member__category="full")
    rows = rows.filter(member__party_post="", member__floating="").exclude(member__in=taken)
    member = rows.order_by("pk").select_related("member__committee")[3].member
    taken.add(member.pk)
    return member


def move_members(staff: User, secretary: User) -> set[int]:
    taken: set[int] = set()
    found_new_branch(staff)
    for source, target, started, approved in TRANSFERS:
        row = new_transfer(plain_member(source, taken), target, started)
        transfers.start_transfer(row, by=staff)
        if approved:
            transfers.approve_transfer(row, by=staff, on=date.fromisoformat(approved))
    row = new_transfer(plain_member(branches.SECRETARY_BRANCH, taken), "市餐饮业协会党支部", "2023-04-03")
    transfers.start_transfer(row, by=secretary)
    returned = new_transfer(plain_member("市青年商会党支部", taken), "市茶业协会党支部", "2023-03-01")
    transfers.begin_transfer(returned, by=staff)
    transfers.return_transfer(returned, by=staff, reason="介绍信超过有效期，请重新开具。")
    withdrawn = new_transfer(plain_member("市福建商会党支部", taken), OUTSIDE, "2023-02-27")
    transfers.start_transfer(withdrawn, by=staff)
    transfers.withdraw_transfer(withdrawn, by=staff, reason="本人继续在原单位工作，不再转出。")
    arriving(staff)
    return taken


def new_transfer(member: PartyMember, target: str, started: str) -> MemberTransfer:
    branch = PartyBranch.objects.filter(short_name=target).first()
    return MemberTransfer(
        member=member,
        direction=TransferDirection.BETWEEN if branch else TransferDirection.OUTWARD,
        to_branch=branch,
        outside="" if branch else target,
        started_on=date.fromisoformat(started),
        cause="工作变动",
        letter_no=f"综党转〔2023〕{MemberTransfer.objects.count() + 1}号",
    )


def newcomer(staff: User, number: int, workplace: str) -> PartyMember:
    """Somebody who stands in no workbook."""
    born = date(1988, 5, 14)
    member = PartyMember(
        committee=staff.committee, name=next(people.names(700 + number)), sex="male", born_on=born, workplace=workplace,
        education="bachelor", joined_on=date(2009, 7, 1), full_on=date(2010, 7, 1), phone=people.phone(1990 + number),
    )  # fmt: skip
    member.set_id_number(people.id_number(born, 240 + number, True))
    return member


def found_new_branch(staff: User) -> None:
    """Two members of older branches go to a new one on the day of its founding."""
    target = PartyBranch.objects.get(short_name=NEW_BRANCH)
    for number, source in enumerate(MOVED, 1):
        member = newcomer(staff, number, "示例市快递行业协会工作人员")
        home = PartyBranch.objects.get(short_name=source)
        transfers.enrol_new(member, branch=home, start=max(home.founded_on, date(2018, 6, 1)), by=staff)
        row = new_transfer(member, target.short_name, "2023-03-27")
        transfers.start_transfer(row, by=staff)
        transfers.approve_transfer(row, by=staff, on=date(2023, 3, 28))
        transfers.receive_transfer(row, by=staff, on=FOUNDED, note="已报到")


def arriving(staff: User) -> None:
    """Somebody from another unit, on the way to a branch here."""
    transfers.enrol_new(
        newcomer(staff, 0, "示例市物业管理协会工作人员"),
        branch=PartyBranch.objects.get(short_name="市物业管理协会党支部"),
        start=date(2023, 4, 3),
        join_reason="transferred",
        origin=OUTSIDE,
        await_receipt=True,
        by=staff,
    )


def extend_one(staff: User) -> None:
    """The branch meeting put off its decision about the probationary member whose year ended first."""
    rows = PartyMember.objects.filter(category="probationary", joined_on__lte=date(2022, 3, 31))
    member = rows.order_by("joined_on", "pk").select_related("committee")[0]
    members.extend_probation(
        member, on=date(2023, 3, 27), until=date(2023, 9, 28), by=staff, document_no="综党〔2023〕9号"
    )


def note_absences(staff: User) -> None:
    """What the roster does not say about those away; and one whose relationship is elsewhere."""
    away = FloatingRecord.objects.open().select_related("member", "branch").order_by("pk")
    for row, (left, cause, settled, host, contacts) in zip(away, ABSENCES, strict=False):
        row.left_on, row.cause, row.is_settled, row.other_party = date.fromisoformat(left), cause, settled, host
        row.contact_person = "组织委员"
        row.is_abroad = row.place == branches.ABROAD
        floating.save_floating(row, by=staff)
        for day, reached in contacts:
            way = ContactWay.PHONE if reached else ContactWay.MESSAGE
            note = "工作稳定，按月交纳党费。" if reached else "信息未回复。"
            floating.log_contact(row, on=date.fromisoformat(day), way=way, reached=reached, note=note, by=staff)
    here = Membership.objects.filter(kind=MembershipKind.ASSOCIATE, end=None, member__floating="").order_by("pk")
    guest = here.select_related("member__committee")[0].member
    row = FloatingRecord(member=guest, direction="in", left_on=date(2022, 10, 8), place="示例市", cause="务工经商")
    row.other_party = "中共示例县丙村支部委员会"
    floating.register_floating(row, by=staff)


def lose_one(staff: User, taken: set[int]) -> None:
    member = plain_member("市家政服务业协会党支部", taken)
    floating.lose_member(
        LostRecord(member=member, circumstance="1", lost_on=date(2022, 9, 15), note="电话停机，家属也联系不上。"),
        by=staff,
    )


def note_conduct(staff: User, taken: set[int]) -> None:
    """限期改正, one running and one ended well; members who take no part, one with a good reason."""
    for branch, circumstance, detail, told, until, document, outcome, on in CORRECTIONS:
        row = MemberCorrection(
            member=plain_member(branch, taken), circumstance=circumstance, detail=detail, document_no=document,
            start_on=date.fromisoformat(told), until=date.fromisoformat(until),
        )  # fmt: skip
        conduct.register_conduct(row, by=staff)
        if outcome:
            note = "支部党员大会评议，认为已经改正。"
            conduct.conclude(row, outcome=outcome, on=date.fromisoformat(on), by=staff, note=note)
    for branch, ground, since, excuse, note in LAPSES:
        row = MemberLapse(member=plain_member(branch, taken), ground=ground, since=date.fromisoformat(since))
        row.excuse, row.note = excuse, note
        conduct.register_conduct(row, by=staff)
