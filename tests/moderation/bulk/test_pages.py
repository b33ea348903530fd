"""Many books at once: chosen in the list, confirmed, done, told."""

from urllib.parse import urlsplit

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from catalog import lifecycle
from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from enrichment.jobs import runner
from enrichment.models import Job
from moderation.bulk import pages
from moderation.models import Screening
from tests import factories
from tests.admin_pages import text
from tests.moderation.submitted import LIST, active, reread

pytestmark = pytest.mark.django_db


def choose(staff, step, books, query="", **said):
    chosen = {"action": f"bulk_{step}", "_selected_action": [book.pk for book in books], **said}
    return staff.post(f"{LIST}?{query}", chosen)


def chosen(staff, step, books, query=""):
    """Give the address of the page that asks."""
    answer = choose(staff, step, books, query)
    assert answer.status_code == 302
    return answer.url


def flagged(*flags, **kwargs):
    book = factories.BookFactory(**kwargs)
    with acting_as(SYSTEM):
        Screening.objects.create(book=book, flags=flags, book_version=book.updated_at)
    return book


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def part(answer, name):
    shown = answer.context["parts"][name]
    return sorted((book.title, why) for book, why in shown.shown)


def sent_back(**kwargs):
    with acting_as(SYSTEM):
        return lifecycle.send_back(factories.BookFactory(**kwargs), "Why?")


def the_job():
    with acting_as(SYSTEM):
        return Job.objects.select_related("user").get(kind="book_steps")


@pytest.fixture
def small_steps(monkeypatch):
    """Let more than two books be a job."""
    monkeypatch.setattr(pages, "AT_ONCE", 2)


class TestConfirmation:
    def test_says_what_will_happen_to_each(self, staff):
        known = active(title="Known")
        with acting_as(SYSTEM):
            known.edition.isbns.update(isbn13="9780141439587")
        books = [
            factories.BookFactory(title="<b>Good</b>"),
            flagged("near_title", title="Near"),
            flagged("no_cover", title="Bare"),
            factories.BookFactory(title="In catalog", isbn13="9780141439587"),
            known,
            sent_back(title="Back"),
        ]
        page = staff.get(chosen(staff, "finalize", books, "state=all"))
        assert part(page, "ready") == [("<b>Good</b>", ""), ("Bare", "")]
        assert part(page, "doubtful") == [
            ("In catalog", "its ISBN is in the catalog already"),
            ("Near", "flagged as a possible duplicate"),
        ]
        assert part(page, "skipped") == [
            ("Back", "sent back, so it waits for its submitter"),
            ("Known", "already finalized"),
        ]
        assert "&lt;b&gt;Good&lt;/b&gt;" in text(page)
        assert "Will be finalized: 2" in text(page)

    def test_leaves_the_doubtful_out_unless_told_otherwise(self, staff):
        books = [factories.BookFactory(), flagged("same_book", title="Twin")]
        path = chosen(staff, "finalize", books)
        assert "checked" in str(staff.get(path).context["form"]["leave_doubtful"])
        answer = staff.post(path, {"leave_doubtful": "on"}, follow=True)
        done, left = said(answer)
        assert done == "1 book finalized."
        assert "“Twin”: flagged as a possible duplicate" in left
        assert [reread(book).status for book in books] == ["ACTIVE", "PENDING"]

        staff.post(chosen(staff, "finalize", books), {})
        assert reread(books[1]).status == "ACTIVE"

    def test_comes_back_to_the_list_as_it_was(self, staff):
        book = factories.BookFactory()
        answer = staff.post(chosen(staff, "finalize", [book], "state=all&o=2&p=1"), {})
        assert answer.url == f"{LIST}?state=all&o=2&p=1"

    def test_is_good_for_one_time(self, staff):
        path = chosen(staff, "finalize", [factories.BookFactory()])
        staff.post(path, {}, follow=True)
        assert "was confirmed already" in said(staff.post(path, {}, follow=True))[0]

    def test_is_its_moderators_own(self, staff):
        book = factories.BookFactory()
        path = chosen(staff, "finalize", [book])
        staff.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
        assert "was confirmed already" in said(staff.post(path, {}, follow=True))[0]
        assert reread(book).status == "PENDING"

    def test_takes_what_was_shown_and_nothing_that_came_later(self, staff):
        book = factories.BookFactory()
        path = chosen_of_all(staff, book)
        later = factories.BookFactory()
        staff.post(path, {})
        assert (reread(book).status, reread(later).status) == ("ACTIVE", "PENDING")

    def test_says_what_another_moderator_did_meanwhile(self, staff):
        mine, theirs = factories.BookFactory.create_batch(2)
        path = chosen(staff, "finalize", [mine, theirs])
        staff.get(path)
        with acting_as(SYSTEM):
            lifecycle.finalize(theirs)
        answer = staff.post(path, {}, follow=True)
        assert said(answer)[0] == "1 book finalized."
        assert f"“{theirs.title}”: already finalized" in said(answer)[1]

    def test_has_nothing_to_do_where_nothing_can_be_done(self, staff):
        page = text(staff.get(chosen(staff, "finalize", [active()], "state=all")))
        assert "There is nothing to do" in page
        assert 'name="confirmed"' not in page

    def test_a_link_changes_nothing(self, staff):
        book = factories.BookFactory()
        staff.get(chosen(staff, "finalize", [book]) + "?confirmed=yes")
        assert reread(book).status == "PENDING"

    def test_a_list_that_is_too_long_is_refused(self, staff, monkeypatch):
        monkeypatch.setattr(pages, "MOST", 1)
        books = factories.BookFactory.create_batch(2)
        answer = choose(staff, "finalize", books)
        assert answer.url == LIST
        assert "At most 1 books" in said(staff.get(LIST))[0]

    def test_asks_few_queries_for_many(self, staff, django_assert_max_num_queries):
        path = chosen(staff, "finalize", factories.BookFactory.create_batch(60))
        with django_assert_max_num_queries(16):
            page = staff.get(path)
        assert "And 10 more." in text(page)


