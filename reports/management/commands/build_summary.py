import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.models import Committee
from core.periods import Period
from reports.documents.assembly import document_of
from reports.documents.model import plain_text
from reports.documents.pdf import PdfUnavailable, render_pdf
from reports.documents.word import render_word
from reports.facts import package
from reports.narrative import missing_of
from reports.workflows import compose_stored


class Command(BaseCommand):
    help = "生成一个时期的党建工作总结（有草稿就用草稿），写成Word、文本、PDF或数据文件；除这些文件外什么也不写。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help="时期：2023Q1（季度）、2023H1（上半年）、2023（全年）")
        parser.add_argument("--committee", default="", help="综合党委代号；只有一个时可以不写")
        parser.add_argument("--docx", type=Path, help="写成Word文件")
        parser.add_argument("--pdf", type=Path, help="写成PDF文件")
        parser.add_argument("--text", type=Path, help="写成文本文件")
        parser.add_argument("--json", type=Path, help="写出全部指标及其依据的记录")
        parser.add_argument("--annex", action="store_true", help="Word和PDF后附数据依据表")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = Period.parse(options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        if period.kind == "range":
            raise CommandError("总结按季度、半年或全年编写，请写成 2023Q1、2023H1 或 2023。")
        composed = compose_stored(self.committee(options["committee"]), period)
        if composed.summary is not None and composed.summary.is_signed:
            self.stderr.write(
                f"这一期已签发，定稿是历史版本里的第{composed.summary.edition.number}份；下面是按现在的记录生成的，不影响定稿。"
            )
        document = document_of(composed, annex=options["annex"])
        try:
            self.write_files(options, composed, document)
        except OSError as error:
            raise CommandError(f"文件写不进去：{error.filename}（{error.strerror}）。请换一个目录。") from None
        except PdfUnavailable as error:
            raise CommandError(str(error)) from None
        if not any(options[name] for name in ("docx", "pdf", "text", "json")):
            self.stdout.write(plain_text(document))
        for missing in missing_of(composed):
            self.stderr.write(f"缺：{missing.label}（{missing.where}）")

    def committee(self, code: str) -> Committee:
        rows = Committee.objects.order_by("parent_id", "pk")
        if code:
            row = rows.filter(code=code).first()
            if row is None:
                raise CommandError(
                    f"没有代号为 {code} 的综合党委。现有：{'、'.join(rows.values_list('code', flat=True))}。"
                )
            return row
        row = rows.filter(parent=None).first()
        if row is None:
            raise CommandError("还没有综合党委。请先运行 setup_office 或 seed_demo。")
        return row

    def write_files(self, options: dict, composed: Any, document: Any) -> None:
        if options["docx"]:
            options["docx"].write_bytes(render_word(document))
        if options["pdf"]:
            options["pdf"].write_bytes(render_pdf(document))
        if options["text"]:
            options["text"].write_text(plain_text(document) + "\n", encoding="utf-8")
        if options["json"]:
            content = {
                "committee": composed.committee.name,
                "period": composed.period.code,
                "title": composed.title,
                "as_of": composed.facts.scope.day.isoformat(),
                "facts": [package(value) for value in composed.facts],
                "missing": [missing.label for missing in missing_of(composed)],
            }
            options["json"].write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
