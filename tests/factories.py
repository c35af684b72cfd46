"""Plain functions that make rows for tests; every argument can be overridden."""

from datetime import date
from itertools import count
from typing import Any

from core.choices import OfficeRole
from core.models import Committee, User
from core.validators import credit_check_digit
from organizations.choices import (
    BranchKind,
    CoverageMethod,
    MembershipKind,
    OrganizationKind,
    PostingRole,
    PostKind,
    Sex,
    SyncEvent,
)
from organizations.models import (
    Affiliation,
    BranchApplication,
    BranchCoverage,
    BranchPost,
    FloatingRecord,
    LostRecord,
    MemberCorrection,
    MemberLapse,
    Membership,
    MemberTransfer,
    PartyBranch,
    PartyMember,
    Posting,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)
from organizations.workflows.applications import apply
from organizations.workflows.conduct import register_conduct
from organizations.workflows.floating import lose_member, register_floating
from organizations.workflows.registration import accept_review
from organizations.workflows.sync import emit, ensure_rules
from organizations.workflows.terms import follow_ledger
from reviews.models import DutyReport, Finding, InspectionCampaign, InspectionRecord, ReviewSession
from tasks.models import (
    Activity,
    ActivityParty,
    JointMeeting,
    PlanItem,
    Problem,
    TaskAssignment,
    TaskItem,
    TaskList,
    Training,
)

numbers = count(1)
PASSWORD = "Correct-Horse-9"


def make_committee(**overrides: Any) -> Committee:
    n = next(numbers)
    return Committee.objects.create(**{"name": f"第{n}社会组织综合党委", "code": f"c{n}", **overrides})


def make_user(committee: Committee | None = None, role: str = "", **overrides: Any) -> User:
    n = next(numbers)
    user = User(**{"username": f"user{n}", "name": f"用户{n}", "role": role, "committee": committee, **overrides})
    user.set_password(PASSWORD)
    user.save()
    return user


def make_staff(committee: Committee, **overrides: Any) -> User:
    return make_user(committee, OfficeRole.STAFF, **overrides)


def make_leader(committee: Committee, **overrides: Any) -> User:
    return make_user(committee, OfficeRole.LEADER, **overrides)


def make_code(kind: str = OrganizationKind.ASSOCIATION, number: int | None = None) -> str:
    first17 = f"{kind}341700MJ{next(numbers) if number is None else number:07d}"
    return first17 + credit_check_digit(first17)


def make_organization(committee: Committee, direct: bool = True, **overrides: Any) -> SocialOrganization:
    n = next(numbers)
    kind = overrides.get("kind", OrganizationKind.ASSOCIATION)
    body = SocialOrganization.objects.create(
        **{
            "committee": committee,
            "name": f"示例市第{n}协会",
            "short_name": f"市第{n}协会",
            "code": make_code(kind),
            "kind": kind,
            "registered_on": date(2015, 1, 1),
            **overrides,
        }
    )
    Affiliation.objects.create(organization=body, kind="direct" if direct else "industry", start=body.registered_on)
    return body


def make_branch(committee: Committee, *, covers: tuple = (), secretary: str = "", **overrides: Any) -> PartyBranch:
    n = next(numbers)
    branch = PartyBranch.objects.create(
        **{
            "committee": committee,
            "name": f"中共示例市第{n}协会支部委员会",
            "short_name": f"市第{n}协会党支部",
            "kind": BranchKind.BRANCH,
            "founded_on": date(2016, 1, 1),
            **overrides,
        }
    )
    method = {BranchKind.JOINT: CoverageMethod.JOINT, BranchKind.FUNCTIONAL: CoverageMethod.FUNCTIONAL}.get(
        branch.kind, CoverageMethod.OWN
    )
    for body in covers:
        BranchCoverage.objects.create(branch=branch, organization=body, method=method, start=branch.founded_on)
    if secretary:
        BranchPost.objects.create(
            branch=branch, person_name=secretary, post=PostKind.SECRETARY, start=branch.founded_on
        )
    if branch.term_end:
        follow_ledger([branch.pk])
    return branch


def make_member(branch: PartyBranch, **overrides: Any) -> PartyMember:
    n = next(numbers)
    start = overrides.pop("start", date(2018, 1, 1))
    member = PartyMember.objects.create(
        **{
            "committee": branch.committee,
            "name": f"党员{n}",
            "sex": Sex.MALE,
            "joined_on": date(2010, 7, 1),
            "full_on": date(2011, 7, 1),
            **overrides,
        }
    )
    Membership.objects.create(member=member, branch=branch, kind=MembershipKind.FULL, start=start)
    return member


