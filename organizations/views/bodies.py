"""社会组织: the page of one, forms and what happens to it."""

from datetime import date
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.pages import (
    Action,
    Cell,
    CreatePage,
    DetailPage,
    Fact,
    UpdatePage,
    visible_or_404,
)
from core.pages.timelines import timeline_context
from core.permissions import allow, is_staff
from core.secrets import mask_phone
from core.timeline import events_of, todos_of
from organizations import forms
from organizations.choices import (
    CHARTER_KINDS,
    REGISTRATION_KINDS,
    CharterStatus,
    CoverageMethod,
    NoBranchReason,
    OrganizationEventKind,
    OrganizationKind,
    RegistrationStatus,
)
from organizations.models import (
    Affiliation,
    InstructorAssignment,
    Liaison,
    OrganizationEvent,
    SocialOrganization,
)
from organizations.workflows import bodies as workflows
from organizations.workflows import contacts
from organizations.workflows import events as event_rules
from organizations.workflows.intervals import can_keep, store
from organizations.workflows.papers import hands_in
from organizations.workflows.sync_sources import notice

from .base import LedgerDay, WorkflowPage, end_part, reveal_contacts
from .bodylists import affiliation_cell, charter_cell, coverage_cell, letter_cell
from .bodystory import history_rows, own_events, own_todos, register_events


def years_and_months(day: date, until: date) -> str:
    months = (until.year - day.year) * 12 + until.month - day.month - (until.day < day.day)
    if months < 0:
        return "已过期"
    return (
        f"还有{f'{months // 12}年' if months >= 12 else ''}{f'{months % 12}个月' if months % 12 else ''}"
        if months
        else "不到一个月"
    )


