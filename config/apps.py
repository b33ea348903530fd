from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """The floor that all apps stand on; it holds no model."""

    name = "config"
    label = "platform"

    def ready(self) -> None:
        # The checks register themselves; tasks are sent through the application, so it has to be.
        from config import celery, checks  # noqa: F401, PLC0415
