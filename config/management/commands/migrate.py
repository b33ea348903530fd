"""`migrate` as Django has it, on the owner's connection unless told otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DjangoMigrate):
    """The web's role owns no table and so may change none."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=settings.OWNER_ALIAS)
