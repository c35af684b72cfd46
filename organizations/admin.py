"""后台 of the ledgers: set-up and repair by 工作人员; statuses and numbers of persons stay on the pages."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core.models import User
from core.office_admin import RecordAdmin, RecordInline, RoleAdmin
from organizations.models import (
    Affiliation,
    BranchApplication,
    BranchCoverage,
    BranchPost,
    CharterRecord,
    CommitmentLetter,
    CoveragePlan,
    DataConfirmation,
    DueMark,
    DuplicateDismissal,
    ElectedPerson,
    ElectionTerm,
    FloatingContact,
    FloatingRecord,
    FormerName,
    IncubationBatch,
    InstructorAssignment,
    LedgerCheck,
    LedgerDifference,
    Liaison,
    LostRecord,
    MassOrganization,
    MemberChange,
    MemberCorrection,
    MemberLapse,
    Membership,
    MemberSurvey,
    MemberTransfer,
    OrganizationEvent,
    OrganizationMerge,
    PartyBranch,
    PartyMember,
    Posting,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)
from organizations.workflows.changes import settle_changes


class AffiliationInline(RecordInline):
    model = Affiliation


class DueMarkInline(RecordInline):
    model = DueMark


class FormerNameInline(RecordInline):
    model = FormerName


class InstructorInline(RecordInline):
    model = InstructorAssignment
    exclude = ("phone",)


class LiaisonInline(RecordInline):
    model = Liaison
    exclude = ("phone",)


class MassInline(RecordInline):
    model = MassOrganization


class CoverageInline(RecordInline):
    model = BranchCoverage
    autocomplete_fields = ("organization",)


class PostInline(RecordInline):
    model = BranchPost
    exclude = ("phone",)
    autocomplete_fields = ("member",)


class MembershipInline(RecordInline):
    model = Membership
    autocomplete_fields = ("branch",)


class DifferenceInline(RecordInline):
    model = LedgerDifference
    exclude = ("version",)
    autocomplete_fields = ("organization",)


@admin.register(SocialOrganization)
class SocialOrganizationAdmin(RecordAdmin):
    list_display = ("name", "code", "kind", "registered_on", "status", "district")
    list_filter = ("kind", "status", "is_trade_association", "grade")
    search_fields = ("search",)
    autocomplete_fields = ("batch",)
    date_hierarchy = "registered_on"
    readonly_fields = ("ended_on",)
    inlines = (AffiliationInline, FormerNameInline, InstructorInline, LiaisonInline, MassInline, DueMarkInline)


@admin.register(PartyBranch)
class PartyBranchAdmin(RecordAdmin):
    list_display = ("name", "short_name", "kind", "founded_on", "term_end", "status")
    list_filter = ("kind", "status", "is_standard")
    search_fields = ("search",)
    autocomplete_fields = ("parent",)
    readonly_fields = ("dissolved_on", "dissolution_no")
    inlines = (CoverageInline, PostInline)


class ElectedInTerm(RecordInline):
    model = ElectedPerson
    exclude = ("application",)


class ElectedAtFirst(RecordInline):
    model = ElectedPerson
    exclude = ("term",)


@admin.register(ElectionTerm)
class ElectionTermAdmin(RecordAdmin):
    """The days and results are written by the pages of 换届, together with the posts and the ledger."""

    list_display = ("branch", "number", "due_on", "extended_until", "elected_on", "status")
    list_filter = ("status",)
    search_fields = ("branch__search",)
    autocomplete_fields = ("branch",)
    readonly_fields = ("elected_on", "approved_on", "approval_no", "extension_no", "extended_until")
    inlines = (ElectedInTerm,)


@admin.register(BranchApplication)
class BranchApplicationAdmin(RecordAdmin):
    list_display = ("applicant", "kind", "name", "branch", "requested_on", "approved_on", "status")
    list_filter = ("kind", "status")
    search_fields = ("search",)
    autocomplete_fields = ("branch", "parent", "covers")
    readonly_fields = ("approval_no", "approved_on", "elected_on", "filed_on")
    inlines = (ElectedAtFirst,)


@admin.register(DataConfirmation)
class DataConfirmationAdmin(RecordAdmin):
    list_display = ("branch", "confirmed_on", "checker", "member_count", "open_count")
    search_fields = ("branch__search", "checker")
    autocomplete_fields = ("branch",)


@admin.register(PartyMember)
class PartyMemberAdmin(RecordAdmin):
    """Numbers and addresses are not shown here: the member's page shows them for a purpose and writes it down."""

    list_display = ("name", "sex", "category", "joined_on", "full_on", "status")
    list_filter = ("category", "status", "education", "is_lost")
    search_fields = ("name", "sort_key")
    exclude = ("phone", "address")
    readonly_fields = ("floating", "floating_place", "is_lost", "lost_on", "probation_until")
    inlines = (MembershipInline,)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The ledger of changes follows from the memberships."""
        super().save_formset(request, form, formset, change)
        settle_changes([form.instance.pk])


@admin.register(MemberChange)
class MemberChangeAdmin(RoleAdmin):
    """党员增减变动: written by what is done on the pages; read here."""

    list_display = ("member", "kind", "on", "branch", "document_no")
    list_filter = ("kind",)
    list_select_related = ("member", "branch")
    search_fields = ("member__name", "member__sort_key", "document_no")
    date_hierarchy = "on"

    def may_view(self, user: User) -> bool:
        return user.is_office

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).visible_to(request.user)


@admin.register(MemberTransfer)
class MemberTransferAdmin(RecordAdmin):
    """组织关系转接: what moves it on stands on its page; texts can be mended here."""

    list_display = ("member", "direction", "from_branch", "to_branch", "started_on", "ended_on", "status")
    list_filter = ("status", "direction")
    search_fields = ("member__name", "member__sort_key", "letter_no")
    readonly_fields = ("member", "direction", "from_branch", "to_branch", "started_on", "approved_on", "ended_on")

    def may_add(self, user: User) -> bool:
        return False


class ContactInline(RecordInline):
    model = FloatingContact


@admin.register(FloatingRecord)
class FloatingRecordAdmin(RecordAdmin):
    list_display = ("member", "direction", "branch", "left_on", "place", "status")
    list_filter = ("status", "direction", "is_settled", "is_abroad")
    search_fields = ("member__name", "member__sort_key", "place")
    readonly_fields = ("member", "direction", "place", "ended_on")
    autocomplete_fields = ("branch",)
    inlines = (ContactInline,)

    def may_add(self, user: User) -> bool:
        return False


@admin.register(LostRecord)
class LostRecordAdmin(RecordAdmin):
    list_display = ("member", "branch", "circumstance", "lost_on", "found_on", "ended_on")
    list_filter = ("circumstance",)
    search_fields = ("member__name", "member__sort_key")
    readonly_fields = ("member", "lost_on", "found_on", "found_note", "ended_on", "ended_note")
    autocomplete_fields = ("branch",)

    def may_add(self, user: User) -> bool:
        return False


@admin.register(MemberCorrection)
class MemberCorrectionAdmin(RecordAdmin):
    list_display = ("member", "branch", "circumstance", "start_on", "until", "outcome")
    list_filter = ("circumstance", "outcome")
    search_fields = ("member__name", "member__sort_key", "document_no")
    readonly_fields = ("member", "outcome", "outcome_on", "outcome_note")
    autocomplete_fields = ("branch",)

    def may_add(self, user: User) -> bool:
        return False


@admin.register(MemberLapse)
class MemberLapseAdmin(RecordAdmin):
    list_display = ("member", "branch", "ground", "since", "outcome")
    list_filter = ("ground", "outcome")
    search_fields = ("member__name", "member__sort_key")
    readonly_fields = ("member", "outcome", "outcome_on", "outcome_note")
    autocomplete_fields = ("branch",)

    def may_add(self, user: User) -> bool:
        return False


@admin.register(CharterRecord)
class CharterRecordAdmin(RecordAdmin):
    list_display = ("organization", "version_no", "voted_on", "approved_on", "has_party_clause", "status")
    list_filter = ("status", "has_party_clause", "clause_kind")
    search_fields = ("organization__search",)
    autocomplete_fields = ("organization",)


@admin.register(CommitmentLetter)
class CommitmentLetterAdmin(RecordAdmin):
    list_display = ("organization", "signed_on", "signer", "handed_over_on", "status")
    list_filter = ("status", "is_sealed")
    search_fields = ("organization__search",)
    autocomplete_fields = ("organization",)


@admin.register(MemberSurvey)
class MemberSurveyAdmin(RecordAdmin):
    list_display = ("organization", "filled_on", "staff_count", "member_count", "planned_form")
    list_filter = ("planned_form",)
    search_fields = ("organization__search",)
    autocomplete_fields = ("organization",)


@admin.register(OrganizationEvent)
class OrganizationEventAdmin(RecordAdmin):
    """Read only: an event has consequences, so it is recorded, corrected and withdrawn on the body's page."""

    list_display = ("organization", "kind", "on", "document_no", "withdrawn_at")
    list_filter = ("kind",)
    search_fields = ("organization__search", "document_no")

    def may_change(self, user: User) -> bool:
        return False


