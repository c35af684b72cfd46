from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core import sealing


class Command(BaseCommand):
    help = "清理保留期以前的操作日志：先导出到文件（gzip 的 JSON 行），再删除。保留期不能少于180天。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="导出到哪个文件，例如 audit-2020.jsonl.gz")
        parser.add_argument(
            "--days", type=int, default=settings.LOG_RETENTION_DAYS, help="保留多少天，默认为设置 DANGJIAN_LOG_DAYS"
        )

    def handle(self, *args, **options):
        try:
            count = sealing.prune_audit(options["days"], options["file"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        except OSError as error:
            raise CommandError(f"写不了文件 {options['file']}：{error.strerror}。日志没有删除。") from None
        self.stdout.write(f"已导出并清理{count}条。" if count else f"没有{options['days']}天以前的日志可以清理。")
