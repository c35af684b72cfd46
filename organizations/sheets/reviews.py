"""社会组织前置审查表: reviews that were under way or finished before the system was introduced.

A line makes no body, letter or survey: those ledgers have imports of their own, and a review past the approval is linked
to the body that is there.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from core.excel.among import one_of
from core.excel.line import sentences
from core.excel.lookups import AMBIGUOUS, Target
from core.excel.sheet import Column, Context, register
from core.excel.values import squash
from core.working_days import add_working_days
from organizations.choices import (
    BEFORE_APPROVAL,
    CHANGE_STAGE,
    REVIEW_ENDED,
    REVIEW_PATHS,
    ReviewStage,
    ReviewType,
    stage_label,
)
from organizations.models import CommitmentLetter, RegistrationReview, SocialOrganization
from organizations.workflows.registration import ENDED, check_target, clock_of
from organizations.workflows.review_checks import days_problem, order_problems

from .common import BODY, EventSheet, as_entered, cleared, corrected, days_ahead, too_early

S, T = ReviewStage, ReviewType
TAKEN = "只在新增时采用；已有的在审查的页面上办理。"
DECIDED = "这件审查已经批准，申请事项不能再改。单位的情况请在社会组织的页面上改。"
LATER = ("survey_filled_on", "certified_on", "handed_over_on")
NOT_YET = {
    **dict.fromkeys(BEFORE_APPROVAL, (*LATER, "finished_on")),
    **dict.fromkeys((S.SURVEY, S.CERTIFICATE, S.HANDOVER, S.GUIDANCE), ("finished_on",)),
    S.REFUSED: ("approved_on", "approval_no", *LATER),
}
NEEDED = {
    **dict.fromkeys((S.SURVEY, S.CERTIFICATE, S.HANDOVER, S.GUIDANCE), ("approved_on", "approval_no")),
    S.DONE: ("approved_on", "finished_on"),
    S.REFUSED: ("decision", "finished_on"),
}
OF_THE_BODY = ("kind", "short_name", "supervising_unit", "is_trade_association")
FROM_THE_BODY = (*OF_THE_BODY, "name", "code", "contact", "phone", "ended_on")
NO_BODY = (
    "社会组织党建工作台账里没有“{}”。请先导入社会组织党建工作台账，或者改成台账里的名称；"
    "还没有批准登记的成立登记，环节写“登记批准”或以前的环节。"
)
NO_LETTER = "党建工作承诺书台账里没有“{}”的承诺书。请先导入党建工作承诺书台账。"


def names_known(context: Context) -> dict[str, int]:
    """Each name and code of a registered body → its primary key."""
    return Target(BODY, context).exact


def registered(context: Context) -> dict[int, SocialOrganization]:
    rows = SocialOrganization.objects.within(context.committee).only("committee_id", *FROM_THE_BODY)
    return rows.in_bulk()


def with_letter(context: Context) -> set[int]:
    """The bodies that have signed."""
    return set(CommitmentLetter.objects.within(context.committee).values_list("organization_id", flat=True))


def stage_of(row: Mapping[str, Any]) -> str:
    return stage_label(row["status"], row["review_type"])


@register
class RegistrationReviewSheet(EventSheet):
    kind, title, order = "registration_reviews", "社会组织前置审查表", 72
    model = "organizations.RegistrationReview"
    intro = "每件前置审查一行：受理、章程条款、承诺书、批准、党员情况调查、领证和移交。"
    after = "先导入社会组织党建工作台账和党建工作承诺书台账，批准以后的审查才对得上单位。"
    notes = (
        "这里补录启用系统以前受理的审查；导入只登记审查，不建立单位、承诺书和调查表，它们各有自己的台账。",
        "审查类型、拟登记名称、受理日期都相同的是同一件。",
        "环节写现在办到哪一步，不填按“章程审核”（变更登记是“变更审核”）。“登记批准”和以前的环节，单位还不在台账里，批准时自动建立；"
        "以后的环节和“完成”，单位要已在台账里，按统一社会信用代码或名称（曾用名也可以）对上。",
        "章程核准、变更登记是已登记的社会组织的，拟登记名称写这家社会组织的名称。",
        "完成的写批准日期、办结日期；不予通过的写审查意见、办结日期。",
        "已有的审查在批准以前可以更正申请事项；环节、各步的日期和材料在页面上办理。",
    )
    with_number = True
    keys = (("review_type", "name", "accepted_on"), ("name", "accepted_on"))
    ordering = ("accepted_on", "pk")
    columns = (
        Column("拟登记名称", "name", synonyms=("社会组织名称", "名称", "单位名称"), required=True, example="示例市茶业协会",
               width=28),
        Column("简称", "short_name", example="市茶业协会", width=18, extra=True),
        Column("审查类型", "review_type", "choice", synonyms=("审查事项",), create_only=True, choices={
            "成立": "founding", "新成立": "founding", "章程修改": "charter", "变更": "change"}, help="不填按成立登记。",
               example="成立登记", width=9),
        Column("类型", "kind", "choice", synonyms=("社会组织类型",), help="成立登记的必填。", example="社会团体", width=9),
        Column("行业协会商会", "is_trade_association", "bool", extra=True),
        Column("业务主管单位", "supervising_unit", width=14),
        Column("党建管理归口", "affiliation", "choice", synonyms=("归口",), help="不填按综合党委直管。", width=9),
        Column("发起人（举办者）", "founder", synonyms=("发起人", "举办者"), width=18, extra=True),
        Column("拟任法定代表人", "legal_representative", synonyms=("法定代表人",), width=9),
        Column("联系人", "contact", help="在办的必填。", example="陈例文", width=8),
        Column("联系电话", "phone", "phone", help="在办的必填。", example="13800000000"),
        Column("受理日期", "accepted_on", "date", synonyms=("受理时间",), required=True, example="2023-03-01"),
        Column("审查时限（工作日）", "review_days", "int", synonyms=("审查时限",), help="不填按20个工作日。", extra=True),
        Column("应办结日期", "due_on", "date", readonly=True),
        Column("条目", "clause_article", group="党建条款", create_only=True, help="例如第四条。", width=8),
        Column("条款类型", "clause_kind", "choice", group="党建条款", create_only=True, width=9),
        Column("原文", "clause_text", group="党建条款", create_only=True, width=24, extra=True),
        Column("核心价值观所在条目", "values_article", create_only=True, width=9, extra=True),
        Column("表决会议", "vote_body", "choice", create_only=True, extra=True),
        Column("表决日期", "voted_on", "date", create_only=True, extra=True),
        Column("变更事项", "changed_item", "choice", create_only=True, help="变更登记的才填。", extra=True),
        Column("变更后的内容", "changed_to", synonyms=("变更后",), create_only=True, width=20, extra=True),
        Column("变更后的简称", "changed_short_name", create_only=True, width=14, extra=True),
        Column("签署人", "letter_signer", group="承诺书", create_only=True, width=8),
        Column("签订日期", "letter_signed_on", "date", group="承诺书", create_only=True),
        Column("已盖章", "letter_sealed", "bool", group="承诺书", create_only=True, extra=True),
        Column("批准日期", "approved_on", "date", group="登记", create_only=True, help=TAKEN),
        Column("决定书文号", "approval_no", group="登记", create_only=True, width=16),
        Column("统一社会信用代码", "code", "code", group="登记", synonyms=("信用代码",), create_only=True),
        Column("填报日期", "survey_filled_on", "date", group="党员情况调查", create_only=True),
        Column("从业人员", "staff_count", "int", group="党员情况调查", create_only=True, width=6),
        Column("党员", "member_count", "int", group="党员情况调查", create_only=True, width=6),
        Column("正式党员", "full_member_count", "int", group="党员情况调查", create_only=True, width=6),
        Column("组织关系可转入", "can_transfer", "bool", group="党员情况调查", create_only=True, width=8, extra=True),
        Column("拟组建形式", "planned_form", "choice", create_only=True, width=9),
        Column("党建联络员", "liaison", synonyms=("联络员",), create_only=True, width=8),
        Column("联络员电话", "liaison_phone", "phone", create_only=True, extra=True),
        Column("领证日期", "certified_on", "date", create_only=True),
        Column("移交日期", "handed_over_on", "date", create_only=True),
        Column("接收人", "receiver", create_only=True, width=8, extra=True),
        Column("办结日期", "finished_on", "date", synonyms=("完成日期",), create_only=True),
        Column("环节", "status", "choice", synonyms=("状态", "办理环节"), create_only=True,
               choices={CHANGE_STAGE: "charter", "已完成": "done", "办结": "done", "未通过": "refused"}, export=stage_of,
               needs=("status", "review_type"), help="不填按“章程审核”（变更登记是“变更审核”）；只在新增时采用。", width=10),
        Column("审查意见", "decision", create_only=True, help="不予通过的要写理由。", width=24),
        Column("备注", "remark", width=14),
    )  # fmt: skip

    # Which body --------------------------------------------------------------------------------------------------

    def body_of(self, values: dict[str, Any], context: Context) -> tuple[SocialOrganization | None, str, str]:
        """The body that the code or the name of a line means; or none, with the cell and the reason."""
        code, name = values.get("code") or "", values.get("name") or ""
        known = context.data.setdefault("found", {})
        if (code, name) not in known:
            known[code, name] = self.find_body(code, name, context)
        return known[code, name]

    @staticmethod
    def find_body(code: str, name: str, context: Context) -> tuple[SocialOrganization | None, str, str]:
        names = context.once(names_known)
        by_code, by_name = (names.get(squash(word)) if word else None for word in (code, name))
        if by_code is None and by_name == AMBIGUOUS:
            return None, "name", f"有不止一个“{name}”，分不清是哪一个。请写统一社会信用代码。"
        pk = by_name if by_code is None else by_code
        if pk is None:
            return None, "name", NO_BODY.format(name)
        body = context.once(registered)[pk]
        if by_code is None and code and body.code:
            why = f"台账里“{body.name}”的统一社会信用代码是{body.code}，与这里写的不同。请核对。"
            return None, "code", why
        if by_name not in (None, AMBIGUOUS, pk):
            return None, "code", f"这个统一社会信用代码是“{body.name}”的，与拟登记名称不是同一家。请核对。"
        return body, "", ""

    @staticmethod
    def is_linked(values: dict[str, Any]) -> bool:
        """Whether a review of this type at this stage is of a body that is in the ledger."""
        if (values.get("review_type") or T.FOUNDING) != T.FOUNDING:
            return True
        return (values.get("status") or S.CHARTER) not in (*BEFORE_APPROVAL, S.REFUSED)

    @staticmethod
    def has_letter(body: SocialOrganization, context: Context) -> bool:
        return body.pk in context.once(with_letter)

    # What a line says --------------------------------------------------------------------------------------------

    def follows(self, values: dict[str, Any], stored: RegistrationReview | None, context: Context) -> Mapping[str, Any]:
        """The clock; and of a new line what it leaves to the body in the ledger."""
        if stored is not None:
            changes = {column.field for column in corrected(self, values, stored)}
            return (
                self.clock(as_entered(self, values, stored, context))
                if changes & {"accepted_on", "review_days"}
                else {}
            )
        found = self.first_clock(values, context)
        body = self.body_of(values, context)[0] if self.is_linked(values) else None
        if body is not None:
            found |= {"organization_id": body.pk, "committee_id": body.committee_id}
            found |= {name: getattr(body, name) for name in OF_THE_BODY if values.get(name) is None}
            if (values.get("review_type") or T.FOUNDING) == T.FOUNDING:
                found["code"] = values.get("code") or body.code
            if values.get("status") not in REVIEW_ENDED:
                found |= {name: values.get(name) or getattr(body, name) for name in ("contact", "phone")}
        return found

    @staticmethod
    def clock(review: RegistrationReview) -> dict[str, Any]:
        if not review.accepted_on or days_problem(review.review_days):
            return {}
        due_on, provisional = clock_of(review)
        return {"due_on": due_on, "is_provisional": provisional}

    def first_clock(self, values: dict[str, Any], context: Context) -> dict[str, Any]:
        """Many reviews were taken in on one day: the working days are counted once."""
        on, known = values.get("accepted_on"), context.data.setdefault("clocks", {})
        days = values.get("review_days") or RegistrationReview._meta.get_field("review_days").default
        if on is None or days_problem(days):
            return {}
        if (on, days) not in known:
            known[on, days] = add_working_days(on, days)
        return dict(zip(("due_on", "is_provisional"), known[on, days], strict=True))

    def remarks(self, values: dict[str, Any], stored: RegistrationReview | None, context: Context) -> Iterator[str]:
        open_change = values.get("review_type") == T.CHANGE and values.get("status") not in REVIEW_ENDED
        if stored is None and open_change and not (values.get("changed_item") and values.get("changed_to")):
            yield "变更登记没有写变更事项和变更后的内容，批准以前要在审查的页面上补"

    # What it may not say -----------------------------------------------------------------------------------------

    def check_change(
        self, values: dict[str, Any], stored: RegistrationReview | None, context: Context
    ) -> Iterator[tuple[str, str]]:
        if stored is None:
            yield from self.check_new(values, context)
        elif changes := list(corrected(self, values, stored)):
            if not stored.is_undecided:
                yield changes[0].field, ENDED if stored.is_ended else DECIDED
                return
            yield from cleared(self, values, stored)
            yield from days_ahead(changes, values, context)
            yield from self.check_page(values, stored, context)
        if values.get("review_days") is not None and (problem := days_problem(values["review_days"])):
            yield "review_days", problem

    def check_page(
        self, values: dict[str, Any], stored: RegistrationReview | None, context: Context
    ) -> Iterator[tuple[str, str]]:
        """What the form of a review that is not decided yet asks for."""
        try:
            check_target(as_entered(self, values, stored, context))
        except ValidationError as error:
            yield from sentences(error)

    def check_new(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        kind, status = T(values.get("review_type") or T.FOUNDING), S(values.get("status") or S.CHARTER)
        if status not in REVIEW_PATHS[kind] and status != S.REFUSED:
            stages = "、".join(f"“{stage_label(stage, kind)}”" for stage in (*REVIEW_PATHS[kind], S.REFUSED))
            yield "status", f"{kind.label}没有“{stage_label(status, kind)}”这一环节，可以写{stages}。"
            return
        yield from days_ahead(self.columns, values, context)
        yield from too_early(self, NOT_YET.get(status, ()), values, "status", stage_label(status, kind))
        yield from self.check_needed(values, kind, status)
        yield from order_problems(values)
        if self.is_linked(values):
            yield from self.check_linked(values, status, context)
        else:
            if not values.get("kind"):
                yield "kind", "“类型”没有填。成立登记的要写类型。"
            if status in BEFORE_APPROVAL:
                yield from self.check_reachable(values.get("contact"), values.get("phone"))
                yield from self.check_page(values, None, context)

    def check_needed(self, values: dict[str, Any], kind: str, status: ReviewStage) -> Iterator[tuple[str, str]]:
        for column in self.columns:
            if column.field in NEEDED.get(status, ()) and not values.get(column.field):
                yield column.field, f"环节是“{stage_label(status, kind)}”的，要写{column.label}。"

    @staticmethod
    def check_reachable(contact: Any, phone: Any) -> Iterator[tuple[str, str]]:
        if not contact:
            yield "contact", "“联系人”没有填。在办的审查要写联系人。"
        if not phone:
            yield "phone", "“联系电话”没有填。在办的审查要写联系电话。"

    def check_linked(self, values: dict[str, Any], status: ReviewStage, context: Context) -> Iterator[tuple[str, str]]:
        body, field, why = self.body_of(values, context)
        if body is None:
            yield field, why
            return
        if status not in REVIEW_ENDED:
            if body.ended_on:
                yield "name", f"“{body.name}”{body.ended_on}已终止，没有在办的审查。请核对名称和环节。"
            yield from self.check_reachable(values.get("contact") or body.contact, values.get("phone") or body.phone)
        if status not in (*BEFORE_APPROVAL, *REVIEW_ENDED) and not self.has_letter(body, context):
            yield "name", NO_LETTER.format(body.name)

    # What follows: the certificate of a founding is an event of 六个同步 ---------------------------------------------

    def founded(self, ids: list[int]) -> Any:
        rows = RegistrationReview.objects.filter(one_of(RegistrationReview, "id", ids), review_type=T.FOUNDING)
        return rows.filter(organization__isnull=False)

    def bodies(self, ids: list[int]) -> list[int]:
        rows = self.founded(ids).filter(certified_on__isnull=False)
        return sorted(set(rows.values_list("organization_id", flat=True)))

    def release(self, ids: list[int], context: Context) -> None:
        """Without the review it is the registration that counts again, whether there was a certificate or not."""
        found = self.founded(ids).values_list("organization_id", flat=True)
        context.data.setdefault("bodies", []).extend(found)
