"""党员名册. ID numbers are stored encrypted and printed masked."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Min

from core.excel.sheet import Column, Context, Part, Sheet, register
from core.periods import Period, quarter_of, today
from core.validators import validate_id_number
from organizations.choices import DocumentKind, JoinReason, MemberStatus
from organizations.models import (
    BranchPost,
    Membership,
    PartyBranch,
    PartyMember,
    facts_of_number,
    party_age,
    party_posts,
    split_posts,
)
from organizations.statistics import Balance, balance_for
from organizations.workflows.changes import settle_changes
from organizations.workflows.floating import follow_roster
from organizations.workflows.posts import link_posts, release_posts

from .common import BRANCH

ABSENT = {"floating": "流动", "is_lost": "失联"}
OUT = (MemberStatus.SUSPENDED, MemberStatus.LEFT, MemberStatus.DECEASED)
LATE_START = "按“建账时已在”登记，进入日期却在建账以后，进入的那个季度党员增减会不平；发展、转入的请填“进入原因”和“进入本支部日期”"


def age_of(row: Mapping[str, Any]) -> int | None:
    return party_age(row["full_then"], row["today"])


def posts_of(row: Mapping[str, Any]) -> str:
    return party_posts(row["duties"] or (), row["party_post"])


def holders(context: Context) -> dict[Any, set[str]]:
    """The posts of the day by the member, and by branch and name where no member is linked."""
    rows = BranchPost.objects.on(context.as_of).filter(branch__in=PartyBranch.objects.within(context.committee))
    found: dict[Any, set[str]] = {}
    for member, branch, name, post in rows.values_list("member_id", "branch_id", "person_name", "post"):
        found.setdefault(member or (branch, name), set()).add(post)
        found.setdefault((branch, name), set()).add(post)
    return found


def balance_lines(found: Balance | None, period: Period, until: date | None = None) -> list[str]:
    """期初｜转入｜发展 … under a roster (DOMAIN §14.3); of a past day up to it."""
    words = f"（到{until.month}月{until.day}日）" if until and found and found.end < period.end else ""
    return [f"说明：{period.label}党员增减{words} {found.line}"] if found else []


def at_home(context: Context) -> set[int]:
    """Who is in a branch now; asked for only where a line says what cannot be of the others."""
    rows = Membership.objects.filter(end=None, member__in=PartyMember.objects.within(context.committee))
    return set(rows.values_list("member_id", flat=True))


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
        "organizations.BranchPost": {},
    }
    with_number = True
    number_in_ledger = False
    past_note = "党费缴纳至也是。"
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
        Column("身份证号", "id_number", "id_number", synonyms=("公民身份号码", "身份证号码", "证件号码"), personal=True, loose=True,
               help="护照和港澳台居民证件的号码也写在这一栏，并填“证件类型”。"),
        Column("出生日期", "born_on", "date", synonyms=("出生年月", "出生年月日"), example="1985-03-12"),
        Column("学历", "education", "choice", choices={
            "本科": "bachelor", "大学": "bachelor", "大专": "college", "专科": "college", "硕士": "postgraduate",
            "博士": "postgraduate", "硕士研究生": "postgraduate", "博士研究生": "postgraduate", "初中": "junior"}, width=9),
        Column("人员类别", "category", "choice", synonyms=("党员类别",), default="full",
               choices={"正式": "full", "预备": "probationary"}, example="正式党员", export="category_then", width=9),
        Column("入党日期", "joined_on", "date", synonyms=("入党时间", "加入党组织日期"), example="2010-07-01"),
        Column("转正日期", "full_on", "date", synonyms=("转正时间", "转为正式党员日期"), example="2011-07-01",
               export="full_then"),
        Column("党龄（年）", kind="int", synonyms=("党龄",), readonly=True, export=age_of, needs=("full_then", "today"), width=6),
        Column("工作单位及职务", "workplace", synonyms=("单位及职务", "工作单位"), width=20),
        Column("工作岗位", "position", width=9),
        Column("党内职务", "party_post", export=posts_of, needs=("duties", "party_post"),
               help="本党组织的书记、委员按登记的班子，这里不读；兼任本级以外党组织的职务写在这里。", width=9),
        Column("手机号码", "phone", "phone", synonyms=("联系电话", "手机", "电话"), personal=True),
        Column("家庭住址", "address", "address", personal=True, width=16),
        Column("组织关系是否在本支部", "membership.kind", "choice", default="full", choices={
            "是": "full", "否": "associate", "在": "full", "未转入": "associate"}, words={"full": "是", "associate": "否"}, example="是", width=9),
        Column("是否流动", "floating", "choice", synonyms=("流动状态",), choices={"否": "", "是": "out", "非流动": ""},
               export="floating_then", width=7),
        Column("流向", "floating_place", export="place_then", width=10),
        Column("是否失联", "is_lost", "bool", synonyms=("失联",), default=False, export="lost_then", width=6),
        Column("党费缴纳至", "fee_paid_until", "date"),
        Column("证件类型", "id_kind", "choice", default=DocumentKind.RESIDENT_ID, choices={
            "身份证": "resident_id", "公民身份证": "resident_id", "港澳居民来往内地通行证": "hk_macao", "港澳居民居住证": "hk_macao",
            "回乡证": "hk_macao", "台湾居民来往大陆通行证": "taiwan", "台湾居民居住证": "taiwan", "台胞证": "taiwan"},
               help="不填为居民身份证。", extra=True),
        Column("社会组织专职人员", "is_full_time_staff", "bool", synonyms=("专职人员", "是否专职"), default=False,
               extra=True),
        Column("领导班子成员", "is_leader", "bool", synonyms=("是否领导班子成员", "社会组织领导班子成员"), default=False,
               help="社会组织的会长（理事长）、副会长、秘书长等负责人写“是”。", extra=True),
        Column("离退休", "is_retired", "bool", synonyms=("是否离退休", "离退休人员"), default=False, extra=True),
        Column("进入本支部日期", "membership.start", "date", synonyms=("转入日期", "编入支部日期"),
               help="不填按数据截至日期。", extra=True),
        Column("进入原因", "membership.join_reason", "choice", default="initial", extra=True,
               choices={"发展": "admitted", "转入": "transferred"}),
        Column("失联日期", "lost_on", "date", help="写了是否失联的才填。", extra=True),
        Column("备注", "remark", width=10),
    )  # fmt: skip

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        number = values.get("id_kind") in (None, DocumentKind.RESIDENT_ID) and values.get("id_number")
        if not values.get("sex") and not number and not values.get("id"):
            yield "sex", "性别没有填，也没有身份证号可以推算。请补上其中一项。"

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        yield from self.number_problems(values, stored)
        if stored is not None:
            yield from self.absence_problems(values, stored, context)

    @staticmethod
    def absence_problems(values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        """Whoever is in no branch any more is neither lost nor away, and who is out of the party does not come back here."""
        back = values.get("membership.branch")
        newly = [name for name in ABSENT if values.get(name) and not back and not getattr(stored, name)]
        if (not newly and not (back and stored.status in OUT)) or stored.pk in context.once(at_home):
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

    @staticmethod
    def number_problems(values: dict[str, Any], stored: Any) -> Iterator[tuple[str, str]]:
        """A number is judged by the paper that it belongs to, which may be stored already (MB-01, §9.2)."""
        number, was = values.get("id_number"), getattr(stored, "id_kind", DocumentKind.RESIDENT_ID)
        kind = values.get("id_kind") or was
        if number and kind == DocumentKind.RESIDENT_ID:
            try:
                validate_id_number(number)
            except ValidationError as error:
                yield "id_number", f"{error.messages[0]}护照或港澳台居民证件请填“证件类型”。"
        elif kind != was and kind == DocumentKind.RESIDENT_ID and stored.id_cipher and not number:
            yield "id_kind", "改为居民身份证的，请同时填写18位身份证号。"

    def prepare(self, context: Context) -> None:
        context.data["holders"] = holders(context)
        first = Membership.objects.full().filter(branch__committee=context.committee).aggregate(day=Min("start"))["day"]
        context.data["set_up"] = quarter_of(first) if first else None

    def follows(self, values: dict[str, Any], stored: Any, context: Context) -> Mapping[str, Any]:
        """The posts of a branch's own committee are its own rows; only what is held elsewhere stays in the roster."""
        return {"party_post": split_posts(values["party_post"] or "")[1]} if "party_post" in values else {}

    def remarks(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[str]:
        if stored is None and values.get("membership.kind", "full") == "full" and not self.entered(values):
            start, set_up = values.get("membership.start") or context.as_of, context.data["set_up"]
            if set_up is not None and quarter_of(start) > set_up:
                yield LATE_START
        yield from self.odd_posts(values, stored, context)

    @staticmethod
    def entered(values: dict[str, Any]) -> bool:
        return values.get("membership.join_reason", JoinReason.INITIAL) not in (None, JoinReason.INITIAL)

    def odd_posts(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[str]:
        written, held = split_posts(values.get("party_post") or "")[0], set()
        if written:
            known = context.data["holders"]
            place = (values.get("membership.branch"), values.get("name"))
            held = known.get(stored.pk if stored is not None else place) or known.get(place) or set()
        if written and set(written) != held:
            says = f"写的是“{party_posts(written)}”，登记的班子里{f'是“{party_posts(held)}”' if held else '没有'}"
            yield f"“党内职务”{says}，名册按班子显示，这一格没有读入；要改请在党组织页面登记班子职务"

    def queryset(self, user: Any) -> models.QuerySet:
        day = today(user.committee)
        rows = PartyMember.objects.visible_to(user).for_roster(day)
        return self.completed(rows, day).order_by(*self.ordering)

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return self.completed(rows.for_roster(on, past=on < today()), on)

    def completed(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return rows.with_duties(on)

    def footer(self, user: Any, period: Period) -> list[str]:
        return balance_lines(balance_for(user, period), period)

    def applied(self, ids: list[int], context: Context) -> None:
        """The ledger of changes and the records of absence follow from the roster, also when an import is undone."""
        settle_changes(ids)
        link_posts(BranchPost.objects.filter(branch__in=PartyBranch.objects.within(context.committee)))
        follow_roster(ids, on=context.as_of, by=context.user)

    def release(self, ids: list[int], context: Context) -> None:
        release_posts(ids)

    def derive(self, obj: PartyMember, context: Context) -> None:
        """Sex and birth date stand in the ID number; what the office wrote itself comes first (MB-01)."""
        lacks = obj.id_kind == DocumentKind.RESIDENT_ID and obj.id_cipher and (not obj.sex or obj.born_on is None)
        if lacks and (known := facts_of_number(obj.id_number())):
            obj.born_on, obj.sex = obj.born_on or known[0], obj.sex or known[1]
        super().derive(obj, context)
