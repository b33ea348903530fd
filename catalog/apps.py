from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Each registers what it holds.
        from catalog import audit, errors, personal_data  # noqa: F401, PLC0415
