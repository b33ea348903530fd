"""`import_books`: a publisher's file of books, through the rules of the API."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from accounts.models import Publisher
from accounts.services import find_publisher
from config.commands import PlatformCommand, RefusedError, Stoppable, UsageError
from enrichment.book_files import FORMATS, recognise
from enrichment.book_files.rows import FileError
from enrichment.book_files.source import STANDARD_INPUT, opened
from enrichment.book_import import BookImport, DryRun, analyze_fresh_tables, batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.core.management.base import CommandParser

    from enrichment.book_files.rows import BookFile, Detail
    from enrichment.book_files.source import Source
    from enrichment.book_import import Refusal, Result

REASONS_SHOWN = 20
MOST_REASONS = 200
"""Kinds of reasons that are told apart; more would only grow."""
AGAIN = "What is counted above is in; run the same command again for the rest."
STOPPED = f"Stopped. {AGAIN}"


class Command(PlatformCommand):
    help = """\
Load a publisher's books from a file, through the same rules as POST /api/v1/books.

The format is told by the ending of the name (.csv, .tsv, .txt, .jsonl, .ndjson, .onix, .mrc,
.marc, .marcxml), else by how the file begins (JSON Lines, MARC 21 and XML), else by --format.

CSV: the first row names the columns as the API names its fields: title, author, isbn and price are
needed; currency, description, language, publishedDate, coverImages, genres and bookFormat are
optional. Several authors, genres or covers in one cell are separated by ";". The delimiter may be a
comma, a semicolon or a tab.
JSON Lines: one request body of the API a line.
Both are UTF-8.
ONIX 3.0, MARC 21 and MARCXML: docs/book-files.md says which of their fields are taken, and what
their notifications of updates and deletions do.
Every format may be compressed with gzip.

A book whose ISBN this publisher has already is counted and left as it is, so the same file can be
loaded again: after a stop, after a kill, or with --finalize. What is refused is told, the rest is
in. The file that --refused writes has each refused row with its line and the reason; mend the rows
there and load that file.

Exit codes: 0 when every row is in, 1 when some were refused, 2 when the file or the publisher will
not do, 130 after Ctrl-C."""
    epilog = """\
examples:
  manage.py import_books spring.csv --publisher Acme --dry-run
  manage.py import_books spring.csv --publisher Acme --refused refused.csv
  manage.py import_books refused.csv --publisher Acme --refused refused-again.csv
  manage.py import_books spring.csv --publisher Acme --finalize
  manage.py import_books onix.xml.gz --publisher Acme --refused refused.jsonl
  zcat all.jsonl.gz | manage.py import_books - --format jsonl --publisher Acme"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help='the file; "-" is standard input')
        parser.add_argument("--publisher", required=True, metavar="NAME", help="whose books")
        parser.add_argument(
            "--format", choices=FORMATS, help="what the file is; left out, its name tells"
        )
        parser.add_argument(
            "--finalize", action="store_true", help="make the books ACTIVE, older PENDING ones too"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything and write nothing"
        )
        parser.add_argument("--refused", metavar="FILE", help="where refused rows go")

    def handle(self, *_args: Any, **options: Any) -> None:
        publisher = self._publisher(options["publisher"])
        kind = DryRun if options["dry_run"] else BookImport
        report = Report(self, dry_run=options["dry_run"])
        try:
            with opened(options["file"]) as source:
                book_file = _format(options, source)(source, self.warn)
                with _refused_file(options, book_file) as refused:
                    job = kind(publisher, finalize=options["finalize"])
                    self._load(job, source, book_file, report, refused)
        except FileError as exc:
            raise UsageError(f"{exc} {AGAIN}" if report.read else str(exc)) from exc
        report.raise_for_refused()

    def _publisher(self, name: str) -> Publisher:
        publisher = find_publisher(name)
        if publisher is None:
            raise UsageError(f'There is no publisher "{name}".{_close_to(name)}')
        if publisher.is_suspended:
            raise UsageError(f"{publisher.name} is suspended, and may bring no books.")
        return publisher

    def _load(
        self,
        job: BookImport,
        source: Source,
        book_file: BookFile,
        report: Report,
        refused: IO[str] | None,
    ) -> None:
        try:
            with _one_run(), Stoppable(STOPPED) as stop, self.progress("rows", source.size) as bar:
                for number, batch in enumerate(batches(book_file)):
                    if number == 1 and job.writes:
                        analyze_fresh_tables()
                    with stop.held():
                        result = job.load(batch)
                        report.add(result)
                        _write(refused, book_file, result.refused)
                    bar.show(report.read, source.position)
        finally:
            report.show(with_rows=refused is None)


