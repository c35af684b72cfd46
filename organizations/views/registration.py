"""前置审查: the board, one review with its checklist and clock, and what happens to it."""

from collections import Counter, defaultdict
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View

from core.attachments import attachment_context
from core.excel.sheet import get_sheet
from core.excel.writing import export_response
from core.menu import url_or_empty
from core.pages import Action, Button, Cell, CreatePage, Crumb, DetailPage, Fact, UpdatePage
from core.pages.filters import clean_query
from core.permissions import AllowMixin, is_office
from core.secrets import mask_phone
from core.unions import keys_of_each
from organizations.choices import (
    BEFORE_APPROVAL,
    FIRST_STAGE,
    FOUNDING_PATH,
    OrganizationKind,
    ReviewStage,
    ReviewType,
    stage_label,
)
from organizations.documents import PAPERS
from organizations.forms.registration import CorrectionForm, RegistrationForm, StageForm, open_stages
from organizations.models import Correction, RegistrationReview, SyncDuty
from organizations.workflows import registration as workflows
from organizations.workflows.review_checks import checklist, handover_day, is_guided, stale_provisional, warnings

from .base import WorkflowPage, office_day

ON_BOARD = 15
SHOWN = ("pk", "name", "short_name", "kind", "review_type", "status", "accepted_on", "due_on", "contact")
NAMES = "organizations:registration"
SHEET = "registration_reviews"
CONDITIONS = ("q", "type", "kind", "state")


def clock(row: dict[str, Any], on: date) -> Cell | None:
    """How long is left for the decision, or for the applicant's correction."""
    waiting = row["correction_due"]
    if waiting:
        return Cell(
            f"补正超期{(on - waiting).days}天" if waiting < on else f"补正至{waiting:%m-%d}",
            kind="bad" if waiting < on else "warn",
        )
    if row["status"] not in BEFORE_APPROVAL or not row["due_on"]:
        return None
    left = (row["due_on"] - on).days
    if left < 0:
        return Cell(f"超期{-left}天", kind="bad")
    return Cell("今天到期" if not left else f"还有{left}天", kind="warn" if left <= 3 else "info")


def on_card(row: dict[str, Any], on: date) -> dict[str, Any]:
    word = "" if row["review_type"] == ReviewType.FOUNDING else ReviewType(row["review_type"]).label
    return {**row, "clock": clock(row, on), "kind_word": OrganizationKind(row["kind"]).label, "type_word": word}


