"""党建联络员名册."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from core.excel.sheet import Column, Context, Sheet, register
from organizations.models import Liaison, SocialOrganization
from organizations.workflows.bodies import ended_problem
from organizations.workflows.guidance import begin_problem

from .common import body_column, days_ahead


@register
class LiaisonSheet(Sheet):
    kind, title, order = "liaisons", "党建联络员名册", 78
    model = "organizations.Liaison"
    intro = "社会组织里联系党建工作的人，一家一名；以前的也可以补录。"
    after = "先导入社会组织党建工作台账。"
    notes = (
        "换了人的写两行：先写原来的，填终止日期；再写接任的。终止日期是不再联系的第一天，接任的可以从这一天起。",
        "联络员的姓名、电话改正的，起始日期照写原来的。",
    )
    with_number = True
    number_in_ledger = False
    keys = (("organization", "start"),)
    ordering = ("organization__sort_key", "start", "pk")
    columns = (
        body_column(),
        Column("联络员姓名", "name", required=True, synonyms=("姓名", "联络员", "党建联络员"), example="吴例文"),
        Column("联系电话", "phone", "phone", synonyms=("电话", "手机", "联络员电话")),
        Column("起始日期", "start", "date", required=True, synonyms=("开始日期", "任职日期"), example="2023-01-10"),
        Column("终止日期", "end", "date", synonyms=("结束日期",), help="不再联系的第一天；仍在联系的不填。"),
    )  # fmt: skip

    def prepare(self, context: Context) -> None:
        bodies = SocialOrganization.objects.within(context.committee)
        context.data["bodies"] = bodies.only("name", "short_name", "status", "ended_on", "registered_on").in_bulk()
        context.data["terms"] = terms = defaultdict(dict)
        for row in Liaison.objects.filter(organization__in=bodies).values(
            "pk", "organization_id", "name", "start", "end"
        ):
            terms[row["organization_id"]][row["pk"]] = (row["name"], row["start"], row["end"])

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        body = context.data["bodies"].get(values.get("organization"))
        if body is None:
            return
        start = values.get("start") or getattr(stored, "start", None)
        end = values["end"] if "end" in values else getattr(stored, "end", None)
        wrong = list(days_ahead(self.columns, values, context, skip=("end",)))
        if start is not None and (problem := begin_problem(start, body.registered_on)):
            wrong.append(("start", problem))
        if wrong:
            yield from wrong
        elif end is None and (problem := ended_problem(body)):
            yield "organization", problem
        elif start is not None:
            yield from self.overlap(context, body.pk, getattr(stored, "pk", None) or (start, "new"), values, start, end)

    @staticmethod
    def overlap(
        context: Context, body: int, key: Any, values: dict[str, Any], start: date, end: date | None
    ) -> Iterator[tuple[str, str]]:
        """One at a time; an earlier line of the same file may have ended the one before."""
        terms = context.data["terms"][body]
        terms.pop(key, None)
        for name, since, until in terms.values():
            if since < (end or date.max) and start < (until or date.max):
                yield (
                    "start",
                    f"这家社会组织这段时间的联络员是{name}（{since}起）。换了人的，先写一行{name}，填上终止日期。",
                )
                break
        terms[key] = (values.get("name") or "", start, end)
