"""Who a request comes from: a Bearer token or the sign-in's cookie, ours or another issuer's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.db import DEFAULT_DB_ALIAS, IntegrityError
from django.db.models import Q
from rest_framework.authentication import BaseAuthentication, CSRFCheck, get_authorization_header

from accounts.cookies import ACCESS_COOKIE
from accounts.keys import issued_elsewhere
from accounts.models import Publisher, User
from accounts.services import sign_up
from accounts.tokens import SCHEME, AccessToken, as_uuid, read_access, unauthorized
from config import statements
from config.errors import ForbiddenError
from config.row_security import Actor, tell_database

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

LONGEST_SUBJECT = 255
_LOADED = ("id", "email", "is_active", "is_staff")
# Always one row: for a user who is unknown or suspended it is empty, and nobody acts.
BECOME_USER = "SELECT * FROM public.become_user(%s, %s)"


class TokenAuthentication(BaseAuthentication):
    """Answers (user, token), the user carrying `actor` and `publisher_permissions`.

    Its two steps are those of `config.api.ActorMixin`; without the first there is nobody.

    The user, the membership and the publisher are read anew each time, by the statement that sets
    the actor, so that a suspension holds from the next request on, whatever the token says.
    """

    token: AccessToken | None = None
    visitor: User | None = None
    """The user of another issuer's token; found before the transaction, which may not keep it."""

    def verify(self, request: Request) -> None:
        raw = self._from_header(request) or self._from_cookie(request)
        if raw is None:
            return
        token = read_access(raw)
        if issued_elsewhere():
            self.visitor = _outside_user(token)
        self.token = token

    def authenticate(self, _request: Request) -> tuple[User, AccessToken] | None:
        token = self.token
        if token is None:
            return None
        user = self._told_visitor() if issued_elsewhere() else _own_user(token)
        if user is None or not user.is_active:
            raise unauthorized()
        structlog.contextvars.bind_contextvars(user_id=str(user.pk))
        return user, token

    def _told_visitor(self) -> User | None:
        if self.visitor and self.visitor.is_active:
            tell_database(self.visitor.actor)
        return self.visitor

    def authenticate_header(self, _request: Request) -> str:
        return SCHEME

    def _from_header(self, request: Request) -> bytes | None:
        scheme, _, raw = get_authorization_header(request).partition(b" ")
        return raw.strip() if scheme.lower() == b"bearer" else None

    def _from_cookie(self, request: Request) -> str | None:
        raw = request.COOKIES.get(ACCESS_COOKIE)
        if raw is None or "HTTP_AUTHORIZATION" in request.META:
            return None
        # A browser sends cookies whoever wrote the page; the CSRF token shows that we did.
        require_csrf_token(request)
        return raw


def require_csrf_token(request: Request) -> None:
    """Raise ForbiddenError unless an unsafe request carries Django's CSRF token."""
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]
    check.process_request(request._request)  # noqa: SLF001
    reason = check.process_view(request._request, None, (), {})  # type: ignore[arg-type]  # noqa: SLF001
    if reason:
        raise ForbiddenError(
            "With the sign-in cookie, a request that changes something needs the CSRF token: "
            "send the csrftoken cookie's value as X-CSRFToken."
        )


def _own_user(token: AccessToken) -> User | None:
    """Find the user and make the transaction theirs, in one trip; None for one who may not in."""
    # Where JWT_SIGNING_KEY is shared, another service may have issued it, and says `sub`.
    named = as_uuid(token.get("user_id") or token.get("sub"))
    row = statements.opening(BECOME_USER, named, as_uuid(token.get("publisherId")))
    if row is None or row[0] is None:
        return None
    # What is not loaded here is read when somebody asks for it.
    user = User.from_db(DEFAULT_DB_ALIAS, _LOADED, row[: len(_LOADED)])
    publisher_id, granted = row[len(_LOADED) :]
    return _as_actor(user, token, publisher_id, granted or [])


def _outside_user(token: AccessToken) -> User | None:
    """Find the user of another issuer's token, by its subject; make one at the first visit."""
    subject = token.get("sub") or token.get("user_id")
    if not isinstance(subject, str) or not _can_be_kept(subject):
        return None
    user = _known_by(subject) or _first_visit_of(subject)
    named = Publisher.objects.filter(pk=as_uuid(token.get("publisherId")), suspended_at=None)
    publisher_id = named.values_list("pk", flat=True).first()
    return _as_actor(user, token, publisher_id, _claimed_permissions(token))


def _can_be_kept(subject: str) -> bool:
    return 0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable()


def _known_by(subject: str) -> User | None:
    """Find a user by subject, or by id: accounts that we kept before keep their rows."""
    return User.objects.filter(Q(external_subject=subject) | Q(pk=as_uuid(subject))).first()


def _first_visit_of(subject: str) -> User:
    """Keep an address that cannot collide: the issuer's e-mail claim may be anybody's."""
    address = f"{uuid5(NAMESPACE_URL, subject)}@outside.invalid"
    user = User(email=address, external_subject=subject)
    user.set_unusable_password()
    try:
        return sign_up(user)
    except IntegrityError:
        # Another request of theirs was quicker.
        return User.objects.get(external_subject=subject)


def _as_actor(
    user: User, token: AccessToken, publisher_id: UUID | None, granted: list[str]
) -> User:
    """Note on the user for whom they act; the publisher is the token's and in good standing."""
    user.actor = Actor(
        role="staff" if user.is_staff else "user",
        user_id=user.pk,
        publisher_id=publisher_id,
    )
    allowed = set(granted) & set(_claimed_permissions(token))
    user.publisher_permissions = frozenset(allowed if publisher_id else ())
    return user


def _claimed_permissions(token: AccessToken) -> list[str]:
    claimed = token.get("permissions")
    return [name for name in claimed if isinstance(name, str)] if isinstance(claimed, list) else []
