from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.management.account_command import AccountCommand
from accounts.second_factor import devices

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(AccountCommand):
    help = (
        "Take off the second factor of somebody who has lost it: their password is enough to log\n"
        "in to the admin then, and they may set up another. Be sure that it is they who ask."
    )
    epilog = "example:\n  manage.py reset_second_factor mona@bookhub.example"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose it is")

    def act(self, *, email: str, **_: Any) -> None:
        user = self.find_user(email)
        had = devices.remove(user)
        self.note(f"{user.email} {'has no second factor any more' if had else 'has none'}.")
