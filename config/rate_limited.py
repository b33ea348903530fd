"""Views whose calls are counted exactly, and which say so in X-RateLimit-* headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config import limits
from config.api import ActorMixin

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from limits import RateLimitItem
    from rest_framework.request import Request


class RateLimitedMixin(ActorMixin):
    """Counts every call that got past authentication, whatever becomes of it afterwards."""

    rate_limits: tuple[RateLimitItem, ...] = ()
    """The tightest first; the headers tell of the last."""

    window: limits.Window | None = None

    def rate_key(self, request: Request) -> str | None:
        """Say under which key this request counts; None when it is not limited."""
        raise NotImplementedError

    def answer(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = self.rate_key(request)
        if key:
            self.window = limits.spend(key, *self.rate_limits)
        return super().answer(request, *args, **kwargs)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        for name, value in self.window.headers().items() if self.window else ():
            response[name] = value
        return response
