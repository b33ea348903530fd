"""What the web's role may do with whole tables; the policies decide about rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections

from config.row_security import WEB_ROLE

if TYPE_CHECKING:
    from django.apps import AppConfig

APPEND_ONLY = {"auditlog_logentry": ["actor_id"]}
"""Tables that are never rewritten, with the columns that an account's end empties."""


def grant_to_web_role(sender: AppConfig, using: str, **_kwargs: Any) -> None:  # noqa: ARG001
    """After every `migrate`: rows of all tables, the structure of none."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"GRANT USAGE ON SCHEMA public TO {WEB_ROLE};"
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB_ROLE};"
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {WEB_ROLE};"
            f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {WEB_ROLE};"
        )
        # On the way back to zero a table may have gone.
        present = connections[using].introspection.table_names(cursor)
        for table, columns in APPEND_ONLY.items():
            if table not in present:
                continue
            cursor.execute(
                f"REVOKE UPDATE, DELETE ON {table} FROM {WEB_ROLE};"
                f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {WEB_ROLE};"
            )
