from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "公共"

    def ready(self) -> None:
        from core import accounts, checks  # noqa: F401  (due steps and system checks register themselves)
