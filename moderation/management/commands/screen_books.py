"""`screen_books`: work out the flags of pending books now, where no worker does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from catalog.models import Book
from config.commands import PlatformCommand, RefusedError, Stoppable, UsageError
from config.row_security import SYSTEM, acting_as
from moderation.models import DueScreening, Flag
from moderation.screening import due, running
from moderation.screening.examining import usual_prices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.management.base import CommandParser

    from moderation.screening.running import Outcome

STOPPED = "Stopped. What is screened stays so; the rest is still noted."


class Command(PlatformCommand):
    help = """\
Work out what moderators should know of pending books: possible duplicates, odd prices, titles in
another language, covers that are missing or broken.

Workers do it within seconds of each change; this command does it where none runs, or once more.
Whether a cover loads is asked by the workers alone, at the pace of its host.

Exit codes: 0 when all books have been screened, 1 when some failed, 2 when the command was called
in a way that cannot work, 130 after Ctrl-C."""
    epilog = """\
examples:
  manage.py screen_books
  manage.py screen_books --all
  manage.py screen_books --book 0190163d-8694-739b-aea5-966c26f8ad91"""

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--all", action="store_true", help="all pending books, not only those that are due"
        )
        which.add_argument("--book", type=UUID, metavar="ID", help="the book with this id")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["all"]:
            due.note_all()
        book_id = options["book"]
        outcomes = _one(book_id) if book_id else running.screen_due()
        total = self._run(outcomes, count=1 if book_id else due.count())
        self._show(total)
        if total.failed:
            raise RefusedError(f"Of {total.failed:,} books not all is known; the log says why.")

    def _run(self, outcomes: Iterable[Outcome], count: int) -> Outcome:
        total = running.Outcome()
        with Stoppable(STOPPED), self.progress("books", count) as bar:
            for outcome in outcomes:
                running.add(total, outcome)
                bar.show(total.screened, total.screened)
        return total

    def _show(self, total: Outcome) -> None:
        rows = [(total.flags[flag.value], flag.label) for flag in Flag]
        self.print_table(f"{total.screened:,} books screened", ("books", "flag"), rows)


def _one(book_id: UUID) -> list[Outcome]:
    with acting_as(SYSTEM):
        if not Book.objects.filter(pk=book_id, status=Book.Status.PENDING).exists():
            raise UsageError(f"There is no pending book with the id {book_id}.")
    due.note([book_id])
    with acting_as(SYSTEM):
        noted_at = DueScreening.objects.get(book_id=book_id).noted_at
    return [running.screen({book_id: noted_at}, usual_prices())]
