"""Page bases. A concrete page is a class of 5–12 lines (CONVENTIONS §7):

    class TrainingList(ListPage):
        model = Training
        columns = (Column("名称", "title", link=True, sort="title"), Column("日期", "held_on", "date", sort="held_on"))
        filterset_class = TrainingFilter
        ordering = ("-held_on",)
        period_filter = True
        unit = "期"
        create_url_name = "tasks:training-create"

Things that happen are functions: `return act(request, Training, pk, cancel_training, done="已取消。", reason=reason(request))`.
"""

from core.pages.actions import act, asks_whole, next_url, reason, whole_page
from core.pages.columns import Cell, Column
from core.pages.details import Action, Crumb, DetailPage, Fact, RecordPage, visible_or_404
from core.pages.forms import CreatePage, SideBySide, UpdatePage
from core.pages.lists import Button, ListPage
from core.pages.period import current_period

__all__ = [
    "Action",
    "Button",
    "Cell",
    "Column",
    "CreatePage",
    "Crumb",
    "DetailPage",
    "Fact",
    "ListPage",
    "RecordPage",
    "SideBySide",
    "UpdatePage",
    "act",
    "asks_whole",
    "current_period",
    "next_url",
    "reason",
    "visible_or_404",
    "whole_page",
]
