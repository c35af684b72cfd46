"""重复记录: two rows side by side with a choice for every field, the merge and the way back."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.editing import StaleError
from core.pages import (
    Action,
    Button,
    Cell,
    Column,
    Crumb,
    DetailPage,
    Fact,
    ListPage,
    RecordPage,
    act,
    reason,
    visible_or_404,
)
from core.permissions import allow, is_office, is_staff
from core.secrets import mask_phone
from organizations import forms
from organizations.models import OrganizationMerge, SocialOrganization
from organizations.workflows import merging as workflows

from .duplicates import bodies_crumb, dismiss_action, dismissals_of, pair_url, pairs_of

NEAR = 20
CONFIRM = "两条记录的信用代码不同，没有勾选确认。确实是同一家单位的，请在“两个信用代码”下面勾选后再合并。"


class TwinPage(RecordPage):
    """Which other row is the same body as this one?"""

    model = SocialOrganization
    allowed = staticmethod(is_staff)
    title = "合并重复记录"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        body = self.object
        form = forms.TwinForm(request.GET if "other" in request.GET else None, user=request.user)
        if form.is_bound and form.is_valid():
            return redirect(pair_url(body.pk, form.cleaned_data["other"].pk))
        said = dismissals_of(request.user, request.path)
        pairs = pairs_of(request.user, said, request.path)
        near = [(pair, other) for pair in pairs if (other := pair.beside(body.pk))][:NEAR]
        context = {
            "object": body,
            "title": self.title,
            "meta": f"哪一条与“{body.name}”是同一家？",
            "crumbs": [bodies_crumb(), Crumb(str(body), body.get_absolute_url())],
            "form": form,
            "near": [(other, pair.why, pair_url(body.pk, other["pk"]), pair.dismiss) for pair, other in near],
            "dismissed": [row for row in said if body.pk in row.pair],
        }
        return render(request, "organizations/merge_twin.html", context)


class MergePage(RecordPage):
    """Both rows side by side; the one in the address stays, the other goes into it."""

    model = SocialOrganization
    related = ("batch", "committee")
    allowed = staticmethod(is_staff)
    title = "合并重复记录"

    @cached_property
    def other(self) -> SocialOrganization:
        rows = SocialOrganization.everything.select_related("batch", "committee")
        return visible_or_404(rows, self.request.user, self.kwargs["other"])

    def merged_already(self) -> HttpResponse | None:
        """The second of two clicks finds the work done."""
        if self.other.duplicate_of_id is None:
            return None
        messages.info(self.request, f"“{self.other.name}”已经合并过，这里是那次合并的记录。")
        return redirect(self.other.merged_as.filter(undone_at=None).first() or self.object)

    def shown(self, body: SocialOrganization, name: str) -> str:
        value = getattr(body, name)
        if name == "status":
            return body.get_status_display() + (f"（{body.ended_on}）" if body.ended_on else "")
        if name == "phone":
            return mask_phone(value) if value else ""
        if isinstance(value, bool):
            return "是" if value else "否"
        display = getattr(body, f"get_{name}_display", None)
        return str(display() if display else "" if value is None else value)

    def lines(self, chosen: set[str] | None) -> list[dict[str, Any]]:
        """One line per field that differs; what only the other row knows is taken by default."""
        keep, drop = self.object, self.other
        return [
            {
                "name": name,
                "label": keep._meta.get_field(name).verbose_name,
                "keep": self.shown(keep, name),
                "drop": self.shown(drop, name),
                "take": name in chosen if chosen is not None else getattr(keep, name) in (None, ""),
            }
            for name in workflows.differing(keep, drop)
        ]

    def page(self, chosen: set[str] | None = None, errors: list[str] | None = None, status: int = 200) -> HttpResponse:
        keep, drop = self.object, self.other
        hanging = [workflows.attached(row) for row in (keep, drop)]
        names = dict.fromkeys([*hanging[0], *hanging[1]])
        lines = self.lines(chosen)
        same = [
            keep._meta.get_field(n).verbose_name for n in workflows.CHOOSABLE if n not in {x["name"] for x in lines}
        ]
        context = {
            "keep": keep,
            "drop": drop,
            "title": self.title,
            "crumbs": [bodies_crumb(), Crumb(str(keep), keep.get_absolute_url())],
            "lines": lines,
            "same": same,
            "hanging": [(name, hanging[0].get(name, 0), hanging[1].get(name, 0)) for name in names],
            "swap_url": pair_url(drop.pk, keep.pk),
            "errors": errors,
            "two_codes": workflows.two_codes(keep, drop),
            "event_url": reverse("organizations:socialorganization-event", args=[drop.pk]),
            "two_offices": keep.committee_id != drop.committee_id,
            "actions": [dismiss_action(keep.pk, drop.pk, next_url=keep.get_absolute_url())],
        }
        return render(self.request, "organizations/merge.html", context, status=status)

    def get(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        if (done := self.merged_already()) is not None:
            return done
        try:
            workflows.require_mergeable(self.object, self.other, request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("organizations:socialorganization-merge", pk)
        return self.page()

    def post(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        if (done := self.merged_already()) is not None:
            return done
        chosen = {name for name in workflows.CHOOSABLE if request.POST.get(f"take-{name}") == "drop"}
        if workflows.two_codes(self.object, self.other) and not request.POST.get("one-body"):
            return self.page(chosen, [CONFIRM])
        try:
            versions = (int(request.POST.get("keep-version", "")), int(request.POST.get("drop-version", "")))
        except ValueError:
            return self.page(chosen, ["页面不完整，请刷新后再试。"], 400)
        try:
            merge = workflows.merge_bodies(self.object, self.other, choices=chosen, by=request.user, versions=versions)
        except StaleError:
            del self.object, self.other
            return self.page(
                chosen, ["您打开以后，其中一条被人改动过，所以没有合并。请对照现在的内容，再点一次合并。"], 409
            )
        except ValidationError as error:
            del self.object, self.other
            return self.page(chosen, error.messages)
        messages.success(request, f"已合并为一条，保留“{merge.kept.name}”。")
        return redirect(merge)


class OrganizationMergeList(ListPage):
    model = OrganizationMerge
    allowed = staticmethod(is_office)
    title = "重复记录合并"
    meta_text = "哪两条记录合并成了一条，谁在什么时候办的"
    unit = "次"
    export_kind = "organization_merges"
    empty_title = "还没有合并过"
    empty_text = "在社会组织的页面上点“合并重复”，或从疑似重复的名单开始。"
    columns = (
        Column("记录", "names", link=True, value=lambda row: "、".join(dict.fromkeys(row["names"]))),
        Column("合并时间", "created_at", "date", sort="created_at"),
        Column("经办人", "created_by__name"),
        Column("状态", "undone_at", value=lambda row: Cell("已撤销", kind="off") if row["undone_at"] else Cell("已合并", kind="ok")),
    )  # fmt: skip

    def extra_actions(self) -> list[Button]:
        url = reverse("organizations:duplicate-index")
        return [Button("疑似重复", url, "search")] if self.request.user.is_committee_staff else []


class OrganizationMergeDetail(DetailPage):
    model = OrganizationMerge
    related = ("kept", "dropped", "created_by", "undone_by")
    allowed = staticmethod(is_office)
    template_name = "organizations/organizationmerge_detail.html"
    can_edit = staticmethod(lambda user, merge: False)

    def meta(self) -> str:
        """Where the button is missing, who has it."""
        merge, user = self.object, self.request.user
        if merge.undone_at or not user.is_committee_staff or workflows.can_undo_merge(user, merge):
            return ""
        return "两条记录原来由不同的综合党委登记，撤销合并由管着它们的上级综合党委办理。"

    def states(self) -> list[Cell]:
        kind, word = self.object.state_word
        return [Cell(word, kind=kind)]

    def facts(self) -> list[Fact]:
        merge = self.object
        undone = merge.undone_at is not None
        return [
            Fact("保留的记录", merge.kept.name, merge.kept.get_absolute_url()),
            Fact("并入的记录", merge.dropped.name, merge.dropped.get_absolute_url() if undone else "",
                 note=merge.dropped.code or "没有代码"),
            Fact("合并时间", merge.created_at),
            Fact("经办人", merge.created_by),
            *([Fact("撤销时间", merge.undone_at), Fact("撤销人", merge.undone_by),
               Fact("撤销原因", merge.undone_reason, wide=True)] if undone else []),
        ]  # fmt: skip

    def actions(self) -> list[Action]:
        merge = self.object
        if not workflows.can_undo_merge(self.request.user, merge):
            return []
        url = reverse("organizations:organizationmerge-undo", args=[merge.pk])
        note = "两条记录和移过去的内容恢复成合并以前的样子。合并以后改动过的，会列出来，不能直接撤销。"
        return [Action("撤销合并", url, "undo-2", reason="撤销原因", danger=True, note=note)]


@require_POST
@allow(is_staff)
def undo_merge(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, OrganizationMerge, pk, workflows.undo_merge, reason=reason(request),
        can=workflows.can_undo_merge, done="已撤销合并，两条记录都恢复了。",
    )  # fmt: skip
