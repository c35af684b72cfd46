"""党组织设置申请台账: requests that were under way or finished before the system was introduced. No branch is changed by it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from core.excel.line import sentences
from core.excel.sheet import Column, Context, Sheet, register
from organizations.choices import APPLICATION_ENDED, ApplicationKind, ApplicationStatus
from organizations.models import BranchApplication, PartyBranch
from organizations.workflows.applications import (
    AFTER,
    check_application,
    closed_problem,
    order_problem,
    remark_on,
)

from .common import BODY, BRANCH, as_entered, cleared, corrected, days_ahead, too_early

S, K = ApplicationStatus, ApplicationKind
TAKEN = "只在新增时采用；已有的在申请的页面上办理。"
GROUNDS = "按台账补录。"
ELECTION = ("elected_on", "voters_due", "voters_present", "filing_no", "filed_on")
APPROVAL = ("approved_on", "approval_no", "approved_by", "effective_on")
NOT_YET = {
    S.APPLIED: ("studied_on", "study_note", *APPROVAL, *ELECTION, "finished_on"),
    S.RETURNED: (*APPROVAL, *ELECTION, "finished_on"),
    S.STUDYING: (*APPROVAL, *ELECTION, "finished_on"),
    S.APPROVED: (*ELECTION, "finished_on"),
    S.REFUSED: (*APPROVAL, *ELECTION),
}
NEEDED = {
    S.RETURNED: {"decision": "退回补充的，要写处理意见，说明退回的原因。"},
    S.STUDYING: {"studied_on": "状态是“研究”的，要写研究日期。"},
    S.REFUSED: {"decision": "不予批准的，要写处理意见，说明理由。", "finished_on": "不予批准的，要写办结日期。"},
    S.DONE: {"finished_on": "办结的，要写办结日期。"},
}
BY_PEOPLE = (
    "“{}”要有当选人，不能导入。状态请写“已批复”，清空选举、报批备案各栏，导入以后在申请的页面上登记选举结果，再往下办。"
)
MADE = "办结的成立申请，要写它建立的党组织。请先导入党组织台账；还没有建立的，状态写“已批复”。"
NOT_DISSOLVED = "这个党组织在台账里还没有撤销。请先核对党组织台账；还没有办结的，状态写“已批复”。"


def branches_known(context: Context) -> dict[int, PartyBranch]:
    """The party organizations of the office by primary key."""
    return PartyBranch.objects.within(context.committee).in_bulk()


@register
class ApplicationSheet(Sheet):
    kind, title, order = "branch_applications", "党组织设置申请台账", 32
    model = "organizations.BranchApplication"
    intro = "成立、变更、撤销党组织的申请，一件一行：请示、研究、批复、选举和报批备案。"
    after = "先导入党组织台账，变更、撤销和已办结的成立才对得上党组织。"
    notes = (
        "这里补录启用系统以前收到的申请；导入只登记申请，不改动党组织台账。在办的导入以后，在申请的页面上接着办。",
        "申请事项、申请单位、请示日期都相同的是同一件；同一天确有两件的，其中一件请在页面上登记。",
        "状态不填按“申请”。研究的写研究日期，已批复的写批复日期和文号，办结、不予批准的写办结日期。",
        "已经选举、还没有办结的写“已批复”，导入以后在申请的页面上登记选举结果，班子才会一并建立。",
        "已有的申请在“申请”“退回补充”时可以更正内容；状态、各步的日期在页面上办理。",
    )
    with_number = True
    keys = (("kind", "applicant", "requested_on"),)
    ordering = ("requested_on", "pk")
    columns = (
        Column("申请事项", "kind", "choice", synonyms=("事项",), required=True, create_only=True, example="成立", width=9),
        Column("申请单位", "applicant", synonyms=("申请人", "请示单位"), required=True, example="示例市广告协会", width=24),
        Column("党组织", "branch", "lookup", lookup=BRANCH, synonyms=("党组织名称", "现有党组织"), create_only=True,
               help="变更、撤销的写现有党组织；成立的只在办结时写，写它建立的党组织。", width=24),
        Column("拟用全称", "name", synonyms=("党组织全称", "拟成立党组织全称"),
               help="成立的写拟用全称；变更的只在改名时填。", example="中共示例市广告协会支部委员会", width=26),
        Column("党组织类别", "branch_kind", "choice", synonyms=("类别",), help="成立的必填；变更的只在改类别时填。",
               example="党支部", width=9),
        Column("简称", "short_name", example="市广告协会党支部", width=20, extra=True),
        Column("上级党组织", "parent", "lookup", lookup=BRANCH, help="直属综合党委的不填；变更的只在改隶属时填。", width=20,
               extra=True),
        Column("覆盖单位", "covers", "names", lookup=BODY, synonyms=("覆盖单位名单",),
               help="成立的写全部覆盖单位，几家之间用顿号隔开；变更的写新增加的单位。", example="示例市广告协会", extra=True),
        Column("请示日期", "requested_on", "date", synonyms=("申请日期",), required=True, example="2023-02-01"),
        Column("请示文号", "request_no", width=16),
        Column("基本情况和理由", "grounds", synonyms=("申请理由", "理由"), default=GROUNDS, help="新增的不填，记为“按台账补录”。",
               width=28, extra=True),
        Column("联系人", "contact", width=9, extra=True),
        Column("党员名单", "member_list", width=24, extra=True),
        Column("拟任人选", "proposed_posts", width=24, extra=True),
        Column("正式党员数", "full_member_count", "int", synonyms=("正式党员",), example=3, width=6),
        Column("研究日期", "studied_on", "date", create_only=True, help=TAKEN),
        Column("研究意见", "study_note", create_only=True, width=20, extra=True),
        Column("批复日期", "approved_on", "date", create_only=True, help=TAKEN),
        Column("批复文号", "approval_no", create_only=True, help=TAKEN, width=16),
        Column("批复机关", "approved_by", create_only=True, width=18, extra=True),
        Column("选举日期", "elected_on", "date", create_only=True, help="只有已办结的成立申请才填。"),
        Column("应到", "voters_due", "int", group="有选举权人数", create_only=True, width=6),
        Column("实到", "voters_present", "int", group="有选举权人数", create_only=True, width=6),
        Column("报批备案文号", "filing_no", create_only=True, width=16),
        Column("报批备案日期", "filed_on", "date", create_only=True),
        Column("生效日期", "effective_on", "date", create_only=True, help="变更、撤销从哪一天起算；不填按批复日期。"),
        Column("办结日期", "finished_on", "date", synonyms=("完成日期",), create_only=True, help=TAKEN),
        Column("状态", "status", "choice", synonyms=("环节", "办理状态"), create_only=True,
               choices={"批复": "approved", "已办结": "done", "完成": "done", "启用": "done", "退回": "returned"},
               help="不填按“申请”；只在新增时采用。", width=10),
        Column("处理意见", "decision", create_only=True, help="退回补充、不予批准的要写。", width=24),
        Column("备注", "remark", width=16, extra=True),
    )  # fmt: skip

    def existing(self, attnames: tuple[str, ...]) -> models.QuerySet:
        return super().existing(attnames).prefetch_related("covers")

    @staticmethod
    def branch_of(pk: int | None, context: Context) -> PartyBranch | None:
        return context.once(branches_known).get(pk) if pk is not None else None

    def entered(self, values: dict[str, Any], stored: BranchApplication | None, context: Context) -> BranchApplication:
        row = as_entered(self, values, stored, context)
        if branch := self.branch_of(row.branch_id, context):
            row.branch = branch
        return row

    # What a line says --------------------------------------------------------------------------------------------

    def follows(self, values: dict[str, Any], stored: BranchApplication | None, context: Context) -> Mapping[str, Any]:
        """Of a new line: the day from which it counts, the branch that was set up, whose committee keeps it."""
        if stored is not None:
            return {}
        found: dict[str, Any] = {}
        status, branch = values.get("status") or S.APPLIED, self.branch_of(values.get("branch"), context)
        if branch is not None:
            found["committee_id"] = branch.committee_id
        if status in (S.APPROVED, S.DONE) and not values.get("effective_on"):
            found["effective_on"] = values.get("approved_on")
        if values.get("kind") != K.SET_UP:
            return found
        if status != S.DONE:
            found["branch_id"] = None  # comes when it is done; that the cell says otherwise is told in `check_new`
        elif branch is not None:
            found["name"] = values.get("name") or branch.name
            found["branch_kind"] = values.get("branch_kind") or branch.kind
        return found

    # What it may not say -----------------------------------------------------------------------------------------

    def check_change(
        self, values: dict[str, Any], stored: BranchApplication | None, context: Context
    ) -> Iterator[tuple[str, str]]:
        if stored is None:
            yield from days_ahead(self.columns, values, context, skip=("effective_on",))
            yield from self.check_new(values, context)
            return
        if not (changes := list(corrected(self, values, stored))):
            return
        if problem := closed_problem(stored):
            yield changes[0].field, problem
        elif found := list(cleared(self, values, stored)):
            yield from found
        else:
            yield from days_ahead(changes, values, context)
            covers = values["covers"] or () if "covers" in values else stored.covers.all()
            yield from self.check_running(self.entered(values, stored, context), covers)

    def check_new(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        status = S(values.get("status") or S.APPLIED)
        if status in (S.ELECTED, S.FILED):
            yield "status", BY_PEOPLE.format(status.label)
            return
        yield from too_early(self, NOT_YET.get(status, ()), values, "status", status.label)
        for name, sentence in NEEDED.get(status, {}).items():
            if not values.get(name):
                yield name, sentence
        row = self.entered(values, None, context)
        for name in AFTER:
            if row.requested_on and (day := values.get(name)) and (problem := order_problem(row, name, day)):
                yield name, problem
        if row.kind and row.requested_on:
            if status in APPLICATION_ENDED:
                yield from self.check_ended(row, values.get("kind"), status)
            else:
                yield from self.check_running(row, values.get("covers") or ())

    @staticmethod
    def check_ended(row: BranchApplication, kind: str | None, status: str) -> Iterator[tuple[str, str]]:
        if kind == K.SET_UP and status == S.DONE and row.branch_id is None:
            yield "branch", MADE
        elif kind == K.SET_UP and status == S.REFUSED and row.branch_id is not None:
            yield "branch", "不予批准的成立申请没有建立党组织，这一格请清空。"
        elif kind == K.SET_UP and not (row.name or row.branch_id):
            yield "name", "请填写拟成立党组织的全称。"
        elif kind == K.CANCEL and status == S.DONE and row.branch_id and row.branch.dissolved_on is None:
            yield "branch", NOT_DISSOLVED

    @staticmethod
    def check_running(row: BranchApplication, covers: Any) -> Iterator[tuple[str, str]]:
        """As on the page; that a change needs its branch is a constraint, which speaks for itself."""
        if row.kind != K.SET_UP and row.branch_id is None:
            return
        try:
            check_application(row, covers)
        except ValidationError as error:
            yield from ((name or "kind", sentence) for name, sentence in sentences(error))

    def remarks(self, values: dict[str, Any], stored: BranchApplication | None, context: Context) -> Iterator[str]:
        if stored is None or next(corrected(self, values, stored), None):
            row = self.entered(values, stored, context)
            if not row.is_ended and (problem := remark_on(row)):
                yield problem.removesuffix("。")

    def derive(self, obj: BranchApplication, context: Context) -> None:
        if branch := self.branch_of(obj.branch_id, context):
            obj.branch = branch
        super().derive(obj, context)