class RegistrationBoard(AllowMixin, View):
    """One column for each stage."""

    allowed = staticmethod(is_office)

    @cached_property
    def rows(self) -> Any:
        params, on = self.params, office_day(self.request)
        rows = RegistrationReview.objects.visible_to(self.request.user)
        if params.get("q"):
            rows = rows.search(params["q"])
        if params.get("type") in ReviewType.values:
            rows = rows.filter(review_type=params["type"])
        if params.get("kind") in OrganizationKind.values:
            rows = rows.filter(kind=params["kind"])
        if params.get("state") == "late":
            rows = rows.late(on)
        elif params.get("state") == "correction":
            rows = rows.in_correction()
        return rows

    @cached_property
    def params(self) -> Any:
        return clean_query(self.request.GET)

    @cached_property
    def numbers(self) -> Counter:
        """How many stand at each stage, under the conditions of the page, and the figures above, in one statement."""
        on, rows = office_day(self.request), RegistrationReview.objects.visible_to(self.request.user)
        founded = rows.filter(review_type=ReviewType.FOUNDING, organization__isnull=False)
        figures = {
            "running": rows.running(),
            "late": rows.late(on),
            "correction": rows.in_correction(),
            "founded": founded.filter(approved_on__gte=on.replace(month=1, day=1)),
        }
        stages = self.rows.annotate(slot=F("status"))
        parts = [stages, *(found.annotate(slot=Value(name)) for name, found in figures.items())]
        # by committee, as the index has them
        first, *others = (part.order_by().values("committee", "slot").annotate(n=Count("pk")) for part in parts)
        found: Counter = Counter()
        for row in first.union(*others, all=True):
            found[row["slot"]] += row["n"]
        return found

    def columns(self) -> list[dict[str, Any]]:
        on = office_day(self.request)
        counts, cards = self.numbers, self.cards(on)
        stages = [*FOUNDING_PATH, *([ReviewStage.REFUSED] if counts[ReviewStage.REFUSED] else [])]
        return [
            {"stage": stage, "label": self.column_label(stage), "count": counts[stage], "more": max(0, counts[stage] - ON_BOARD),
             "rows": cards[stage]}
            for stage in stages
        ]  # fmt: skip

    def cards(self, on: date) -> dict[str, list[dict[str, Any]]]:
        """Those that stand in each column."""
        keys = keys_of_each([self.rows.on_board(stage)[:ON_BOARD] for stage in ReviewStage])
        rows = RegistrationReview.objects.filter(pk__in=keys).with_correction().order_by()
        known = {row["pk"]: row for row in rows.values(*SHOWN, "correction_due")}
        found = defaultdict(list)
        for row in (known[pk] for pk in keys if pk in known):
            found[row["status"]].append(on_card(row, on))
        return found

    def column_label(self, stage: ReviewStage) -> str:
        """One column holds the first step of every type; what it is called follows from the types that are shown."""
        if (asked := self.params.get("type")) in ReviewType.values:
            return stage_label(stage, asked)
        return FIRST_STAGE if stage == ReviewStage.CHARTER else stage.label

    def figures(self) -> list[dict[str, Any]]:
        found = self.numbers
        return [
            {"label": "在办", "value": found["running"], "unit": "件", "url": "?"},
            {"label": "超过时限", "value": found["late"], "unit": "件", "url": "?state=late",
             "note": "批准以前，补正期间不计"},
            {"label": "等待补正", "value": found["correction"], "unit": "件", "url": "?state=correction"},
            {"label": "今年批准成立", "value": found["founded"], "unit": "家", "url": reverse(f"{NAMES}-bodies"),
             "note": "已自动列入社会组织台账"},
        ]  # fmt: skip

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            sheet = get_sheet(SHEET)
            return export_response(sheet, self.rows.order_by(*sheet.ordering), request)
        columns = self.columns()
        shown = sum(column["count"] for column in columns)
        context = {
            "title": "前置审查",
            "actions": self.actions(shown),
            "columns": columns,
            "shown": shown,
            "figures": self.figures(),
            "params": self.params,
            "filtered": any(self.params.get(key) for key in CONDITIONS),
            "types": ReviewType.choices,
            "kinds": OrganizationKind.choices,
            "stale": stale_provisional(request.user, office_day(request)),
        }
        return render(request, "organizations/registration_list.html", context)

    def actions(self, shown: int) -> list[Button]:
        keeps = self.request.user.is_committee_staff
        found = [
            Button("新成立单位", reverse(f"{NAMES}-bodies"), "table"),
            Button("六个同步", reverse("organizations:syncduty-list"), "refresh-cw"),
            Button("节假日", reverse("organizations:holiday-list"), "calendar-days", fold_phone=True),
        ]
        if keeps:
            found.append(Button("导入", reverse("core:import-upload", args=[SHEET]), "upload", fold_phone=True))
        if shown:
            asked = {key: self.params[key] for key in CONDITIONS if self.params.get(key)}
            url = f"?{urlencode({**asked, 'export': 'xlsx'})}"
            found.append(Button(f"导出这{shown}件", url, "download", fold_phone=True))
        if keeps:
            found.append(Button("受理", reverse(f"{NAMES}-create"), "plus", primary=True))
        return found


class ReviewPage:
    """Crumbs of every page under the board; its url names do not follow the model's name."""

    model = RegistrationReview

    def crumbs(self) -> list[Crumb]:
        found = [Crumb("前置审查", reverse(f"{NAMES}-list"))]
        if "pk" in self.kwargs and not isinstance(self, DetailPage):
            found.append(Crumb(str(self.object), self.object.get_absolute_url()))
        return found