class SocialOrganizationDetail(LedgerDay, DetailPage):
    model = SocialOrganization
    related = ("batch",)
    template_name = "organizations/socialorganization_detail.html"
    day_words = (
        "名称、登记状态、归口、党组织、指导员、联络员、章程和承诺书是那一天的；"
        "登记证书和单位自己的各栏（代码、负责人、联系方式、人员、住所、评估等级等）、该办的事和数据体检是今天的。"
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_ledger(self.day, past=self.is_past)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """An address of a row that was merged into another leads to the one that stayed."""
        try:
            return super().get(request, pk)
        except Http404:
            rows = SocialOrganization.everything.filter(duplicate_of__isnull=False)
            gone = visible_or_404(rows.select_related("duplicate_of"), request.user, pk)
            if request.user.is_office and gone.duplicate_of.committee_id not in request.user.scope_ids:
                messages.info(request, f"“{gone.name}”已并入另一个综合党委登记的同一家单位，今后由那里管理。")
                return redirect("organizations:socialorganization-list")
            return redirect("organizations:socialorganization-detail", gone.duplicate_of_id)

    @cached_property
    def registered(self) -> list[OrganizationEvent]:
        return register_events(self.object)

    @cached_property
    def story(self) -> list[dict[str, Any]]:
        return history_rows(self.object)

    def story_of(self, *sources: str) -> list[dict[str, Any]]:
        return [row for row in self.story if row["source"] in sources]

    def running(self, source: str) -> list[dict[str, Any]]:
        return [row for row in self.story_of(source) if row["end"] is None or row["end"] > self.day]

    def covered_by(self, row: dict[str, Any]) -> dict[str, Any]:
        """The branch that counts has its name of the day."""
        name = self.object.branch_name if row["ref"] == self.object.branch_ref else row["note"]
        return {**row, "note": name, "method": CoverageMethod(row["word"]).label}

    def states(self) -> list[Cell]:
        body = self.object
        row = {**body.__dict__}
        standing = RegistrationStatus(body.standing)
        found = [Cell(standing.label, kind=REGISTRATION_KINDS[standing]), coverage_cell(row)]
        found += [Cell("行业协会商会", kind="off")] if body.is_trade_association else []
        found += [Cell("异地商会", kind="off")] if body.is_visiting_chamber else []
        return [state for state in found if state.text]

    def meta(self) -> str:
        body = self.object
        affiliation = f"归口{affiliation_cell(body.__dict__)}" if body.affiliation_kind else "归口未登记"
        return " · ".join(
            [body.code or "信用代码未填", body.get_kind_display(), f"{body.registered_on}登记", affiliation]
        )

    def facts(self) -> list[Fact]:
        body = self.object
        former = "、".join(
            f"{r['word']}（至{r['start']}）" if r["start"] else r["word"] for r in self.story_of("former")
        )
        staff = f"{body.staff_count}人 / {'—' if body.full_time_count is None else f'{body.full_time_count}人'}"
        term = body.council_term_end
        postponed = f"经{body.council_extension_no}批准延期" if body.council_extended_until else ""
        deadline = body.council_extended_until or term
        return [
            Fact("全称", body.name_then, note=f"今天叫{body.name}" if body.former_name else ""),
            self.fact("short_name"),
            *([self.fact("category")] if body.kind == OrganizationKind.ASSOCIATION else []),
            self.fact("registration_mode"),
            self.fact("registration_no"),
            Fact("曾用名", former),
            *([Fact("并入的名称、代码", "、".join(body.aliases))] if body.aliases else []),
            *(self.fact(name) for name in ("supervising_unit", "industry_department", "registration_authority")),
            self.fact("party_leading_body"),
            *(self.fact(name) for name in ("legal_representative", "secretary_general")),
            self.fact("council_term_start"),
            Fact("负责人任期届满", term, note=years_and_months(self.day, deadline) if deadline else ""),
            *([Fact("批准延期至", body.council_extended_until, note=postponed)] if postponed else []),
            Fact("从业人员 / 专职", staff if body.staff_count is not None else None),
            Fact("党建入章", Cell(charter_cell(body.__dict__).text, kind=CHARTER_KINDS[body.charter_status]),
                 note=str(body.charter_on or "")),
            Fact("承诺书", letter_cell(body.__dict__), note=str(body.letter_on or "")),
            Fact("评估等级", body.get_grade_display(), note=self.grade_note()),
            Fact("孵化入驻", str(body.batch) if body.batch else None),
            Fact("慈善组织", "是" if body.is_charity else "否"),
            Fact("住所", body.address),
            self.fact("district"),
            *([Fact("未建立原因", NoBranchReason(body.reason_then).label, note=body.no_branch_note)]
              if body.reason_then and not body.coverage_method else []),
            *([self.fact("review_note")] if body.review_note else []),
            *([self.fact("ended_on")] if body.ended_by else []),
            *([Fact("备注", body.remark, wide=True)] if body.remark else []),
        ]  # fmt: skip

    def grade_note(self) -> str:
        body = self.object
        days = (("{}公布", body.graded_on), ("有效期至{}", body.grade_until))
        return "，".join(words.format(day) for words, day in days if day)

    def actions(self) -> list[Action]:
        if not can_keep(self.request.user):
            return []
        links = (
            ("登记事件", "socialorganization-event", "file-pen"),
            ("变更归口", "socialorganization-affiliation", "arrow-right-left"),
            ("合并重复", "socialorganization-merge", "merge"),
            ("起止记录", "socialorganization-rows", "history"),
        )
        return [
            Action(label, reverse(f"organizations:{name}", args=[self.object.pk]), icon, post=False)
            for label, name, icon in links
            if not self.object.ended_on or name in ("socialorganization-merge", "socialorganization-rows")
        ]

    def last_event(self) -> dict[str, Any]:
        """The event that may be corrected or taken back: the one recorded last."""
        own = [e for e in self.registered if e.organization_id == self.object.pk and e.withdrawn_at is None]
        last = max(own, key=lambda event: event.pk, default=None)
        if last is None or not event_rules.can_withdraw(self.request.user, last):
            return {}
        url = reverse("organizations:organizationevent-withdraw", args=[self.object.pk, last.pk])
        note = "事件留有记录；它改动过的名称、状态和同日结束的关系恢复原样。"
        return {"last_event": last, "withdraw": Action("撤回", url, reason="撤回原因", danger=True, note=note)}

    def get_context(self) -> dict[str, Any]:
        user, body = self.request.user, self.object
        return {
            **super().get_context(),
            **attachment_context(user, body),
            **timeline_context(
                self.request, events_of(body, user, own_events(body, self.story, self.registered, user), limit=None)
            ),
            **self.past_context(),
            **self.last_event(),
            "registered": self.registered,
            "former_names": self.story_of("former"),
            "is_staff": can_keep(user),
            "todos": todos_of(body, user, own_todos(body, self.day)),
            "coverages": [self.covered_by(row) for row in self.running("coverage")],
            "instructors": self.running("instructor"),
            "liaisons": [{**row, "phone": mask_phone(row["note"])} for row in self.running("liaison")],
            "contact_phone": mask_phone(body.phone) if body.phone else "",
            "reveal_url": reverse("organizations:socialorganization-reveal", args=[body.pk]),
            "charters": [
                {**row, "method": CharterStatus(row["word"]).label, "kind": CHARTER_KINDS[row["word"]]}
                for row in self.story_of("charter")
                if row["start"] is None or row["start"] <= self.day
            ],
            "can_keep": can_keep(user) and not body.ended_on,
            "hands_in": hands_in(user, body) and not body.ended_on,
            "today": self.day,
        }


class SocialOrganizationCreate(CreatePage):
    model = SocialOrganization
    form_class = forms.OrganizationForm

    def save(self, form: forms.OrganizationForm) -> SocialOrganization:
        with transaction.atomic():
            body = super().save(form)
            if kind := form.cleaned_data["affiliation"]:
                store(Affiliation(organization=body, kind=kind, start=body.registered_on))
            notice(body, by=self.request.user)
        return body


class SocialOrganizationUpdate(UpdatePage):
    model = SocialOrganization
    form_class = forms.OrganizationForm
    related = ("committee",)

    def save(self, form: forms.OrganizationForm) -> SocialOrganization:
        """A grade or a new council calls for its party action (六个同步); a renaming is an event."""
        renaming = form.renaming
        if renaming:
            form.instance.name = self.stored.name
        body = super().save(form)
        if renaming:
            self.rename(body, renaming)
        notice(body, by=self.request.user)
        return body

    def rename(self, body: SocialOrganization, answers: dict[str, Any]) -> None:
        try:
            event_rules.record_event(body, kind=OrganizationEventKind.RENAMED, by=self.request.user, **answers)
        except ValidationError as error:
            places = {"on": "renamed_on", "new_name": "name"}
            raise ValidationError({places.get(n, n): e for n, e in error.error_dict.items()}) from None


class AffiliationPage(WorkflowPage):
    model = SocialOrganization
    title = "变更党建管理归口"
    form_class = forms.AffiliationForm
    workflow = staticmethod(workflows.change_affiliation)
    blank = staticmethod(lambda body: Affiliation(organization=body))
    done_text = "已变更归口。"


class InstructorPage(WorkflowPage):
    model = SocialOrganization
    title = "选派党建工作指导员"
    form_class = forms.InstructorForm
    workflow = staticmethod(workflows.assign_instructor)
    blank = staticmethod(lambda body: InstructorAssignment(organization=body))
    done_text = "已选派指导员。"


class LiaisonPage(WorkflowPage):
    model = SocialOrganization
    title = "登记党建联络员"
    form_class = forms.LiaisonForm
    workflow = staticmethod(workflows.name_liaison)
    blank = staticmethod(lambda body: Liaison(organization=body))
    done_text = "已登记联络员，原联络员同日结束。"


@require_POST
@allow(is_staff)
def end_instructor(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    return end_part(request, SocialOrganization, pk, "instructor_assignments", part, workflows.withdraw_instructor)


@never_cache
@require_POST
def reveal_body(request: HttpRequest, pk: int) -> HttpResponse:
    return reveal_contacts(request, SocialOrganization, pk, contacts.phones_of_body)
