"""数据核对 and 孵化入驻批次."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from core.pages import Action, Button, Cell, Column, CreatePage, Crumb, DetailPage, Fact, ListPage, UpdatePage
from core.pages.actions import own_url
from core.pages.details import visible_or_404
from core.periods import chinese_number, quarter_label
from core.permissions import is_office
from organizations import forms
from organizations.choices import DifferenceDecision
from organizations.models import IncubationBatch, LedgerCheck, LedgerDifference
from organizations.workflows.intervals import can_keep

FOUND = Count("differences")
CORRECTED = Count("differences", filter=Q(differences__corrected_on__isnull=False))
DECISIONS = {
    DifferenceDecision.OPEN: "warn",
    DifferenceDecision.OURS: "ok",
    DifferenceDecision.THEIRS: "ok",
    DifferenceDecision.NOT_A_PROBLEM: "off",
}


class LedgerCheckList(ListPage):
    model = LedgerCheck
    allowed = staticmethod(is_office)
    title = "数据核对"
    unit = "次"
    create_url_name = "organizations:ledgercheck-create"
    create_label = "登记核对"
    import_kind = export_kind = "ledger_checks"
    period_filter = True
    ordering = ("-checked_on",)
    empty_title = "这一时期还没有台账核对"
    empty_text = "登记一次核对，再把发现的差异一条一条记在它下面，或导入《数据核对差异表》。"
    columns = (
        Column("核对日期", "checked_on", "date", link=True, sort="checked_on"),
        Column("归属季度", "quarter", value=lambda row: quarter_label(row["quarter"]), phone="wide"),
        Column("我方台账", "source"),
        Column("核对对象", "compared_with"),
        Column("社会组织", "organizations_checked", "number"),
        Column("党员", "members_checked", "number"),
        Column("差异", "found", "number"),
        Column("已更正", "corrected", "number"),
        Column("核对人", "checked_by"),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().annotate(found=FOUND, corrected=CORRECTED)

    def extra_actions(self) -> list[Button]:
        return [Button("全部差异", f"{reverse('organizations:ledgerdifference-list')}?view=all", "list")]


class LedgerDifferenceList(ListPage):
    model = LedgerDifference
    allowed = staticmethod(is_office)
    title = "核对差异"
    unit = "条"
    import_kind = export_kind = "ledger_differences"
    ordering = ("-check_run__checked_on",)
    wide_ordering = ("-check_run_id",)
    tabs = (
        ("all", "全部", ""),
        ("pending", "未更正", "pending"),
        ("corrected", "已更正", "corrected"),
    )
    columns = (
        Column("对象", "object_label", fields=("check_run_id",),
               url=lambda row: reverse("organizations:ledgercheck-detail", args=[row["check_run_id"]])),
        Column("栏目", "field"),
        Column("我方内容", "ours"),
        Column("对方内容", "theirs"),
        Column("核对日期", "check_run__checked_on", "date", sort="check_run__checked_on"),
        Column("判定", "decision", "state", states=DECISIONS),
        Column("更正日期", "corrected_on", "date", sort="corrected_on"),
    )  # fmt: skip


class LedgerCheckDetail(DetailPage):
    model = LedgerCheck
    allowed = staticmethod(is_office)
    template_name = "organizations/ledgercheck_detail.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().annotate(found=FOUND, corrected=CORRECTED)

    def meta(self) -> str:
        check = self.object
        return f"{quarter_label(check.quarter)} · 发现差异{check.found}条，已更正{check.corrected}条"

    def states(self) -> list[Cell]:
        left = self.object.found - self.object.corrected
        return [Cell(f"{left}条未更正", kind="warn")] if left else [Cell("已全部处理", kind="ok")]

    def facts(self) -> list[Fact]:
        check = self.object
        names = ("checked_on", "source", "compared_with", "data_as_of")
        counts = (("核对社会组织", check.organizations_checked, "家"), ("核对党员", check.members_checked, "名"))
        return [
            *(self.fact(name) for name in names),
            Fact("归属季度", quarter_label(check.quarter)),
            *(Fact(label, None if n is None else f"{n}{unit}") for label, n, unit in counts),
            self.fact("checked_by"),
            *([Fact("备注", check.remark, wide=True)] if check.remark else []),
        ]

    def actions(self) -> list[Action]:
        if not can_keep(self.request.user):
            return []
        url = reverse("organizations:ledgerdifference-create", args=[self.object.pk])
        return [Action("登记差异", url, "plus", primary=True, post=False)]

    def get_context(self) -> dict[str, Any]:
        rows = self.object.differences.select_related("organization").order_by("corrected_on", "pk")[:200]
        differences = [(row, DECISIONS[row.decision]) for row in rows]
        return {**super().get_context(), "differences": differences, "can_keep": can_keep(self.request.user)}


class LedgerCheckCreate(CreatePage):
    model = LedgerCheck
    form_class = forms.LedgerCheckForm


class LedgerCheckUpdate(UpdatePage):
    model = LedgerCheck
    form_class = forms.LedgerCheckForm


class LedgerDifferenceCreate(CreatePage):
    model = LedgerDifference
    form_class = forms.DifferenceForm
    title = "登记核对差异"

    def get_instance(self) -> LedgerDifference:
        self.check_run = visible_or_404(LedgerCheck, self.request.user, self.kwargs["pk"])
        row = super().get_instance()
        row.check_run, row.committee_id = self.check_run, self.check_run.committee_id
        return row

    def crumbs(self) -> list[Crumb]:
        check = visible_or_404(LedgerCheck, self.request.user, self.kwargs["pk"])
        return [Crumb("台账核对", reverse("organizations:ledgercheck-list")), Crumb(str(check), own_url(check))]

    def cancel_url(self) -> str:
        return reverse("organizations:ledgercheck-detail", args=[self.kwargs["pk"]])


class LedgerDifferenceUpdate(UpdatePage):
    model = LedgerDifference
    form_class = forms.DifferenceForm
    related = ("check_run",)
    title = "处理核对差异"


class IncubationBatchList(ListPage):
    model = IncubationBatch
    allowed = staticmethod(is_office)
    title = "孵化入驻批次"
    unit = "期"
    create_url_name = "organizations:incubationbatch-create"
    create_label = "登记批次"
    import_kind = export_kind = "incubation_batches"
    ordering = ("-number",)
    columns = (
        Column("期数", "number", link=True, sort="number", value=lambda row: f"第{chinese_number(row['number'])}期"),
        Column("培育发展中心", "centre"),
        Column("入驻日期", "entered_on", "date", sort="entered_on"),
        Column("出壳日期", "left_on", "date"),
        Column("社会组织", "body_count", "number"),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().annotate(body_count=Count("organizations"))


class IncubationBatchDetail(DetailPage):
    model = IncubationBatch
    allowed = staticmethod(is_office)
    template_name = "organizations/incubationbatch_detail.html"
    fact_fields = ("number", "centre", "entered_on", "left_on")

    def get_context(self) -> dict[str, Any]:
        bodies = self.object.organizations.visible_to(self.request.user).order_by("sort_key", "pk")[:200]
        return {**super().get_context(), "bodies": list(bodies)}


class IncubationBatchCreate(CreatePage):
    model = IncubationBatch
    form_class = forms.BatchForm


class IncubationBatchUpdate(UpdatePage):
    model = IncubationBatch
    form_class = forms.BatchForm
