"""登记事件台账, for printing and sending up; events are recorded on the pages, since each changes other rows."""

from core.excel.sheet import Column, Sheet, register

from .common import BODY


@register
class OrganizationEventSheet(Sheet):
    kind, title, order = "organization_events", "社会组织登记事件台账", 25
    model = "organizations.OrganizationEvent"
    intro = "成立以后登记管理机关办理的事，一件一行。"
    instead = "不单独导入：每件事都会改动单位的名称或状态，在社会组织的页面上登记；现状用社会组织党建工作台账导入。"
    can_import = False
    ordering = ("on", "pk")
    columns = (
        Column("社会组织名称", "organization", "lookup", lookup=BODY, width=30),
        Column("统一社会信用代码", kind="code", readonly=True, export="organization__code", needs=("organization__code",)),
        Column("日期", "on", "date"),
        Column("事件", "kind", "choice"),
        Column("文号", "document_no", width=20),
        Column("变更事项", "item", "choice"),
        Column("变更前", "old_value", width=20),
        Column("变更后", "new_value", width=20),
        Column("并入单位", readonly=True, export="successor__name", needs=("successor__name",), width=26),
        Column("内容", "detail", width=30),
        Column("撤回原因", "withdrawn_reason", width=20),
    )  # fmt: skip
