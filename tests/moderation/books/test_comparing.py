"""Taking over what the sources say: asked, previewed, written, or refused."""

import pytest
from auditlog.models import LogEntry

from config.row_security import SYSTEM, acting_as
from enrichment.records import BookRecord
from moderation import comparison
from moderation.comparison.records import packed
from tests import factories
from tests.admin_pages import page_of, query_count, text
from tests.moderation.books.moderators import corrects
from tests.moderation.submitted import active, reread

pytestmark = pytest.mark.django_db
COVER = "https://covers.openlibrary.org/b/id/1-L.jpg"
OURS = "https://covers.openlibrary.org/b/id/2-L.jpg"


@pytest.fixture
def book():
    return factories.BookFactory(
        title="Solaris", authors=["Stanisław Lem"], language="", cover_images=[OURS]
    )


def answered(book, **fields):
    """Have the sources answered: Open Library with a record, Google Books with nothing."""
    record = BookRecord(**{"title": "Solaris", "authors": ("Stanisław Lem",), **fields})
    matched = {"state": "matched", "reason": "", "record": packed(record)}
    none = {"state": "no_match", "reason": "", "record": None}
    return factories.JobFactory(
        kind=comparison.KIND,
        queue="interactive",
        user=None,
        once_key=str(book.pk),
        status="succeeded",
        finished_at=book.created_at,
        result={"sources": {"openlibrary": matched, "googlebooks": none}},
    )


def take(staff, book, job, **posted):
    version = staff.get(page_of(book)).context["version"]
    fields = {"job": str(job.pk), "version": version, **posted}
    return staff.post(page_of(book, "take"), fields, follow=True)


def test_asking_starts_one_job_and_the_page_shows_how_far_it_is(staff, book):
    assert "Ask the sources" in text(staff.get(page_of(book)))
    for _ in range(2):
        answer = staff.post(page_of(book, "ask"), follow=True)
    assert answer.redirect_chain == [(page_of(book), 302)]
    assert 'data-running="yes"' in text(answer)
    assert 'data-running="yes"' in text(staff.get(page_of(book, "comparison")))
    with acting_as(SYSTEM):
        assert comparison.latest(book).arguments == {"book": str(book.pk)}


def test_what_is_chosen_is_previewed_then_written_and_locked(staff, moderator, book):
    job = answered(book, description="A planet that thinks.", covers=(COVER,), language="pl")
    chosen = {"take_description": "openlibrary", "take_coverImages": "openlibrary"}
    answer = take(staff, book, job, **chosen)
    assert "A planet that thinks." in text(answer)
    assert "empty until now" in text(answer)
    assert reread(book).description == ""
    answer = take(staff, book, job, **chosen, confirmed="yes")
    assert "has taken 2 values of the sources." in text(answer)
    book = reread(book)
    assert (book.description, book.language) == ("A planet that thinks.", "")
    # Whoever takes a cover means to show it.
    assert book.cover_images == [COVER, OURS]
    assert book.locked_fields == ["coverImages", "description"]
    assert LogEntry.objects.get_for_object(book).first().actor == moderator


def test_blanks_are_filled_by_what_is_sure(staff, book):
    job = answered(book, description="A planet that thinks.", covers=(COVER,))
    take(staff, book, job, quick="blanks", confirmed="yes")
    book = reread(book)
    assert (book.description, book.cover_images) == ("A planet that thinks.", [OURS])


def test_what_is_below_the_threshold_fills_no_blank_unless_it_is_chosen(staff, book):
    job = answered(book, authors=(), description="Another one.")
    answer = take(staff, book, job, quick="blanks", confirmed="yes")
    assert "Nothing was taken" in text(answer)
    take(staff, book, job, take_description="openlibrary", confirmed="yes")
    assert reread(book).description == "Another one."


def test_what_breaks_a_rule_of_the_api_is_said_and_not_written(staff, reader):
    theirs = {"publisher": None, "created_by": reader, "isbn13": None, "price": None}
    factories.BookFactory(title="Solaris Two", authors=["Stanisław Lem"], **theirs)
    book = factories.BookFactory(title="Solaris", authors=["Stanisław Lem"], **theirs)
    job = answered(book, title="Solaris Two")
    answer = take(staff, book, job, take_title="openlibrary", confirmed="yes")
    assert "This cannot be taken as it is" in text(answer)
    assert reread(book).title == "Solaris"


def test_a_book_that_changed_meanwhile_is_refused_with_who_did_it(staff, book):
    job = answered(book, description="A planet that thinks.")
    version = staff.get(page_of(book)).context["version"]
    corrects(factories.UserFactory(email="first@example.org"), book, language="pl")
    answer = take(
        staff, book, job, version=version, take_description="openlibrary", confirmed="yes"
    )
    assert "first@example.org changed language at" in text(answer)
    assert reread(book).description == ""


def test_answers_that_are_not_the_last_ones_are_refused(staff, book):
    old = answered(book, description="Old.")
    answered(book, description="New.")
    answer = take(staff, book, old, take_description="openlibrary", confirmed="yes")
    assert "asked again meanwhile" in text(answer)
    assert reread(book).description == ""


def test_text_of_a_source_is_no_markup(staff, book):
    answered(book, description="<script>alert(1)</script>")
    page = text(staff.get(page_of(book)))
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("name", ["ask", "take"])
def test_a_finalized_book_takes_nothing(staff, name):
    assert staff.post(page_of(active(), name)).status_code == 409


def test_a_link_asks_nobody(staff, book):
    assert staff.get(page_of(book, "ask")).status_code == 405


def test_the_page_asks_few_queries(staff, book, django_assert_max_num_queries):
    answered(book, description="A planet that thinks.")
    for _ in range(3):
        factories.CommentFactory(book=book)
    staff.get(page_of(book))
    query_count(staff, page_of(book), django_assert_max_num_queries)