@admin.register(OrganizationMerge)
class OrganizationMergeAdmin(RecordAdmin):
    """Read only: merged and undone on the pages."""

    list_display = ("kept", "dropped", "created_at", "created_by", "undone_at")
    search_fields = ("kept__search", "dropped__search")

    def may_change(self, user: User) -> bool:
        return False


@admin.register(DuplicateDismissal)
class DuplicateDismissalAdmin(RecordAdmin):
    """Read only: said and taken back on the page of likely duplicates."""

    list_display = ("first", "second", "reason", "created_at", "created_by")
    search_fields = ("first__search", "second__search")

    def may_change(self, user: User) -> bool:
        return False


@admin.register(RegistrationReview)
class RegistrationReviewAdmin(RecordAdmin):
    list_display = ("name", "review_type", "kind", "accepted_on", "due_on", "status")
    list_filter = ("status", "review_type", "kind")
    search_fields = ("search",)
    autocomplete_fields = ("organization",)


@admin.register(CoveragePlan)
class CoveragePlanAdmin(RecordAdmin):
    list_display = ("organization", "planned_on", "responsible", "measures")
    search_fields = ("organization__search", "responsible")
    autocomplete_fields = ("organization",)


@admin.register(SyncRule)
class SyncRuleAdmin(RecordAdmin):
    list_display = ("order", "name", "event", "action", "due_days", "in_working_days", "start", "is_active")
    list_display_links = ("name",)
    list_filter = ("event", "is_active")
    search_fields = ("name", "action")


