"""A paper before any file format: its closing, title, leads, gaps and plain text."""

import pytest

from reports.documents.model import (
    Paragraph,
    Run,
    break_title,
    clean,
    closing,
    ems,
    paragraph,
    plain_text,
)
from tests.reports.document_cases import PARAGRAPHS, body, make_document, text_of


def test_signature_is_centred_over_the_date_when_a_seal_follows():
    place = closing(make_document(sealed=True))

    assert (place.signature, place.date) == (2.5, 4)


def test_without_a_seal_the_date_starts_two_characters_after_the_signature():
    place = closing(make_document(sealed=False))

    assert (place.signature, place.date) == (2, 3)


def test_a_date_longer_than_the_signature_stands_two_from_the_edge():
    place = closing(make_document(sealed=False, signature="综合党委"))

    assert (place.signature, place.date) == (6, 2)


def test_a_very_long_signature_never_leaves_the_page():
    name = "某某市社会组织综合委员会第一联合支部委员会"

    place = closing(make_document(sealed=True, signature=name))

    assert place.signature == 0
    assert place.date == (ems(name) - 6) / 2


def test_long_title_breaks_before_the_year_and_short_title_stays_whole():
    assert break_title("市社会组织综合党委2023年第一季度党建工作总结") == (
        "市社会组织综合党委",
        "2023年第一季度党建工作总结",
    )
    assert break_title("2023年第一季度党建工作总结") == ("2023年第一季度党建工作总结",)


@pytest.mark.parametrize("title", ["综" * 21, "综" * 40, "综" * 41, "关于" * 11, ""])
def test_breaking_a_title_loses_nothing(title):
    assert "".join(break_title(title)) == title


def test_items_are_bold_to_their_first_full_stop():
    assert [(s.text, s.voice) for s in PARAGRAPHS[3].segments()] == [
        ("（二）强化日常监管，夯实党建基础。", "kai"),
        ("一是加强前置审查。", "bold"),
        ("落实党建入章。", ""),
        ("二是启动年度检查。", "bold"),
        ("列入年检内容。", ""),
    ]


def test_a_heading_typed_into_the_text_looks_like_a_lead():
    typed = paragraph("body", "（一）聚焦党建引领。第一季度成效明显。")

    assert [(s.text, s.voice) for s in typed.segments()] == [
        ("（一）聚焦党建引领。", "kai"),
        ("第一季度成效明显。", ""),
    ]


def test_a_lead_without_full_stop_gets_one():
    assert paragraph("body", "第一季度。", "（一）聚焦党建引领").text == "（一）聚焦党建引领。第一季度。"


def test_a_very_long_item_is_bold_to_its_comma_only():
    item = paragraph("body", "一是积极开展培训，" + "组织学习" * 12 + "。二是检查。")

    assert [s.text for s in item.segments() if s.voice == "bold"] == ["一是积极开展培训，", "二是检查。"]


def test_a_gap_is_printed_visibly():
    document = make_document(paragraphs=(Paragraph("body", (Run("共"), Run("党员人数", gap=True), Run("。"))),))

    assert document.has_gaps
    assert document.paragraphs[0].text == "共〔缺：党员人数〕。"
    assert "共〔缺：党员人数〕。" in text_of(body(document))


def test_plain_text_has_one_paragraph_a_line():
    assert plain_text(make_document()).splitlines() == [
        "市社会组织综合党委2023年第一季度党建工作总结",
        *(p.text for p in PARAGRAPHS),
        "市社会组织综合党委",
        "2023年4月3日",
    ]


def test_plain_text_without_signature_ends_with_the_text():
    assert plain_text(make_document(signature="", date=None)).endswith("强化党建引领。\n")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("党\x00建\x0b\ud800", "党建"),
        ("党\r\n建", "党建"),
        ("A\nB", "A B"),
        ("\u200b党\u202e建\ufeff", "党建"),
        ("党𠮷", "党𠮷"),
    ],
)
def test_clean_keeps_one_printable_line(given, kept):
    assert clean(given) == kept
