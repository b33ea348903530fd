from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from accounts import services
from accounts.management.account_command import AccountCommand, add_lift_argument

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(AccountCommand):
    help = (
        "Take a publisher's rights from all its members at once; --lift gives them back.\n"
        "Finalized books stay in the catalog."
    )
    epilog = (
        "examples:\n  manage.py suspend_publisher Acme\n  manage.py suspend_publisher Acme --lift"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the publisher's name, in any case")
        add_lift_argument(parser)

    def act(self, *, name: str, lift: bool, **_: Any) -> None:
        publisher = services.find_publisher(name)
        if publisher is None:
            raise CommandError(f"There is no publisher {name}.")
        (services.lift_publisher if lift else services.suspend_publisher)(publisher)
        state = "has its rights back" if lift else "is suspended"
        self.note(f"Publisher {publisher.name} {state}.")
