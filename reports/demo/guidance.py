"""前置审查 in every stage, 六个同步, visits, plans and mass organizations: what an office has on its desk in April 2023."""

from datetime import date
from typing import Any

from core.choices import DayKind
from core.editing import update_record
from core.models import Committee, User
from organizations.choices import OrganizationKind
from organizations.models import InstructorAssignment, RegistrationReview, SocialOrganization, SyncDuty, SyncRule
from organizations.workflows import guidance as guidance_workflows
from organizations.workflows import holidays as holiday_workflows
from organizations.workflows import registration as workflows
from organizations.workflows.sync import ensure_rules, finish_duty
from organizations.workflows.sync_sources import catch_up

from . import people
from .bodies import GRADED_LATER, full_name
from .books import Book, day

UNION, YOUTH = "union", "youth"
HOLIDAYS = (  # the notices for 2022 (its end) and 2023
    ("元旦", "holiday", "2022-12-31", "2023-01-02"), ("春节", "holiday", "2023-01-21", "2023-01-27"),
    ("春节调休", "workday", "2023-01-28", "2023-01-29"), ("清明节", "holiday", "2023-04-05", "2023-04-05"),
    ("劳动节", "holiday", "2023-04-29", "2023-05-03"), ("劳动节调休", "workday", "2023-04-23", "2023-04-23"),
    ("劳动节调休", "workday", "2023-05-06", "2023-05-06"), ("端午节", "holiday", "2023-06-22", "2023-06-24"),
    ("端午节调休", "workday", "2023-06-25", "2023-06-25"), ("中秋节、国庆节", "holiday", "2023-09-29", "2023-10-06"),
    ("国庆节调休", "workday", "2023-10-07", "2023-10-08"),
)  # fmt: skip
SENT = (  # from April on, so that the figures of the first quarter stay
    ("周例文", "市民政局机关党支部", "市登山运动协会"), ("周例文", "市民政局机关党支部", "市朗诵协会"),
    ("周例文", "市民政局机关党支部", "市心理学会"), ("吴范例", "市委非公工委机关党支部", "市优才体育俱乐部"),
)  # fmt: skip
PLANS = (
    ("市低碳技术促进会", "2023-05-31", "李样本", "已有3名正式党员，指导申请单独成立党支部。"),
    ("市家庭教育促进会", "2023-06-30", "李样本", "并入市教育类社会组织联合党支部。"),
    ("市露营行业协会", "2023-09-30", "李样本", "先选派指导员，培养入党积极分子。"),
    ("市金秋老年学堂", "2023-03-31", "王演示", "与所在社区党组织商定联合组建。"),
)
CHARTER = {"clause_article": "第四条", "clause_text": "本会根据中国共产党章程的规定，设立中国共产党的组织，开展党的活动，为党组织的活动提供必要条件。",
           "clause_kind": "own", "values_article": "第三条"}  # fmt: skip


def books() -> list[Book]:
    """The instructors sent in April and the plans."""
    sent = [(name, unit, full_name(body), day("2023-04-03")) for name, unit, body in SENT]
    plans = [(full_name(body), day(planned), person, measures) for body, planned, person, measures in PLANS]
    return [
        Book("instructors", "2023年4月党建工作指导员选派表", ("姓名", "派出单位", "社会组织名称", "选派日期"), sent),
        Book("coverage_plans", "应建未建和覆盖空白组建计划", ("社会组织名称", "拟建时间", "责任人", "措施"), plans),
    ]


def load(committee: Committee, staff: User) -> None:
    for name, kind, first, last in HOLIDAYS:
        holiday_workflows.add_holidays(first=day(first), last=day(last), kind=DayKind(kind), name=name, by=staff)
    _rules(committee, staff)
    _visits(staff)
    for short, kind, since in (("市广告协会", UNION, "2019-05-01"), ("市软件和信息服务业协会", YOUTH, "2021-05-04")):
        guidance_workflows.found_mass(_body(short), kind=kind, start=day(since), by=staff)
    _reviews(staff)
    for short, graded in GRADED_LATER.items():
        body = _body(short)
        body.grade, body.graded_on, body.grade_until = "4A", day(graded), day(graded.replace("2023", "2028"))
        update_record(body, by=staff, note="公布评估等级")
    catch_up(committee, by=staff)
    for duty in SyncDuty.objects.open().filter(event="inspected").select_related("committee")[:3]:
        finish_duty(duty, on=max(duty.event_on, date(2023, 4, 4)), by=staff, note="已同步检查党建工作")


def _body(short: str) -> SocialOrganization:
    return SocialOrganization.objects.select_related("committee").get(short_name=short)


def _rules(committee: Committee, staff: User) -> None:
    """The six rules count from the beginning of the year."""
    ensure_rules(committee, by=staff)
    for rule in SyncRule.objects.filter(committee=committee).exclude(start=date(2023, 1, 1)):
        rule.start = date(2023, 1, 1)
        update_record(rule, by=staff, note="自2023年起执行")


