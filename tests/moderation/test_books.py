"""Books in the back-office: the queue, the page, the steps."""

from datetime import timedelta
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from catalog import lifecycle
from catalog.models import Author, Book, Edition, Genre
from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.admin_pages import page_of, query_count, rows, step, text

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/book/"
REQUEST_ID = "a-moderators-click"


@pytest.fixture
def staff(client, moderator):
    """A client that is signed in as the moderator and names its requests."""
    client.force_login(moderator)
    client.defaults["HTTP_X_REQUEST_ID"] = REQUEST_ID
    return client


def reread(book):
    with acting_as(SYSTEM):
        return Book.objects.prefetch_related("book_genres__genre").get(pk=book.pk)


def active(**kwargs):
    with acting_as(SYSTEM):
        return lifecycle.finalize(factories.BookFactory(**kwargs))


def ago(book, **duration):
    with acting_as(SYSTEM):
        Book.objects.filter(pk=book.pk).update(created_at=timezone.now() - timedelta(**duration))
    return book


def titles(answer):
    return [book.title for book in rows(answer)]


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


class TestQueue:
    def test_begins_with_what_has_waited_longest_and_has_only_what_waits(self, staff):
        new = ago(factories.BookFactory(title="New"), hours=1)
        old = ago(
            factories.BookFactory(title="Old", publisher=None, created_by=factories.UserFactory()),
            days=3,
        )
        active(title="Active")
        answer = staff.get(LIST)
        assert titles(answer) == [old.title, new.title]
        assert "3\xa0days" in text(answer)
        assert "29.99" in text(answer)
        assert new.publisher.name in text(answer)
        assert old.created_by.email in text(answer)

    def test_counts_itself_in_the_side_bar(self, staff):
        factories.BookFactory.create_batch(3)
        active()
        assert staff.get(LIST).context["sidebar_navigation"][0]["items"][0]["badge"] == "3"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("status=all", {"Moby-Dick", "Emma"}),
            ("status=ACTIVE", {"Emma"}),
            ("status=INACTIVE", set()),
            ("status=nonsense", {"Moby-Dick"}),
            ("q=melv", {"Moby-Dick"}),
            ("q=EMMA", {"Emma"}),
            ("q=978-0-14-143958-7", {"Emma"}),
            ("q=nothing", set()),
            ("language=PT-br", {"Moby-Dick"}),
            ("language=en", set()),
            ("book_format__exact=Ebook&status=all", {"Emma"}),
            ("created_at_from=2999-01-01", set()),
            ("created_at_to=2999-01-01", {"Moby-Dick"}),
            ("created_at_to=9999-12-31", {"Moby-Dick"}),
            ("created_at_from=x", {"Moby-Dick"}),
        ],
    )
    def test_narrows(self, staff, query, found):
        factories.BookFactory(title="Moby-Dick", authors=["Herman Melville"], language="pt-BR")
        active(title="Emma", authors=["Jane Austen"], book_format="Ebook", isbn13="9780141439587")
        assert set(titles(staff.get(f"{LIST}?{query}"))) == found

    def test_narrows_to_a_publisher(self, staff):
        book = factories.BookFactory()
        factories.BookFactory()
        answer = staff.get(f"{LIST}?publisher__id__exact={book.publisher_id}")
        assert titles(answer) == [book.title]

    def test_narrows_to_whole_days(self, staff):
        book = factories.BookFactory()
        today = f"{book.created_at:%Y-%m-%d}"
        answer = staff.get(f"{LIST}?created_at_from={today}&created_at_to={today}")
        assert titles(answer) == [book.title]

    def test_asks_as_many_queries_for_fifty_books_as_for_one(
        self, staff, django_assert_max_num_queries
    ):
        factories.BookFactory()
        staff.get(LIST)
        for_one = query_count(staff, LIST, django_assert_max_num_queries)
        for number in range(49):
            submitter = {"publisher": None, "created_by": factories.UserFactory()}
            factories.BookFactory(**(submitter if number % 2 else {}))
        assert query_count(staff, LIST, django_assert_max_num_queries) == for_one

    def test_shows_markup_as_text(self, staff):
        factories.BookFactory(title="<script>alert(1)</script>", authors=["<b>Bold</b>"])
        page = text(staff.get(LIST))
        assert "<script>alert(1)" not in page
        assert "<b>Bold" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_nobody_adds_or_deletes_here(self, staff):
        book = factories.BookFactory()
        assert staff.get(f"{LIST}add/").status_code == 403
        assert staff.post(f"{LIST}{book.pk}/delete/", {"post": "yes"}).status_code == 403


