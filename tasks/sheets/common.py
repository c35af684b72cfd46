"""Look-ups that several workbooks share, and what can be read from the title above a table."""

import re

from core.excel import Lookup
from core.periods import ORDINALS

BRANCH = Lookup("organizations.PartyBranch", ("name", "short_name"))
BODY = Lookup("organizations.SocialOrganization", ("name", "short_name"))
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
    """The title as a name: without book-title marks and blanks."""
    return re.sub(r"[《》\s]", "", title or "")


def year_in(title: str) -> int | None:
    match = re.search(r"(\d{4})\s*年", title or "")
    return int(match[1]) if match else None
