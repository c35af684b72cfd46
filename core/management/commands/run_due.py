from django.core.management.base import BaseCommand, CommandError

from core.due import run_all


class Command(BaseCommand):
    help = "办理到期的事：逾期提醒、作业重启、日志封存、清理旧会话。可以随时运行，多次运行没有害处；放进计划任务，每5分钟一次。"

    def handle(self, *args, **options):
        results = run_all()
        for name, result in results.items():
            self.stdout.write(f"{name}：{'失败：' + str(result) if isinstance(result, Exception) else result}")
        failed = [name for name, result in results.items() if isinstance(result, Exception)]
        if failed:
            raise CommandError(f"{'、'.join(failed)}没有办成，原因见日志。")
