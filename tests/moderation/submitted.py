"""Submitted books as the back-office's tests make and read them."""

from datetime import timedelta

from django.utils import timezone

from catalog import lifecycle
from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from tests import factories

LIST = "/admin/catalog/book/"
REQUEST_ID = "a-moderators-click"


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
