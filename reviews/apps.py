from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "检查评议"

    def ready(self) -> None:
        from reviews import sheets  # noqa: F401  registers the workbooks
