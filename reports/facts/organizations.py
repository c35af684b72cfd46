"""Facts about bodies, branches, members, charters, letters and ledgers."""

from django.db.models import Exists, OuterRef

from core.periods import add_months
from organizations.choices import BranchKind, MemberCategory
from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    LedgerCheck,
    LedgerDifference,
    Membership,
    PartyBranch,
    PartyMember,
    SocialOrganization,
)
from organizations.statistics import base_condition

from .engine import RATE, SUM, Base, Fact, Scope, add, add_base


def _bodies(s: Scope):
    """Every body registered by the end of the period, ended ones included: facts narrow it."""
    return SocialOrganization.objects.within(s.committee).filter(registered_on__lte=max(s.day, s.period.end))


def _in_scope(bodies, s: Scope):
    """The base of the two coverages by the office's definition (DOMAIN §4.3)."""
    return bodies.filter(base_condition(s.day, s.coverage))


def _covered(bodies, s: Scope):
    return bodies.organization_covered(s.day, s.coverage.methods)


def _work_covered(bodies, s: Scope):
    return bodies.work_covered(s.day, s.coverage.guides)


def _new(bodies, s: Scope):
    return bodies.newly_registered(s.period.start, s.period.end)


def _members(s: Scope):
    counted = Membership.objects.full().on(s.day).filter(member=OuterRef("pk"))
    return PartyMember.objects.within(s.committee).filter(Exists(counted))


def _new_with_letter(bodies, s: Scope):
    return bodies.filter(Exists(CommitmentLetter.objects.signed().filter(organization=OuterRef("pk"))))


def _by_quarter(model):
    return lambda s: model.objects.within(s.committee).for_quarters(s.period.first, s.period.last)


add_base(Base("bodies", "社会组织", _bodies, stock=True))
add_base(
    Base(
        "branches",
        "党组织",
        lambda s: PartyBranch.objects.within(s.committee).filter(founded_on__lte=max(s.day, s.period.end)),
        stock=True,
    )
)
add_base(Base("members", "党员", _members, stock=True))
add_base(
    Base(
        "charters",
        "核准的章程",
        lambda s: CharterRecord.objects.within(s.committee).approved_between(s.period.start, s.period.end),
        select=("organization",),
    )
)
add_base(
    Base(
        "letters",
        "签订的承诺书",
        lambda s: CommitmentLetter.objects.within(s.committee).signed_between(s.period.start, s.period.end),
        select=("organization",),
    )
)
add_base(Base("ledger_checks", "台账核对", _by_quarter(LedgerCheck)))
add_base(Base("ledger_differences", "核对差异", _by_quarter(LedgerDifference), select=("organization",)))

