"""后台 of core: accounts for 系统管理员 and 安全管理员, the office's set-up, and what only is read."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from core import accounts, audit
from core.account_forms import AdminAccountForm
from core.choices import AuditEvent
from core.models import AuditEntry, Committee, Holiday, ImportBatch, Job, OfficeSetting, User
from core.office_admin import RecordAdmin, RoleAdmin
from core.views.audit import changes_text

if admin.site.is_registered(Group):
    admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(RoleAdmin):
    form = AdminAccountForm
    list_display = ("username", "name", "role", "committee", "is_active", "must_change_password", "last_login")
    list_filter = ("role", "is_active", "must_change_password", "committee")
    list_select_related = ("committee",)
    search_fields = ("username", "name")
    autocomplete_fields = ("committee",)
    ordering = ("username",)
    readonly_fields = (
        "role",
        "is_active",
        "last_login",
        "password_changed_at",
        "initial_password_until",
        "account_page",
    )
    actions = ("give_passwords", "unlock")

    def may_view(self, user):
        return accounts.is_system_admin(user) or accounts.is_security_admin(user)

    def may_change(self, user):
        return accounts.is_system_admin(user)

    def get_fields(self, request, obj=None):
        first = ["username", "name", "phone", "committee"]
        return [*first, *self.readonly_fields] if obj else first

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "username"] if obj else []

    @admin.display(description="密码、锁定、停用、角色")
    def account_page(self, obj):
        return format_html('<a href="{}">到账号页办理</a>', reverse("core:user-detail", args=[obj.pk]))

    @admin.action(description="为所选账号重新发放密码并打印")
    def give_passwords(self, request, rows):
        chosen = [
            account for account in rows if accounts.can_manage_account(request.user, account) and account.is_active
        ]
        if not chosen:
            self.message_user(request, "所选账号里没有您可以发放密码的。", "error")
            return None
        accounts.keep_slips(request.session, accounts.issue_passwords(chosen, by=request.user))
        return HttpResponseRedirect(reverse("core:user-slips"))

    @admin.action(description="解除所选账号的锁定")
    def unlock(self, request, rows):
        chosen = [account for account in rows if accounts.can_manage_account(request.user, account)]
        for account in chosen:
            accounts.unlock_account(account, by=request.user)
        self.message_user(request, f"已解除{len(chosen)}个账号的锁定。")

    def save_model(self, request, obj, form, change):
        if not change:
            password = accounts.register_account(obj, by=request.user)
            accounts.keep_slips(request.session, [accounts.slip(obj, password)])
            return
        before = User.objects.filter(pk=obj.pk).values().get()
        obj.save(update_fields=["name", "phone", "committee"])
        changes = audit.differences(obj, before, ["name", "phone", "committee"])
        if changes:
            audit.record(AuditEvent.ACCOUNT, obj, by=request.user, changes=changes)

    def response_add(self, request, obj, post_url_continue=None):
        return HttpResponseRedirect(reverse("core:user-slips"))


class SetupAdmin(RoleAdmin):
    """Set-up of the office: 系统管理员 everywhere, 工作人员 look."""

    def may_view(self, user):
        return accounts.is_system_admin(user) or user.is_committee_staff

    def may_change(self, user):
        return accounts.is_system_admin(user)


@admin.register(Committee)
class CommitteeAdmin(SetupAdmin):
    list_display = ("name", "code", "level", "parent", "bureau", "contact_phone")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("name", "short_name", "code")
    autocomplete_fields = ("parent",)


@admin.register(OfficeSetting)
class OfficeSettingAdmin(SetupAdmin):
    list_display = ("key", "committee", "value", "effective_from", "note")
    list_filter = ("committee", "key")
    list_select_related = ("committee",)
    search_fields = ("key", "note")
    autocomplete_fields = ("committee",)

    def may_change(self, user):
        return accounts.is_system_admin(user) or user.is_committee_staff

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.filter(committee_id__in=request.user.scope_ids) if request.user.is_committee_staff else rows


@admin.register(Holiday)
class HolidayAdmin(SetupAdmin):
    list_display = ("day", "kind", "name")
    list_filter = ("kind",)
    date_hierarchy = "day"
    search_fields = ("name",)

    def may_change(self, user):
        return accounts.is_system_admin(user) or user.is_committee_staff


class ReadOnlyAdmin(RoleAdmin):
    def has_change_permission(self, request, obj=None):
        return False

    def has_add_permission(self, request):
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "user_name", "event", "success", "object_label", "what", "address")
    list_filter = ("event", "success")
    search_fields = ("user_name", "object_label", "note")
    fields = ("at", "event", "success", "user_name", "object_type", "object_label", "what", "address", "request_id")

    def may_view(self, user):
        return accounts.is_audit_admin(user)

    @admin.display(description="内容")
    def what(self, obj):
        return "；".join(filter(None, [obj.shown_note, changes_text(obj.changes)]))


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "state", "done", "total", "created_by", "created_at", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("created_by",)
    search_fields = ("title",)
    fields = ("title", "kind", "state", "done", "total", "step", "error", "created_by", "created_at", "finished_at")

    def may_view(self, user):
        return accounts.is_system_admin(user)


@admin.register(ImportBatch)
class ImportBatchAdmin(RecordAdmin):
    list_display = (
        "file_name",
        "kind",
        "status",
        "new_count",
        "changed_count",
        "wrong_count",
        "created_by",
        "created_at",
    )
    list_filter = ("kind", "status")
    list_select_related = ("created_by",)
    search_fields = ("file_name",)
    fields = ("file_name", "kind", "status", "new_count", "changed_count", "same_count", "wrong_count", "applied_at")

    def may_change(self, user):
        return False

    def may_view(self, user):
        return user.is_committee_staff
