"""What the views of a reader's own things stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from config.api import BaseViewSet

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


def reader_of(request: Request) -> User:
    """Give whoever asks; the permissions have let nobody through who is not signed in."""
    return cast("User", request.user)


class ReaderViewSet(BaseViewSet):
    @property
    def reader(self) -> User:
        return reader_of(self.request)
