"""Tags of the official text in templates/documents/. Facts print as tokens; a clause with an empty fact disappears."""

from typing import Any

from django import template
from django.template.base import NodeList, Parser
from django.template.base import Token as ParserToken
from django.template.context import Context

from reports.handles import Handle, Narrator, Row, Rows
from reports.tokens import NONE, Token, printed

register = template.Library()


@register.filter
def some(handle: Handle, limit: int = 2) -> Handle:
    """At most `limit` names, then 等 when there are more."""
    return handle.formatted("some", limit=int(limit))


@register.filter
def ordinal(handle: Handle) -> Handle:
    """1 → 一: 第一次, 第六期."""
    return handle.formatted("ordinal")


@register.filter
def number_of(handle: Handle) -> Handle:
    """How many names the list has."""
    return handle.formatted("count")


@register.filter
def field(rows: Rows, name: str) -> Handle:
    """All values of one field of a list: rows|field:"kind_name"."""
    return rows.formatted("names", field=name)


@register.filter
def only(rows: Rows, test: str) -> Rows:
    """Only rows whose field has the value: facts.highlights|only:"kind=theme_day"; several values by |."""
    return rows.narrowed(test)


@register.filter
def among(handle: Handle, fact: str) -> Handle:
    """The names are examples of what `fact` counts: 等 follows when it counts more than are named."""
    return handle.formatted(handle.token.format, of=fact)


@register.filter
def of(rows: Any, parent: Row) -> list[Row]:
    """Rows that belong to another row: facts.meeting_documents|of:meeting."""
    return [row for row in rows if row.item.get("meeting") == parent.item["pk"]]


@register.simple_tag(takes_context=True)
def phrase(context: Context, kind: str) -> str:
    """The approved wording of that kind that is in force; an expired one is never printed."""
    return str(Handle(context["facts"], Token("phrases", {"kind": kind})))


class ClauseNode(template.Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        narrator: Narrator = context["facts"]
        narrator.frames.append([])
        text = self.nodelist.render(context)
        tokens = narrator.frames.pop()
        if any(printed(narrator.facts, token).state == NONE for token in tokens):
            return ""
        narrator.frames[-1].extend(tokens)
        return text


@register.tag
def clause(parser: Parser, token: ParserToken) -> ClauseNode:
    """{% clause %}…{% endclause %}: kept only if none of its facts is empty; an unknown one stays as a visible gap."""
    nodelist = parser.parse(("endclause",))
    parser.delete_first_token()
    return ClauseNode(nodelist)
