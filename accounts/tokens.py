"""Access and refresh tokens: issued at sign-in, rotated at refresh, dead at sign-out.

One sign-in starts a family of refresh tokens, of which only the newest is good. See `TokenFamily`.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from jwt.exceptions import PyJWTError
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from accounts.keys import issued_elsewhere, token_backend
from accounts.models import Membership, TokenFamily, User
from config.errors import FeatureDisabledError, UnauthorizedError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework_simplejwt.backends import TokenBackend

SCHEME = 'Bearer realm="api"'
REFRESH_REFUSED = "This refresh token is not valid. Sign in again."


# simplejwt translates most of what PyJWT raises; claims of a wrong type, times beyond the calendar,
# deep JSON and a key of another kind come as they are.
_NO_GOOD = (
    TokenError,
    PyJWTError,
    TypeError,
    ValueError,
    ArithmeticError,
    OSError,
    RecursionError,
)


class TokenPair(NamedTuple):
    access: str
    refresh: str


class _SignedToken(Token):
    def get_token_backend(self) -> TokenBackend:
        return token_backend()


class AccessToken(_SignedToken):
    """Signature, algorithm, issuer, audience and times have been checked before `verify`.

    Other issuers name the type only sometimes, and a jti hardly ever.
    """

    token_type = "access"  # noqa: S105  (a type, no password)
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME

    def verify(self) -> None:
        self.check_exp()
        if self.payload.get(api_settings.TOKEN_TYPE_CLAIM, self.token_type) != self.token_type:
            raise TokenError("Token has wrong type")


class RefreshToken(_SignedToken):
    token_type = "refresh"  # noqa: S105  (a type, no password)
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME


SomeToken = TypeVar("SomeToken", bound=_SignedToken)


def unauthorized(message: str | None = None) -> UnauthorizedError:
    """Make the 401 that tells, as RFC 9110 wants it, by which scheme to try again."""
    return UnauthorizedError(message, headers={"WWW-Authenticate": SCHEME})


def read(kind: type[SomeToken], raw: str | bytes, refusal: str | None = None) -> SomeToken:
    """Check a token; raises UnauthorizedError with `refusal` for one that is no good."""
    try:
        return kind(raw)  # type: ignore[arg-type]
    except _NO_GOOD as exc:
        raise unauthorized(refusal) from exc


class _Verified:
    """The access tokens that were checked last; each process keeps its own.

    They stand under what checks them (another setting or key makes another) and the token's
    digest: in memory there is nothing that somebody could sign in with.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._tokens: OrderedDict[tuple[TokenBackend, bytes], AccessToken] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[TokenBackend, bytes]) -> AccessToken | None:
        with self._lock:
            token = self._tokens.get(key)
            if token is not None:
                self._tokens.move_to_end(key)
        return token

    def keep(self, key: tuple[TokenBackend, bytes], token: AccessToken) -> None:
        with self._lock:
            self._tokens[key] = token
            if len(self._tokens) > self._size:
                self._tokens.popitem(last=False)


VERIFIED = _Verified(4096)


def read_access(raw: str | bytes) -> AccessToken:
    """Check an access token as `read` does, without doing the same work at each request.

    What time changes is looked at each time. Nothing is kept of tokens whose keys another service
    serves: it may withdraw a key at any time. The token may be given to others, too: only read it.
    """
    backend = token_backend()
    if backend.jwks_client is not None:
        return read(AccessToken, raw)
    text = raw.encode(errors="surrogatepass") if isinstance(raw, str) else raw
    key = backend, sha256(text).digest()
    token = VERIFIED.get(key)
    if token is None:
        token = read(AccessToken, raw)
        VERIFIED.keep(key, token)
    elif float(token["exp"]) <= time.time():
        raise unauthorized()
    return token


def as_uuid(claim: Any) -> UUID:
    """Read the id of a row; what is no id becomes the nil UUID, which no row has."""
    try:
        return UUID(str(claim))
    except ValueError:
        return UUID(int=0)


def refuse_when_issued_elsewhere() -> None:
    """Raise FeatureDisabledError where another service signs people in."""
    if issued_elsewhere():
        raise FeatureDisabledError("Accounts here are kept by another service; sign in there.")


def issue(user: User) -> TokenPair:
    """Start a family for somebody whose password was right a moment ago.

    Raises UnauthorizedError when a suspension or a new password came in between; both end the
    families that they find, and would miss this one.
    """
    with transaction.atomic():
        unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
        if not unchanged.update(last_login=timezone.now()):
            raise unauthorized()
        refresh = _refresh_token(user)
        family = TokenFamily.objects.create(user=user, **_newest(refresh))
    return _pair(user, refresh, family.pk)


def rotate(raw: str) -> TokenPair | None:
    """Trade a refresh token for a new pair.

    Returns None when the token was used before: its family has then been ended, which must be
    committed, so nothing is raised. Raises UnauthorizedError for any other token that is no good.
    """
    old = read(RefreshToken, raw, REFRESH_REFUSED)
    with transaction.atomic():
        family = _living_family(old)
        if family.current_jti != as_uuid(old["jti"]):
            _end(TokenFamily.objects.filter(pk=family.pk))
            return None
        new = _refresh_token(family.user)
        TokenFamily.objects.filter(pk=family.pk).update(**_newest(new))
    return _pair(family.user, new, family.pk)


def revoke(raw: str) -> None:
    """End the family of a refresh token (sign-out). One that is no good is already dead."""
    try:
        token = read(RefreshToken, raw)
    except UnauthorizedError:
        return
    _end(TokenFamily.objects.filter(pk=as_uuid(token.get("family"))))


def revoke_all(*users: User) -> None:
    """End every sign-in of these users (new password, suspension)."""
    _end(TokenFamily.objects.filter(user__in=users))


def _end(families: QuerySet[TokenFamily]) -> None:
    families.filter(revoked_at=None).update(revoked_at=timezone.now())


def _living_family(token: RefreshToken) -> TokenFamily:
    """Find and lock the family of a token; two refreshes at once come one after the other."""
    family = (
        TokenFamily.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=as_uuid(token.get("family")), revoked_at=None, user__is_active=True)
        .first()
    )
    if family is None:
        raise unauthorized(REFRESH_REFUSED)
    return family


def _refresh_token(user: User) -> RefreshToken:
    token = RefreshToken()
    token["user_id"] = str(user.pk)
    return token


def _newest(refresh: RefreshToken) -> dict[str, Any]:
    return {
        "current_jti": refresh["jti"],
        "expires_at": timezone.now() + RefreshToken.lifetime,
    }


def _pair(user: User, refresh: RefreshToken, family: UUID) -> TokenPair:
    refresh["family"] = str(family)
    return TokenPair(access=str(access_token(user)), refresh=str(refresh))


def access_token(user: User) -> AccessToken:
    """Make an access token; a member's names publisher and permissions (specification)."""
    token = AccessToken()
    token["user_id"] = str(user.pk)
    membership = Membership.objects.filter(user=user, publisher__suspended_at=None).first()
    if membership:
        token["publisherId"] = str(membership.publisher_id)
        token["permissions"] = membership.permissions
    return token
