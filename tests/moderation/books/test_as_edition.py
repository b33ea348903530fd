"""Finalizing a book as another edition of a work: search, preview, confirm."""

import pytest

from catalog.models import Work
from config.row_security import SYSTEM, acting_as
from moderation.merging import job
from moderation.models import Likeness
from tests import factories
from tests.admin_pages import page_of, text
from tests.moderation.submitted import active, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def emma():
    edition = factories.EditionFactory(title="Emma (1815)", work__title="Emma")
    with acting_as(SYSTEM):
        Work.objects.filter(pk=edition.work_id).update(primary_edition=edition)
    factories.AuthorWorkFactory(work=edition.work, author__name="Jane Austen")
    return edition


@pytest.fixture
def book():
    return factories.BookFactory(title="Emma, annotated", authors=["J. Austen"])


def path(book, **query):
    address = page_of(book, "as_edition")
    return f"{address}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else address


def confirm(staff, book, work):
    version = staff.get(path(book, work=work.pk)).context["version"]
    return staff.post(path(book), {"work": work.pk, "version": version}, follow=True)


@pytest.mark.parametrize("q", ["emma", "austen", "the-isbn"])
def test_works_are_found_by_title_author_and_isbn(staff, emma, book, q):
    answer = staff.get(path(book, q=emma.isbn13 if q == "the-isbn" else q))
    assert [work["title"] for work in answer.context["found"]] == ["Emma"]
    assert "Jane Austen" in text(answer)


def test_a_search_without_a_result_says_what_to_do(staff, book):
    assert "Try fewer" in text(staff.get(path(book, q="nothing")))


def test_the_works_of_the_duplicates_come_first(staff, emma, book):
    with acting_as(SYSTEM):
        Likeness.objects.create(book=book, edition=emma, flag="near_title", score=0.8)
    assert staff.get(path(book)).context["suggested"] == [emma.work]


def test_a_preview_makes_nothing_and_a_confirmation_the_edition(staff, emma, book):
    page = text(staff.get(path(book, work=emma.work_id)))
    assert "A new edition of it" in page
    assert reread(book).status == "PENDING"
    answer = confirm(staff, book, emma.work)
    assert "is finalized as an edition of “Emma”." in text(answer)
    with acting_as(SYSTEM):
        placed = reread(book).edition
        assert (placed.work_id, placed.title) == (emma.work_id, "Emma, annotated")


def test_an_edition_of_the_work_with_the_isbn_is_taken(staff, emma):
    book = factories.BookFactory(isbn13=emma.isbn13)
    assert "No new one is made" in text(staff.get(path(book, work=emma.work_id)))
    confirm(staff, book, emma.work)
    assert reread(book).edition_id == emma.pk


def test_an_isbn_of_another_work_is_refused_by_name(staff, emma):
    book, other = factories.BookFactory(isbn13=emma.isbn13), factories.WorkFactory()
    page = text(staff.get(path(book, work=other.pk)))
    assert "“Emma (1815)”, an edition of another work, “Emma”" in page
    assert "Finalize as this edition" not in page
    confirm(staff, book, other)
    assert reread(book).status == "PENDING"


def test_what_changed_meanwhile_is_looked_at_first(staff, emma, book):
    answer = staff.post(path(book), {"work": emma.work_id, "version": "older"})
    assert "confirm again" in text(answer)
    assert reread(book).status == "PENDING"


def test_a_work_that_is_merged_meanwhile_leads_to_the_one_that_stays(staff, emma, book, moderator):
    old = factories.WorkFactory(title="Emma, the old one")
    version = staff.get(path(book, work=old.pk)).context["version"]
    job.merge("work", old.pk, emma.work_id, moderator)
    answer = staff.post(path(book), {"work": old.pk, "version": version})
    told = f"“Emma, the old one” was merged into “Emma” by {moderator.email} at"
    assert told in text(answer)
    assert answer.context["work"] == emma.work
    assert reread(book).status == "PENDING"


def test_a_finalized_book_is_told_to_be(staff):
    assert staff.get(path(active())).status_code == 409


def test_a_readers_own_work_is_none_of_the_catalogs(staff, book, reader):
    own = factories.WorkFactory(owner_user=reader)
    assert "found" in staff.get(path(book, work=own.pk)).context
