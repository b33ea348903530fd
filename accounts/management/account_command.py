"""What the commands about accounts have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import IntegrityError
from django.utils.crypto import get_random_string

from accounts import services
from accounts.models import User
from config.commands import PlatformCommand
from config.errors import from_constraint
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

GENERATED_LENGTH = 20


class AccountCommand(PlatformCommand):
    """Acts as the system, in one transaction; a refusal is one sentence and exit code 1."""

    def handle(self, *_args: Any, **options: Any) -> None:
        self._done: list[str] = []
        try:
            with acting_as(SYSTEM):
                self.act(**options)
        except ValidationError as exc:
            raise CommandError(" ".join(exc.messages)) from exc
        except IntegrityError as exc:
            raise _refusal(exc) from exc.__cause__
        except UnicodeEncodeError as exc:
            raise CommandError(f"{exc.object!a} is no text in this terminal's encoding.") from exc
        for sentence in self._done:
            self.say(sentence)

    def act(self, *_args: Any, **_options: Any) -> None:
        """Do the command's work with its own options."""
        raise NotImplementedError

    def note(self, sentence: str) -> None:
        """Say what was done, once it is certain: a later refusal would undo it."""
        self._done.append(sentence)

    def find_user(self, email: str) -> User:
        """Give the user with this e-mail; raises CommandError."""
        user = User.objects.filter(email=User.objects.normalize_email(email)).first()
        if user is None:
            raise CommandError(f"There is no user {email}.")
        return user

    def find_or_create_user(self, email: str, password: str | None) -> User:
        """Give a user, an existing one as they are; notes which, and a generated password once.

        Raises ValidationError for an e-mail or a password that is no good.
        """
        user = User.objects.filter(email=User.objects.normalize_email(email)).first()
        if user:
            kept = ", whose password stays as it is" if password else ""
            self.note(f"User {user.email} exists already{kept}.")
            return user
        chosen = password or get_random_string(GENERATED_LENGTH)
        user = services.create_user(email, chosen)
        told = "" if password else f" with the password {chosen} (shown this once)"
        self.note(f"User {user.email} is created{told}.")
        return user


def _refusal(exc: IntegrityError) -> Exception:
    """Say what the database refused because somebody else was quicker, after our checks."""
    problem = from_constraint(exc)
    if problem is None:
        return exc
    reasons = [row["message"] for row in problem.details] or [str(problem.detail)]
    return CommandError(" ".join(reasons))


def add_password_argument(parser: CommandParser) -> None:
    parser.add_argument(
        "--password", help="of a new user; left out, one is generated and printed once"
    )


def add_lift_argument(parser: CommandParser) -> None:
    parser.add_argument("--lift", action="store_true", help="end the suspension instead")
