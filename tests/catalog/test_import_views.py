"""`/api/openlibrary/import/...`, with and without a source behind it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from catalog import sources
from catalog.sources import Imported
from config.errors import UpstreamError
from tests import factories
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db


class Library:
    """A source that knows one id of each kind, and notes what it is asked."""

    def __init__(self):
        self.asked = []

    def _bring(self, factory, openlibrary_id, *hangs_on):
        self.asked.append((openlibrary_id, *hangs_on))
        if openlibrary_id.startswith("OL99"):
            raise UpstreamError
        row = factory(openlibrary_id=openlibrary_id)
        return Imported(row.pk, {"job_id": "a-job"})

    def import_author(self, openlibrary_id, user_id):
        return self._bring(factories.AuthorFactory, openlibrary_id, user_id)

    def import_work(self, openlibrary_id, author_id):
        return self._bring(factories.WorkFactory, openlibrary_id, author_id)

    def import_edition(self, openlibrary_id, work_id):
        return self._bring(factories.EditionFactory, openlibrary_id, work_id)


@pytest.fixture
def library():
    registered = Library()
    sources.register(registered)
    return registered


@pytest.fixture
def send(api, reader):
    def posting(kind, openlibrary_id, **more):
        body = {"openlibrary_id": openlibrary_id} | more
        return api(reader).post(f"/api/openlibrary/import/{kind}", body, format="json")

    return posting


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("openlibrary_id", ["OL7A", "/authors/OL7A"])
def test_what_is_there_is_served_without_a_source(send, openlibrary_id):
    author = factories.AuthorFactory(openlibrary_id="OL7A", ol_expires_at=timezone.now() - HOUR)
    answer = send("author", openlibrary_id)
    assert (answer.status_code, answer.json()["author"]["id"]) == (200, str(author.pk))


def test_what_is_not_there_needs_a_source(send):
    for kind, letter in (("author", "A"), ("work", "W"), ("edition", "M")):
        on = {"author_id": str(factories.AuthorFactory().pk)}
        on["work_id"] = str(factories.WorkFactory().pk)
        problem_of(send(kind, f"OL999{letter}", **on), 503, "UPSTREAM_NOT_CONFIGURED")


def test_a_fresh_row_costs_nothing_and_a_stale_one_is_asked_for(send, library, reader):
    author = factories.AuthorFactory(openlibrary_id="OL7A", ol_expires_at=timezone.now() + HOUR)
    assert send("author", "OL7A").json()["author"]["id"] == str(author.pk)
    assert library.asked == []
    factories.AuthorFactory(openlibrary_id="OL991A", ol_expires_at=timezone.now() - HOUR)
    problem_of(send("author", "OL991A"), 502, "UPSTREAM_ERROR")
    assert library.asked == [("OL991A", reader.pk)]


def test_a_fresh_author_whose_works_are_due_is_asked_for(send, library, reader):
    fresh = {"ol_expires_at": timezone.now() + HOUR, "works_due": True}
    factories.AuthorFactory(openlibrary_id="OL991A", **fresh)
    problem_of(send("author", "OL991A"), 502, "UPSTREAM_ERROR")
    assert library.asked == [("OL991A", reader.pk)]


def test_an_old_id_gives_the_row_of_the_new_one(send, library):
    author = factories.AuthorFactory(openlibrary_id="OL7A", ol_expires_at=timezone.now() + HOUR)
    # Imported before Open Library merged it.
    factories.AuthorFactory(openlibrary_id="OL6A", ol_expires_at=timezone.now() + HOUR)
    factories.OpenLibraryAliasFactory(openlibrary_id="OL6A", target="OL7A")
    assert send("author", "OL6A").json()["author"]["id"] == str(author.pk)
    assert library.asked == []


def test_what_hangs_on_something_else_is_not_what_was_asked_for(send, library):
    fresh = {"ol_expires_at": timezone.now() + HOUR}
    work = factories.WorkFactory(openlibrary_id="OL997W", **fresh)
    edition = factories.EditionFactory(openlibrary_id="OL997M", work=work, **fresh)
    link, other = factories.AuthorWorkFactory(work=work), factories.AuthorFactory()
    assert send("work", "OL997W", author_id=str(link.author_id)).status_code == 200
    assert send("edition", "OL997M", work_id=str(work.pk)).json()["edition"]["id"] == str(
        edition.pk
    )
    assert library.asked == []
    problem_of(send("work", "OL997W", author_id=str(other.pk)), 502, "UPSTREAM_ERROR")
    elsewhere = factories.WorkFactory()
    problem_of(send("edition", "OL997M", work_id=str(elsewhere.pk)), 502, "UPSTREAM_ERROR")
    assert library.asked == [("OL997W", other.pk), ("OL997M", elsewhere.pk)]


def test_the_source_brings_what_is_not_there(send, library, reader):
    author, work = factories.AuthorFactory(), factories.WorkFactory()
    brought = send("author", "OL501A").json()
    assert (brought["author"]["openlibrary_id"], brought["job_id"]) == ("OL501A", "a-job")
    brought = send("work", "/works/OL501W", author_id=str(author.pk)).json()
    assert brought["work"]["openlibrary_id"] == "OL501W"
    brought = send("edition", "/books/OL501M", work_id=str(work.pk)).json()
    assert brought["edition"]["openlibrary_id"] == "OL501M"
    assert library.asked == [("OL501A", reader.pk), ("OL501W", author.pk), ("OL501M", work.pk)]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_source(send, library, monkeypatch):
    open_ones = []
    bring = library.import_author

    def noting(*asked):
        open_ones.append(connection.in_atomic_block)
        return bring(*asked)

    monkeypatch.setattr(library, "import_author", noting)
    assert send("author", "OL501A").status_code == 200
    assert open_ones == [False]


@pytest.mark.parametrize(
    ("kind", "openlibrary_id"),
    [
        ("author", "OL1W"),
        ("author", "OL01A"),
        ("author", "ol1a"),
        ("author", "OL1"),
        ("author", f"OL{'1' * 18}A"),
        ("author", "OL1A/"),
        ("author", "/works/OL1A"),
        ("author", ""),
        ("author", None),
        ("author", 1),
        ("work", "OL1A"),
        ("edition", "/works/OL1W"),
    ],
)
def test_what_is_no_id_of_open_library_is_refused(send, library, kind, openlibrary_id):
    on = {"author_id": str(uuid4()), "work_id": str(uuid4())}
    answer = send(kind, openlibrary_id, **on)
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == ["openlibrary_id"]
    assert library.asked == []


@pytest.mark.parametrize(
    ("kind", "field", "factory"),
    [
        ("work", "author_id", factories.AuthorFactory),
        ("edition", "work_id", factories.WorkFactory),
    ],
)
def test_what_it_hangs_on_has_to_be_visible(send, library, other_reader, kind, field, factory):
    hidden = factory(owner_user=other_reader)
    letter = {"work": "W", "edition": "M"}[kind]
    answer = send(kind, f"OL501{letter}", **{field: str(hidden.pk)})
    assert fields_of(problem_of(answer, 404, "NOT_FOUND")) == [field]
    answer = send(kind, f"OL501{letter}")
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == [field]
    assert library.asked == []
