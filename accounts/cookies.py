"""The cookies in which a browser keeps its tokens; no script can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.middleware.csrf import get_token

from accounts.tokens import AccessToken, RefreshToken

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from accounts.tokens import TokenPair

ACCESS_COOKIE = "bookhub_access"
REFRESH_COOKIE = "bookhub_refresh"
REFRESH_PATH = "/api/auth"
"""The refresh token travels only where it is spent."""


def set_tokens(request: Request, response: HttpResponseBase, pair: TokenPair) -> None:
    """Keep a pair in the browser, with the CSRF cookie that its unsafe requests will need."""
    for name, value, lifetime, path in (
        (ACCESS_COOKIE, pair.access, AccessToken.lifetime, "/"),
        (REFRESH_COOKIE, pair.refresh, RefreshToken.lifetime, REFRESH_PATH),
    ):
        response.set_cookie(
            name,
            value,
            max_age=lifetime,
            path=path,
            secure=settings.SECURE_COOKIES,
            httponly=True,
            samesite="Lax",
        )
    get_token(request._request)  # noqa: SLF001  (Django's middleware sets the cookie on its own)


def clear(response: HttpResponseBase) -> None:
    response.delete_cookie(ACCESS_COOKIE, samesite="Lax")
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH, samesite="Lax")
