from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "检查评议"

    def ready(self) -> None:
        from core import attachments, timeline
        from organizations.choices import SyncEvent
        from organizations.workflows.sync_evidence import register_evidence
        from organizations.workflows.sync_sources import register_source
        from reviews import sheets, stories, workflows  # noqa: F401  the import of sheets registers the workbooks
        from reviews.models import DutyReport, Finding, InspectionRecord
        from reviews.workflows.inspections import concluded, party_checked

        register_source(SyncEvent.INSPECTED, concluded)
        register_evidence(SyncEvent.INSPECTED, party_checked)
        attachments.register(InspectionRecord, can_change=workflows.can_keep_files)
        attachments.register(Finding, can_change=workflows.can_keep_files)
        attachments.register(DutyReport, can_change=workflows.can_edit_duty_report)
        timeline.register("organizations.SocialOrganization", stories.inspection_events)
        timeline.register_todos("organizations.SocialOrganization", stories.open_findings)
        timeline.register("organizations.PartyBranch", stories.duty_events)
        timeline.register_todos("organizations.PartyBranch", stories.open_reports)
        timeline.register_dues("organizations.PartyBranch", stories.findings_of_bodies)
