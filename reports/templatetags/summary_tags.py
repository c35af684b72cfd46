"""Tags of the summary page."""

import json

from django import template

from reports.tokens import Token

register = template.Library()


@register.simple_tag
def segment(token: Token) -> str:
    """The token as the JSON that a form sends back."""
    return json.dumps(token.as_segment(), ensure_ascii=False)
