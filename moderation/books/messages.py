"""What submitters are told by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.template.loader import render_to_string

from accounts.models import Permission, User
from catalog.models import Book
from config.model_admin import shortened
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from django.db.models import QuerySet


def tell_submitter(book: Book) -> int:
    """Mail why a book was sent back, after the commit; give how many people are told.

    They are the member who brought it, or all active members of its publisher who may mend it.
    Each has a mail of their own, so that nobody has it twice when another's fails.
    """
    with acting_as(SYSTEM):
        user_ids = list(_who_may_mend(book).values_list("pk", flat=True))
    for user_id in user_ids:
        send_sent_back.delay_on_commit(str(book.pk), str(user_id))
    return len(user_ids)


def _who_may_mend(book: Book) -> QuerySet[User]:
    users = User.objects.filter(is_active=True)
    if book.publisher_id is None:
        return users.filter(books=book)
    may = Q(membership__permissions__overlap=[Permission.UPDATE, Permission.CREATE])
    return users.filter(
        may, membership__publisher=book.publisher_id, membership__publisher__suspended_at=None
    )


@shared_task(autoretry_for=(OSError,), max_retries=5, retry_backoff=10, retry_jitter=True)
def send_sent_back(book_id: str, user_id: str) -> None:
    """Mail one person; nothing happens when the book does not wait for them any more."""
    with acting_as(SYSTEM):
        book = Book.objects.filter(pk=book_id, sent_back_at__isnull=False).first()
        user = User.objects.filter(pk=user_id, is_active=True).first()
    if book and user:
        body = render_to_string("catalog/sent_back.txt", {"book": book, "path": _path(book)})
        # A title has no line breaks today; a subject with one would not be sent at all.
        subject = f"Sent back: {shortened(' '.join(book.title.split()))}"
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email])


def _path(book: Book) -> str:
    return f"/api/v1/books/{book.pk}" if book.publisher_id else f"/books/{book.pk}"
