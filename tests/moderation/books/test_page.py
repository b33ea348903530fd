"""One book in the back-office: what is shown, and what may be corrected."""

from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.admin_pages import page_of, step, text
from tests.moderation.submitted import LIST, active, reread

pytestmark = pytest.mark.django_db


def form_of(book, **changes):
    """Give what a browser posts when the page was opened and `changes` were typed."""
    fields = {
        "title": book.title,
        "authors": "; ".join(book.authors),
        "isbn13": book.isbn13 or "",
        "description": book.description.replace("\n", "\r\n"),
        "genre_names": "\r\n".join(tag.genre.name for tag in book.book_genres.all()),
        "price": "" if book.price is None else str(book.price),
        "currency": book.currency,
        "language": book.language,
        "published_date": book.published_date or "",
        "book_format": book.book_format,
        "cover_images": "\r\n".join(book.cover_images),
    }
    return {**fields, **changes, "_continue": "1"}


def save(staff, book, **changes):
    with acting_as(SYSTEM):
        form = form_of(book, **changes)
    return staff.post(page_of(book), form, follow=True)


def errors(answer):
    return answer.context["adminform"].form.errors


class TestPage:
    def test_a_pending_book_is_corrected_by_the_apis_rules(self, staff):
        book = factories.BookFactory()
        answer = save(
            staff,
            book,
            title="Emma",
            authors="Jane Austen; Somebody Else",
            isbn13="978-0-14-143958-7",
            price="7.50",
            currency="EUR",
            language="EN-gb",
            book_format="Hardcover",
            published_date="2003-05-06",
            description="First\r\n\r\nSecond",
            genre_names="Classics\r\nclassics\r\nNovel",
            cover_images="https://covers.openlibrary.org/b/id/1-M.jpg",
        )
        assert answer.redirect_chain
        book = reread(book)
        assert book.title == "Emma"
        assert book.authors == ["Jane Austen", "Somebody Else"]
        assert book.isbn13 == "9780141439587"
        assert (book.price, book.currency) == (Decimal("7.50"), "EUR")
        assert (book.language, book.book_format) == ("en-GB", "Hardcover")
        assert book.description == "First\n\nSecond"
        assert [tag.genre.name for tag in book.book_genres.all()] == ["Classics", "Novel"]

    def test_what_was_changed_is_locked_and_the_rest_is_not(self, staff, moderator):
        book = factories.BookFactory(description="One\nTwo", locked_fields=["language"])
        save(staff, book, title="Emma", genre_names="Novel", price="1.00")
        book = reread(book)
        assert book.locked_fields == ["genres", "language", "title"]
        assert book.description == "One\nTwo"
        entry = LogEntry.objects.get_for_object(book).filter(changes__has_key="title").first()
        assert entry.actor == moderator

    def test_saving_what_was_not_touched_changes_nothing(self, staff):
        book = factories.BookFactory(description="One\nTwo", cover_images=["https://x.example/1"])
        before = LogEntry.objects.get_for_object(book).count()
        assert save(staff, book).redirect_chain
        assert reread(book).updated_at == book.updated_at
        assert LogEntry.objects.get_for_object(book).count() == before

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("title", " ", "required"),
            ("title", "x" * 501, "500"),
            ("title", "a\x07b", "Control characters"),
            ("authors", ";", "Name each author"),
            ("isbn13", "9780141439588", "Not a valid ISBN"),
            ("isbn13", "", "may not be null"),
            ("price", "", "may not be null"),
            ("price", "-1", "greater than or equal to 0"),
            ("price", "1000000", "6 digits before"),
            ("price", "1.005", "2 decimal places"),
            ("price", "much", "Enter a number"),
            ("currency", "XXY", "ISO 4217"),
            ("language", "klingon!", "language tag"),
            ("published_date", "soon", "valid date"),
            ("book_format", "Scroll", "valid choice"),
            ("cover_images", "https://evil.example/x.jpg", "https address"),
            ("genre_names", "\n".join(f"g{n}" for n in range(21)), "no more than 20"),
        ],
    )
    def test_what_breaks_a_rule_is_said_at_its_field(self, staff, field, value, said):
        book = factories.BookFactory()
        answer = save(staff, book, **{field: value})
        assert said in str(errors(answer)[field])
        assert reread(book).updated_at == book.updated_at

    def test_a_taken_isbn_is_said_at_its_field(self, staff):
        taken, book = factories.BookFactory.create_batch(2)
        answer = save(staff, book, isbn13=taken.isbn13)
        assert errors(answer) == {"isbn13": ["A book with this ISBN is already on the platform."]}

    def test_a_members_duplicate_is_said_at_its_title(self, staff, reader):
        of_reader = {"publisher": None, "created_by": reader, "isbn13": None, "price": None}
        factories.BookFactory(title="Emma", authors=["Jane Austen"], **of_reader)
        book = factories.BookFactory(**of_reader)
        answer = save(staff, book, title=" EMMA", authors="Jane  Austen")
        assert "this title and these authors" in str(errors(answer)["title"])

    def test_a_members_book_may_do_without_isbn_and_price(self, staff, reader):
        book = factories.BookFactory(publisher=None, created_by=reader)
        assert save(staff, book, isbn13="", price="", language="").redirect_chain
        book = reread(book)
        assert (book.isbn13, book.price, book.language) == (None, None, "")

    def test_a_book_that_somebody_else_finalized_meanwhile_stays(self, staff):
        book = active()
        answer = save(staff, book, title="Late")
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "The platform finalized it" in page
        assert "Late" in page
        assert reread(book).title == book.title

    def test_a_finalized_book_is_only_shown(self, staff):
        book = active(title="<script>alert(1)</script>", cover_images=["https://evil.example/1"])
        page = text(staff.get(page_of(book)))
        assert 'name="title"' not in page
        assert "<script>alert(1)" not in page
        assert 'src="https://evil.example' not in page
        assert step(book, "withdraw") in page

    def test_the_cover_comes_from_a_known_host_without_telling_it_more(self, staff):
        url = "https://covers.openlibrary.org/b/id/1-M.jpg?a=1&b=2"
        page = text(staff.get(page_of(factories.BookFactory(cover_images=[url]))))
        image = page[page.index('src="https://covers') :].split(">")[0]
        assert 'referrerpolicy="no-referrer"' in image
        assert 'loading="lazy"' in image

    def test_an_unknown_book_leads_back_to_the_first_page(self, staff):
        for unknown in ("no-uuid", new_id()):
            assert staff.get(f"{LIST}{unknown}/change/").status_code == 302
