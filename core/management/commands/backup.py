from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import backup


class Command(BaseCommand):
    help = (
        "备份数据库和全部文件到一个zip文件。给的是文件夹时，按时间起名，加 --keep 7 只留最近7份。"
        "密钥（SECRET_KEY、FIELD_KEY）不在备份里，请另外保存。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="备份到哪个文件或文件夹")
        parser.add_argument("--keep", type=int, default=0, help="文件夹里只留最近几份，0为全部保留")

    def handle(self, *args, **options):
        target = options["file"]
        folder = target if target.is_dir() else None
        path = folder / f"dangjian-{timezone.localtime():%Y%m%d-%H%M%S}.zip" if folder else target
        try:
            manifest = backup.backup(path)
            removed = backup.rotate(folder, options["keep"]) if folder and options["keep"] > 0 else []
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        except OSError as error:
            raise CommandError(f"写不了 {path}：{error.strerror}。没有留下备份文件。") from None
        rows = sum(manifest["tables"].values())
        self.stdout.write(f"已备份到 {path}：{rows}行数据，{len(manifest['files'])}个文件。")
        for old in removed:
            self.stdout.write(f"已删除较早的备份 {old.name}。")
