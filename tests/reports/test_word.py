"""A paper as a Word file: page, fonts, lines, page numbers, annexes, and any text at all."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from docx import Document as open_word
from lxml import etree

from reports.documents.model import (
    Column,
    Table,
    clean,
    paragraph,
)
from reports.documents.word import render_word
from tests.reports.document_cases import BASIS, NS, W, body, make_document, parts, style, text_of, values


def test_page_is_the_official_one():
    section = body(make_document())[-1]

    assert dict(section.find("w:pgSz", NS).attrib) == {f"{W}w": "11906", f"{W}h": "16838"}
    margins = section.find("w:pgMar", NS)
    assert [margins.get(W + side) for side in ("top", "right", "bottom", "left", "gutter", "footer")] == [
        "2098",
        "1474",
        "1984",
        "1587",
        "0",
        "1417",
    ]
    assert values(section, "w:docGrid/@w:type") == ["lines"]
    assert (16838 - 2098 - 1984) // 579 == 22


def test_styles_name_the_official_fonts_and_sizes():
    styles = parts(make_document())["word/styles.xml"]
    faces = {
        name: (
            values(style(styles, name), "w:rPr/w:rFonts/@w:eastAsia"),
            values(style(styles, name), "w:rPr/w:sz/@w:val"),
        )
        for name in ("GwTitle", "Heading1", "Heading2", "GwKai", "Footer")
    }

    assert faces == {
        "GwTitle": (["方正小标宋简体"], ["44"]),
        "Heading1": (["黑体"], []),
        "Heading2": (["楷体_GB2312"], []),
        "GwKai": (["楷体_GB2312"], []),
        "Footer": (["宋体"], ["28"]),
    }
    assert values(styles, "w:docDefaults//w:rFonts/@w:eastAsia") == ["仿宋_GB2312"]
    assert values(styles, "w:docDefaults//w:sz/@w:val") == ["32"]
    assert not values(styles, "//@w:eastAsiaTheme | //@w:asciiTheme")
    for name in ("GwTitle", "Heading1", "Heading2"):
        assert values(style(styles, name), "w:rPr/w:b/@w:val") == ["0"]


def test_lines_are_exactly_28_95_points_and_body_is_indented_two_characters():
    styles = parts(make_document())["word/styles.xml"]
    spacing = style(styles, "Normal").find("w:pPr/w:spacing", NS)

    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("579", "exact")
    assert values(style(styles, "GwBody"), "w:pPr/w:ind/@w:firstLineChars") == ["200"]
    assert values(style(styles, "Normal"), "w:pPr/w:widowControl/@w:val") == ["0"]


def test_digits_stand_close_so_that_the_date_is_as_wide_as_counted():
    normal = style(parts(make_document())["word/styles.xml"], "Normal")

    assert values(normal, "w:pPr/w:autoSpaceDE/@w:val | w:pPr/w:autoSpaceDN/@w:val") == ["0", "0"]


def test_every_style_used_exists_and_property_order_is_the_schemas():
    every = parts(make_document(annexes=(BASIS, replace(BASIS, landscape=True))))
    defined = set(values(every["word/styles.xml"], "w:style/@w:styleId"))
    order = [
        "pStyle",
        "keepNext",
        "pageBreakBefore",
        "widowControl",
        "autoSpaceDE",
        "autoSpaceDN",
        "snapToGrid",
        "spacing",
        "ind",
        "jc",
        "outlineLvl",
        "sectPr",
    ]

    for root in every.values():
        assert set(values(root, "//w:pStyle/@w:val | //w:rStyle/@w:val")) <= defined
        for properties in root.iter(f"{W}pPr"):
            names = [etree.QName(child).localname for child in properties]
            assert names == sorted(set(names), key=order.index)


def test_package_is_whole_and_without_foreign_traces():
    every = parts(make_document(annexes=(BASIS,)))
    targets = {"word/" + rel.get("Target") for rel in every["word/_rels/document.xml.rels"]}
    declared = {e.get("PartName", "").lstrip("/") for e in every["[Content_Types].xml"]}
    names = set(every) - {"[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"}

    assert targets <= set(every)
    assert names <= declared
    assert values(every["word/settings.xml"], "//w:compatSetting/@w:val") == ["15"]
    assert values(every["word/settings.xml"], "w:zoom/@w:percent") == ["100"]
    assert every["word/settings.xml"].find("w:updateFields", NS) is None


def test_page_number_is_right_on_odd_and_left_on_even_pages():
    every = parts(make_document())
    styles = every["word/styles.xml"]

    assert every["word/settings.xml"].find("w:evenAndOddHeaders", NS) is not None
    assert values(body(make_document()), "w:sectPr/w:footerReference/@w:type") == ["default", "even"]
    for name, used, align in (("footer1", "Footer", "right"), ("footer2", "GwFooterEven", "left")):
        footer = every[f"word/{name}.xml"]
        assert values(footer, "//w:instrText/text()") == [" PAGE "]
        assert re.fullmatch(r"— \d —", "".join(values(footer, "//w:t/text()")))
        assert values(footer, "//w:pStyle/@w:val") == [used]
        assert values(style(styles, used), "w:pPr/w:jc/@w:val") == [align]


def test_run_in_heading_is_kai_and_items_are_bold():
    found = body(make_document()).findall("w:p", NS)[4]

    assert [(text_of(r), values(r, "w:rPr/w:rStyle/@w:val")) for r in found.findall("w:r", NS)] == [
        ("（二）强化日常监管，夯实党建基础。", ["GwKai"]),
        ("一是加强前置审查。", ["GwBold"]),
        ("落实党建入章。", []),
        ("二是启动年度检查。", ["GwBold"]),
        ("列入年检内容。", []),
    ]


def test_quotes_fall_into_the_chinese_font():
    runs = body(make_document()).findall("w:p/w:r[w:t]", NS)

    assert {run.find("w:rPr/w:rFonts", NS).get(f"{W}hint") for run in runs} == {"eastAsia"}


def test_title_breaks_by_hand_and_nothing_else_does():
    paragraphs = body(make_document()).findall("w:p", NS)

    assert [len(p.findall("w:r/w:br", NS)) for p in paragraphs] == [1] + [0] * (len(paragraphs) - 1)


def test_a_name_outside_gb2312_gets_a_font_that_has_it():
    found = body(make_document(paragraphs=(paragraph("body", "党支部书记李喆作口头述职。"),))).findall("w:p", NS)[1]

    assert [(text_of(r), values(r, "w:rPr/w:rFonts/@w:eastAsia")) for r in found.findall("w:r", NS)] == [
        ("党支部书记李", []),
        ("喆", ["仿宋"]),
        ("作口头述职。", []),
    ]


def test_annex_is_announced_before_the_signature_and_stands_on_its_own_page():
    found = body(make_document(annexes=(BASIS,)))
    texts = [text_of(p) for p in found.findall("w:p", NS)]
    mark = found.findall("w:p", NS)[texts.index("附件")]

    assert texts[-7:-4] == ["第二季度，综合党委将不断强化党建引领。", "附件：数据依据表", "市社会组织综合党委"]
    assert texts[-3:] == ["附件", "数据依据表", "注：数据截至2023年3月31日。"]
    assert mark.find("w:pPr/w:pageBreakBefore", NS) is not None


def test_several_annexes_are_numbered():
    found = body(make_document(annexes=(BASIS, replace(BASIS, title="党组织台账"))))
    texts = [text_of(p) for p in found.findall("w:p", NS)]

    assert [t for t in texts if "附件" in t or t.startswith("2.")] == [
        "附件：1.数据依据表",
        "2.党组织台账",
        "附件1",
        "附件2",
    ]


def test_table_fits_the_page_repeats_its_head_and_has_no_blank_cell():
    table = body(make_document(annexes=(BASIS,))).find("w:tbl", NS)
    rows = [
        [[text_of(p) for p in cell.findall("w:p", NS)] for cell in row.findall("w:tc", NS)]
        for row in table.findall("w:tr", NS)
    ]

    assert rows[0] == [["序号"], ["指标"], ["数值"]]
    assert rows[2] == [["2"], ["书面述职党支部书记", "（含补交）"], ["—"]]
    assert [row.find("w:trPr/w:tblHeader", NS) is not None for row in table.findall("w:tr", NS)] == [True, False, False]
    assert 8840 <= sum(int(w) for w in values(table, "w:tblGrid/w:gridCol/@w:w")) <= 8845


def test_wide_annex_turns_its_page_and_only_its_page():
    wide = replace(BASIS, title="宽表", landscape=True)

    found = body(make_document(annexes=(BASIS, wide, BASIS)))

    assert values(found, "//w:sectPr/w:pgSz/@w:w") == ["11906", "16838", "11906"]
    assert [len(values(s, "w:footerReference")) for s in values(found, "//w:sectPr")] == [2, 2, 2]


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "<w:p>&amp;", "]]>", "\ufffe", "{{ x }}", "喆" * 3, "\u202e", "=1+1", "𠮷\x1b"]
)
def test_no_text_breaks_the_file(text):
    table = Table(text, (Column(text),), ((text,),), note=text)

    file = render_word(
        make_document(
            title_lines=(text,),
            paragraphs=(paragraph("body", text, text), paragraph("heading1", text)),
            signature=text,
            author=text,
            annexes=(table,),
        )
    )

    assert clean(text) in "\n".join(p.text for p in open_word(io.BytesIO(file)).paragraphs)


def test_properties_carry_title_author_and_moment():
    properties = open_word(io.BytesIO(render_word(make_document(keywords=("党建", "总结"))))).core_properties

    assert properties.title == "市社会组织综合党委2023年第一季度党建工作总结"
    assert properties.author == "市社会组织综合党委"
    assert properties.keywords == "党建，总结"
    assert properties.created.replace(tzinfo=UTC) == datetime(2023, 4, 3, 8, tzinfo=UTC)


def test_the_same_document_gives_the_same_file():
    assert render_word(make_document()) == render_word(make_document())
