import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from core.choices import BatchStatus
from core.excel.annotating import annotated
from core.excel.applying import apply_batch
from core.excel.sheet import get_sheet
from core.excel.staging import error_lines, new_batch, read_batch
from core.models import Committee, ImportBatch, User


class Command(BaseCommand):
    help = (
        "导入一个工作簿：先核对，没有错误才一次全部写入，可在页面上整批撤销。"
        "有错误时逐条列出并以 1 退出，什么也不写。--dry-run 只核对不写入。"
    )

    def add_arguments(self, parser):
        parser.add_argument("kind", help="台账种类，export_sheet --list 列出全部")
        parser.add_argument("file", help="工作簿：.xlsx、.xls 或 .csv")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--annotated", metavar="FILE", help="有错误时，把标好错误的工作簿写到这里")
        parser.add_argument("--committee", metavar="CODE", help="记在哪个综合党委名下；只有一个时可以不写")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="以哪个账号的名义导入")
        parser.add_argument("--source", default="", help="来源，记在导入批次里")

    def handle(self, *args, kind, file, **options):
        try:
            sheet = get_sheet(kind)
        except LookupError as error:
            raise CommandError(str(error)) from None
        path = Path(file)
        if not path.is_file():
            raise CommandError(f"没有这个文件：{file}。")
        user = self.user(options["username"])
        committee = self.committee(options["committee"], user)
        with path.open("rb") as source:
            batch = new_batch(sheet, File(source), path.name, by=user, committee=committee, source=options["source"])
        batch = read_batch(batch)
        self.answer(batch, options)

    def answer(self, batch: ImportBatch, options: dict) -> None:
        if fatal := batch.report.get("fatal"):
            raise CommandError(fatal, returncode=1)
        counts = f"新增{batch.new_count}行，变更{batch.changed_count}行，不变{batch.same_count}行"
        if batch.status == BatchStatus.REJECTED:
            for number, letter, heading, sentence in error_lines(batch):
                self.stdout.write(f"第{number}行{letter}列“{heading}”：{sentence}")
            if options["annotated"]:
                Path(options["annotated"]).write_bytes(annotated(batch))
                self.stdout.write(f"标好错误的工作簿：{options['annotated']}")
            self.stderr.write(f"{batch.wrong_count}行有错误，没有写入任何数据。{counts}。")
            sys.exit(1)
        if options["dry_run"]:
            self.stdout.write(f"核对通过，没有写入：{counts}。")
            return
        if batch.new_count or batch.changed_count:
            try:
                apply_batch(batch, by=batch.created_by)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(self.style.SUCCESS(f"{counts}。"))

    def user(self, username: str | None) -> User | None:
        if not username:
            return None
        user = User.objects.select_related("committee").filter(username=username).first()
        if user is None or not user.is_committee_staff:
            raise CommandError(f"没有叫“{username}”的工作人员账号。")
        return user

    def committee(self, code: str | None, user: User | None) -> Committee:
        if code:
            found = Committee.objects.filter(code=code).first()
            if found is None:
                raise CommandError(f"没有代号为“{code}”的综合党委。")
            return found
        if user is not None and user.committee is not None:
            return user.committee
        committees = list(Committee.objects.all()[:2])
        if len(committees) != 1:
            raise CommandError(
                "请用 --committee 写明综合党委的代号。" if committees else "还没有综合党委，请先运行 setup_office。"
            )
        return committees[0]
