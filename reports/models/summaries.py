from django.conf import settings
from django.db import models
from django.urls import reverse

from core.models import Record, RecordQuerySet
from core.periods import Period
from reports.choices import SUMMARY_KINDS, BlockKind, BlockOrigin, EditionKind, SummaryStatus


class Summary(Record):
    """党建工作总结. The draft of one period: what staff changed on top of what the records say by themselves."""

    period_code = models.CharField("时期", max_length=10)
    first_quarter = models.IntegerField(editable=False)
    last_quarter = models.IntegerField(editable=False)
    title = models.CharField("标题", max_length=120, blank=True, help_text="留空按单位和时期自动写。")
    signature = models.CharField("署名", max_length=60, blank=True, help_text="留空用综合党委的名称。")
    signed_on = models.DateField("成文日期", null=True, blank=True, help_text="留空不印落款日期。")
    has_signature = models.BooleanField("印落款", default=False, help_text="上报的正式文件才印署名和日期。")
    choices = models.JSONField("举例选择", default=dict, blank=True, editable=False)
    excuses = models.JSONField("核对说明", default=dict, blank=True, editable=False)
    status = models.CharField(
        "状态", max_length=10, choices=SummaryStatus.choices, default=SummaryStatus.DRAFT, editable=False
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送审人",
        editable=False,
    )  # fmt: skip
    submitted_on = models.DateField("送审日期", null=True, blank=True, editable=False)
    submission = models.ForeignKey(
        "reports.Edition",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="送审稿",
        editable=False,
    )
    opinion = models.CharField("退回意见", max_length=500, blank=True, editable=False)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="退回人",
        editable=False,
    )  # fmt: skip
    returned_on = models.DateField("退回日期", null=True, blank=True, editable=False)
    returned_edition = models.ForeignKey(
        "reports.Edition",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="退回的稿",
        editable=False,
    )
    signer = models.CharField("签发人", max_length=40, blank=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签发登记人",
        editable=False,
    )  # fmt: skip
    edition = models.ForeignKey(
        "reports.Edition", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="定稿", editable=False
    )
    reported_on = models.DateField("上报日期", null=True, blank=True, editable=False)
    reported_to = models.CharField("报送单位", max_length=60, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作总结"
        ordering = ["-last_quarter", "-first_quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "period_code"],
                name="reports_summary_once",
                violation_error_message="这个时期已有总结，请直接打开它。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.period.title}党建工作总结"

    def get_absolute_url(self) -> str:
        return reverse("reports:summary-detail", args=[self.period])

    @property
    def period(self) -> Period:
        return Period.parse(self.period_code)

    @property
    def status_kind(self) -> str:
        return SUMMARY_KINDS[self.status]

    @property
    def is_open(self) -> bool:
        """Whether its wording may still be changed."""
        return self.status in (SummaryStatus.DRAFT, SummaryStatus.RETURNED)

    @property
    def is_signed_on_paper(self) -> bool:
        """Somebody else recorded what the signer signed on paper."""
        return self.signed_by is not None and self.signed_by.name != self.signer

    @property
    def is_signed(self) -> bool:
        return self.status == SummaryStatus.SIGNED


class Block(models.Model):
    """总结段落. One paragraph that staff touched: reworded, hidden, moved, or written by themselves.

    A paragraph that nobody touched has no row; it is rendered from its template each time.
    `segments` is a list of {"text"} and {"fact", "params", "format"}.
    """

    summary = models.ForeignKey(Summary, models.CASCADE, related_name="blocks")
    key = models.CharField(max_length=60)
    kind = models.CharField("类别", max_length=10, choices=BlockKind.choices, default=BlockKind.BODY)
    origin = models.CharField("来源", max_length=8, choices=BlockOrigin.choices, default=BlockOrigin.AUTO)
    position = models.IntegerField("位置")
    heading = models.CharField("标题", max_length=100, blank=True)
    segments = models.JSONField(default=list)
    generated = models.JSONField(default=list)
    values = models.JSONField(default=dict)
    hidden = models.BooleanField("不印", default=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "总结段落"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["summary", "key"], name="reports_block_once")]

    def __str__(self) -> str:
        return self.heading or self.key


class BlockVersion(models.Model):
    """段落旧稿. The wording of a block before a change; it can be restored."""

    block = models.ForeignKey(Block, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=8, choices=BlockOrigin.choices)
    heading = models.CharField(max_length=100, blank=True)
    segments = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "段落旧稿"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["block", "number"], name="reports_blockversion_number")]

    def __str__(self) -> str:
        return f"第{self.number}稿"


class Edition(Record):
    """历史版本. A Word file that left the system, with its text, its values and its hash; it never changes."""

    period_code = models.CharField("时期", max_length=10)
    number = models.PositiveSmallIntegerField("第几份")
    kind = models.CharField("用途", max_length=12, choices=EditionKind.choices, default=EditionKind.DOWNLOADED)
    title = models.CharField("标题", max_length=120)
    file = models.FileField("文件", upload_to="editions/%Y/%m/")
    sha256 = models.CharField("校验值", max_length=64)
    text = models.TextField("全文")
    layout = models.JSONField("版面", default=dict, editable=False)
    facts = models.JSONField("数据", default=list)
    as_of = models.DateField("数据截至")

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "历史版本"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "period_code", "number"], name="reports_edition_number")
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.number}份）"

    def get_absolute_url(self) -> str:
        return reverse("reports:edition-detail", args=[self.pk])

    @property
    def period(self) -> Period:
        return Period.parse(self.period_code)
