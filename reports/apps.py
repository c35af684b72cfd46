from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "总结报表"

    def ready(self) -> None:
        from reports import sheets  # noqa: F401  registers the workbooks
