from django.core.management.base import BaseCommand, CommandError

from core import sealing


class Command(BaseCommand):
    help = "核对操作日志有没有被改动或删除：逐段重算封存，指出是哪一条。加 --seal 先封存到此刻。"

    def add_arguments(self, parser):
        parser.add_argument("--seal", action="store_true", help="先把还没有封存的日志封存")

    def handle(self, *args, **options):
        if options["seal"]:
            sealing.seal_entries(grace=sealing.timedelta(0))
        verdict = sealing.verify_audit()
        if verdict.pruned_until:
            self.stdout.write(f"第{verdict.pruned_until}号以前的日志已按规定清理，见当时导出的文件。")
        for problem in verdict.problems:
            self.stderr.write(problem)
        if verdict.problems:
            raise CommandError(f"操作日志有{len(verdict.problems)}处不符。请保护现场，并报告安全管理员。")
        self.stdout.write(
            f"操作日志完好：核对{verdict.blocks}段{verdict.entries}条，另有{verdict.unsealed}条还没有到封存时间。"
        )
