"""Who a request comes from: a Bearer token or the sign-in's cookie, ours or another issuer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from django.conf import settings
from rest_framework.authentication import CSRFCheck
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, Token

from accounts.models import Membership, Publisher, User
from accounts.tokens import OutsideAccessToken
from config.errors import ForbiddenError, UnauthorizedError
from config.row_security import Actor

if TYPE_CHECKING:
    from rest_framework.request import Request

ACCESS_COOKIE = "bookhub_access"
REFRESH_COOKIE = "bookhub_refresh"


class TokenAuthentication(JWTAuthentication):
    """Answers (user, token), the user carrying `actor` and `publisher_permissions`.

    The user, the membership and the publisher are read anew each time, so that a suspension holds
    from the next request on, whatever the token says.
    """

    def authenticate(self, request: Request) -> tuple[User, Token] | None:  # type: ignore[override]
        raw = self._from_header(request) or self._from_cookie(request)
        if raw is None:
            return None
        token = self.get_validated_token(raw)
        user = _outside_user(token) if settings.JWT_JWK_URL else _own_user(token)
        if user is None or not user.is_active:
            raise UnauthorizedError(headers={"WWW-Authenticate": self.authenticate_header(request)})
        structlog.contextvars.bind_contextvars(user_id=str(user.pk))
        return user, token

    def get_validated_token(self, raw_token: bytes) -> Token:
        kind = OutsideAccessToken if settings.JWT_JWK_URL else AccessToken
        try:
            return kind(raw_token)  # type: ignore[arg-type]
        except TokenError as exc:
            raise UnauthorizedError(headers={"WWW-Authenticate": 'Bearer realm="api"'}) from exc

    def _from_header(self, request: Request) -> bytes | None:
        header = self.get_header(request)
        return self.get_raw_token(header) if header else None

    def _from_cookie(self, request: Request) -> bytes | None:
        raw = request.COOKIES.get(ACCESS_COOKIE)
        if raw is None or "HTTP_AUTHORIZATION" in request.META:
            return None
        # A browser sends cookies whoever wrote the page; the CSRF token shows that we did.
        require_csrf_token(request)
        return raw.encode()


def require_csrf_token(request: Request) -> None:
    """Raise ForbiddenError unless an unsafe request carries Django's CSRF token."""
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type, return-value]
    check.process_request(request._request)  # noqa: SLF001
    reason = check.process_view(request._request, None, (), {})  # type: ignore[arg-type]  # noqa: SLF001
    if reason:
        raise ForbiddenError(
            "With the sign-in cookie, a request that changes something needs the CSRF token: "
            "send the csrftoken cookie's value as X-CSRFToken."
        )


def _own_user(token: Token) -> User | None:
    user_id = _uuid(token.payload.get("user_id"))
    user = User.objects.select_related("membership__publisher").filter(pk=user_id).first()
    if user is None:
        return None
    membership: Membership | None = getattr(user, "membership", None)
    publisher = membership.publisher if membership else None
    granted = membership.permissions if membership else []
    return _as_actor(user, token, publisher, granted)


def _outside_user(token: Token) -> User | None:
    """Find the user of another issuer's token, by its subject; make one at the first visit."""
    subject = token.payload.get("sub") or token.payload.get("user_id")
    if not isinstance(subject, str) or not subject:
        return None
    user = User.objects.filter(external_subject=subject).first()
    user = user or User.objects.filter(pk=_uuid(subject)).first() or _new_outside_user(subject)
    publisher = Publisher.objects.filter(pk=_uuid(token.payload.get("publisherId"))).first()
    return _as_actor(user, token, publisher, _claimed_permissions(token))


def _new_outside_user(subject: str) -> User:
    """Keep an address that cannot collide: the issuer's e-mail claim may be anybody's."""
    user, _ = User.objects.get_or_create(
        external_subject=subject,
        defaults={"email": f"{uuid5(NAMESPACE_URL, subject)}@outside.invalid"},
    )
    return user


def _as_actor(user: User, token: Token, publisher: Publisher | None, granted: list[str]) -> User:
    named = _uuid(token.payload.get("publisherId"))
    if publisher and (publisher.is_suspended or publisher.pk != named):
        publisher = None
    user.actor = Actor(
        role="staff" if user.is_staff else "user",
        user_id=user.pk,
        publisher_id=publisher.pk if publisher else None,
    )
    allowed = set(granted) & set(_claimed_permissions(token))
    user.publisher_permissions = frozenset(allowed if publisher else ())
    return user


def _claimed_permissions(token: Token) -> list[str]:
    claimed = token.payload.get("permissions")
    return [name for name in claimed if isinstance(name, str)] if isinstance(claimed, list) else []


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
