from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts import moderators
from accounts.management.account_command import AccountCommand, add_password_argument

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(AccountCommand):
    help = "Create a moderator, who finalizes books in the admin, or make an existing user one."
    epilog = "example:\n  manage.py create_moderator mona@bookhub.example"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the moderator's e-mail, with which they log in")
        add_password_argument(parser)

    def act(self, *, email: str, password: str | None, **_: Any) -> None:
        user = self.find_or_create_user(email, password)
        moderators.appoint(user)
        self.note(f"{user.email} is a moderator.")
