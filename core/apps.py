from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class OfficeAdminConfig(AdminConfig):
    """The admin with our own site: Chinese titles, and a warning while a superuser is in use."""

    default_site = "core.office_admin.OfficeAdminSite"


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "公共"

    def ready(self) -> None:
        from core import accounts, checks, lookups, sealing, upkeep  # noqa: F401  (each registers what it holds)
        from core.excel import (
            jobs,  # noqa: F401  (background work of imports and exports)
            writing,  # noqa: F401  (the job of long exports; a Celery worker loads no URLs)
        )
