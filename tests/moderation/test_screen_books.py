"""The command that screens pending books where no worker does."""

from uuid import uuid4

import pytest
from django.core.management import call_command

from config.commands import RefusedError, UsageError
from config.row_security import SYSTEM, acting_as
from moderation.models import Screening
from moderation.screening import prices
from tests import factories

pytestmark = pytest.mark.django_db


def screened():
    with acting_as(SYSTEM):
        return set(Screening.objects.values_list("book", flat=True))


def test_what_is_due_is_screened_and_counted(capsys):
    books = {factories.BookFactory().pk for _ in range(3)}
    call_command("screen_books")
    assert screened() == books
    told = capsys.readouterr().out
    assert "3 books screened" in told
    assert "    3  No cover" in told
    call_command("screen_books")
    assert "0 books screened" in capsys.readouterr().out
    call_command("screen_books", "--all")
    assert "3 books screened" in capsys.readouterr().out


def test_one_book_is_screened():
    book, _ = factories.BookFactory(), factories.BookFactory()
    call_command("screen_books", book=book.pk)
    assert screened() == {book.pk}


def test_another_book_is_none_to_screen():
    with pytest.raises(UsageError, match="There is no pending book with the id"):
        call_command("screen_books", book=uuid4())


def test_what_fails_is_told(monkeypatch):
    factories.BookFactory()
    monkeypatch.setattr(prices, "fact", None)
    with pytest.raises(RefusedError, match="Of 1 books not all is known"):
        call_command("screen_books")
