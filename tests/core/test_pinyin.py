"""Sort and search keys of names: the usual reading of each word, as the speller itself reads the whole text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pinyin import search_key, sort_key, speller

LETTERS = "市长江行业协会重庆银行音乐会计促进商会党支部朝阳区（）()A1-、 "


def spelt_at_once(text: str) -> str:
    return " ".join(syllable[0] for syllable in speller()(text)).lower()[:200]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("重庆银行业协会", "chong qing yin hang ye xie hui"),
        ("市长江商会", "shi chang jiang shang hui"),
        ("市会计学会", "shi kuai ji xue hui"),
        ("音乐家协会（第2届）", "yin yue jia xie hui （ di 2 jie ）"),
        ("", ""),
    ],
)
def test_the_usual_reading(name, key):
    assert sort_key(name) == key


@given(st.text(LETTERS, min_size=1, max_size=20).filter(lambda text: text[0] not in "市区"))
@settings(max_examples=200, deadline=None)
def test_word_by_word_is_as_the_whole(text):
    assert sort_key(text) == spelt_at_once(text)


def test_a_search_text_holds_names_pinyin_and_every_initial():
    name, code, pinyin, initials = search_key("市长江商会", "51340000MJ0000001X").split("|")
    assert (name, code, pinyin) == ("市长江商会", "51340000mj0000001x", "shichangjiangshanghui")
    assert {"scjsh", "szjsh"} <= set(initials.split())
