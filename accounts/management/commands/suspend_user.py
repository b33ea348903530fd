from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts import services
from accounts.management.account_command import AccountCommand, add_lift_argument

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(AccountCommand):
    help = "Shut a user out at once, signed in or not; --lift lets them sign in again."
    epilog = (
        "examples:\n"
        "  manage.py suspend_user mallory@example.org\n"
        "  manage.py suspend_user mallory@example.org --lift"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whom it is about")
        add_lift_argument(parser)

    def act(self, *, email: str, lift: bool, **_: Any) -> None:
        user = self.find_user(email)
        (services.lift_user if lift else services.suspend_user)(user)
        state = "may sign in again" if lift else "is suspended"
        self.note(f"User {user.email} {state}.")
