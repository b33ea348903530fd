"""Access and refresh tokens: issued at sign-in, rotated at refresh, dead at sign-out.

One sign-in starts a family of refresh tokens, of which only the newest is good. See `TokenFamily`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import Membership, TokenFamily, User
from config.errors import FeatureDisabledError, UnauthorizedError

if TYPE_CHECKING:
    from uuid import UUID

REFRESH_REFUSED = "This refresh token is not valid. Sign in again."


class TokenPair(NamedTuple):
    access: str
    refresh: str


class OutsideAccessToken(Token):
    """A token of the auth service behind JWT_JWK_URL.

    Signature, algorithm, issuer, audience and time are checked as for our own. Other services
    name the type only sometimes, and a jti hardly ever.
    """

    token_type = "access"  # noqa: S105  (a type, no password)
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME

    def verify(self) -> None:
        self.check_exp()
        if self.payload.get(api_settings.TOKEN_TYPE_CLAIM, self.token_type) != self.token_type:
            raise TokenError("Token has wrong type")


def refuse_when_issued_elsewhere() -> None:
    """Raise FeatureDisabledError where JWT_JWK_URL says that another service signs people in."""
    if settings.JWT_JWK_URL:
        raise FeatureDisabledError("Accounts here are kept by another service; sign in there.")


def issue(user: User) -> TokenPair:
    """Start a family for a sign-in."""
    refresh = _refresh_token(user)
    family = TokenFamily.objects.create(user=user, **_newest(refresh))
    return _pair(user, refresh, family.pk)


def rotate(raw: str) -> TokenPair | None:
    """Trade a refresh token for a new pair.

    Returns None when the token was used before: its family has then been ended, which must be
    committed, so nothing is raised. Raises UnauthorizedError for any other token that is no good.
    """
    old = _decode(raw)
    with transaction.atomic():
        family = _living_family(old)
        if family.current_jti.hex != old["jti"]:
            _end([family])
            return None
        new = _refresh_token(family.user)
        TokenFamily.objects.filter(pk=family.pk).update(**_newest(new))
    return _pair(family.user, new, family.pk)


def revoke(raw: str) -> None:
    """End the family of a refresh token (sign-out). One that is no good is already dead."""
    try:
        family = _living_family(_decode(raw))
    except UnauthorizedError:
        return
    _end([family])


def revoke_all(user: User) -> None:
    """End every sign-in of a user (password reset, suspension)."""
    user.token_families.filter(revoked_at=None).update(revoked_at=timezone.now())


def _end(families: list[TokenFamily]) -> None:
    keys = [family.pk for family in families]
    TokenFamily.objects.filter(pk__in=keys).update(revoked_at=timezone.now())


def _living_family(token: RefreshToken) -> TokenFamily:
    """Find and lock the family of a token; two refreshes at once come one after the other."""
    family = (
        TokenFamily.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=token.payload.get("family"), revoked_at=None, user__is_active=True)
        .first()
    )
    if family is None:
        raise UnauthorizedError(REFRESH_REFUSED)
    return family


def _decode(raw: str) -> RefreshToken:
    try:
        return RefreshToken(raw)  # type: ignore[arg-type]
    except TokenError as exc:
        raise UnauthorizedError(REFRESH_REFUSED) from exc


def _refresh_token(user: User) -> RefreshToken:
    token = RefreshToken()
    token["user_id"] = str(user.pk)
    return token


def _newest(refresh: RefreshToken) -> dict[str, Any]:
    return {
        "current_jti": refresh["jti"],
        "expires_at": timezone.now() + api_settings.REFRESH_TOKEN_LIFETIME,
    }


def _pair(user: User, refresh: RefreshToken, family: UUID) -> TokenPair:
    refresh["family"] = str(family)
    return TokenPair(access=str(access_token(user)), refresh=str(refresh))


def access_token(user: User) -> AccessToken:
    """Make an access token; a publisher member's names publisher and permissions (specification)."""
    token = AccessToken()
    token["user_id"] = str(user.pk)
    membership = Membership.objects.filter(user=user, publisher__suspended_at=None).first()
    if membership:
        token["publisherId"] = str(membership.publisher_id)
        token["permissions"] = membership.permissions
    return token
