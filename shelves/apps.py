from django.apps import AppConfig


class ShelvesConfig(AppConfig):
    name = "shelves"
    default_auto_field = "django.db.models.BigAutoField"
