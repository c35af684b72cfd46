"""Columns and lookups that several workbooks share."""

from core.excel.among import one_of
from core.excel.sheet import Column, Context, Lookup, Sheet
from core.periods import ORDINALS
from organizations.workflows.sync_sources import catch_up

BODY_NAMES = ("name", "short_name", "code", "aliases", "former_names__name")  # an earlier one wins over a later one
BODY = Lookup("organizations.SocialOrganization", BODY_NAMES)
BRANCH_NAMES = ("name", "short_name", "former_names")
BRANCH = Lookup("organizations.PartyBranch", BRANCH_NAMES)
BATCH = Lookup("organizations.IncubationBatch", ("number",))
BODY_WORDS = ("社会组织", "单位名称", "单位", "名称", "社会组织全称")


class EventSheet(Sheet):
    """Rows of bodies that tell of business events: the duties of 六个同步 come with them, and go with an undo."""

    def bodies(self, ids: list[int]) -> list[int]:
        rows = self.model_class._base_manager.filter(one_of(self.model_class, "id", ids))
        return sorted(set(rows.values_list("organization_id", flat=True)))

    def release(self, ids: list[int], context: Context) -> None:
        """Whose rows they were is not known any more once they are gone."""
        context.data.setdefault("bodies", []).extend(self.bodies(ids))

    def applied(self, ids: list[int], context: Context) -> None:
        if bodies := [*self.bodies(ids), *context.data.pop("bodies", [])]:
            catch_up(context.committee, bodies, by=context.user)


def body_column(field: str = "organization") -> Column:
    return Column(
        "社会组织名称", field, "lookup", lookup=BODY, required=True, synonyms=BODY_WORDS,
        help="全称、简称或统一社会信用代码。", example="示例市广告协会", width=28,
    )  # fmt: skip


def batch_number(text: str) -> str:
    """第六期, 六期, 第6期 → 6."""
    word = text.removeprefix("第").removesuffix("批").removesuffix("期").strip()
    return str(ORDINALS.index(word)) if len(word) == 1 and word in ORDINALS else word
