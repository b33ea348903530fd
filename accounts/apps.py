from django.apps import AppConfig
from django.db.models.signals import post_migrate

from config.grants import grant_to_web_role


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import audit  # noqa: F401, PLC0415  (registers models with the audit trail)

        # Sent once for each app, when all apps have migrated.
        post_migrate.connect(grant_to_web_role, sender=self)
