from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core import backup


class Command(BaseCommand):
    help = (
        "从备份文件恢复数据库和全部文件：先核对清单，再整个替换。只恢复到空的系统；加 --force 才替换已有的数据，并要确认。"
        "恢复前请停止网站和后台作业。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="备份文件")
        parser.add_argument("--force", action="store_true", help="替换已有的数据")
        parser.add_argument("--no-input", action="store_false", dest="interactive", help="不再确认")

    def handle(self, *args, **options):
        if not backup.is_empty():
            if not options["force"]:
                raise CommandError("这个系统里已有数据，没有恢复。确实要用备份替换全部数据，请加 --force。")
            if options["interactive"] and input("现有的数据将全部被备份替换。确定请输入“恢复”：").strip() != "恢复":
                raise CommandError("没有确认，没有恢复任何内容。")
        try:
            manifest = backup.restore(options["file"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        rows = sum(manifest["tables"].values())
        self.stdout.write(
            f"已恢复 {manifest['made_at'][:19]} 的备份：{rows}行数据，{len(manifest['files'])}个文件。所有人都要重新登录。"
        )
