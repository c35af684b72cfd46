"""换届 in each of its states and two applications, entered through the product's own workflows."""

from datetime import date, timedelta
from typing import Any

from core.models import Committee, User
from organizations.choices import ApplicationKind, BranchKind, PostKind, ReminderWay
from organizations.models import BranchApplication, ElectionTerm, PartyBranch, SocialOrganization
from organizations.workflows import applications as application_workflows
from organizations.workflows import branches as branch_workflows
from organizations.workflows import elections as workflows

from .books import Book
from .branches import SECRETARY_BRANCH, official_name

ON_TIME, WAITING, POSTPONED, PREPARING = (
    "市青年商会党支部",
    "市餐饮业协会党支部",
    "市福建商会党支部",
    "市会计学会党支部",
)
CHANGED, NEW_PARENT = "市茶业协会党支部", "市行业协会党总支"
NEW_BODIES = ("市银龄助老服务中心", "市低碳技术促进会")
POSTS = (PostKind.SECRETARY, PostKind.ORGANIZATION, PostKind.PUBLICITY)


HEADINGS = (
    "党组织全称", "届次", "本届选举日期", "应换届日期", "提醒日期", "提醒方式", "请示文号", "同意换届批复文号", "选举日期",
    "有选举权人数|应到", "有选举权人数|实到", "候选人数", "应选数", "选票|发出", "选票|收回", "选举结果批复文号", "批复日期", "备注",
)  # fmt: skip


def book() -> Book:
    """The elections that were over when the ledger was opened."""
    row = (
        official_name(ON_TIME), 2, date(2020, 2, 28), date(2023, 2, 28), date(2022, 8, 30), "发函", "青商支〔2023〕1号", "综党〔2023〕3号",
        date(2023, 2, 21), 10, 9, 4, 3, 9, 9, "综党〔2023〕5号", date(2023, 3, 1), "",
    )  # fmt: skip
    return Book("elections", "基层党组织换届台账", HEADINGS, [row], file="换届台账")


def hold(committee: Committee, staff: User) -> None:
    """One near and reminded, one in preparation, one overdue after its extension, one not yet approved; one is done."""
    remind = {"way": ReminderWay.LETTER, "by": staff}
    workflows.remind(_term(committee, SECRETARY_BRANCH), on=date(2023, 1, 10), **remind)
    workflows.prepare(_term(committee, PREPARING), request_no="会计学会支〔2023〕2号", reply_no="", by=staff)
    workflows.postpone(
        _term(committee, POSTPONED), extension_no="综党〔2022〕27号", until=date(2023, 3, 31),
        reason="会长任期届满，与理事会换届一并进行。", by=staff,
    )  # fmt: skip
    term = _term(committee, WAITING)
    workflows.prepare(term, request_no="餐饮支〔2023〕1号", reply_no="综党〔2023〕7号", by=staff)
    _elect(term, date(2023, 3, 18), staff)

    _committee(PartyBranch.objects.get(committee=committee, short_name=ON_TIME), staff)


def _committee(branch: PartyBranch, staff: User) -> None:
    """Who sat beside the secretary before and after the election of the quarter."""
    roster = branch.memberships.full().order_by("pk").values_list("member__name", flat=True)[1:5]
    begun, elected = date(2020, 2, 28), date(2023, 2, 21)
    for place, name in enumerate(roster):
        post, start = POSTS[1 + place % 2], (begun, elected)[place // 2]
        row = branch_workflows.appoint(branch, post=post, person_name=name, start=start, by=staff)
        if start == begun:
            branch_workflows.end_post(row, end=elected, by=staff)


def _term(committee: Committee, branch: str) -> ElectionTerm:
    rows = ElectionTerm.objects.open().select_related("branch", "committee")
    return rows.get(branch__committee=committee, branch__short_name=branch)


def _elect(term: ElectionTerm, on: date, staff: User) -> None:
    """The same secretary again, and the first of the roster beside; everybody came and voted but one."""
    head = term.branch.posts.get(post=PostKind.SECRETARY, end=None)
    roster = term.branch.memberships.full().on(on).filter(member__category="full").order_by("pk")
    others = roster.exclude(member__name=head.person_name).values_list("member__name", flat=True)[: len(POSTS) - 1]
    voters = workflows.voters_of(term.branch, on)
    present = voters - 1
    people: list[dict[str, Any]] = [
        {"post": post, "person_name": name, "body_post": head.body_post if not place else "", "votes": present - place}
        for place, (post, name) in enumerate(zip(POSTS, (head.person_name, *others), strict=True))
    ]
    workflows.hold_election(
        term, elected_on=on, people=people, by=staff, voters_due=voters, voters_present=present,
        candidates=len(POSTS) + 1, seats=len(POSTS), ballots_issued=present, ballots_returned=present,
    )  # fmt: skip


def apply(committee: Committee, staff: User) -> None:
    """A branch that moved under another superior, and a joint branch that is being talked about."""
    branches = PartyBranch.objects.filter(committee=committee).select_related("committee")
    row = BranchApplication(
        committee=committee, kind=ApplicationKind.CHANGE, branch=branches.get(short_name=CHANGED),
        applicant="示例市茶业协会", contact="陈例文", request_no="茶协支〔2023〕1号", requested_on=date(2023, 2, 20),
        grounds="支部挂靠行业协会党总支开展活动已满一年，申请隶属关系调整到行业协会党总支。",
        parent=branches.get(short_name=NEW_PARENT),
    )  # fmt: skip
    application_workflows.apply(row, by=staff)
    application_workflows.study(row, studied_on=date(2023, 2, 27), study_note="综合党委第2次会议同意。", by=staff)
    approved = date(2023, 3, 3)
    application_workflows.approve_application(
        row, approval_no="综党〔2023〕6号", approved_by="市社会组织综合党委", approved_on=approved, by=staff
    )
    application_workflows.finish(row, by=staff)
    bodies = SocialOrganization.objects.filter(committee=committee, short_name__in=NEW_BODIES)
    row = BranchApplication(
        committee=committee, kind=ApplicationKind.SET_UP, applicant="示例市银龄助老服务中心", contact="孙例文",
        request_no="银龄〔2023〕4号", requested_on=approved + timedelta(days=20), name="中共示例市助老低碳领域联合支部委员会",
        short_name="市助老低碳领域联合党支部", branch_kind=BranchKind.JOINT, full_member_count=4,
        grounds="两家单位都有正式党员，各不足三名，办公地点相邻，申请联合组建党支部。",
        member_list="周样本　正式党员\n吴演示　正式党员\n郑例文　正式党员\n冯模拟　正式党员",
        proposed_posts="书记　周样本　市银龄助老服务中心主任",
    )  # fmt: skip
    application_workflows.apply(row, covers=bodies, by=staff)
    application_workflows.study(row, studied_on=date(2023, 4, 4), study_note="已列入综合党委第3次会议议题。", by=staff)
