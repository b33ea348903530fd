"""Sending a book back: the page, the mail, and who is told."""

import pytest

from accounts.models import Permission
from config.celery import app as celery
from moderation.books import messages
from tests import factories
from tests.admin_pages import page_of, text
from tests.moderation.books.moderators import sends_back
from tests.moderation.submitted import LIST, active, reread

pytestmark = pytest.mark.django_db
REASON = "The cover is missing.\r\nPlease add one."


@pytest.fixture
def tasks_run_at_once():
    """Run Celery tasks where they are sent, instead of in a worker."""
    celery.conf.update(task_always_eager=True)
    yield
    celery.conf.update(task_always_eager=False)


@pytest.fixture
def send(staff, django_capture_on_commit_callbacks, tasks_run_at_once):
    def send(book, reason=REASON, **fields):
        path = page_of(book, "send_back")
        version = staff.get(path).context["version"]
        with django_capture_on_commit_callbacks(execute=True):
            return staff.post(path, {"version": version, "reason": reason, **fields}, follow=True)

    return send


def test_the_member_is_told_and_the_moderator_goes_on(send, mailoutbox, reader):
    book = factories.BookFactory(
        title="Emma\u2028Bcc: x", isbn13=None, price=None, publisher=None, created_by=reader
    )
    following = factories.BookFactory()
    answer = send(book)
    assert answer.redirect_chain == [(page_of(following), 302)]
    assert "is sent back. 1 person is told by e-mail." in text(answer)
    assert reread(book).sent_back_reason == "The cover is missing.\nPlease add one."
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([reader.email], "Sent back: Emma Bcc: x")
    assert "The cover is missing.\nPlease add one." in mail.body
    assert f"/books/{book.pk}" in mail.body


def test_those_of_the_publisher_who_may_mend_it_are_told(send, mailoutbox, member):
    publisher = member.membership.publisher
    factories.MembershipFactory(publisher=publisher, permissions=[Permission.FINALIZE])
    factories.MembershipFactory(publisher=publisher, user__is_active=False)
    answer = send(factories.BookFactory(publisher=publisher))
    assert [mail.to for mail in mailoutbox] == [[member.email]]
    assert "That was the last book of this list." in text(answer)
    assert answer.redirect_chain[0][0].startswith(LIST)


def test_where_nobody_is_there_the_moderator_knows(send, mailoutbox):
    assert "Nobody could be told by e-mail" in text(send(factories.BookFactory()))
    assert mailoutbox == []


def test_nobody_is_told_of_a_book_that_was_handed_in_again(mailoutbox, reader):
    book = factories.BookFactory(publisher=None, created_by=reader)
    messages.send_sent_back(str(book.pk), str(reader.pk))
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("reason", "said"),
    [(" \n", "required"), ("x" * 2001, "2000"), ("a\x07b", "Control characters")],
)
def test_a_reason_is_plain_text_and_not_too_long(send, mailoutbox, reader, reason, said):
    book = factories.BookFactory(publisher=None, created_by=reader)
    answer = send(book, reason)
    assert said in str(answer.context["form"].errors["reason"])
    assert reread(book).sent_back_at is None
    assert mailoutbox == []


def test_two_thousand_characters_are_not_too_long_however_a_browser_ends_lines(send):
    book = factories.BookFactory()
    send(book, "x\r\n" * 999 + "xx")
    assert len(reread(book).sent_back_reason) == 2000


def test_the_second_moderator_reads_what_the_first_did_and_keeps_the_reason(send, staff):
    book = factories.BookFactory()
    old = staff.get(page_of(book, "send_back")).context["version"]
    first = factories.UserFactory(email="first@example.org", is_staff=True)
    sends_back(first, book)
    page = text(send(book, "Mine", version=old))
    assert "first@example.org sent it back at" in page
    assert "Mine" in page
    assert reread(book).sent_back_reason == "Theirs"


def test_a_finalized_book_cannot_go_back(staff):
    answer = staff.post(page_of(active(), "send_back"), {"reason": "Mine"})
    assert answer.status_code == 409
    assert "finalized it" in answer.content.decode()
    assert "Mine" in answer.content.decode()