class RegistrationCreate(ReviewPage, CreatePage):
    form_class = RegistrationForm
    title = "受理前置审查"
    submit_label = "受理"

    def cancel_url(self) -> str:
        return reverse(f"{NAMES}-list")

    def save(self, form: RegistrationForm) -> RegistrationReview:
        return workflows.accept_review(form.save(commit=False), by=self.request.user)

    def done(self, row: RegistrationReview) -> str:
        return f"已受理“{row}”，应在{row.due_on}以前办结。下一步：填写“{row.get_status_display()}”的内容。"


class RegistrationUpdate(ReviewPage, UpdatePage):
    form_class = RegistrationForm
    title = "修改申请事项"
    related = ("committee", "organization")
    can_edit = staticmethod(lambda user, row: workflows.can_edit_review(user, row) and row.is_undecided)

    def save(self, form: RegistrationForm) -> RegistrationReview:
        return workflows.change_review(form.save(commit=False), by=self.request.user, expected=form.expected)


class RegistrationCheck(ReviewPage, UpdatePage):
    """The evidence of the open stages; “保存并通过” goes on at once when nothing is missing."""

    form_class = StageForm
    title = "填写审查内容"
    template_name = "organizations/registration_form.html"
    related = ("committee", "organization")
    can_edit = staticmethod(lambda user, row: workflows.can_edit_review(user, row) and bool(open_stages(row)))

    def get_context(self, form: StageForm) -> dict[str, Any]:
        return {"stage": self.stored.get_status_display(), "stage_value": self.stored.status}

    def save(self, form: StageForm) -> RegistrationReview:
        row = workflows.change_review(form.save(commit=False), by=self.request.user, expected=form.expected)
        if self.request.POST.get("go") == "pass":
            workflows.pass_stage(row, stage=self.request.POST.get("stage", ""), by=self.request.user)
        return row

    def done(self, row: RegistrationReview) -> str:
        if self.request.POST.get("go") == "pass":
            return f"已通过，现在是“{row.get_status_display()}”。"
        return "已保存审查内容。"


