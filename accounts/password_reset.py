"""A forgotten password: a mail with a token that is good once and for an hour."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string

from accounts import tokens
from accounts.models import User
from accounts.services import refuse_weak_password
from config.errors import InvalidError

TOKEN_REFUSED = "This token is wrong, used or too old. Ask for another mail."  # noqa: S105


def mail_token(user: User) -> None:
    """Send a fresh token; until it is used or an hour has gone, older ones stay good."""
    query = {"uid": str(user.pk), "token": default_token_generator.make_token(user)}
    body = render_to_string(
        "accounts/password_reset.txt", {"user": user, "link": _link(query), **query}
    )
    send_mail("Your BookHub password", body, settings.DEFAULT_FROM_EMAIL, [user.email])


def _link(query: dict[str, str]) -> str:
    """Give the page of PASSWORD_RESET_URL with the query; empty when there is no such page."""
    page = settings.PASSWORD_RESET_URL
    return f"{page}{'&' if '?' in page else '?'}{urlencode(query)}" if page else ""


def set_password(uid: str, token: str, password: str) -> User:
    """Trade a mailed token for a new password, and end every sign-in.

    Raises InvalidError naming `token`, or ValidationError naming `password`, which does not use
    the token up.
    """
    # Of two that bring one token at once, the second sees the first one's password, and fails.
    users = User.objects.select_for_update().filter(is_active=True)
    user = users.filter(pk=tokens.as_uuid(uid)).first()
    if user is None or not default_token_generator.check_token(user, token):
        raise InvalidError.of("token", TOKEN_REFUSED)
    refuse_weak_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user