class TestSteps:
    def test_finalizes_the_selected_books_and_names_the_others(self, staff, moderator):
        first, second = factories.BookFactory.create_batch(2)
        done = active(title="<i>Done</i>")
        answer = staff.post(
            f"{LIST}?status=all",
            {"action": "finalize", "_selected_action": [first.pk, done.pk, second.pk]},
            follow=True,
        )
        done_line, refused_line = [str(message) for message in answer.context["messages"]]
        assert done_line == "2 books finalized."
        assert refused_line.startswith(
            "1 not finalized: “&lt;i&gt;Done&lt;/i&gt;”: The book is ACTIVE"
        )
        assert {reread(first).status, reread(second).status} == {"ACTIVE"}

    def test_finalizes_from_the_page_into_the_catalog(self, staff, moderator):
        book = factories.BookFactory(title="Emma", authors=["Jane Austen"])
        assert step(book, "finalize") in text(staff.get(page_of(book)))
        answer = staff.post(step(book, "finalize"), follow=True)
        assert answer.redirect_chain == [(page_of(book), 302)]
        assert "1 book finalized." in text(answer)
        assert step(book, "finalize") not in text(answer)
        with acting_as(SYSTEM):
            edition = Edition.objects.get(isbn13=book.isbn13)
            assert edition.work.title == "Emma"
            assert list(Author.objects.values_list("name", flat=True)) == ["Jane Austen"]
        assert reread(book).edition_id == edition.pk

    def test_the_audit_trail_names_moderator_and_request(self, staff, moderator):
        book = factories.BookFactory()
        staff.post(step(book, "finalize"))
        entry = LogEntry.objects.get_for_object(book).first()
        assert (entry.actor, entry.cid) == (moderator, REQUEST_ID)
        assert entry.changes["status"] == ["PENDING", "ACTIVE"]
        page = text(staff.get(page_of(book)))
        for told in (moderator.email, REQUEST_ID, "<del>PENDING</del>"):
            assert told in page

    def test_withdraws_after_asking(self, staff):
        book = active(title="<b>Emma</b>")
        answer = staff.post(step(book, "withdraw"))
        assert "&lt;b&gt;Emma&lt;/b&gt;" in text(answer)
        assert reread(book).status == "ACTIVE"
        answer = staff.post(step(book, "withdraw"), {"confirmed": "yes"}, follow=True)
        assert "1 book withdrawn." in text(answer)
        assert reread(book).status == "INACTIVE"

    def test_withdraws_the_selected_books_after_asking(self, staff):
        book, pending = active(), factories.BookFactory()
        selected = {"action": "withdraw", "_selected_action": [book.pk, pending.pk]}
        assert "Withdraw 2 books?" in text(staff.post(f"{LIST}?status=all", selected))
        selected["confirmed"] = "yes"
        answer = staff.post(f"{LIST}?status=all", selected, follow=True)
        assert "The book is PENDING; it must be ACTIVE to be deleted." in text(answer)
        assert (reread(book).status, reread(pending).status) == ("INACTIVE", "PENDING")

    def test_a_link_changes_nothing(self, staff):
        book = factories.BookFactory()
        assert staff.get(step(book, "finalize")).status_code == 405
        assert reread(book).status == "PENDING"

    @pytest.mark.parametrize("action", ["delete_selected", "save_model", "nothing"])
    def test_there_are_no_other_steps(self, staff, action):
        assert staff.post(step(factories.BookFactory(), action)).status_code == 404

    def test_an_unknown_book_has_no_steps(self, staff):
        path = reverse("admin:catalog_book_step", args=["no-uuid", "finalize"])
        assert staff.post(path).status_code == 404


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
        assert "The book is ACTIVE; it must be PENDING to be changed." in text(answer)
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
        image = page[page.index('<img src="https://covers') :].split(">")[0]
        assert 'referrerpolicy="no-referrer"' in image
        assert 'loading="lazy"' in image

    def test_an_unknown_book_leads_back_to_the_first_page(self, staff):
        for unknown in ("no-uuid", new_id()):
            assert staff.get(f"{LIST}{unknown}/change/").status_code == 302


class TestGenres:
    def test_are_listed_with_their_books_and_renamed(self, staff):
        with acting_as(SYSTEM):
            lifecycle.replace(factories.BookFactory(), genre_names=["Poetry", "Prose"])
        genre = Genre.objects.get(name="Poetry")
        answer = staff.get("/admin/catalog/genre/?q=poet")
        assert [(row.name, row.book_count) for row in answer.context["cl"].result_list] == [
            ("Poetry", 1)
        ]
        path = reverse("admin:catalog_genre_change", args=[genre.pk])
        assert "exists already" in text(staff.post(path, {"name": "PROSE"}))
        assert staff.post(path, {"name": "Verse"}).status_code == 302
        genre.refresh_from_db()
        assert genre.name == "Verse"
        assert staff.post(path.replace("change", "delete"), {"post": "yes"}).status_code == 403


class TestFirstPage:
    def test_says_what_waits(self, staff):
        ago(factories.BookFactory(), days=2)
        factories.BookFactory()
        active()
        factories.PublisherFactory(suspended_at=timezone.now())
        answer = staff.get("/admin/")
        counts = {title: (count, note) for title, count, note, _ in answer.context["cards"]}
        assert counts["Pending books"] == (2, "The oldest waits 2\xa0days")
        assert counts["New today"][0] == 2
        assert counts["Suspended publishers"][0] == 1
        assert LIST in text(answer)

    def test_says_so_when_nothing_waits(self, staff):
        assert "None waits" in text(staff.get("/admin/"))
