"""What a request may do, beyond being signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.api import actor_of
from config.errors import ForbiddenError

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import Permission


def require_publisher(request: Request, permission: Permission) -> None:
    """Raise ForbiddenError unless the token names a publisher in good standing and grants this."""
    if actor_of(request).publisher_id is None:
        raise ForbiddenError(
            "This is for members of a publisher in good standing; your token names none."
        )
    if permission not in getattr(request.user, "publisher_permissions", ()):
        raise ForbiddenError(f"Your token does not grant {permission.value}.")
