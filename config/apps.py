from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """The floor that all apps stand on; it holds no model."""

    name = "config"
    label = "platform"

    def ready(self) -> None:
        from config import checks  # noqa: F401, PLC0415  (registers the system checks)
