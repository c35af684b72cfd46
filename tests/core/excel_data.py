"""Sheets and workbooks for the tests of the Excel toolkit: real models, small declarations."""

import io
from datetime import date
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from core.excel import Column, Lookup, Part, Sheet, register
from core.excel.applying import apply_batch
from core.excel.sheet import registry
from core.excel.staging import new_batch, read_batch
from core.validators import credit_check_digit

if "test-bodies" not in registry:

    @register
    class BodySheet(Sheet):
        kind, title, order = "test-bodies", "测试单位台账", 900
        model = "organizations.SocialOrganization"
        keys = (("code",), ("name",))
        columns = (
            Column("社会组织名称", "name", synonyms=("单位名称",), required=True, width=30),
            Column("统一社会信用代码", "code", "code", synonyms=("信用代码",)),
            Column("类型", "kind", "choice", required=True, choices={"社团": "51"}),
            Column("登记日期", "registered_on", "date", required=True),
            Column("联系电话", "phone", "phone"),
            Column("从业人员数", "staff_count", "int", group="人员"),
            Column("专职人员数", "full_time_count", "int", group="人员"),
            Column("行业协会商会", "is_trade_association", "bool"),
            Column("评估等级", "grade", "choice"),
            Column("住所", "address"),
            Column("备注", "remark"),
        )
        notes = ("信用代码照登记证书填写。",)

    @register
    class BranchSheet(Sheet):
        kind, title, order = "test-branches", "测试党组织台账", 910
        model = "organizations.PartyBranch"
        keys = (("name",),)
        parts = (
            Part(
                "secretary",
                "organizations.BranchPost",
                link="branch",
                fixed={"post": "secretary", "end": None},
                key=("person_name",),
                start="start",
                others="end",
            ),
            Part(
                "coverage",
                "organizations.BranchCoverage",
                link="branch",
                fixed={"end": None},
                key=("organization",),
                start="start",
            ),
        )
        columns = (
            Column("党组织全称", "name", required=True, width=36),
            Column("类别", "kind", "choice"),
            Column("成立时间", "founded_on", "date", required=True),
            Column(
                "上级党组织", "parent", "lookup", lookup=Lookup("organizations.PartyBranch", ("name", "short_name"))
            ),
            Column("姓名", "secretary.person_name", group="书记"),
            Column("任职时间", "secretary.start", "date", group="书记"),
            Column("电话", "secretary.phone", "phone", group="书记"),
            Column(
                "覆盖单位",
                "coverage.organization",
                "names",
                lookup=Lookup("organizations.SocialOrganization", ("name", "short_name", "code")),
            ),
            Column("覆盖方式", "coverage.method", "choice", default="own"),
        )


HEAD = [
    "序号",
    "社会组织名称",
    "统一社会信用代码",
    "类型",
    "登记日期",
    "联系电话",
    "从业人员数",
    "专职人员数",
    "行业协会商会",
    "评估等级",
    "住所",
    "备注",
]


def code(number: int, kind: str = "51") -> str:
    first = f"{kind}341700MJ{number:07d}"
    return first[:17] + credit_check_digit(first[:17])


def body(number: int, **changes: Any) -> list[Any]:
    values = {
        "序号": number,
        "社会组织名称": f"市第{number}协会",
        "统一社会信用代码": code(number),
        "类型": "社会团体",
        "登记日期": date(2015, 3, 1),
        "联系电话": f"138{number:08d}",
        "从业人员数": 5,
        "专职人员数": 2,
        "行业协会商会": "是",
        "评估等级": "3A",
        "住所": "示例路1号",
        "备注": "",
        **changes,
    }
    return [values[h] for h in HEAD]


def workbook(rows: list[list[Any]], title: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return save(book)


def save(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bring(content: bytes, user: Any, kind: str = "test-bodies", name: str = "台账.xlsx", **facts: Any) -> Any:
    """Upload and read; nothing is applied."""
    file = SimpleUploadedFile(name, content)
    batch = new_batch(registry[kind], file, name, by=user, committee=user.committee, **facts)
    return read_batch(batch)


def bring_in(content: bytes, user: Any, kind: str = "test-bodies", name: str = "台账.xlsx", **facts: Any) -> Any:
    return apply_batch(bring(content, user, kind, name, **facts), by=user)


def counts(batch: Any) -> tuple[int, int, int, int]:
    return batch.new_count, batch.changed_count, batch.same_count, batch.wrong_count


def errors(batch: Any) -> list[str]:
    return [f"{r.number}{e['l']} {e['m']}" for r in batch.rows.filter(action="wrong") for e in r.errors]
