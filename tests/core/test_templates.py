import re
from pathlib import Path

import lucide
import pytest
from django.conf import settings
from django.template import engines


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
    css = (Path(settings.BASE_DIR) / "static/css/app.css").read_text(encoding="utf-8")
    rest = css.split("/* ---- 2 ")[1].split("/* ---- 15 print")[0]
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", rest)) <= {"#000"}
