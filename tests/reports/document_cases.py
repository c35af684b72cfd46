"""What the tests of papers share: one paper with two sections and an annex, and the parts of its file."""

import io
import zipfile
from datetime import UTC, date, datetime

from lxml import etree

from reports.documents.model import (
    Column,
    Document,
    Table,
    break_title,
    paragraph,
)
from reports.documents.word import render_word

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NS = {"w": W[1:-1]}
PARAGRAPHS = (
    paragraph("body", "2023年，市社会组织综合党委根据《2023年第一季度党建工作任务清单》，落实各项工作任务。"),
    paragraph("heading1", "一、工作开展情况"),
    paragraph("body", "第一季度，组织12家社会组织举办“追寻足迹 传承精神”活动。", "（一）聚焦党建引领，提高政治站位。"),
    paragraph(
        "body", "一是加强前置审查。落实党建入章。二是启动年度检查。列入年检内容。", "（二）强化日常监管，夯实党建基础。"
    ),
    paragraph("heading1", "二、下步工作打算"),
    paragraph("body", "第二季度，综合党委将不断强化党建引领。"),
)
BASIS = Table(
    "数据依据表",
    (Column("序号", 1, "center"), Column("指标", 4), Column("数值", 2, "right")),
    (("1", "口头述职党支部书记", "4人"), ("2", "书面述职党支部书记\n（含补交）", "")),
    note="注：数据截至2023年3月31日。",
)


def make_document(**overrides) -> Document:
    values = {
        "title_lines": break_title("市社会组织综合党委2023年第一季度党建工作总结"),
        "paragraphs": PARAGRAPHS,
        "signature": "市社会组织综合党委",
        "date": date(2023, 4, 3),
        "sealed": True,
        "author": "市社会组织综合党委",
        "created": datetime(2023, 4, 3, 8, tzinfo=UTC),
    }
    return Document(**values | overrides)


def parts(document: Document) -> dict[str, etree._Element]:
    with zipfile.ZipFile(io.BytesIO(render_word(document))) as package:
        assert package.namelist()[0] == "[Content_Types].xml"
        return {name: etree.fromstring(package.read(name)) for name in package.namelist()}


def values(root, path: str) -> list[str]:
    return root.xpath(path, namespaces=NS)


def style(root, name: str):
    (found,) = root.xpath(f"w:style[@w:styleId='{name}']", namespaces=NS)
    return found


def body(document: Document):
    return parts(document)["word/document.xml"][0]


def text_of(element) -> str:
    return "".join(element.itertext())
