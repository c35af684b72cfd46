import time

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from core.periods import quarter_end, quarter_of, today
from core.setup import office_exists
from reports import scale


class Command(BaseCommand):
    help = (
        "向空的数据库写入测速用的大批虚构数据：社会组织、党组织、党员和若干年的任务、活动、年检、述职。"
        "库里已有单位或账号时拒绝，不要在正式库里运行。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--organizations", type=int, default=5000, help="社会组织家数，默认5000")
        parser.add_argument("--members", type=int, default=20_000, help="党员名数，默认20000")
        parser.add_argument("--years", type=int, default=5, help="历史年数，默认5")
        parser.add_argument("--committees", type=int, default=1, help="综合党委个数；大于1时上面有一个省级综合党委")
        parser.add_argument("--ledgers-only", action="store_true", help="只写台账，不写任务、活动、年检和述职")
        parser.add_argument("--seed", type=int, default=1, help="随机种子，相同的种子得到相同的数据")

    def handle(self, *args, **options):
        sizes = {key: options[key] for key in ("organizations", "members", "years", "committees", "seed")}
        if min(sizes["organizations"], sizes["members"], sizes["years"], sizes["committees"]) < 1:
            raise CommandError("家数、名数、年数和综合党委个数都要大于0。")
        if office_exists():
            raise CommandError("这个数据库里已有单位或账号，测速数据没有写入。请换一个空的数据库。")
        last = quarter_end(quarter_of(today()) - 1)  # the last quarter that is over
        began, total = time.perf_counter(), 0
        for committee, rows in scale.build(**sizes, today=last, ledgers_only=options["ledgers_only"]):
            total += rows
            if options["verbosity"]:
                self.stdout.write(f"{committee.name}：{rows}行")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if options["verbosity"]:
            seconds = time.perf_counter() - began
            self.stdout.write(self.style.SUCCESS(f"共{total}行，用时{seconds:.0f}秒，截至{last}。"))
