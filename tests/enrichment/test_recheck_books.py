"""`recheck_books` from the command line to the rows."""

import io
from types import SimpleNamespace

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command

from catalog import lifecycle
from catalog.models import Book
from config.errors import UnprocessableRecordError
from config.row_security import SYSTEM, acting_as
from enrichment.http import NoAnswerError, NoAnswerNowError
from enrichment.records import BookRecord
from enrichment.sources import plugins
from tests import factories
from tests.enrichment.fake_plugin import FakePlugin

pytestmark = pytest.mark.django_db


class Library(FakePlugin):
    """Knows every book there is, and raises what a title is to raise."""

    def __init__(self):
        super().__init__()
        self.errors = {}

    def find(self, wanted, *, patience=5.0):
        self.asked.append(wanted.title)
        if wanted.title in self.errors:
            raise self.errors[wanted.title]
        known = {"description": f"About {wanted.title}.", "language": "fr"}
        return [
            BookRecord(title=wanted.title, authors=wanted.authors, isbns=(wanted.isbn13,), **known)
        ]


@pytest.fixture
def library(monkeypatch):
    plugin = Library()
    monkeypatch.setitem(plugins.PLUGINS, plugin.name, plugin)
    return plugin


@pytest.fixture
def books():
    """Three pending books, the oldest first; they have a language and no description."""
    return [factories.BookFactory(title=title) for title in ("Eden", "Fiasko", "Solaris")]


def call(*arguments):
    out, err = io.StringIO(), io.StringIO()
    code, message = 0, ""
    try:
        call_command("recheck_books", *arguments, stdout=out, stderr=err)
    except CommandError as exc:
        code, message = exc.returncode, str(exc)
    return SimpleNamespace(code=code, message=message, out=out.getvalue(), err=err.getvalue())


def said(book):
    with acting_as(SYSTEM):
        return Book.objects.values_list("description", "language").get(pk=book.pk)


def counted(result, outcome):
    line = next(line for line in result.out.splitlines() if f" {outcome} " in line)
    return int(line.split()[0])


def test_blanks_are_filled_and_told(library, books):
    result = call()
    assert (result.code, result.err) == (0, "")
    assert [said(book) for book in books] == [
        (f"About {title}.", "en") for title in ("Eden", "Fiasko", "Solaris")
    ]
    assert f"{books[0].pk} Eden: description" in result.out
    assert "3 of 3 books" in result.out
    assert counted(result, "changed") == 3


def test_again_it_finds_nothing_new(library, books):
    call()
    result = call()
    assert (counted(result, "changed"), counted(result, "nothing new")) == (0, 3)
    assert "Eden" not in result.out


def test_all_can_be_taken(library, books):
    call("--apply", "all")
    assert said(books[0]) == ("About Eden.", "fr")


def test_a_dry_run_tells_what_a_run_would_do(library, books):
    result = call("--dry-run")
    assert said(books[0]) == ("", "en")
    assert f"{books[0].pk} Eden: description\n" in result.out
    assert "nothing is written" in result.out
    assert "Eden: description, language" in call("--dry-run", "--apply", "all").out


def test_of_a_status_and_up_to_a_limit(library, books):
    with acting_as(SYSTEM):
        lifecycle.finalize(books[1])
    call("--status", "ACTIVE")
    assert library.asked == ["Fiasko"]
    library.asked.clear()
    assert "1 of 1 books" in call("--limit", "1").out
    assert library.asked == ["Eden"]
    library.asked.clear()
    call("--after", str(books[0].pk))
    assert library.asked == ["Solaris"]


def test_the_audit_entries_of_a_run_have_one_id(library, books):
    call()
    with acting_as(SYSTEM):
        entries = LogEntry.objects.filter(changes__has_key="description", action=1)
        ids = set(entries.values_list("cid", flat=True))
    (run,) = ids
    assert run.startswith("recheck_books.")


def test_a_book_that_fails_does_not_end_the_run(library, books):
    library.errors = {
        "Eden": NoAnswerError(reason="timeout"),
        "Fiasko": UnprocessableRecordError(),
    }
    result = call()
    assert (result.code, result.message) == (1, "2 of 3 books failed.")
    assert f"{books[0].pk} Eden: " in result.err
    assert said(books[2])[0] == "About Solaris."


@pytest.mark.parametrize(
    "error",
    [
        NoAnswerError("Blocked.", reason="blocked"),
        NoAnswerError("Paused.", reason="paused"),
        NoAnswerNowError("Slow down.", reason="rate_limited", retry_after=60),
    ],
)
def test_a_source_that_is_left_alone_ends_it(library, books, error):
    library.errors = {"Fiasko": error}
    result = call()
    assert result.code == 1
    assert result.message.startswith(f"{error.detail} 2 books remain. Go on later with: ")
    assert result.message.endswith(f" --after {books[0].pk}")
    assert library.asked == ["Eden", "Fiasko"]
    assert "1 of 3 books" in result.out


def test_a_source_that_there_is_not(library):
    result = call("--plugin", "amazon")
    assert (result.code, "openlibrary, googlebooks" in result.message) == (2, True)
    library.configured = False
    assert call().code == 2


def test_a_limit_that_is_none(library, books):
    assert call("--limit", "0").code == 2
    assert library.asked == []
