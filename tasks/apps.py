from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = "任务推进"

    def ready(self) -> None:
        from core import attachments
        from tasks import sheets, workflows
        from tasks.models import Activity, JointMeeting, TaskAssignment, Training

        assert sheets  # importing them registers the workbooks
        attachments.register(TaskAssignment, can_change=workflows.can_report_assignment)
        attachments.register(Activity, can_change=workflows.may_edit_activity)
        attachments.register(JointMeeting, can_change=workflows.can_edit_meeting)
        attachments.register(Training, can_change=lambda user, row: user.is_committee_staff)
