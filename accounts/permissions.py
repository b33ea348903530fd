"""What a request may do, beyond being signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.api import actor_of
from config.errors import ForbiddenError

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from accounts.models import Permission


def require_publisher(request: Request, permission: Permission | None = None) -> UUID:
    """Give the id of the caller's publisher.

    Raises ForbiddenError unless the token names a publisher in good standing, and grants the
    permission where one is asked for.
    """
    publisher_id = actor_of(request).publisher_id
    if publisher_id is None:
        raise ForbiddenError(
            "This is for members of a publisher in good standing; your token names none."
        )
    if permission and permission not in getattr(request.user, "publisher_permissions", ()):
        raise ForbiddenError(f"Your token does not grant {permission.value}.")
    return publisher_id
