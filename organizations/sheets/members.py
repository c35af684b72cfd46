"""党员名册. ID numbers are stored encrypted and printed masked."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.excel.sheet import Column, Context, Part, Sheet, register
from core.periods import Period
from organizations.choices import DocumentKind, MemberStatus
from organizations.models import Membership, PartyMember, facts_of_number, party_age
from organizations.statistics import Balance, balance_for
from organizations.workflows.changes import settle_changes
from organizations.workflows.floating import follow_roster

from .common import BRANCH

ABSENT = {"floating": "流动", "is_lost": "失联"}
OUT = (MemberStatus.SUSPENDED, MemberStatus.LEFT, MemberStatus.DECEASED)


def age_of(row: Mapping[str, Any]) -> int | None:
    return party_age(row["full_on"], row["today"])


def balance_lines(found: Balance | None, period: Period) -> list[str]:
    """期初｜转入｜发展 … under a roster (DOMAIN §14.3)."""
    return [f"说明：{period.label}党员增减 {found.line}"] if found else []


def at_home(context: Context) -> set[int]:
    """Who is in a branch now; asked for only where a line says what cannot be of the others."""
    if "at_home" not in context.data:
        rows = Membership.objects.filter(end=None, member__in=PartyMember.objects.within(context.committee))
        context.data["at_home"] = set(rows.values_list("member_id", flat=True))
    return context.data["at_home"]


@register
class MemberSheet(Sheet):
    kind, title, order = "members", "党员名册", 40
    model = "organizations.PartyMember"
    intro = "每名党员一行：所在党支部、人员类别、入党和转正日期。"
    after = "先导入党组织台账，所在党支部才对得上。"
    notes = (
        "身份证号一列请先设为“文本”，再录入18位号码；加密保存，导出时默认遮挡。",
        "写了身份证号的，出生日期和性别可以不填。",
        "换支部请在党员的页面上办理转接，不要在这里改所在党支部。",
        "是否流动、流向、是否失联写在这里的，导入后自动记入流动党员台账、失联党员台账。",
    )
    derived = {
        "organizations.MemberChange": {},
        "organizations.FloatingRecord": {"from_roster": True, "version": 1, "contacts": None},
        "organizations.LostRecord": {"from_roster": True, "version": 1},
    }
    with_number = True
    number_in_ledger = False
    keys = (("id_number",), ("name", "born_on", "joined_on"))
    ordering = ("sort_key", "pk")
    parts = (
        Part("membership", "organizations.Membership", "member", {"end": None}, ("branch",), "keep", "start"),
    )  # fmt: skip
    columns = (
        Column("所在党支部", "membership.branch", "lookup", lookup=BRANCH, required=True,
               synonyms=("党支部", "所在党组织", "党支部名称", "党组织"), example="市广告协会党支部", width=20),
        Column("姓名", "name", synonyms=("党员姓名",), required=True, example="陈例文", width=8),
        Column("性别", "sex", "choice", example="男", width=5),
        Column("民族", "ethnicity", choices=None, example="汉族", width=6),
        Column("身份证号", "id_number", "id_number", synonyms=("公民身份号码", "身份证号码", "证件号码"), personal=True),
        Column("出生日期", "born_on", "date", synonyms=("出生年月", "出生年月日"), example="1985-03-12"),
        Column("学历", "education", "choice", choices={
            "本科": "bachelor", "大学": "bachelor", "大专": "college", "专科": "college", "硕士": "postgraduate",
            "博士": "postgraduate", "硕士研究生": "postgraduate", "博士研究生": "postgraduate", "初中": "junior"}, width=9),
        Column("人员类别", "category", "choice", synonyms=("党员类别",), default="full",
               choices={"正式": "full", "预备": "probationary"}, example="正式党员", width=9),
        Column("入党日期", "joined_on", "date", synonyms=("入党时间", "加入党组织日期"), example="2010-07-01"),
        Column("转正日期", "full_on", "date", synonyms=("转正时间", "转为正式党员日期"), example="2011-07-01"),
        Column("党龄（年）", kind="int", synonyms=("党龄",), readonly=True, export=age_of, needs=("full_on", "today"), width=6),
        Column("工作单位及职务", "workplace", synonyms=("单位及职务", "工作单位"), width=20),
        Column("工作岗位", "position", width=9),
        Column("党内职务", "party_post", width=9),
        Column("手机号码", "phone", "phone", synonyms=("联系电话", "手机", "电话"), personal=True),
        Column("家庭住址", "address", personal=True, width=16),
        Column("组织关系是否在本支部", "membership.kind", "choice", default="full", choices={
            "是": "full", "否": "associate", "在": "full", "未转入": "associate"}, words={"full": "是", "associate": "否"}, example="是", width=9),
        Column("是否流动", "floating", "choice", synonyms=("流动状态",), choices={"否": "", "是": "out", "非流动": ""}, width=7),
        Column("流向", "floating_place", width=10),
        Column("是否失联", "is_lost", "bool", synonyms=("失联",), default=False, width=6),
        Column("党费缴纳至", "fee_paid_until", "date"),
        Column("社会组织专职人员", "is_full_time_staff", "bool", synonyms=("专职人员", "是否专职"), default=False,
               extra=True),
        Column("进入本支部日期", "membership.start", "date", synonyms=("转入日期", "编入支部日期"),
               help="不填按数据截至日期。", extra=True),
        Column("进入原因", "membership.join_reason", "choice", default="initial", extra=True,
               choices={"发展": "admitted", "转入": "transferred"}),
        Column("失联日期", "lost_on", "date", help="写了是否失联的才填。", extra=True),
        Column("备注", "remark", width=10),
    )  # fmt: skip

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        if not values.get("sex") and not values.get("id_number") and not values.get("id"):
            yield "sex", "性别没有填，也没有身份证号可以推算。请补上其中一项。"

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        """Whoever is in no branch any more is neither lost nor away, and who is out of the party does not come back here."""
        if stored is None:
            return
        back = values.get("membership.branch")
        newly = [name for name in ABSENT if values.get(name) and not back and not getattr(stored, name)]
        if (not newly and not (back and stored.status in OUT)) or stored.pk in at_home(context):
            return
        for name in newly:
            yield name, f"这名党员已不在名册的党支部里，不再登记{ABSENT[name]}。请核对姓名和身份证号，或把这一格留空。"
        if back and stored.status in OUT:
            yield (
                "membership.branch",
                (
                    f"这名党员登记为“{stored.get_status_display()}”，不能由名册写回党支部。请核对姓名和身份证号；"
                    "恢复党籍、登记错了的，请在党员的页面上办理。"
                ),
            )

    def footer(self, user: Any, period: Period) -> list[str]:
        return balance_lines(balance_for(user, period), period)

    def applied(self, ids: list[int], context: Context) -> None:
        """The ledger of changes and the records of absence follow from the roster, also when an import is undone."""
        settle_changes(ids)
        follow_roster(ids, on=context.as_of, by=context.user)

    def derive(self, obj: PartyMember, context: Context) -> None:
        """Sex and birth date stand in the ID number; what the office wrote itself comes first (MB-01)."""
        lacks = obj.id_kind == DocumentKind.RESIDENT_ID and obj.id_cipher and (not obj.sex or obj.born_on is None)
        if lacks and (known := facts_of_number(obj.id_number())):
            obj.born_on, obj.sex = obj.born_on or known[0], obj.sex or known[1]
        super().derive(obj, context)
