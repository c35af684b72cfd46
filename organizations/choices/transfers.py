"""Choices of 组织关系转接, and the moves between its states."""

from django.db import models


class TransferDirection(models.TextChoices):
    BETWEEN = "between", "支部之间"
    OUTWARD = "outward", "转往外单位"
    INWARD = "inward", "从外单位转来"


class TransferStatus(models.TextChoices):
    PENDING = "pending", "待审核"
    IN_TRANSIT = "in_transit", "在途"
    RECEIVED = "received", "已接收"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


TRANSFER_OPEN = (TransferStatus.PENDING, TransferStatus.IN_TRANSIT)

TRANSFER_FLOW = {
    TransferStatus.PENDING: [TransferStatus.IN_TRANSIT, TransferStatus.RETURNED, TransferStatus.WITHDRAWN],
    TransferStatus.IN_TRANSIT: [TransferStatus.RECEIVED, TransferStatus.RETURNED, TransferStatus.WITHDRAWN],
    TransferStatus.RECEIVED: [],
    TransferStatus.RETURNED: [],
    TransferStatus.WITHDRAWN: [],
}

TRANSFER_KINDS = {
    TransferStatus.PENDING: "warn",
    TransferStatus.IN_TRANSIT: "info",
    TransferStatus.RECEIVED: "ok",
    TransferStatus.RETURNED: "bad",
    TransferStatus.WITHDRAWN: "off",
}
