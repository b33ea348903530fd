"""`import_openlibrary`: authors, works and editions by their Open Library ids."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import ValidationError

from catalog.manual_serializers import OpenLibraryIdField
from config.commands import PlatformCommand, RefusedError, Stoppable, UsageError
from config.errors import ProblemError
from enrichment.importing import author_works
from enrichment.importing.author_works import PATIENCE, Standing
from enrichment.importing.catalog_import import CatalogImport
from enrichment.importing.catalog_writes import ADDED, UNCHANGED, UPDATED
from enrichment.outside import source_health

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser

    from catalog.models import Author, Edition, Work
    from config.commands import Progress

IDS = {
    "author": OpenLibraryIdField("authors", "A"),
    "work": OpenLibraryIdField("works", "W"),
    "edition": OpenLibraryIdField("books", "M"),
}
TABLES = ("authors", "works", "editions")
STOPPED = "Stopped. What is told above is in; run the same command again for the rest."


class Command(PlatformCommand):
    help = """\
Bring authors, works or editions from Open Library into the catalog, by their ids.

author: the author and all of their works, however many pages that takes.
work: the work, its editions, and those of its authors whom the catalog does not have.
edition: the edition, and its work unless the catalog has that already.

What was fetched within the last seven days is left alone. What is there is renewed: values are
added and changed, never emptied, and nothing is deleted. An old id that Open Library has merged
into another one brings that one, and is remembered.

Open Library is asked once a second, so an author with ten thousand works takes some ten seconds.
Set OPENLIBRARY_CONTACT first: without it Open Library turns us away.

Exit codes: 0 when all is in, 1 when something was refused or could not be had, 2 when an id is
none, 130 after Ctrl-C."""
    epilog = """\
examples:
  manage.py import_openlibrary author OL26320A
  manage.py import_openlibrary work OL45804W /works/OL27448W
  manage.py import_openlibrary edition OL7353617M --dry-run"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=IDS, help="what the ids are of")
        parser.add_argument("ids", metavar="OLID", nargs="+", help="such as OL26320A")
        parser.add_argument(
            "--dry-run", action="store_true", help="fetch, say what would change, write nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        ids = dict.fromkeys(_id(options["kind"], text) for text in options["ids"])
        run = Run(self, options["kind"], keeps=not options["dry_run"])
        try:
            with Stoppable(STOPPED), self.progress(f"{options['kind']}s", len(ids)) as bar:
                for number, openlibrary_id in enumerate(ids, 1):
                    run.bring(openlibrary_id, bar)
                    bar.show(number, number)
                    if run.is_held:
                        run.leave(len(ids) - number)
                        break
        finally:
            run.show()
        run.raise_for_refused()


class Run:
    """Brings ids one after the other, and tells what became of each."""

    def __init__(self, command: Command, kind: str, *, keeps: bool) -> None:
        self._command, self._kind, self._keeps = command, kind, keeps
        self._would = "" if keeps else "would be "
        self._total: Counter[tuple[str, str]] = Counter()
        self._refused: Counter[str] = Counter()
        self.is_held = False
        """Whether Open Library is not to be asked for a while."""

    def bring(self, openlibrary_id: str, bar: Progress) -> None:
        """Bring one id; what cannot be had is told and counted, and the next one is tried."""
        bringing = CatalogImport(patience=PATIENCE, keeps=self._keeps)
        try:
            row = self._bring(bringing, openlibrary_id, bar)
        except ProblemError as exc:
            self._refused[str(exc.detail)] += 1
            self.is_held = source_health.health("openlibrary").state == "paused"
            self._command.say(f"{openlibrary_id}: refused. {exc.detail}")
        else:
            told = ", ".join(self._counts(bringing.changes)) or "fresh, nothing was asked"
            self._command.say(f"{openlibrary_id} {row}: {told}")
        finally:
            self._total += bringing.changes

    def leave(self, count: int) -> None:
        """Count the ids that are not asked for."""
        self._refused["Not asked for: run the same command again later."] += count

    def _bring(
        self, bringing: CatalogImport, openlibrary_id: str, bar: Progress
    ) -> Author | Work | Edition:
        if self._kind == "work":
            return bringing.work(openlibrary_id)
        if self._kind == "edition":
            return bringing.edition_with_work(openlibrary_id)
        author = bringing.author(openlibrary_id)
        if author.works_due:
            self._bring_works(bringing, author, bar)
        return author

    def _bring_works(self, bringing: CatalogImport, author: Author, bar: Progress) -> None:
        standing = Standing()
        try:
            for reached in author_works.bring(author, standing, keeps=self._keeps):
                standing = reached
                bar.show(standing.done)
        finally:
            self._count_works(bringing, standing)

    def _count_works(self, bringing: CatalogImport, standing: Standing) -> None:
        """Count what is in, the pages before a failure or a Ctrl-C included."""
        counts = {ADDED: standing.added, UPDATED: standing.updated, UNCHANGED: standing.unchanged}
        bringing.changes.update({("works", change): count for change, count in counts.items()})
        self._refused["A work's record is of no use."] += standing.unusable

    def _counts(self, changes: Counter[tuple[str, str]]) -> Iterator[str]:
        for count, told, _ in self._lines(changes):
            yield f"{count:,} {told}"

    def _lines(self, changes: Counter[tuple[str, str]]) -> Iterator[tuple[int, str, str]]:
        for table in TABLES:
            for change in (ADDED, UPDATED, UNCHANGED):
                if count := changes[table, change]:
                    would = "" if change == UNCHANGED else self._would
                    yield count, f"{table} {would}{change}", ""

    def show(self) -> None:
        refused = +self._refused
        reasons = [(count, "refused", reason) for reason, count in refused.most_common()]
        lines = [*self._lines(self._total), *reasons]
        if not lines:
            return
        self._command.print_table("From Open Library", ("rows", "", ""), lines)

    def raise_for_refused(self) -> None:
        if refused := self._refused.total():
            raise RefusedError(f"{refused:,} could not be brought.")


def _id(kind: str, text: str) -> str:
    try:
        openlibrary_id: str = IDS[kind].run_validation(text)
    except ValidationError as exc:
        raise UsageError(f'"{text}" is no id of this kind, such as {IDS[kind].example}.') from exc
    return openlibrary_id
