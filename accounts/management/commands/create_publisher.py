from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts import services
from accounts.management.account_command import AccountCommand, add_password_argument
from accounts.models import Permission, Publisher

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(AccountCommand):
    help = (
        "Create a publisher and a member of it, who may then submit books.\n\n"
        "What exists already is used as it is, so this also adds a second member to a publisher,\n"
        "or changes a member's permissions."
    )
    epilog = (
        "examples:\n"
        "  manage.py create_publisher Acme --member anna@acme.example\n"
        "  manage.py create_publisher Acme --member bob@acme.example"
        " --permission books:create books:update"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the publisher's name, up to 200 characters")
        parser.add_argument("--member", required=True, metavar="EMAIL", help="who works for it")
        add_password_argument(parser)
        parser.add_argument(
            "--permission",
            nargs="+",
            action="extend",
            default=[],
            metavar="PERMISSION",
            help=f"what the member may do: {', '.join(Permission.values)}; all when none is named",
        )

    def act(
        self, *, name: str, member: str, password: str | None, permission: list[str], **_: Any
    ) -> None:
        publisher = self._find_or_create_publisher(name)
        user = self.find_or_create_user(member, password)
        membership = services.join(user, publisher, permission)
        self.note(f"{user.email} may now {', '.join(membership.permissions)} for {publisher.name}.")

    def _find_or_create_publisher(self, name: str) -> Publisher:
        publisher = services.find_publisher(name)
        if publisher is None:
            publisher = services.create_publisher(name)
            self.note(f"Publisher {publisher.name} is created.")
        else:
            state = " and is suspended" if publisher.is_suspended else ""
            self.note(f"Publisher {publisher.name} exists already{state}.")
        return publisher
