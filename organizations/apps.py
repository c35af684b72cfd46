from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = "组织台账"

    def ready(self) -> None:
        from organizations import sheets  # noqa: F401  registers the workbooks
