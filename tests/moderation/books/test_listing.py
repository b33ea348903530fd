"""Books in the back-office: the queue and its steps."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from catalog import lifecycle
from catalog.models import Author, Edition
from config.row_security import SYSTEM, acting_as
from moderation.models import Screening
from tests import factories
from tests.admin_pages import onlooker, page_of, rows, step, text
from tests.moderation.submitted import LIST, REQUEST_ID, active, ago, reread

pytestmark = pytest.mark.django_db


def screened(book, *flags, **facts):
    with acting_as(SYSTEM):
        book.refresh_from_db(fields=["updated_at"])
        Screening.objects.create(book=book, flags=flags, facts=facts, book_version=book.updated_at)
    return book


def titles(answer):
    return [book.title for book in rows(answer)]


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
        assert "<title> Books | BookHub" in " ".join(text(answer).split())
        assert old.created_by.email in text(answer)

    def test_counts_itself_in_the_side_bar(self, staff):
        factories.BookFactory.create_batch(3)
        active()
        assert staff.get(LIST).context["sidebar_navigation"][0]["items"][0]["badge"] == "3"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=all", {"Moby-Dick", "Emma", "Back"}),
            ("state=active", {"Emma"}),
            ("state=inactive", set()),
            ("state=nonsense", {"Moby-Dick"}),
            ("q=melv", {"Moby-Dick"}),
            ("q=EMMA", {"Emma"}),
            ("q=978-0-14-143958-7", {"Emma"}),
            ("q=nothing", set()),
            ("language=PT-br", {"Moby-Dick"}),
            ("language=en", set()),
            ("book_format__exact=Ebook&state=all", {"Emma"}),
            ("created_at_from=2999-01-01", set()),
            ("created_at_to=2999-01-01", {"Moby-Dick"}),
            ("created_at_to=9999-12-31", {"Moby-Dick"}),
            ("created_at_from=x", {"Moby-Dick"}),
            ("state=sent_back", {"Back"}),
            ("flag=near_title&flag=no_cover&state=all", {"Moby-Dick", "Back"}),
            ("flag=no_cover", {"Moby-Dick"}),
            ("flag=none&state=all", {"Emma"}),
            ("flag=none&flag=near_title&state=all", {"Emma", "Back"}),
            ("flag=nonsense", {"Moby-Dick"}),
            ("submitter=publisher", {"Moby-Dick"}),
            ("submitter=member&state=all", {"Back"}),
            ("submitter=x", {"Moby-Dick"}),
        ],
    )
    def test_narrows(self, staff, reader, query, found):
        moby = factories.BookFactory(
            title="Moby-Dick", authors=["Herman Melville"], language="pt-BR"
        )
        emma = active(
            title="Emma", authors=["Jane Austen"], book_format="Ebook", isbn13="9780141439587"
        )
        back = factories.BookFactory(
            title="Back", publisher=None, created_by=reader, book_format="Paperback"
        )
        with acting_as(SYSTEM):
            lifecycle.send_back(back, "Why?")
        screened(moby, "no_cover")
        screened(emma)
        screened(back, "near_title")
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

    def test_shows_flags_with_their_sentences(self, staff):
        fact = "A book <b>by Austen</b> has a title like it."
        screened(factories.BookFactory(), "near_title", "no_cover", near_title=fact)
        page = text(staff.get(LIST))
        assert '<summary title="A book &lt;b&gt;by Austen' in page
        assert "<p>A book &lt;b&gt;by Austen" in page
        assert 'book-flag-doubt">No cover</span>' in page
        assert "Being checked" not in page

    def test_says_which_books_are_not_screened_yet(self, staff):
        book = screened(factories.BookFactory(), "no_cover")
        with acting_as(SYSTEM):
            Screening.objects.update(book_version=book.updated_at - timedelta(seconds=1))
        page = text(staff.get(LIST))
        assert "Being checked" in page
        assert "book-flag-doubt" not in page

    def test_says_since_when_a_book_is_sent_back(self, staff):
        with acting_as(SYSTEM):
            lifecycle.send_back(factories.BookFactory(), "Why?")
        page = text(staff.get(f"{LIST}?state=sent_back"))
        assert "Sent back, 0\xa0minutes" in page

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("", "Nothing waits"),
            ("state=sent_back", "No book is in this state"),
            ("q=x", "No book matches"),
            ("state=all&language=x", "No book matches"),
        ],
    )
    def test_says_what_to_do_when_it_is_empty(self, staff, query, said):
        assert f">{said}</h2>" in text(staff.get(f"{LIST}?{query}"))

    def test_leads_to_a_book_that_knows_the_way_back(self, staff):
        book = factories.BookFactory(title="Moby-Dick")
        kept = quote("state=all&q=moby&o=2", safe="")
        page = text(staff.get(f"{LIST}?state=all&q=moby&o=2"))
        assert f"{page_of(book)}?_changelist_filters={kept}".replace("&", "&amp;") in page

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
    def test_finalizes_from_the_page_into_the_catalog(self, staff, moderator):
        book = factories.BookFactory(title="Emma", authors=["Jane Austen"])
        answer = staff.post(step(book, "finalize"), follow=True)
        assert answer.redirect_chain == [(page_of(book), 302)]
        assert "1 book finalized." in text(answer)
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

    def test_a_link_changes_nothing(self, staff):
        book = factories.BookFactory()
        assert staff.get(step(book, "finalize")).status_code == 405
        assert reread(book).status == "PENDING"

    @pytest.mark.parametrize("action", ["finalize", "withdraw"])
    def test_who_only_looks_takes_no_step(self, client, action):
        book = factories.BookFactory()
        client.force_login(onlooker("catalog.view_book"))
        assert client.get(page_of(book)).status_code == 200
        assert client.post(step(book, action), {"confirmed": "yes"}).status_code == 403
        assert reread(book).status == "PENDING"

    @pytest.mark.parametrize("action", ["delete_selected", "save_model", "nothing"])
    def test_there_are_no_other_steps(self, staff, action):
        assert staff.post(step(factories.BookFactory(), action)).status_code == 404

    def test_an_unknown_book_has_no_steps(self, staff):
        path = reverse("admin:catalog_book_step", args=["no-uuid", "finalize"])
        assert staff.post(path).status_code == 404
