from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.excel.blank import blank_workbook
from core.excel.sheet import get_sheet
from core.models import Committee


class Command(BaseCommand):
    help = "写出一种台账的空白表：下拉列表、文本格式的代码列、填表说明都已设好。种类见 export_sheet --list。"

    def add_arguments(self, parser):
        parser.add_argument("kind", help="台账种类")
        parser.add_argument("file", help="写到哪个 .xlsx 文件")

    def handle(self, *args, kind, file, **options):
        try:
            sheet = get_sheet(kind)
        except LookupError as error:
            raise CommandError(str(error)) from None
        found = list(Committee.objects.all()[:2])
        Path(file).write_bytes(blank_workbook(sheet, found[0] if len(found) == 1 else None))
        self.stdout.write(self.style.SUCCESS(f"已写出空白表：{file}"))
