"""Search and sort keys of Chinese names (STACK §6): one lower-case text that `LIKE '%…%'` finds."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache, partial
from itertools import product

MAX_READINGS = 4
EDGE = "|"  # between the words of a search text
CHINESE = re.compile("[\u4e00-\u9fff]")


@cache
def speller() -> Callable[..., list[list[str]]]:
    """Its dictionaries take 50 MB, so a process that only reads and exports does without them."""
    from pypinyin import Style, pinyin

    return partial(pinyin, style=Style.NORMAL)


@lru_cache(maxsize=100_000)
def readings(char: str) -> tuple[str, ...]:
    return tuple(speller()(char, heteronym=True)[0])


@lru_cache(maxsize=100_000)
def first_letters(char: str) -> tuple[str, ...]:
    return tuple(sorted({reading[0] for reading in readings(char) if reading})) or (char,)


@lru_cache(maxsize=50_000)
def initials(text: str) -> str:
    """Initials in every plausible reading, joined by blanks: 市长江 → schj szj."""
    letters = [first_letters(char) for char in text if not char.isspace()]
    several = sum(len(options) > 1 for options in letters)
    if several > 3:  # rare: the usual reading of the words, and the first reading of each character
        plain = [char for char in text if not char.isspace()]
        usual = "".join(syllable[:1] for syllable in sort_key("".join(plain)).split())
        return " ".join(dict.fromkeys([usual, "".join(readings(char)[0][:1] or char for char in plain)]))
    return " ".join("".join(combo) for combo in list(product(*letters))[: MAX_READINGS * 2])


@cache
def cutter() -> Callable[[str], list[str]]:
    """Cuts a text into the words that its dictionary knows; the speller does the same before it reads them one by one."""
    from pypinyin.seg.simpleseg import seg

    return seg


@lru_cache(maxsize=100_000)
def spelt(word: str) -> str:
    """One word in its usual reading. Names are made of few words (协会, 商会, 促进), texts of many."""
    return " ".join(syllable[0] for syllable in speller()(word))


@lru_cache(maxsize=50_000)
def sort_key(text: str) -> str:
    """Full pinyin in the most usual reading; the place prefix 市/省/县/区 is read apart from what follows."""
    prefix, rest = (text[0], text[1:]) if text[:1] in "市省县区" and len(text) > 2 else ("", text)
    return " ".join([spelt(word) for piece in (prefix, rest) if piece for word in cutter()(piece)]).lower()[:200]


def plain(text: str) -> str:
    """As it is compared: half-width, lower case, trimmed; （新区） and (新区) are the same."""
    return unicodedata.normalize("NFKC", text).lower().strip()


def search_key(*texts: str) -> str:
    """Names, codes and pinyin in one text; two characters are enough to find it."""
    words = [plain(text) for text in texts if text]
    chinese = [word for word in words if CHINESE.search(word)]
    keys = [*words, *[sort_key(word).replace(" ", "") for word in chinese], *[initials(word) for word in chinese]]
    return EDGE.join(dict.fromkeys(keys))
