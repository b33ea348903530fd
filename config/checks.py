"""System checks: what would make the platform unsafe is said before it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Critical, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections

from config.row_security import why_role_is_unsafe

if TYPE_CHECKING:
    from collections.abc import Sequence


@register(Tags.database)
def web_role_is_held_by_policies(
    *, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Refuse a web role that could walk around row level security (`check --database default`)."""
    if DEFAULT_DB_ALIAS not in (databases or []):
        return []
    reason = why_role_is_unsafe(connections[DEFAULT_DB_ALIAS])
    if reason is None:
        return []
    return [Critical(f"The web's {reason}; row level security would not hold.", id="bookhub.E001")]
