from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core import audit
from core.choices import AuditEvent
from core.excel.sheet import all_sheets, get_sheet
from core.excel.writing import export_to
from core.models import Committee
from core.periods import today


class Command(BaseCommand):
    help = "把一种台账导出成工作簿（含完整号码，记入操作日志）。--list 列出全部台账种类。"

    def add_arguments(self, parser):
        parser.add_argument("kind", nargs="?", help="台账种类")
        parser.add_argument("file", nargs="?", help="写到哪个 .xlsx 文件")
        parser.add_argument("--list", action="store_true", help="按导入次序列出台账种类")
        parser.add_argument("--committee", metavar="CODE", help="只导出这个综合党委及其下级的")
        parser.add_argument("--masked", action="store_true", help="身份证号和电话只显示前后几位")

    def handle(self, *args, kind, file, **options):
        if options["list"]:
            for sheet in all_sheets():
                self.stdout.write(f"{sheet.kind}\t{sheet.title}")
            return
        if not kind or not file:
            raise CommandError("请写明台账种类和文件，例如 export_sheet organizations 台账.xlsx；--list 列出种类。")
        try:
            sheet = get_sheet(kind)
        except LookupError as error:
            raise CommandError(str(error)) from None
        committee = self.committee(options["committee"])
        rows = sheet.model_class._default_manager.all()
        if committee is not None and hasattr(rows, "within"):
            rows = rows.within(committee)
        with Path(file).open("wb") as target:
            count = export_to(
                target,
                sheet,
                sheet.annotated(rows.order_by(*sheet.ordering), today(committee or self.only())),
                committee=committee or self.only(),
                full=not options["masked"],
            )
        audit.record(
            AuditEvent.EXPORT, by=None, label=f"《{sheet.title}》", note=f"命令行导出{count}行。", committee=committee
        )
        self.stdout.write(self.style.SUCCESS(f"已导出{count}行：{file}"))

    def committee(self, code: str | None) -> Committee | None:
        if not code:
            return None
        found = Committee.objects.filter(code=code).first()
        if found is None:
            raise CommandError(f"没有代号为“{code}”的综合党委。")
        return found

    def only(self) -> Committee | None:
        found = list(Committee.objects.all()[:2])
        return found[0] if len(found) == 1 else None
