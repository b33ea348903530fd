"""`load_demo`: people and books to try the platform with, on this machine only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts import moderators, services
from accounts.models import Publisher, User
from config.commands import PlatformCommand, UsageError
from config.row_security import SYSTEM, acting_as
from enrichment.book_files.json_lines import JsonLines
from enrichment.book_files.source import opened
from enrichment.book_import import BookImport, batches

FOLDER = Path(__file__).resolve().parents[2] / "demo"
PASSWORD = "Open-Sesame-42"  # noqa: S105  (printed at each start, and refused outside of a local one)
DEMO_PRESS = "Demo Press"
HARBOUR_BOOKS = "Harbour Books"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to sign in as. `may` is what the table says; the other fields make it true."""

    email: str
    may: str
    publisher: str = ""
    is_staff: bool = False
    is_superuser: bool = False


PEOPLE = (
    Person(
        "publisher@bookhub.example",
        f"submit and finalize {DEMO_PRESS}'s books",
        publisher=DEMO_PRESS,
    ),
    Person(
        "moderator@bookhub.example",
        "finalize pending books in the admin",
        is_staff=True,
    ),
    Person(
        "admin@bookhub.example",
        "do everything in the admin",
        is_staff=True,
        is_superuser=True,
    ),
    Person("reader@bookhub.example", "find books and keep a shelf"),
)


class Command(PlatformCommand):
    help = f"""\
Load a small demo: two publishers, sixty real books with made-up prices, half of them ACTIVE and
half PENDING, and a person for each role. Then, and whenever it is called again, it prints who can
sign in. What was done with the demo since stays as it is.

The password is known to everybody, so this refuses to run unless BOOKHUB_LOCAL=1 says that this is
a local start, as `make run` does. Exit code 2 then. The password is {PASSWORD}."""
    epilog = "example:\n  manage.py load_demo"

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.LOCAL:
            raise UsageError(
                "The demo's password is known to everybody. It is loaded on a local start alone,"
                " which BOOKHUB_LOCAL=1 says and `make run` is."
            )
        with acting_as(SYSTEM):
            if not User.objects.filter(email__in=[person.email for person in PEOPLE]).exists():
                _load()
        rows = ((person.email, PASSWORD, person.may) for person in PEOPLE)
        self.print_table("", ("demo e-mail", "password", "may"), rows)


def _load() -> None:
    """Load all of it; a stop in between leaves nothing, since the caller's transaction ends."""
    houses = {name: _publisher(name) for name in (DEMO_PRESS, HARBOUR_BOOKS)}
    for person in PEOPLE:
        _make(person, houses)
    for name, publisher in houses.items():
        for status in ("active", "pending"):
            file = FOLDER / f"{name.lower().replace(' ', '_')}_{status}.jsonl"
            _load_books(file, publisher, finalize=status == "active")


def _publisher(name: str) -> Publisher:
    return services.find_publisher(name) or services.create_publisher(name)


def _make(person: Person, houses: dict[str, Publisher]) -> None:
    user = services.create_user(person.email, PASSWORD)
    if person.publisher:
        services.join(user, houses[person.publisher])
    if person.is_superuser:
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
    elif person.is_staff:
        moderators.appoint(user)


def _load_books(file: Path, publisher: Publisher, *, finalize: bool) -> None:
    """Load a file as `import_books` does; a book that somebody else has submitted stays theirs."""
    job = BookImport(publisher, finalize=finalize)
    with opened(str(file)) as source:
        for batch in batches(JsonLines(source, print)):
            job.load(batch)
