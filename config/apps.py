from django.apps import AppConfig
from django.contrib.postgres.apps import PostgresConfig
from django.contrib.postgres.signals import register_type_handlers
from django.db.backends.signals import connection_created


class PlatformConfig(AppConfig):
    """The floor that all apps stand on; it holds no model."""

    name = "config"
    label = "platform"

    def ready(self) -> None:
        # The checks register themselves; tasks are sent through the application, so it has to be.
        from config import celery, checks  # noqa: F401, PLC0415


class PostgresFieldsConfig(PostgresConfig):
    """Django's own, without what it does for hstore and arrays of citext: no table has any.

    It would do it each time that a connection leaves the pool, which is at each request.
    """

    def ready(self) -> None:
        super().ready()
        connection_created.disconnect(register_type_handlers)
