"""The bases of pages on which a row is entered or changed."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import View

from core.audit import field_label, in_words
from core.constraints import violated
from core.editing import StaleError, create_record, update_record
from core.forms import RecordForm
from core.pages.actions import next_url, own_url
from core.pages.details import Crumb, RecordPage, page_url
from core.permissions import AllowMixin, is_staff, require

TWICE = "同样的内容刚刚已经保存过，请到列表里查看，不要重复登记。"


class FormMixin:
    form_class: ClassVar[type[RecordForm]]
    template_name = "generic/form.html"
    submit_label = "保存"
    intro = ""

    def form_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user}

    def build(self, data: Any = None, files: Any = None) -> RecordForm:
        return self.form_class(data, files, instance=self.get_instance(), **self.form_kwargs())

    def page(self, form: RecordForm, status: int = 200, **extra: Any) -> HttpResponse:
        context = {
            "form": form,
            "title": self.get_title(),
            "crumbs": self.crumbs(),
            "intro": self.intro,
            "submit_label": self.submit_label,
            "cancel_url": self.cancel_url(),
            "multipart": form.is_multipart(),
            **self.get_context(form),
            **extra,
        }
        return render(self.request, self.template_name, context, status=status)

    def get_context(self, form: RecordForm) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(self.build())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.build(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form)
        try:
            with transaction.atomic():
                row = self.save(form)
        except StaleError as error:
            return self.stale(form, error)
        except IntegrityError as error:
            form.add_error(*refusal(form, error))
            return self.page(form)
        except ValidationError as error:
            attach(form, error)
            return self.page(form)
        messages.success(request, self.done(row))
        return redirect(next_url(request, self.success_url(row)))

    def success_url(self, row: Model) -> str:
        return own_url(row)

    def stale(self, form: RecordForm, error: StaleError) -> HttpResponse:
        attach(form, error)
        return self.page(form, 409)


class SideBySide:
    """Of a page that changes a stored row: what somebody else has saved meanwhile stands beside what was typed."""

    def stale(self, form: RecordForm, error: StaleError) -> HttpResponse:
        """409: the own text stays in the form, both versions stand side by side, saving again is a decision."""
        mine = form.instance
        now = type(mine)._base_manager.filter(pk=mine.pk).first()
        if now is None:
            form.add_error(None, "这一条刚刚被别人作废或删除，请返回查看。")
            return self.page(form, 409)
        stored = {field.name for field in now._meta.concrete_fields} - {"version"}
        differences = [
            {"label": field_label(now, n), "theirs": in_words(now, n), "mine": in_words(mine, n)}
            for n in form.fields
            if n in stored and getattr(now, n) != getattr(mine, n)
        ]
        data = form.data.copy()
        data[form.add_prefix("version")] = self.mark_of(now)
        form.data = data
        return self.page(form, 409, stale=error.messages[0], differences=differences)

    def mark_of(self, row: Any) -> str:
        """What the form carries, so that saving notices when somebody else has saved in between."""
        return str(row.version)


class CreatePage(FormMixin, AllowMixin, View):
    model: ClassVar[type[Model]]
    allowed = staticmethod(is_staff)
    title = ""

    def get_title(self) -> str:
        return self.title or f"登记{self.model._meta.verbose_name}"

    def crumbs(self) -> list[Crumb]:
        url = page_url(self.model, "list")
        return [Crumb(self.model._meta.verbose_name, url)] if url else []

    def cancel_url(self) -> str:
        return next_url(self.request, page_url(self.model, "list") or "/")

    def get_instance(self) -> Model:
        """The new row before the form fills it; set defaults here (the committee is stamped on saving)."""
        row = self.model()
        if hasattr(row, "committee_id"):
            row.committee = self.request.user.committee
        return row

    def save(self, form: RecordForm) -> Model:
        row = create_record(form.save(commit=False), by=self.request.user)
        form.save_m2m()
        return row

    def done(self, row: Model) -> str:
        return f"已登记{self.model._meta.verbose_name}“{row}”。"


class UpdatePage(SideBySide, FormMixin, RecordPage):
    allowed = staticmethod(is_staff)
    can_edit: ClassVar[Callable] = staticmethod(lambda user, obj: user.is_committee_staff)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if type(self).allowed(request.user):
            require(type(self).can_edit(request.user, self.object), request)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.title or f"修改{self.model._meta.verbose_name}"

    def crumbs(self) -> list[Crumb]:
        return [*super().crumbs(), Crumb(str(self.stored), own_url(self.stored))]

    @cached_property
    def stored(self) -> Model:
        """The row as it was read; the form writes into its own copy."""
        from copy import copy

        return copy(self.object)

    def cancel_url(self) -> str:
        return next_url(self.request, own_url(self.object))

    def get_instance(self) -> Model:
        _ = self.stored
        return self.object

    def save(self, form: RecordForm) -> Model:
        row = update_record(form.save(commit=False), by=self.request.user, expected=form.expected)
        form.save_m2m()
        return row

    def done(self, row: Model) -> str:
        return f"已保存{self.model._meta.verbose_name}“{row}”。"


def refusal(form: RecordForm, error: IntegrityError) -> tuple[str | None, str]:
    """Where the database's refusal is shown, and the sentence of the constraint that it names."""
    constraint = violated(error, [form._meta.model])
    if constraint is None:
        return None, TWICE
    homes = [name for name in getattr(constraint, "fields", ()) if name in form.fields]
    return homes[0] if len(homes) == 1 else None, constraint.get_violation_error_message()


def attach(form: RecordForm, error: ValidationError) -> None:
    """Errors of a workflow or constraint go to their fields where the form has them, else above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
