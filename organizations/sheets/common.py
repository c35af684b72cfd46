"""Columns and lookups that several workbooks share."""

from core.excel.sheet import Column, Lookup
from core.periods import ORDINALS

BODY_NAMES = ("name", "short_name", "code", "aliases", "former_names__name")  # an earlier one wins over a later one
BODY = Lookup("organizations.SocialOrganization", BODY_NAMES)
BRANCH = Lookup("organizations.PartyBranch", ("name", "short_name"))
BATCH = Lookup("organizations.IncubationBatch", ("number",))
BODY_WORDS = ("社会组织", "单位名称", "单位", "名称", "社会组织全称")


def body_column(field: str = "organization") -> Column:
    return Column(
        "社会组织名称", field, "lookup", lookup=BODY, required=True, synonyms=BODY_WORDS,
        help="全称、简称或统一社会信用代码。", example="示例市广告协会", width=28,
    )  # fmt: skip


def batch_number(text: str) -> str:
    """第六期, 六期, 第6期 → 6."""
    word = text.removeprefix("第").removesuffix("批").removesuffix("期").strip()
    return str(ORDINALS.index(word)) if len(word) == 1 and word in ORDINALS else word
