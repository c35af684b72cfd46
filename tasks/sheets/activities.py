"""活动纪实."""

from collections.abc import Iterator
from typing import Any

from core.excel import Column, Context, Lookup, Part, Sheet, register

from .common import BODY, BRANCH, COMMITTEE_WORDS, ordinal_words

PARTIES = (
    Lookup("organizations.PartyBranch", BRANCH.fields, words=COMMITTEE_WORDS, into="branch"),
    Lookup(BODY.model, BODY.fields, words=COMMITTEE_WORDS, into="organization"),
)


@register
class ActivitySheet(Sheet):
    kind, title, order = "activities", "活动纪实", 230
    model = "tasks.Activity"
    after = "先导入社会组织台账和党组织台账，单位名称才认得出。"
    intro = "主题党日、党课、宣讲会等活动，一行一次。"
    notes = (
        "组织单位、参加单位写党组织或社会组织的全称或简称，几个之间用顿号隔开。",
        "由综合党委直接组织的，“综合党委组织”写“是”，组织单位可以不填。",
        "勾选“可用于总结”的要写一句亮点，季度总结举例时会用到。",
        "归属季度不填的按日期；清明祭扫等按习惯计入前一季度的要写。",
    )
    with_number = True
    keys = (("held_on", "theme", "host"), ("held_on", "theme", "place"), ("held_on", "theme"))
    ordering = ("held_on", "pk")
    parts = (
        Part("organizer", "tasks.ActivityParty", link="activity", fixed={"role": "organizer"},
             key=("branch", "organization"), others="remove"),
        Part("participant", "tasks.ActivityParty", link="activity", fixed={"role": "participant"},
             key=("branch", "organization"), others="remove"),
    )  # fmt: skip
    columns = (
        Column("日期", "held_on", "date", synonyms=("活动日期", "时间", "活动时间"), required=True),
        Column("类型", "kind", "choice", synonyms=("活动类型", "形式"), required=True,
               choices={"党课": "party_class", "组织生活": "organization_life", "参观": "visit", "宣讲": "lecture"}),
        Column("主题", "theme", synonyms=("活动主题", "活动名称"), required=True, width=36),
        Column("组织单位", "organizer.branch", "names", lookup=PARTIES, synonyms=("主办单位", "开展单位"), width=30),
        Column("参加单位", "participant.branch", "names", lookup=PARTIES, width=30),
        Column("综合党委组织", "is_by_committee", "bool"),
        Column("入驻批次", "batch", "lookup", lookup=Lookup("organizations.IncubationBatch", ("number",)),
               clean=ordinal_words, synonyms=("期数", "批次"), help="第六期写6或第六期。"),
        Column("归属季度", "quarter", "quarter", help="不填的按日期。"),
        Column("地点", "place", synonyms=("活动地点",), width=20),
        Column("主持人", "host"),
        Column("主讲人", "speaker"),
        Column("应到人数", "expected", "int", synonyms=("应到",)),
        Column("实到人数", "attended", "int", synonyms=("实到", "参加人数")),
        Column("其他参加人数", "guests", "int"),
        Column("学时", "hours", "decimal"),
        Column("亮点", "highlight", synonyms=("特色", "做法成效"), width=40),
        Column("可用于总结", "usable_for_summary", "bool"),
        Column("备注", "remark", width=20),
    )  # fmt: skip

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        expected, attended = values.get("expected"), values.get("attended")
        if expected is not None and attended is not None and attended > expected:
            yield "attended", f"实到{attended}人多于应到{expected}人。党员以外的参加者填在“其他参加人数”。"
        if values.get("usable_for_summary") and not values.get("highlight"):
            yield "highlight", "“可用于总结”写了“是”，要写一句亮点。"
