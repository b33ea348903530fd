from django.apps import AppConfig


class ShelvesConfig(AppConfig):
    name = "shelves"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shelves import personal_data  # noqa: F401, PLC0415  (registers what it holds)