def chosen_of_all(staff, book):
    answer = choose(staff, "finalize", [book], select_across="1")
    assert answer.status_code == 302
    return answer.url


class TestSteps:
    def test_one_book_is_finalized_by_its_key_without_asking(self, staff):
        book = factories.BookFactory()
        answer = choose(staff, "finalize", [book], "o=2", at_once="yes")
        assert answer.url == f"{LIST}?o=2"
        assert said(staff.get(LIST)) == ["1 book finalized."]
        assert reread(book).status == "ACTIVE"

    def test_books_are_sent_back_with_a_reason(self, staff):
        books = [*factories.BookFactory.create_batch(2), sent_back()]
        path = chosen(staff, "send_back", books, "state=all")
        answer = staff.post(path, {"reason": " "})
        assert answer.context["form"].errors == {"reason": ["This field is required."]}
        answer = staff.post(path, {"reason": "No cover\r\nPlease add one."}, follow=True)
        assert said(answer)[0] == "2 books sent back."
        assert "sent back already" in said(answer)[1]
        assert reread(books[0]).sent_back_reason == "No cover\nPlease add one."
        assert reread(books[2]).sent_back_reason == "Why?"

    def test_books_are_withdrawn_after_asking(self, staff):
        book, pending = active(), factories.BookFactory()
        answer = staff.post(
            chosen(staff, "withdraw", [book, pending], "state=all"), {}, follow=True
        )
        assert said(answer)[0] == "1 book withdrawn."
        assert "not finalized yet" in said(answer)[1]
        assert reread(book).status == "INACTIVE"

    @pytest.mark.parametrize("page", ["confirm_steps", "follow_steps"])
    def test_are_for_moderators(self, client, reader, page):
        client.force_login(reader)
        answer = client.get(reverse(f"admin:{page}", args=["x"]))
        assert urlsplit(answer.url).path == "/admin/login/"


class TestJob:
    def test_does_many_in_the_moderators_name(self, staff, moderator, small_steps):
        books = [*factories.BookFactory.create_batch(3), flagged("same_isbn", title="Twin")]
        path = chosen(staff, "finalize", books)
        assert "done in the background" in text(staff.get(path))
        followed = staff.post(path, {"leave_doubtful": "on"}).url
        job = the_job()
        assert job.user == moderator
        waiting = staff.get(followed)
        assert waiting["Refresh"] == pages.LOOK_AGAIN
        assert "0 finalized, 1 left alone" in text(waiting)

        runner.run(job.pk)
        page = staff.get(followed)
        assert "Refresh" not in page
        assert "3 finalized, 1 left alone" in text(page)
        assert "flagged as a possible duplicate" in text(page)
        assert [reread(book).status for book in books] == [*["ACTIVE"] * 3, "PENDING"]
        entry = LogEntry.objects.get_for_object(books[0]).first()
        assert entry.actor == moderator
        assert entry.changes["status"] == ["PENDING", "ACTIVE"]

    def test_goes_on_where_a_killed_worker_was(self, staff, small_steps, monkeypatch):
        books = factories.BookFactory.create_batch(4)
        staff.post(chosen(staff, "finalize", books), {})
        job = the_job()
        monkeypatch.setattr("moderation.bulk.job.BATCH", 2)
        finalized = lifecycle.finalize
        monkeypatch.setattr(lifecycle, "finalize", _killed_at(books[3], finalized))
        with pytest.raises(KeyboardInterrupt):
            runner.run(job.pk)
        assert [reread(book).status for book in books] == [*["ACTIVE"] * 2, *["PENDING"] * 2]

        monkeypatch.setattr(lifecycle, "finalize", finalized)
        with acting_as(SYSTEM):
            Job.objects.filter(pk=job.pk).update(due_at=job.created_at)
        runner.run(job.pk)
        job = the_job()
        assert (job.status, job.done) == ("succeeded", 4)
        assert (job.result["done"], job.result["reasons"]) == (4, {})

    def test_stops_when_its_moderator_is_one_no_more(self, staff, moderator, small_steps):
        books = factories.BookFactory.create_batch(3)
        staff.post(chosen(staff, "finalize", books), {})
        job = the_job()
        with acting_as(SYSTEM):
            type(moderator).objects.filter(pk=moderator.pk).update(is_active=False)
        runner.run(job.pk)
        job = the_job()
        assert (job.status, job.error) == (
            "failed",
            "Whoever started it may not moderate any more.",
        )
        with acting_as(SYSTEM):
            assert not Book.objects.filter(status="ACTIVE").exists()

    def test_names_what_was_left_alone_meanwhile(self, staff, small_steps):
        books = factories.BookFactory.create_batch(3)
        staff.post(chosen(staff, "finalize", books), {})
        job = the_job()
        with acting_as(SYSTEM):
            lifecycle.finalize(books[1])
        runner.run(job.pk)
        job = the_job()
        assert job.result["named"] == [[str(books[1].pk), books[1].title, "already finalized"]]

    def test_an_unknown_job_is_not_found(self, staff):
        assert staff.get(reverse("admin:follow_steps", args=["x"])).status_code == 404


def _killed_at(book, act):
    def finalize(row):
        if row.pk == book.pk:
            raise KeyboardInterrupt
        return act(row)

    return finalize