class Report:
    """Counts what became of the rows, and tells it at the end."""

    def __init__(self, command: PlatformCommand, *, dry_run: bool) -> None:
        self._command, self._would = command, "would be " if dry_run else ""
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._notes: Counter[tuple[str, str]] = Counter()
        self._first: list[Refusal] = []
        self._began = time.monotonic()

    @property
    def read(self) -> int:
        return self._counts["read"]

    def add(self, result: Result) -> None:
        self._counts.update(
            read=result.read,
            created=result.created,
            updated=result.updated,
            deleted=result.deleted,
            finalized=result.finalized,
            already_there=result.already_there,
            refused=len(result.refused),
        )
        self._first += result.refused[: REASONS_SHOWN - len(self._first)]
        for refusal in result.refused:
            self._reasons.update(_kind(detail, self._reasons) for detail in refusal.details)
        self._notes.update(_kind(detail, self._notes) for detail in result.notes)

    def show(self, *, with_rows: bool) -> None:
        """Print the counts and the reasons; `with_rows` the first refused rows, too."""
        if with_rows:
            for refusal in self._first:
                told = "; ".join(f"{d['field']}: {d['message']}" for d in refusal.details)
                self._command.say(f"line {refusal.row.line}: {told}")
        elapsed = time.monotonic() - self._began
        title = f"{self.read:,} rows in {elapsed:,.1f} s, {self.read / elapsed:,.0f} rows/s"
        self._command.print_table(title, ("rows", "", ""), self._lines())

    def _lines(self) -> Iterator[tuple[int, str, str]]:
        yield self._counts["created"], f"{self._would}created", ""
        for done in ("updated", "deleted"):
            if self._counts[done]:
                yield self._counts[done], f"{self._would}{done}", ""
        yield (
            self._counts["finalized"],
            f"{self._would}finalized",
            "new ones and older PENDING ones",
        )
        yield self._counts["already_there"], "already there", ""
        yield self._counts["refused"], "refused", ""
        for (field, message), count in self._reasons.most_common(REASONS_SHOWN):
            yield count, f"  {field}", message
        for (field, message), count in self._notes.most_common(REASONS_SHOWN):
            yield count, f"left out: {field}", message

    def raise_for_refused(self) -> None:
        if refused := self._counts["refused"]:
            raise RefusedError(f"{refused:,} of {self.read:,} rows are refused.")


def _kind(detail: Detail, known: Counter[tuple[str, str]]) -> tuple[str, str]:
    """Say under which reason to count; a message may repeat what the file said, without end."""
    field, _, _ = detail["field"].partition("[")
    kind = (field, detail["message"])
    return kind if kind in known or len(known) < MOST_REASONS else (field, "other reasons")


def _close_to(name: str) -> str:
    names = {known.casefold(): known for known in Publisher.objects.values_list("name", flat=True)}
    close = [names[folded] for folded in get_close_matches(name.casefold(), names)]
    return f" Is it {' or '.join(close)}?" if close else ""


def _format(options: dict[str, Any], source: Source) -> type[BookFile]:
    name = options["format"] or recognise(source, options["file"])
    if name is None:
        raise UsageError(f"Say what the file is: --format {' or '.join(FORMATS)}.")
    return FORMATS[name]


@contextmanager
def _refused_file(options: dict[str, Any], book_file: BookFile) -> Iterator[IO[str] | None]:
    """Open the file of refusals; None when there is to be none."""
    name, source = options["refused"], options["file"]
    if name is None:
        yield None
        return
    if source != STANDARD_INPUT and Path(name).exists() and Path(name).samefile(source):
        raise UsageError("--refused must be another file than the one that is read.")
    try:
        # A lone surrogate becomes its JSON escape.
        file = Path(name).open(  # noqa: SIM115  (closed below; what loading raises is another matter)
            "w", encoding="utf-8", errors="backslashreplace", newline=""
        )
    except OSError as exc:
        raise UsageError(f"{name} cannot be written: {exc.strerror}.") from exc
    with file:
        file.write(book_file.refusals_begin())
        yield file


def _write(file: IO[str] | None, book_file: BookFile, refusals: Sequence[Refusal]) -> None:
    if file is None:
        return
    for refusal in refusals:
        file.write(book_file.refusal(refusal.row, refusal.details))
    file.flush()


@contextmanager
def _one_run() -> Iterator[None]:
    """Give all audit entries of a run one request id, by which they are found again."""
    with structlog.contextvars.bound_contextvars(request_id=f"import_books.{uuid4().hex}"):
        yield
