from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "检查评议"

    def ready(self) -> None:
        from core import attachments
        from reviews import sheets, workflows  # noqa: F401  the import of sheets registers the workbooks
        from reviews.models import DutyReport, Finding, InspectionRecord

        attachments.register(InspectionRecord, can_change=workflows.can_keep_files)
        attachments.register(Finding, can_change=workflows.can_keep_files)
        attachments.register(DutyReport, can_change=workflows.can_edit_duty_report)
