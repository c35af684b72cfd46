"""历史版本: every Word file that left the system, and what has changed in the records since."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse

from core import audit
from core.choices import AuditEvent
from core.pages import Column, Crumb, DetailPage, ListPage
from core.pages.details import visible_or_404
from core.permissions import allow, is_office
from reports.choices import EditionKind
from reports.facts import FactSet, registry
from reports.models import Edition
from reports.narrative import office_scope
from reports.views.blocks import WORD
from reports.views.summaries import then_and_now


class EditionList(ListPage):
    model = Edition
    allowed = staticmethod(is_office)
    title = "历史版本"
    meta_text = "下载、送审和签发的Word都留存原件、全文、数据和校验值，以后修改记录不会改动它们。"
    columns = (
        Column("标题", "title", link=True, phone="name"),
        Column("第几份", "number", kind="number"),
        Column("用途", "kind", kind="tag"),
        Column("数据截至", "as_of", kind="date", sort="as_of"),
        Column("经手人", "created_by__name"),
        Column("时间", "created_at", kind="date", sort="created_at"),
    )
    unit = "份"
    ordering = ("-created_at",)
    empty_title = "还没有留存的总结"
    empty_text = "在季度总结页面下载、送审或签发后，文件会自动留存在这里。"


class EditionDetail(DetailPage):
    model = Edition
    allowed = staticmethod(is_office)
    related = ("committee", "created_by")
    template_name = "reports/edition_detail.html"
    fact_fields = ("title", "number", "kind", "as_of", "created_by", "sha256")
    can_edit = staticmethod(lambda user, obj: False)

    def crumbs(self) -> list[Crumb]:
        return [Crumb("历史版本", reverse("reports:edition-list"))]

    def get_context(self) -> dict:
        edition = self.object
        keys = [fact["key"] for fact in edition.facts if fact["key"] in registry]
        now = FactSet(office_scope(edition.committee, edition.period), keys=keys) if keys else {}
        rows = then_and_now(edition, now)
        return {
            **super().get_context(),
            "rows": rows,
            "changed": sum(row["changed"] for row in rows),
            "paragraphs": edition.text.splitlines(),
        }


@allow(is_office)
def edition_file(request: HttpRequest, pk: int) -> HttpResponse:
    edition = visible_or_404(Edition, request.user, pk)
    try:
        file = edition.file.open("rb")
    except FileNotFoundError:
        raise Http404("留存的文件不在磁盘上了，请联系管理员从备份中恢复。") from None
    audit.record(AuditEvent.DOWNLOAD, edition, by=request.user)
    which = "定稿" if edition.kind == EditionKind.SIGNED else f"第{edition.number}份"
    return FileResponse(file, as_attachment=True, filename=f"{edition.title}（{which}）.docx", content_type=WORD)
