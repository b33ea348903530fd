"""What the views of a reader's own things stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from config.api import BaseViewSet

if TYPE_CHECKING:
    from accounts.models import User


class ReaderViewSet(BaseViewSet):
    @property
    def reader(self) -> User:
        return cast("User", self.request.user)
