"""Books in the back-office: the queue and its steps."""

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from catalog.models import Author, Edition
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.admin_pages import page_of, query_count, rows, step, text
from tests.moderation.submitted import LIST, REQUEST_ID, active, ago, reread

pytestmark = pytest.mark.django_db


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