def make_transfer(member: PartyMember, to_branch: PartyBranch, **overrides: Any) -> MemberTransfer:
    """A transfer to another branch, as it stands after its start."""
    here = member.memberships.full().get(end=None).branch
    return MemberTransfer.objects.create(
        **{
            "committee": here.committee,
            "member": member,
            "from_branch": here,
            "to_branch": to_branch,
            "started_on": date(2023, 3, 1),
            **overrides,
        }
    )


def make_floating(member: PartyMember, by: User, **overrides: Any) -> FloatingRecord:
    values = {"member": member, "left_on": date(2022, 6, 1), "place": "浙江省杭州市", **overrides}
    return register_floating(FloatingRecord(**values), by=by)


def make_lost(member: PartyMember, by: User, **overrides: Any) -> LostRecord:
    values = {"member": member, "lost_on": date(2022, 6, 1), "circumstance": "1", **overrides}
    return lose_member(LostRecord(**values), by=by)


def make_correction(member: PartyMember, by: User, **overrides: Any) -> MemberCorrection:
    values = {"circumstance": "slack", "start_on": date(2022, 10, 10), "until": date(2023, 4, 9), **overrides}
    return register_conduct(MemberCorrection(member=member, **values), by=by)


def make_lapse(member: PartyMember, by: User, **overrides: Any) -> MemberLapse:
    return register_conduct(
        MemberLapse(member=member, **{"ground": "life", "since": date(2022, 9, 1), **overrides}), by=by
    )


def make_secretary(branch: PartyBranch, **overrides: Any) -> User:
    user = make_user(branch.committee, "", **overrides)
    Posting.objects.create(user=user, role=PostingRole.SECRETARY, branch=branch, start=date(2020, 1, 1))
    return user


def make_liaison(organization: SocialOrganization, **overrides: Any) -> User:
    user = make_user(organization.committee, "", **overrides)
    Posting.objects.create(user=user, role=PostingRole.LIAISON, organization=organization, start=date(2020, 1, 1))
    return user


def make_system_admin(committee: Committee | None = None, **overrides: Any) -> User:
    return make_user(committee, OfficeRole.SYSTEM_ADMIN, **overrides)


def make_security_admin(committee: Committee | None = None, **overrides: Any) -> User:
    return make_user(committee, OfficeRole.SECURITY_ADMIN, **overrides)


def make_audit_admin(committee: Committee | None = None, **overrides: Any) -> User:
    return make_user(committee, OfficeRole.AUDIT_ADMIN, **overrides)


def make_task_list(committee: Committee, **overrides: Any) -> TaskList:
    n = next(numbers)
    return TaskList.objects.create(
        **{
            "committee": committee,
            "title": f"2023年第一季度第{n}任务清单",
            "quarter": 2023 * 4,
            "status": "issued",
            **overrides,
        }
    )


def make_task_item(task_list: TaskList, **overrides: Any) -> TaskItem:
    n = next(numbers)
    return TaskItem.objects.create(
        **{
            "committee": task_list.committee,
            "task_list": task_list,
            "number": task_list.items.count() + 1,
            "text": f"第{n}项工作任务",
            "start": date(2023, 1, 1),
            "due": date(2023, 3, 31),
            **overrides,
        }
    )


def make_assignment(item: TaskItem, branch: PartyBranch | None, **overrides: Any) -> TaskAssignment:
    if overrides.get("status") in ("submitted", "passed"):
        overrides.setdefault("submitted_on", date(2023, 3, 20))
        overrides.setdefault("report", "已完成。")
    return TaskAssignment.objects.create(**{"committee": item.committee, "item": item, "branch": branch, **overrides})


def make_activity(
    committee: Committee, *, organizers: tuple = (), participants: tuple = (), **overrides: Any
) -> Activity:
    n = next(numbers)
    activity = Activity.objects.create(
        **{
            "committee": committee,
            "kind": "theme_day",
            "theme": f"第{n}次主题党日",
            "held_on": date(2023, 3, 10),
            **overrides,
        }
    )
    for role, units in (("organizer", organizers), ("participant", participants)):
        for unit in units:
            where = "branch" if isinstance(unit, PartyBranch) else "organization"
            ActivityParty.objects.create(activity=activity, role=role, **{where: unit})
    return activity


