"""Look-ups that several workbooks share, and what can be read from the title above a table."""

import re

from core.excel import Lookup
from core.periods import ORDINALS, chinese_number

BRANCH = Lookup("organizations.PartyBranch", ("name", "short_name", "former_names"))
BODY = Lookup("organizations.SocialOrganization", ("name", "short_name", "aliases", "former_names__name"))
COMMITTEE_WORDS = ("综合党委", "综合党委本级", "本级", "市社会组织综合党委")
QUARTER_IN_TITLE = re.compile(r"(\d{4})\s*年(?:度)?\s*第?\s*([一二三四1-4])\s*季度")


def quarter_in(title: str) -> int | None:
    """2023年第一季度…任务清单 → 2023 * 4; None where the title names no quarter."""
    match = QUARTER_IN_TITLE.search(title or "")
    if match is None:
        return None
    number = ORDINALS.index(match[2]) if match[2] in ORDINALS else int(match[2])
    return int(match[1]) * 4 + number - 1


def plain_title(title: str) -> str:
    """The title as a name: without book-title marks, blanks and what else stands above the table."""
    head = re.split(r"填报单位|填报时间|填表日期|制表|单位[:：]|日期[:：]", title or "")[0]
    return re.sub(r"[《》\s]", "", head)


def year_in(title: str) -> int | None:
    match = re.search(r"(\d{4})\s*年", title or "")
    return int(match[1]) if match else None


CHINESE = {chinese_number(n): n for n in range(1, 100)}


def ordinal_words(text: str) -> str:
    """第六期, 六 or 6期 → 6; anything else stays as it is and is looked up as written."""
    inner = re.sub(r"^第|[期批次]$", "", text.strip())
    return str(CHINESE.get(inner, inner))