def _visits(staff: User) -> None:
    days = (date(2022, 11, 22), date(2023, 2, 16), date(2023, 4, 4))
    words = ("了解党员人数和组织关系", "商量并入联合党支部", "")
    rows = InstructorAssignment.objects.filter(start__lt=date(2022, 11, 20), end=None).order_by("pk")
    for number, row in enumerate(rows.select_related("organization__committee")):
        for visited, content in list(zip(days, words, strict=True))[: number % 4]:
            guidance_workflows.record_visit(row, visited_on=visited, content=content, by=staff)


# Reviews -------------------------------------------------------------------------------------------------------------


def _accept(staff: User, short: str, kind: str, accepted: str, serial: int, **more: Any) -> RegistrationReview:
    name = next(people.names(700 + serial))
    review = RegistrationReview(
        committee=staff.committee, name=full_name(short), short_name=short, kind=kind, founder=f"{name}等",
        legal_representative=name, contact=name, phone=people.phone(700 + serial), supervising_unit="无",
        accepted_on=day(accepted), **more,
    )  # fmt: skip
    return workflows.accept_review(review, by=staff)


def _fresh(review: RegistrationReview) -> RegistrationReview:
    return RegistrationReview.objects.select_related("committee", "organization__committee").get(pk=review.pk)


def _fill(review: RegistrationReview, staff: User, **values: Any) -> None:
    review = _fresh(review)
    for name, value in values.items():
        setattr(review, name, value)
    workflows.change_review(review, by=staff)


def _pass(review: RegistrationReview, staff: User, times: int) -> None:
    for _ in range(times):
        review = _fresh(review)
        workflows.pass_stage(review, stage=review.status, by=staff)


def _charter(review: RegistrationReview, staff: User, voted: str) -> None:
    assembly = review.kind == OrganizationKind.ASSOCIATION
    _fill(review, staff, **CHARTER, vote_body="assembly" if assembly else "council", voted_on=day(voted))


def _approve(review: RegistrationReview, staff: User, number: int) -> None:
    """Through charter, letter and approval: the body stands in the ledger from then on."""
    _charter(review, staff, "2023-03-06")
    _fill(review, staff, letter_signer=review.legal_representative, letter_signed_on=date(2023, 3, 20))
    code = people.credit_code(review.kind, 700 + number)
    _fill(review, staff, approved_on=date(2023, 4, 3), approval_no=f"民社登〔2023〕{number}号", code=code)
    _pass(review, staff, 3)


def _reviews(staff: User) -> None:
    _, board, waiting = (
        _accept(staff, short, kind, on, n)
        for n, (short, kind, on) in enumerate((("市数字创意产业协会", "51", "2023-03-29"), ("市康乐托育服务中心", "52", "2023-03-15"),
                                               ("市花卉行业协会", "51", "2023-03-10")))
    )  # fmt: skip
    _charter(board, staff, "2023-03-01")
    _pass(board, staff, 1)
    _charter(waiting, staff, "2023-02-25")
    workflows.ask_correction(
        _fresh(waiting),
        reason="章程第四条没有写明党组织的工作经费和活动场所，请补充。",
        days=5,
        asked_on=date(2023, 4, 3),
        by=staff,
    )
    late = _accept(staff, "市乡村规划研究会", "51", "2023-03-01", 3, is_trade_association=False)
    _charter(late, staff, "2023-02-10")
    _fill(late, staff, letter_signer=late.legal_representative, letter_signed_on=date(2023, 3, 6))
    _pass(late, staff, 2)
    refused = _accept(staff, "市周易文化研究会", "51", "2023-03-06", 4)
    workflows.refuse_review(_fresh(refused), reason="业务范围不符合规定，发起人撤回申请。", by=staff)
    _approved(staff)
    _for_known_bodies(staff)


def _approved(staff: User) -> None:
    """Two bodies of April: one whose survey is awaited, one that should set up a branch (PR-04)."""
    first = _accept(staff, "市古琴艺术协会", "51", "2023-03-13", 5)
    _approve(first, staff, 21)
    second = _accept(staff, "市匠心职业培训学校", "52", "2023-03-13", 6)
    _approve(second, staff, 22)
    name = second.legal_representative
    _fill(
        second, staff, survey_filled_on=date(2023, 4, 3), staff_count=16, member_count=4, full_member_count=3,
        can_transfer=True, planned_form="own", liaison=name, liaison_phone=people.phone(706),
    )  # fmt: skip
    _pass(second, staff, 1)
    _fill(second, staff, certified_on=date(2023, 4, 4))
    _fill(second, staff, handed_over_on=date(2023, 4, 6), receiver="李样本")
    _pass(second, staff, 2)


def _for_known_bodies(staff: User) -> None:
    """A charter on its way and one that is approved, of bodies in the ledger."""
    for serial, (short, accepted) in enumerate((("市登山运动协会", "2023-03-28"), ("市心理学会", "2023-03-20")), 7):
        body = _body(short)
        review = _accept(staff, short, body.kind, accepted, serial, review_type="charter", organization=body)
        _charter(review, staff, "2023-03-11")
        if serial == 8:
            _fill(review, staff, approved_on=date(2023, 4, 4), approval_no="民社核〔2023〕9号")
            _pass(review, staff, 2)
