import re
from pathlib import Path

import lucide
import pytest
from django.conf import settings
from django.template import engines

STYLES = Path(settings.BASE_DIR) / "static/css"


def test_an_unknown_icon_raises():
    with pytest.raises(lucide.IconDoesNotExist):
        engines["django"].from_string('{% icon "no-such-icon" %}').render({})


def test_a_state_is_shape_colour_and_word_and_its_word_is_escaped():
    html = engines["django"].from_string('{% state_word "bad" word %}').render({"word": "<b>逾期"})
    assert html == '<span class="state state-bad">&lt;b&gt;逾期</span>'


def test_unknown_numbers_are_a_gap_and_never_zero():
    page = engines["django"].from_string("{{ a|num }} {{ b|num }} {{ a|percent }} {{ c|percent }} {{ d|points }}")
    assert page.render({"a": None, "b": 0, "c": 0.55, "d": 1.5}) == "— 0 — 55.0% +1.5个百分点"


def test_colours_stand_only_among_the_tokens():
    for sheet in STYLES.glob("*.css"):
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", sheet.read_text(encoding="utf-8"))
        allowed = {"tokens.css": found, "print.css": ("#000", "#555", "#999"), "admin.css": found}
        assert set(found) <= set(allowed.get(sheet.name, ("#000",))), sheet.name


def test_every_page_links_every_sheet_once_and_the_tokens_first():
    html = (Path(settings.BASE_DIR) / "templates/root.html").read_text(encoding="utf-8")
    linked = re.findall(r"static 'css/([\w.]+)'", html)

    assert linked[0] == "tokens.css"
    assert linked[-2:] == ["narrow.css", "print.css"]  # they say what the others look like there
    assert sorted([*linked, "admin.css"]) == sorted(sheet.name for sheet in STYLES.glob("*.css"))