@admin.register(SyncDuty)
class SyncDutyAdmin(RecordAdmin):
    list_display = ("organization", "action", "event_on", "due_on", "done_on")
    list_filter = ("event",)
    search_fields = ("organization__search",)
    autocomplete_fields = ("organization", "rule")


@admin.register(IncubationBatch)
class IncubationBatchAdmin(RecordAdmin):
    list_display = ("number", "centre", "entered_on", "left_on")
    search_fields = ("number", "centre")


@admin.register(LedgerCheck)
class LedgerCheckAdmin(RecordAdmin):
    list_display = ("checked_on", "source", "compared_with", "organizations_checked", "members_checked", "checked_by")
    list_filter = ("compared_with",)
    search_fields = ("checked_by", "remark")
    inlines = (DifferenceInline,)


@admin.register(Posting)
class PostingAdmin(RoleAdmin):
    """任职: which account may do what for which branch or body."""

    list_display = ("user", "role", "branch", "organization", "start", "end")
    list_filter = ("role",)
    list_select_related = ("user", "branch", "organization")
    search_fields = ("user__name", "user__username", "branch__search", "organization__search")
    autocomplete_fields = ("branch", "organization")

    def may_change(self, user: User) -> bool:
        return user.is_committee_staff

    def may_view(self, user: User) -> bool:
        return user.is_office

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).visible_to(request.user)

    def formfield_for_foreignkey(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Accounts of the own committees without an office role; branches and bodies that the user sees."""
        if field.name == "user":
            accounts = User.objects.filter(committee_id__in=request.user.scope_ids, role="", is_active=True)
            kwargs["queryset"] = accounts.order_by("name", "username")
        else:
            related: type[Model] = field.related_model
            kwargs["queryset"] = related._default_manager.visible_to(request.user)
        return super().formfield_for_foreignkey(field, request, **kwargs)
