from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The web starts jobs and the workers run them, so both have to know their kinds.
        from moderation.bulk import job  # noqa: F401, PLC0415  (no model can be imported before)
        from moderation.comparison import job as comparison  # noqa: F401, PLC0415
        from moderation.merging import job as merging  # noqa: F401, PLC0415
