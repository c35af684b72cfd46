"""Choices of summaries, blocks, editions and outside figures."""

from django.db import models


class SummaryStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    REVIEW = "review", "待签发"
    RETURNED = "returned", "已退回"
    SIGNED = "signed", "已签发"


SUMMARY_FLOW = {
    SummaryStatus.DRAFT: [SummaryStatus.REVIEW],
    SummaryStatus.REVIEW: [SummaryStatus.DRAFT, SummaryStatus.RETURNED, SummaryStatus.SIGNED],
    SummaryStatus.RETURNED: [SummaryStatus.REVIEW],
    SummaryStatus.SIGNED: [SummaryStatus.RETURNED],
}
SUMMARY_KINDS = {
    SummaryStatus.DRAFT: "info",
    SummaryStatus.REVIEW: "info",
    SummaryStatus.RETURNED: "warn",
    SummaryStatus.SIGNED: "ok",
}


class BlockKind(models.TextChoices):
    HEADING = "heading", "一级标题"
    SECTION = "section", "二级标题加正文"
    ITEM = "item", "一是、二是"
    BODY = "body", "正文段落"


class BlockOrigin(models.TextChoices):
    AUTO = "auto", "自动"
    EDITED = "edited", "已改"
    OWN = "own", "自写"


class EditionKind(models.TextChoices):
    DOWNLOADED = "downloaded", "下载"
    SUBMITTED = "submitted", "送审"
    SIGNED = "signed", "定稿"


class PhraseKind(models.TextChoices):
    GUIDANCE = "guidance", "指导思想"
    SPIRIT = "spirit", "大会精神"
    DEPLOYMENT = "deployment", "工作部署"
    CAMPAIGN = "campaign", "主题教育"
    SLOGAN = "slogan", "工作提法"


class PhraseStatus(models.TextChoices):
    WAITING = "waiting", "待审"
    APPROVED = "approved", "已审"
    WITHDRAWN = "withdrawn", "停用"


PHRASE_FLOW = {
    PhraseStatus.WAITING: [PhraseStatus.APPROVED, PhraseStatus.WITHDRAWN],
    PhraseStatus.APPROVED: [PhraseStatus.WITHDRAWN],
    PhraseStatus.WITHDRAWN: [PhraseStatus.WAITING],
}
PHRASE_KINDS = {PhraseStatus.WAITING: "warn", PhraseStatus.APPROVED: "ok", PhraseStatus.WITHDRAWN: "off"}


class PrintForm(models.TextChoices):
    EXACT = "exact", "原数"
    OVER = "over", "……余"
    ABOUT = "about", "约……"
