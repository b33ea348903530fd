"""`recheck_books`: ask a source about many submitted books, one after the other."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import structlog

from catalog.models import Book
from config.commands import PlatformCommand, RefusedError, Stoppable, UsageError
from config.errors import ProblemError
from config.row_security import SYSTEM, acting_as
from enrichment.http import NoAnswerError, NoAnswerNowError
from enrichment.recheck import Apply, recheck
from enrichment.sources import plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser
    from django.db.models import QuerySet

    from config.commands import Progress

PATIENCE = 60.0
"""Seconds to wait for our own pace: nobody sits before a screen here."""
IDS_AT_ONCE = 500
LEFT_ALONE = {"blocked", "paused"}
"""Reasons for which the next book would fare no better."""
OUTCOMES = {
    "changed": "the source has something better to say",
    "nothing new": "the source has nothing better to say",
    "doubtful": "only a match below the threshold; see POST /books/{id}/recheck",
    "not found": "the source has no such book",
    "failed": "no answer, or a change that was refused",
}


class Command(PlatformCommand):
    help = """\
Ask a source about submitted books, and fill what they lack.

It is what POST /books/{id}/recheck does, for one book after the other, in the name of the platform:
a match below the threshold changes nothing, what a person has set is left alone, and so is all else
with --apply blanks, unless it is empty. The audit entries of a run have one request id.

The source's pace is kept, which is a book a second or less. When it fails or refuses us for good,
the run stops, and says how to go on. A run can be repeated at any time.

Exit codes: 0 when all books have been asked about, 1 when some failed or remain, 2 when the command
was called in a way that cannot work, 130 after Ctrl-C."""
    epilog = """\
examples:
  manage.py recheck_books --dry-run --limit 20
  manage.py recheck_books
  manage.py recheck_books --plugin googlebooks --status ACTIVE --apply all"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--plugin", default="openlibrary", metavar="P", help="the source (openlibrary)"
        )
        parser.add_argument(
            "--status",
            default=Book.Status.PENDING.value,
            choices=[Book.Status.PENDING.value, Book.Status.ACTIVE.value],
            help="which books (PENDING)",
        )
        parser.add_argument(
            "--apply",
            default=Apply.BLANKS.value,
            choices=[each.value for each in Apply],
            help="what to write: all, what fills blanks, or nothing (blanks)",
        )
        parser.add_argument("--limit", type=int, metavar="N", help="ask about this many at most")
        parser.add_argument(
            "--after", type=UUID, metavar="ID", help="go on behind the book with this id"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="ask and tell, and write nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        _require_source(options["plugin"])
        if options["limit"] is not None and options["limit"] < 1:
            raise UsageError("--limit is a number from 1 on.")
        run = Run(self, options)
        with _one_run(), Stoppable(STOPPED) as stop, self.progress("books", run.total) as bar:
            try:
                run.go(stop, bar)
            finally:
                run.show()
        run.raise_for_rest()


STOPPED = "Stopped. What is counted above is done."


class Run:
    """Asks about the books, counts what came of it, and tells it."""

    def __init__(self, command: PlatformCommand, options: dict[str, Any]) -> None:
        self._command, self._options = command, options
        self._wish = Apply(options["apply"])
        self._is_dry = options["dry_run"] or self._wish is Apply.NONE
        self._counts: Counter[str] = Counter()
        self._last: UUID | None = options["after"]
        self._why_stopped = ""
        with acting_as(SYSTEM):
            there = self._books(self._last).count()
        limit = options["limit"]
        self.total = there if limit is None else min(limit, there)

    def go(self, stop: Stoppable, bar: Progress) -> None:
        """Ask about each book; what is being written is finished before a signal is obeyed."""
        for book in self._each():
            with stop.held():
                if not self._ask(book):
                    return
                self._last = book.pk
            bar.show(self._done, self._done)

    @property
    def _done(self) -> int:
        return self._counts.total()

    def _books(self, after: UUID | None) -> QuerySet[Book]:
        books = Book.objects.filter(status=self._options["status"]).order_by("pk")
        return books.filter(pk__gt=after) if after else books

    def _each(self) -> Iterator[Book]:
        """Read the books a few at a time, so that no transaction is open while one is asked of."""
        while self._done < self.total:
            with acting_as(SYSTEM):
                books = list(self._books(self._last).only("title")[:IDS_AT_ONCE])
            if not books:
                return
            yield from books[: self.total - self._done]

    def _ask(self, book: Book) -> bool:
        """Ask about a book; False when there is no use in going on."""
        apply = Apply.NONE if self._is_dry else self._wish
        try:
            answer = recheck(book.pk, self._options["plugin"], apply, SYSTEM, patience=PATIENCE)
        except ProblemError as problem:
            if _is_left_alone(problem):
                self._why_stopped = str(problem.detail)
                return False
            self._tell(book, "failed", str(problem.detail))
        else:
            self._tell(book, *self._outcome(answer))
        return True

    def _outcome(self, answer: dict[str, Any]) -> tuple[str, str]:
        changes = answer["changes"]
        if not answer["matched"]:
            return "not found", ""
        if named := [change["field"] for change in changes if self._counts_as_done(change)]:
            return "changed", ", ".join(named)
        doubtful = any(change.get("reason") == "below_threshold" for change in changes)
        return ("doubtful" if doubtful else "nothing new"), ""

    def _counts_as_done(self, change: dict[str, Any]) -> bool:
        if not self._is_dry:
            return bool(change["applied"])
        may = not change["old"] or self._wish is not Apply.BLANKS
        return change["reason"] == "preview" and may

    def _tell(self, book: Book, outcome: str, what: str) -> None:
        self._counts[outcome] += 1
        if outcome == "failed":
            self._command.warn(f"{book.pk} {book.title}: {what}")
        elif what:
            self._command.say(f"{book.pk} {book.title}: {what}")

    def show(self) -> None:
        rows = [(self._counts[name], name, told) for name, told in OUTCOMES.items()]
        title = f"{self._done:,} of {self.total:,} books"
        would = " (nothing is written)" if self._is_dry else ""
        self._command.print_table(title + would, ("books", "", ""), rows)

    def raise_for_rest(self) -> None:
        """Raise RefusedError when books remain or have failed; it says how to go on."""
        remain = self.total - self._done
        if self._why_stopped:
            raise RefusedError(
                f"{self._why_stopped} {remain:,} books remain. {self._how_to_go_on()}"
            )
        if failed := self._counts["failed"]:
            raise RefusedError(f"{failed:,} of {self.total:,} books failed.")

    def _how_to_go_on(self) -> str:
        options = self._options
        told = [f"--{name} {options[name]}" for name in ("plugin", "status", "apply")]
        told += [f"--after {self._last}"] if self._last else []
        return f"Go on later with: manage.py recheck_books {' '.join(told)}"


def _require_source(name: str) -> None:
    plugin = plugins.PLUGINS.get(name)
    if plugin is None:
        raise UsageError(f'There is no source "{name}"; known are: {", ".join(plugins.PLUGINS)}.')
    if not plugin.is_configured():
        raise UsageError(f"{name} is not set up here; see docs/operations.md.")


def _is_left_alone(problem: ProblemError) -> bool:
    if isinstance(problem, NoAnswerNowError):
        return True
    return isinstance(problem, NoAnswerError) and problem.reason in LEFT_ALONE


@contextmanager
def _one_run() -> Iterator[None]:
    """Give all audit entries of a run one request id, by which they are found again."""
    with structlog.contextvars.bound_contextvars(request_id=f"recheck_books.{uuid4().hex}"):
        yield