def make_joint_meeting(committee: Committee, **overrides: Any) -> JointMeeting:
    n = next(numbers)
    return JointMeeting.objects.create(
        **{"committee": committee, "year": 2023, "ordinal": n, "held_on": date(2023, 3, 24), **overrides}
    )


def make_training(committee: Committee, **overrides: Any) -> Training:
    n = next(numbers)
    day = overrides.get("start", date(2023, 3, 16))
    return Training.objects.create(
        **{
            "committee": committee,
            "name": f"第{n}期党务培训",
            "audience": "secretaries",
            "start": day,
            "end": day,
            **overrides,
        }
    )


def make_problem(committee: Committee, **overrides: Any) -> Problem:
    n = next(numbers)
    return Problem.objects.create(
        **{"committee": committee, "quarter": 2023 * 4, "description": f"问题{n}", **overrides}
    )


def make_plan(committee: Committee, **overrides: Any) -> PlanItem:
    n = next(numbers)
    return PlanItem.objects.create(
        **{
            "committee": committee,
            "quarter": 2023 * 4 + 1,
            "heading": f"打算{n}",
            "description": "持续推进。",
            **overrides,
        }
    )


def make_campaign(committee: Committee, **overrides: Any) -> InspectionCampaign:
    n = next(numbers)
    return InspectionCampaign.objects.create(
        **{
            "committee": committee,
            "checked_year": 2022,
            "title": f"2022年度社会组织检查（{n}）",
            "started_on": date(2023, 3, 1),
            "submit_due": date(2023, 5, 31),
            "status": "running",
            **overrides,
        }
    )


def make_inspection(
    campaign: InspectionCampaign, organization: SocialOrganization, **overrides: Any
) -> InspectionRecord:
    return InspectionRecord.objects.create(
        **{"committee": campaign.committee, "campaign": campaign, "organization": organization, **overrides}
    )


def make_finding(record: InspectionRecord, **overrides: Any) -> Finding:
    n = next(numbers)
    return Finding.objects.create(
        **{"committee": record.committee, "record": record, "description": f"问题{n}", **overrides}
    )


def make_session(committee: Committee, **overrides: Any) -> ReviewSession:
    return ReviewSession.objects.create(
        **{
            "committee": committee,
            "year": 2022,
            "name": "2022年度直属社会组织党支部书记抓基层党建工作述职评议会议",
            "held_on": date(2023, 2, 24),
            "report_due": date(2023, 2, 20),
            "status": "collecting",
            **overrides,
        }
    )


def make_duty_report(session: ReviewSession, branch: PartyBranch, **overrides: Any) -> DutyReport:
    status = overrides.get("status", "draft")
    handed_in = {"submitted_on": date(2023, 2, 10)} if status in ("submitted", "accepted") else {}
    return DutyReport.objects.create(
        **{
            "committee": session.committee,
            "session": session,
            "branch": branch,
            "secretary_name": "陈例文",
            **handed_in,
            **overrides,
        }
    )


def make_review(staff: User, **overrides: Any) -> RegistrationReview:
    n = next(numbers)
    values = {
        "committee": staff.committee,
        "name": f"示例市拟登记第{n}协会",
        "kind": OrganizationKind.ASSOCIATION,
        "contact": "陈例文",
        "phone": "13800000000",
        "legal_representative": "陈例文",
        "accepted_on": date(2023, 3, 1),
        **overrides,
    }
    return accept_review(RegistrationReview(**values), by=staff)


def make_application(staff: User, **overrides: Any) -> BranchApplication:
    """A request to set up a branch, just come in."""
    n = next(numbers)
    values = {
        "committee": staff.committee,
        "applicant": f"示例市第{n}协会",
        "requested_on": date(2023, 3, 1),
        "grounds": "有正式党员三名，申请成立党支部。",
        "name": f"中共示例市第{n}协会支部委员会",
        "short_name": f"市第{n}协会党支部",
        "branch_kind": BranchKind.BRANCH,
        **overrides,
    }
    return apply(BranchApplication(**values), by=staff)


def make_sync_duty(staff: User, **overrides: Any) -> SyncDuty:
    """A duty of a body made for it, by a rule in force since 2023."""
    on = overrides.pop("on", date(2023, 3, 1))
    ensure_rules(staff.committee)
    SyncRule.objects.filter(committee=staff.committee).update(start=date(2023, 1, 1))
    body = overrides.pop("organization", None) or make_organization(staff.committee)
    return emit(SyncEvent.GRADED, body, on=on, by=staff)[0]