class RegistrationDetail(ReviewPage, DetailPage):
    template_name = "organizations/registration_detail.html"
    allowed = staticmethod(is_office)
    related = ("committee", "organization")
    fact_fields = (
        "review_type", "organization", "name", "kind", "supervising_unit", "affiliation", "founder", "legal_representative",
        "contact", "phone", "accepted_on",
    )  # fmt: skip

    @cached_property
    def guided(self) -> bool:
        return is_guided(self.object.organization, office_day(self.request))

    @cached_property
    def corrections(self) -> list[Correction]:
        return list(self.object.corrections.all())

    @cached_property
    def waiting(self) -> Correction | None:
        return next((row for row in self.corrections if row.answered_on is None), None)

    def meta(self) -> str:
        row = self.object
        return f"{row.get_review_type_display()} · {row.get_kind_display()} · {row.accepted_on}受理"

    def facts(self) -> list[Fact]:
        masked = {"phone": Fact("联系电话", mask_phone(self.object.phone))}
        found = [masked.get(name) or self.fact(name) for name in self.fact_fields]
        return found + ([Fact("备注", self.object.remark, wide=True)] if self.object.remark else [])

    def edit_url(self) -> str:
        row = self.object
        if workflows.can_edit_review(self.request.user, row) and row.is_undecided:
            return reverse(f"{NAMES}-update", args=[row.pk])
        return ""

    def actions(self) -> list[Action]:
        row, user, found = self.object, self.request.user, []

        def add(label: str, name: str, icon: str, **more: Any) -> None:
            found.append(Action(label, reverse(f"{NAMES}-{name}", args=[row.pk]), icon, **more))

        if workflows.can_edit_review(user, row) and open_stages(row):
            add("填写审查内容", "check", "clipboard-list", post=False, primary=not self.ready)
        if workflows.can_pass_review(user, row):
            label = "办结" if row.next_stage == ReviewStage.DONE else f"通过，转“{row.status_words[row.next_stage]}”"
            add(label, "pass", "check", primary=self.ready, fields=(("stage", row.status),))
        if workflows.can_ask_correction(user, row) and not self.waiting:
            add("退回补正", "correction", "undo-2", post=False)
        if workflows.can_step_back(user, row):
            add("退回上一步", "back", "arrow-left", reason="退回原因", reason_required=True)
        if workflows.can_refuse_review(user, row):
            add(
                "不予通过",
                "refuse",
                "ban",
                reason="不予通过的理由",
                danger=True,
                note="理由会写进审查意见表，不能撤回。",
            )
        return found

    @cached_property
    def checks(self) -> list:
        return checklist(self.object, self.guided)

    @cached_property
    def ready(self) -> bool:
        """Nothing is missing for the present stage."""
        now = BEFORE_APPROVAL if self.object.is_undecided else (self.object.status,)
        if self.object.is_undecided:
            now = BEFORE_APPROVAL[: BEFORE_APPROVAL.index(self.object.status) + 1]
        return not self.waiting and all(check.is_met for check in self.checks if check.stage in now)

    def stages(self) -> list[dict[str, Any]]:
        """The way of this review, each stage with its checks."""
        row = self.object
        path = [stage for stage in row.path if stage != ReviewStage.DONE]
        place = path.index(row.status) if row.status in path else len(path)
        if row.status == ReviewStage.REFUSED:
            place = -1
        return [
            {
                "label": row.status_words[stage],
                "css": "done" if n < place else "now" if n == place else "",
                "checks": [check for check in self.checks if check.stage == stage],
            }
            for n, stage in enumerate(path)
        ]

    def clock(self) -> list[Fact]:
        row, on = self.object, office_day(self.request)
        waiting = self.waiting.due_on if self.waiting else None
        found = clock({"correction_due": waiting, "status": row.status, "due_on": row.due_on}, on)
        facts = [
            Fact("审查时限", f"{row.review_days}个工作日"),
            Fact("应办结日期", row.due_on, note="暂算" if row.is_provisional else ""),
        ]
        if row.approved_on and row.organization_id and row.review_type == ReviewType.FOUNDING:
            limit, provisional = handover_day(row)
            facts.append(Fact("应移交日期", limit, note="暂算" if provisional else ""))
        if row.finished_on:
            facts.append(Fact("办结日期", row.finished_on))
        return [Fact("现在", found), *facts] if found else facts

    def get_context(self) -> dict[str, Any]:
        row, user = self.object, self.request.user
        duties = (
            SyncDuty.objects.filter(organization=row.organization_id).select_related("organization")
            if row.organization_id
            else SyncDuty.objects.none()
        )
        on = office_day(self.request)
        return {
            **super().get_context(),
            **attachment_context(user, row),
            "stages": self.stages(),
            "clock": self.clock(),
            "corrections": self.corrections,
            "waiting": self.waiting,
            "warnings": warnings(row, on, self.guided),
            "duties": [{"duty": duty, "state": duty.state(on)} for duty in duties.order_by("event_on", "pk")[:12]],
            "papers": [(key, label) for key, (label, _) in PAPERS.items() if self.has_paper(key)],
            "can_answer": self.waiting is not None and user.is_committee_staff,
            "on": on,
            "instructor_url": self.body_url("instructor"),
            "branch_url": url_or_empty("organizations:partybranch-create"),
            "reveal_url": reverse(f"{NAMES}-reveal", args=[row.pk]),
            "guiding": row.status == ReviewStage.GUIDANCE and user.is_committee_staff and not self.guided,
        }

    def has_paper(self, key: str) -> bool:
        return key == "opinion" or self.object.review_type == ReviewType.FOUNDING

    def body_url(self, name: str) -> str:
        row = self.object
        if not row.organization_id:
            return ""
        return f"{reverse(f'organizations:socialorganization-{name}', args=[row.organization_id])}?next={row.get_absolute_url()}"


class CorrectionPage(ReviewPage, WorkflowPage):
    form_class = CorrectionForm
    title = "退回补正"
    submit_label = "通知补正"
    intro = "补正期间，审查时限停止计算。"
    workflow = staticmethod(workflows.ask_correction)
    blank = staticmethod(lambda review: Correction(stage=review.status))
    done_text = "已通知补正。收到材料后，请在这里登记。"
    related = ("committee",)
