from django.apps import AppConfig


class EnrichmentConfig(AppConfig):
    name = "enrichment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Kinds of jobs register themselves, for the web that starts them, too.
        from enrichment import tasks  # noqa: F401, PLC0415
