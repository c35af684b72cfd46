"""系统后台: bases of every ModelAdmin. Rights follow from the role; rows of business models from `visible_to` (M9, M10).

`RecordAdmin` is for business models of the other apps (set-up and repair by 工作人员, nothing for administrators):

    @admin.register(Training)
    class TrainingAdmin(RecordAdmin):
        list_display = ("title", "held_on", "status")
        search_fields = ("title",)

It keeps statuses read-only, never deletes, refuses a stale save with the typed text kept, and writes the audit log.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core import audit
from core.choices import AuditEvent
from core.editing import StaleError, concrete_names, create_record, update_record
from core.models import Record, User

BIG = 2**63 - 1


class OfficeAdminSite(AdminSite):
    site_header = "社会组织党建工作管理 · 系统后台"
    site_title = "系统后台"
    index_title = "设置和维护"
    site_url = "/"
    enable_nav_sidebar = False

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        """A NUL in the address means nothing, and PostgreSQL would not take it."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "%00" in request.META.get("QUERY_STRING", ""):
                return redirect(request.path)
            return inner(request, *args, **kwargs)

        return guarded

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if User.objects.filter(is_superuser=True, is_active=True).exists():
            messages.warning(
                request,
                "还有可用的超级用户。日常工作不需要它：请改用系统管理员、安全管理员、审计管理员三个账号，再停用超级用户。",
            )
        return super().index(request, extra_context)


class RoleAdmin(admin.ModelAdmin):
    """Rights from two questions about the person; nothing is ever deleted."""

    list_per_page = 50
    show_full_result_count = False
    actions: Any = None
    save_on_top = False

    def may_view(self, user: User) -> bool:
        return self.may_change(user)

    def may_change(self, user: User) -> bool:
        return False

    def may_add(self, user: User) -> bool:
        return self.may_change(user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_view(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_view(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit log has it; Django's own log would be a second, changeable one."""

    log_change = log_addition

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        if not (object_id.isascii() and object_id.isdigit() and int(object_id) <= BIG):
            return None
        return super().get_object(request, object_id, from_field)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ticked rows are numbers; anything else would end in an error page (M30)."""
        ticked = request.POST.getlist("_selected_action")
        if any(not (pk.isascii() and pk.isdigit() and int(pk) <= BIG) for pk in ticked):
            messages.error(request, "所选的行无效，请重新勾选。")
            return redirect(request.get_full_path())
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Plain settings: save and write down what changed."""
        before = type(obj)._base_manager.filter(pk=obj.pk).values().first() if change else {}
        obj.save()
        names = [f.name for f in obj._meta.concrete_fields if f.name != "id"]
        changes = audit.differences(obj, before or {}, names)
        audit.record(AuditEvent.SETTING, obj, by=request.user, changes=changes, note="" if change else "新增")


class VersionForm(forms.ModelForm):
    """Carries the version the row was opened with; a stale save keeps what was typed (M32)."""

    opened_version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1, label="版本"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["opened_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            model = type(self.instance)
            now = model._base_manager.filter(pk=self.instance.pk).values_list("version", flat=True).first()
            if cleaned.get("opened_version") != now:
                self.data = self.data.copy()
                self.data[self.add_prefix("opened_version")] = str(now)
                raise StaleError(self.instance)
        return cleaned


class RecordAdmin(RoleAdmin):
    form = VersionForm
    view_on_site = True

    def may_change(self, user: User) -> bool:
        return user.is_committee_staff

    def may_view(self, user: User) -> bool:
        return user.is_office

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).visible_to(request.user)

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """Relations of the shown columns, so that the list does not ask once a row."""
        if self.list_select_related:
            return self.list_select_related
        relations = {f.name for f in self.opts.concrete_fields if f.is_relation}
        return [name for name in self.get_list_display(request) if name in relations] or False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        statuses = [f.name for f in self.opts.concrete_fields if f.name == "status" or f.name.endswith("_status")]
        return [*dict.fromkeys([*super().get_readonly_fields(request, obj), *statuses])]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        names = [name for name in super().get_fields(request, obj) if name != "opened_version"]
        return [*names, "opened_version"] if self.has_change_permission(request) else names

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A ModelAdmin with its own fieldsets gets the version too."""
        fieldsets = list(super().get_fieldsets(request, obj))
        named = {name for _, options in fieldsets for name in options["fields"] if isinstance(name, str)}
        if self.has_change_permission(request) and "opened_version" not in named:
            fieldsets.append((None, {"fields": ["opened_version"]}))
        return fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        for field in form.base_fields.values():
            rows = getattr(field, "queryset", None)
            if rows is not None and hasattr(rows, "visible_to"):
                field.queryset = rows.visible_to(request.user)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:  # somebody saved between our check and our save, or a rule of a workflow
            messages.error(request, " ".join(error.messages))
            return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_row(obj, request.user, expected=form.cleaned_data.get("opened_version") if change else None)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for obj in formset.save(commit=False):
            if isinstance(obj, Record) and obj.committee_id is None:
                obj.committee_id = getattr(form.instance, "committee_id", None)
            save_row(obj, request.user)
        for obj in formset.deleted_objects:
            audit.record(AuditEvent.DELETE, obj, by=request.user)
            obj.delete()
        formset.save_m2m()


class RecordInline(admin.TabularInline):
    """Parts of a record; whoever may change the whole may change them."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_office

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_committee_staff

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_committee_staff

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and request.user.is_committee_staff


def save_row(obj: models.Model, by: User, expected: int | None = None) -> None:
    """A record, or a part with a version, through core.editing; any other part plainly, with its audit entry."""
    if obj.pk and hasattr(obj, "version"):
        update_record(obj, by=by, expected=expected)
        return
    if isinstance(obj, Record):
        create_record(obj, by=by)
        return
    before = type(obj)._base_manager.filter(pk=obj.pk).values().first() if obj.pk else {}
    obj.save()
    changes = audit.differences(obj, before or {}, concrete_names(type(obj)))
    audit.record(AuditEvent.CHANGE if before else AuditEvent.CREATE, obj, by=by, changes=changes)