add(
    Fact(
        "organizations",
        "在册社会组织",
        "家",
        "截至当日已登记且没有注销、撤销的社会组织，一家算一家。",
        "bodies",
        condition=lambda q, s: q.registered(s.day),
    ),
    Fact(
        "organizations_direct",
        "综合党委直管的社会组织",
        "家",
        "在册社会组织中，当日党建管理归口为综合党委直管的。",
        "bodies",
        within="organizations",
        condition=lambda q, s: q.directly_managed(s.day),
    ),
    Fact(
        "coverage_base",
        "两个覆盖基数",
        "家",
        "当日在册的社会组织；办公设置规定不计异常、失信的，只算登记状态正常的，规定不计登记不满6个月的，不算这些单位。",
        "bodies",
        within="organizations",
        condition=_in_scope,
    ),
    Fact(
        "organizations_covered",
        "党的组织覆盖的社会组织",
        "家",
        "两个覆盖基数中，当日有党组织单独、联合或以功能型方式覆盖的，一家只算一次；功能型计不计按办公设置。",
        "bodies",
        within="coverage_base",
        condition=_covered,
        code="COV-01",
    ),
    Fact(
        "organizations_work_covered",
        "党的工作覆盖的社会组织",
        "家",
        "两个覆盖基数中，当日有党组织覆盖，或者选派了党建工作指导员的，一家只算一次；只有联络员或群团组织的计不计按办公设置。",
        "bodies",
        within="coverage_base",
        condition=_work_covered,
        code="COV-03",
    ),
    Fact(
        "organizations_with_clause",
        "党建入章的社会组织",
        "家",
        "在册社会组织中，截至当日已核准的章程写入党的建设条款的。",
        "bodies",
        within="organizations",
        condition=lambda q, s: q.with_party_clause(s.day),
        code="CH-01",
    ),
    Fact(
        "organization_coverage_rate",
        "党的组织覆盖率",
        "%",
        "党的组织覆盖的社会组织数除以两个覆盖基数，保留一位小数。",
        kind=RATE,
        parts=("organizations_covered", "coverage_base"),
        code="COV-01",
    ),
    Fact(
        "work_coverage_rate",
        "党的工作覆盖率",
        "%",
        "党的工作覆盖的社会组织数除以两个覆盖基数，保留一位小数。",
        kind=RATE,
        parts=("organizations_work_covered", "coverage_base"),
        code="COV-03",
    ),
    Fact(
        "new_organizations",
        "新成立社会组织",
        "家",
        "登记日期在本期内的社会组织。",
        "bodies",
        condition=_new,
        code="ORG-05",
    ),
    Fact(
        "new_with_clause",
        "新成立社会组织中党建入章的",
        "家",
        "本期新成立的社会组织中，截至当日已核准的章程写入党的建设条款的。",
        "bodies",
        within="new_organizations",
        condition=lambda q, s: q.with_party_clause(s.day),
        code="PR-01",
    ),
    Fact(
        "new_with_letter",
        "新成立社会组织中签订承诺书的",
        "家",
        "本期新成立的社会组织中，已签订《社会组织党建工作承诺书》的。",
        "bodies",
        within="new_organizations",
        condition=_new_with_letter,
        code="PR-01",
    ),
    Fact(
        "letter_rate",
        "承诺书签订率",
        "%",
        "签订承诺书的新成立社会组织数除以新成立社会组织数。",
        kind=RATE,
        parts=("new_with_letter", "new_organizations"),
        code="PR-01",
    ),
    Fact("charters_approved", "核准章程", "家", "核准日期在本期内的章程。", "charters"),
    Fact(
        "charters_with_clause",
        "核准章程中写入党建条款的",
        "家",
        "本期核准的章程中，含党的建设条款的。",
        "charters",
        condition=lambda q, s: q.filter(has_party_clause=True),
        code="CH-01",
    ),
    Fact("letters_signed", "签订承诺书", "份", "签订日期在本期内的《社会组织党建工作承诺书》。", "letters"),
    Fact(
        "branches",
        "党组织",
        "个",
        "截至当日已成立且没有撤销的党组织，联合党支部算一个。",
        "branches",
        condition=lambda q, s: q.active(s.day),
    ),
    Fact(
        "branches_new",
        "新组建党组织",
        "个",
        "成立日期在本期内且没有撤销的党组织。",
        "branches",
        within="branches",
        condition=lambda q, s: q.founded_between(s.period.start, s.period.end),
    ),
    *(
        Fact(
            f"branches_{kind.value}",
            kind.label,
            "个",
            f"截至当日类别为{kind.label}的党组织。",
            "branches",
            within="branches",
            condition=lambda q, s, kind=kind: q.filter(kind=kind),
        )
        for kind in (BranchKind.BRANCH, BranchKind.JOINT, BranchKind.FUNCTIONAL)
    ),
    Fact(
        "terms_ending",
        "六个月内届满的党组织",
        "个",
        "当日起六个月内本届任期届满的党组织。",
        "branches",
        within="branches",
        condition=lambda q, s: q.term_ending(s.day, add_months(s.day, 6)),
    ),
    Fact(
        "branches_dissolved",
        "撤销党组织",
        "个",
        "撤销日期在本期内的党组织。",
        "branches",
        condition=lambda q, s: q.dissolved_between(s.period.start, s.period.end),
    ),
    Fact("members", "党员", "名", "当日组织关系在各党支部的党员，一名算一名。", "members", code="MB-06"),
    Fact(
        "members_probationary",
        "预备党员",
        "名",
        "当日组织关系在各党支部、人员类别为预备党员的。",
        "members",
        condition=lambda q, s: q.filter(category=MemberCategory.PROBATIONARY),
    ),
    Fact("ledger_checks", "台账核对", "次", "归属本期的台账核对。", "ledger_checks"),
    Fact(
        "ledger_organizations",
        "核对社会组织",
        "家",
        "本期各次核对的社会组织数之和。",
        "ledger_checks",
        kind=SUM,
        expression="organizations_checked",
    ),
    Fact(
        "ledger_members",
        "核对党员",
        "名",
        "本期各次核对的党员数之和。",
        "ledger_checks",
        kind=SUM,
        expression="members_checked",
    ),
    Fact("differences", "发现差异", "条", "本期核对发现的差异，一个对象的一个栏目算一条。", "ledger_differences"),
    Fact(
        "differences_corrected",
        "已更正差异",
        "条",
        "本期核对发现的差异中已填写更正日期的。",
        "ledger_differences",
        condition=lambda q, s: q.corrected(),
    ),
    Fact(
        "differences_pending",
        "正在核实的差异",
        "条",
        "本期核对发现的差异中没有更正、也没有判定为不是问题的。",
        "ledger_differences",
        condition=lambda q, s: q.pending(),
    ),
)
