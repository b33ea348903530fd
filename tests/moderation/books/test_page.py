"""One book in the back-office: what is shown, and what may be corrected."""

from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from moderation.models import Likeness, Screening
from tests import factories
from tests.admin_pages import page_of, step, text
from tests.moderation.books.moderators import corrects, finalizes
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


class TestSteps:
    def test_finalizes_what_was_typed_and_goes_on(self, staff):
        book, following = factories.BookFactory.create_batch(2)
        answer = save(staff, book, title="Emma", _finalize_next="1")
        assert answer.redirect_chain == [(page_of(following), 302)]
        assert f'href="{page_of(book)}">Emma</a> is finalized.' in text(answer)
        assert (reread(book).status, reread(book).title) == ("ACTIVE", "Emma")

    def test_finalizes_and_stays(self, staff):
        book = factories.BookFactory()
        answer = save(staff, book, _finalize="1")
        assert answer.redirect_chain == [(page_of(book), 302)]
        assert "In the catalog" in text(answer)

    def test_what_breaks_a_rule_finalizes_nothing(self, staff):
        book = factories.BookFactory()
        assert errors(save(staff, book, title="", _finalize_next="1"))
        assert reread(book).status == "PENDING"

    def test_the_filters_of_the_list_stay(self, staff):
        first, second = factories.BookFactory.create_batch(2, language="de")
        factories.BookFactory(language="en")
        filters = "?_changelist_filters=language%3Dde"
        answer = staff.get(page_of(first) + filters)
        assert answer.context["around"].total == 2
        assert answer.context["next"] == page_of(second) + filters


class TestTwoModerators:
    """One has the page open while another one does something to the book."""

    @pytest.fixture
    def other(self):
        return factories.UserFactory(email="first@example.org", is_staff=True)

    @pytest.fixture
    def opened(self, staff):
        """Give what the page of a book sends along with what is typed."""

        def opened(book):
            form = staff.get(page_of(book)).context["adminform"].form
            return {"version": form.version, "seen": form.seen}

        return opened

    def test_what_was_typed_is_not_lost_and_nothing_is_overwritten(self, staff, other, opened):
        book = factories.BookFactory(title="Ema", language="en")
        hidden = opened(book)
        corrects(other, book, title="Emma", language="pl")
        answer = save(staff, book, title="EMMA!", description="Mine", **hidden)
        told = errors(answer)
        assert "first@example.org changed language and title at" in str(told["__all__"])
        assert told["title"] == ["It holds now: Emma"]
        form = answer.context["adminform"].form
        # Typed by both, typed by us alone, changed by them alone.
        assert form["title"].value() == "EMMA!"
        assert form["description"].value() == "Mine"
        assert form["language"].value() == "pl"
        assert reread(book).title == "Emma"
        again = {name: form[name].value() or "" for name in form.fields}
        assert staff.post(page_of(book), {**again, "version": form.version, "seen": form.seen})
        book = reread(book)
        assert (book.title, book.description, book.language) == ("EMMA!", "Mine", "pl")

    def test_a_change_of_genres_alone_is_one(self, staff, other, opened):
        book = factories.BookFactory()
        hidden = opened(book)
        corrects(other, book, genre_names=["Poetry"])
        assert "changed genres" in str(errors(save(staff, book, title="Emma", **hidden)))

    def test_finalizing_twice_tells_who_did_it_and_keeps_what_was_typed(self, staff, other, opened):
        book = factories.BookFactory()
        hidden = opened(book)
        finalizes(other, book)
        answer = save(staff, book, title="Mine", _finalize_next="1", **hidden)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "first@example.org finalized it at" in page
        assert "Mine" in page
        assert reread(book).title == book.title

    def test_a_version_that_nobody_gave_is_another_one(self, staff):
        book = factories.BookFactory()
        assert "not as it was" not in text(save(staff, book, title="Emma"))
        assert errors(save(staff, book, title="Emily", version="made up", seen="no json"))
        assert reread(book).title == "Emma"


class TestComments:
    def test_are_shown_as_text_and_deleted_with_an_entry(self, staff, moderator):
        comment = factories.CommentFactory(body="<b>Bold</b>\nwords")
        book = comment.book
        page = text(staff.get(page_of(book)))
        assert comment.user.email in page
        assert "&lt;b&gt;Bold&lt;/b&gt;" in page
        path = reverse("admin:catalog_book_delete_comment", args=[book.pk, comment.pk])
        assert staff.get(path).status_code == 405
        answer = staff.post(path, follow=True)
        assert "The comment is deleted." in text(answer)
        assert "deleted a comment" in text(answer)
        entry = LogEntry.objects.get_for_object(book).first()
        assert (entry.actor, "Bold" in str(entry.changes)) == (moderator, False)
        assert staff.post(path).status_code == 404


class TestDoubts:
    def test_flags_stand_at_the_top_with_their_sentences(self, staff):
        book = factories.BookFactory()
        assert "is being checked" in text(staff.get(page_of(book)))
        with acting_as(SYSTEM):
            Screening.objects.create(
                book=book,
                flags=["no_cover"],
                facts={"no_cover": "It has <no> cover."},
                book_version=book.updated_at,
            )
        page = text(staff.get(page_of(book)))
        assert "It has &lt;no&gt; cover." in page
        assert "is being checked" not in page

    def test_duplicates_stand_beside_it_each_once(self, staff):
        book = factories.BookFactory(language="en")
        other = active(title="Emma", language="pl")
        edition = factories.EditionFactory(title="Emma (1815)", isbn13=None)
        with acting_as(SYSTEM):
            for flag in ("same_book", "near_title"):
                Likeness.objects.create(book=book, other_book=other, flag=flag, score=1)
            Likeness.objects.create(book=book, edition=edition, flag="near_title", score=0.7)
        answer = staff.get(page_of(book))
        first, second = answer.context["duplicates"]
        assert first.reasons == ["Same title and authors", "Near title"]
        assert [fact.label for fact in first.facts if fact.differs] == [
            "ISBN",
            "Publisher",
            "Language",
        ]
        assert (first.work, second.work) == (other.edition.work, edition.work)
        assert page_of(other) in text(answer)
