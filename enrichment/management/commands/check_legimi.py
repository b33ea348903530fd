"""`check_legimi`: ask Legimi about the works on readers' shelves."""

from __future__ import annotations

from argparse import ArgumentTypeError
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from accounts.models import User
from config.commands import PlatformCommand, RefusedError, Stoppable, UsageError
from config.errors import UpstreamError
from config.row_security import SYSTEM, acting_as
from enrichment.legimi.answers import known
from enrichment.legimi.checks import Tally, as_reader, settle, tell, verdicts
from enrichment.legimi.questions import ShelfRow, questions
from enrichment.sources import legimi
from shelves.models import UserWork

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.core.management.base import CommandParser
    from django.db.models import QuerySet

    from enrichment.legimi.answers import Verdict

OFF = "Legimi is switched off here. Read docs/legimi.md, then set LEGIMI_ENABLED=1."
AGAIN = "What is counted above is done; run the same command again for the rest."
# What a reader has filled in by hand, and never had checked, is theirs.
OURS = Q(available_in_legimi=None) | Q(legimi_checked_at__isnull=False)


class Command(PlatformCommand):
    help = """\
Ask Legimi whether the works on shelves are in its subscription, and write it onto the shelves.

What was learnt in the last days is not asked again: seven days for a work that was found, three for
one that was not, six hours after an attempt without an answer. A work without an answer keeps what
its shelf said, and so does one whose reader has filled it in by hand and never had it checked.

Legimi is asked once in two seconds, together with all other processes, so a thousand works take an
hour or more. A stop loses nothing: run the same command again.

Exit codes: 0 when every work has an answer, 1 when some have none, 2 when Legimi is switched off or
there is no such user, 130 after Ctrl-C."""
    epilog = """\
examples:
  manage.py check_legimi --user reader@example.org --dry-run
  manage.py check_legimi --user reader@example.org
  manage.py check_legimi --limit 500"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="EMAIL", help="whose shelf; left out, everybody's")
        parser.add_argument("--limit", type=_count, metavar="N", help="at most so many works")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be asked; ask and write nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not legimi.is_configured():
            raise UsageError(OFF)
        shelves = Shelves(_reader(options["user"]), options["limit"])
        if options["dry_run"]:
            self._foresee(shelves)
        else:
            self._check(shelves)

    def _foresee(self, shelves: Shelves) -> None:
        fresh = asked = 0
        for rows in shelves:
            with acting_as(SYSTEM):
                names = questions(rows)
                answered = known(names)
            fresh += len(answered)
            asked += len(names) - len(answered)
        lines = [(fresh, "would be served from what is known"), (asked, "would be asked about")]
        self.print_table(f"{fresh + asked:,} works", ("works", ""), lines)

    def _check(self, shelves: Shelves) -> None:
        tally = Tally()
        try:
            with (
                Stoppable(f"Stopped. {AGAIN}") as stop,
                self.progress("works", shelves.count()) as bar,
            ):
                for verdict in chain.from_iterable(_checked(rows, stop) for rows in shelves):
                    tally.add(verdict)
                    bar.show(tally.checked, tally.checked)
        except UpstreamError as exc:
            raise RefusedError(f"{exc.detail} {AGAIN}") from exc
        finally:
            self._show(tally)
        if tally.unanswered:
            raise RefusedError(f"{tally.unanswered:,} of {tally.checked:,} works have no answer.")

    def _show(self, tally: Tally) -> None:
        lines = [
            (tally.available, "in the subscription"),
            (tally.unavailable, "not in it, or not found"),
            (tally.unanswered, "without an answer"),
        ]
        self.print_table(f"{tally.checked:,} works checked", ("works", ""), lines)


class Shelves:
    """The rows that are ours to fill in, a shelf at a time; of one reader, or of all."""

    def __init__(self, reader: UUID | None, limit: int | None) -> None:
        self._reader, self._limit = reader, limit

    def _rows(self) -> QuerySet[UserWork]:
        rows = UserWork.objects.filter(OURS)
        return rows.filter(user=self._reader) if self._reader else rows

    def count(self) -> int:
        with acting_as(SYSTEM):
            return self._rows()[: self._limit].count()

    def __iter__(self) -> Iterator[list[ShelfRow]]:
        with acting_as(SYSTEM):
            readers = list(self._rows().values_list("user_id", flat=True).distinct())
        left = self._limit
        for reader in sorted(readers):
            with acting_as(SYSTEM):
                works = self._rows().filter(user=reader).order_by("work")[:left]
                rows = [ShelfRow(reader, work) for work in works.values_list("work_id", flat=True)]
            yield rows
            if left is not None and (left := left - len(rows)) == 0:
                return


def _checked(rows: list[ShelfRow], stop: Stoppable) -> Iterator[Verdict]:
    """Check a shelf's rows, each in a transaction; the reader's event comes with the last."""
    tally = Tally()
    for number, (row, verdict) in enumerate(verdicts(rows), start=1):
        with stop.held(), acting_as(as_reader(row.reader)):
            settle(row, verdict, tally)
            if number == len(rows):
                tell(row.reader, tally)
        if verdict:
            yield verdict


def _reader(email: str | None) -> UUID | None:
    if email is None:
        return None
    user = User.objects.filter(email=User.objects.normalize_email(email)).first()
    if user is None:
        raise UsageError(f"There is no user {email}.")
    return user.pk


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError("it must be a number above zero")
    return int(text)
