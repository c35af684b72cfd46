from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = "任务推进"

    def ready(self) -> None:
        from core import attachments, timeline
        from tasks import sheets, stories, workflows  # noqa: F401  the import of sheets registers the workbooks
        from tasks.models import Activity, JointMeeting, TaskAssignment, Training

        attachments.register(TaskAssignment, can_change=workflows.can_report_assignment)
        attachments.register(Activity, can_change=workflows.may_edit_activity)
        attachments.register(JointMeeting, can_change=workflows.can_edit_meeting)
        attachments.register(Training, can_change=lambda user, row: user.is_committee_staff)
        timeline.register("organizations.PartyBranch", stories.branch_activities)
        timeline.register_todos("organizations.PartyBranch", stories.open_assignments)
        timeline.register("organizations.SocialOrganization", stories.body_story)
