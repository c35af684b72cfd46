from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = "任务推进"

    def ready(self) -> None:
        from tasks import sheets  # noqa: F401  registers the workbooks
