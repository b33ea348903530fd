"""Rules of passwords beyond Django's (AUTH_PASSWORD_VALIDATORS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts import tokens

if TYPE_CHECKING:
    from accounts.models import User


class SignOutValidator:
    """Refuses no password; ends every refresh token of whoever gets a new one.

    Django calls it for each `set_password` that is saved, in the API, the admin and commands; not
    when a sign-in renews the hash of the same password.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        pass

    def password_changed(self, _password: str, user: User) -> None:
        tokens.revoke_all(user)

    def get_help_text(self) -> str:
        return "A new password ends every sign-in to the API."
