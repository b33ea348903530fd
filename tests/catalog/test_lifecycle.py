"""The arrows of a book's life, below HTTP: what the admin and the commands call."""

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction

from catalog import lifecycle
from catalog.models import TRANSITIONS, Book, Work
from config.errors import InvalidStatusError
from config.row_security import SYSTEM, Actor, acting_as
from tests import factories

pytestmark = pytest.mark.django_db
FIELDS = {
    "title": "Lalka",
    "authors": ["Bolesław Prus"],
    "isbn13": factories.isbn13(900),
    "price": "19.90",
}


@pytest.fixture(autouse=True)
def _as_system():
    with acting_as(SYSTEM):
        yield


def in_status(status):
    book = factories.BookFactory()
    if status != "PENDING":
        book = lifecycle.finalize(book)
    return lifecycle.deactivate(book) if status == "INACTIVE" else book


@pytest.mark.parametrize("status", Book.Status.values)
@pytest.mark.parametrize(
    ("step", "target"), [(lifecycle.finalize, "ACTIVE"), (lifecycle.deactivate, "INACTIVE")]
)
def test_every_arrow(status, step, target):
    book = in_status(status)
    if (status, target) in TRANSITIONS:
        assert step(book).status == target
    else:
        with pytest.raises(InvalidStatusError, match=f"The book is {status}"):
            step(book)


def test_a_stale_copy_does_not_finalize_twice():
    stale = factories.BookFactory()
    lifecycle.finalize(stale)
    assert stale.status == "PENDING"
    with pytest.raises(InvalidStatusError):
        lifecycle.finalize(stale)
    assert Work.objects.count() == 1


def test_submit_keeps_nothing_of_a_refused_book(member):
    lifecycle.submit(**FIELDS, publisher=member.membership.publisher)
    with pytest.raises(IntegrityError), transaction.atomic():
        lifecycle.submit(**FIELDS, publisher=member.membership.publisher, genre_names=["Novel"])
    assert Book.objects.count() == 1


def test_a_members_book_needs_neither_isbn_nor_price(reader):
    book = lifecycle.submit(title="Lalka", authors=["Bolesław Prus"], created_by=reader)
    assert lifecycle.finalize(book).edition.isbn13 is None


def test_a_member_cannot_finalize_their_own_book(reader):
    book = lifecycle.submit(title="Lalka", authors=["Bolesław Prus"], created_by=reader)
    with acting_as(Actor("user", reader.pk)), pytest.raises(Exception, match="row-level security"):
        lifecycle.finalize(book)
    assert Book.objects.get().status == "PENDING"


def test_the_trail_tells_of_genres():
    book = lifecycle.submit(
        **FIELDS, publisher=factories.PublisherFactory(), genre_names=["Novel", "Classics"]
    )
    lifecycle.replace(book, **FIELDS, genre_names=["Novel", "Realism"])
    changes = [e.changes["genres"] for e in LogEntry.objects.all() if "genres" in e.changes]
    assert [(c["operation"], sorted(c["objects"])) for c in reversed(changes)] == [
        ("add", ["Classics", "Novel"]),
        ("add", ["Realism"]),
        ("delete", ["Classics"]),
    ]


class TestSentBack:
    """A pending book that waits for its submitter: who sees why, and what ends it."""

    REASON = "The cover is missing.\nPlease add one."

    def test_its_publisher_reads_why_until_they_hand_it_in_again(self, api, member):
        book = lifecycle.send_back(
            factories.BookFactory(publisher=member.membership.publisher), self.REASON
        )
        path = f"/api/v1/books/{book.pk}"
        client = api(member)
        told = client.get(path).json()["data"]["sentBack"]
        assert told["reason"] == self.REASON
        assert told["date"].endswith("Z")
        body = {"title": "Emma", "author": "Jane Austen", "isbn": book.isbn13, "price": 9.5}
        assert client.put(path, body, format="json").json()["data"]["sentBack"] is None
        assert client.patch(f"{path}/finalize").json()["data"]["sentBack"] is None

    def test_a_member_reads_why_in_their_list_until_they_replace_it(self, api, reader):
        book = factories.BookFactory(publisher=None, created_by=reader)
        lifecycle.send_back(book, self.REASON)
        client = api(reader)
        (listed,) = client.get("/books?mine=true").json()["items"]
        assert listed["sentBack"]["reason"] == self.REASON
        body = {"title": "Emma", "authors": ["Jane Austen"]}
        answer = client.put(f"/books/{book.pk}", body, format="json")
        assert answer.json()["sentBack"] is None

    def test_a_moderators_correction_leaves_it_with_its_submitter(self, moderator):
        book = lifecycle.send_back(factories.BookFactory(), self.REASON)
        with acting_as(Actor("staff", moderator.pk)):
            lifecycle.replace(book, genre_names=[], title="Emma")
        book.refresh_from_db()
        assert (book.title, book.sent_back_reason) == ("Emma", self.REASON)

    def test_finalizing_ends_it_and_the_trail_tells_of_both(self):
        book = lifecycle.finalize(lifecycle.send_back(factories.BookFactory(), self.REASON))
        assert (book.sent_back_at, book.sent_back_reason) == (None, "")
        changes = [entry.changes for entry in LogEntry.objects.get_for_object(book)]
        finalized, sent_back = (each["sent_back_reason"] for each in changes[:2])
        assert (finalized, sent_back) == ([self.REASON, ""], ["", self.REASON])

    def test_no_other_status_is_sent_back(self):
        with pytest.raises(InvalidStatusError):
            lifecycle.send_back(lifecycle.finalize(factories.BookFactory()), self.REASON)
