"""What the sources say of a pending book, beside what was submitted.

A job asks them (`job`); its result is kept with it, and is compared with the book as it is when a
moderator looks (`findings`), by the code of a recheck. Nothing is written before they choose
(`choices`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment import jobs
from enrichment.models import Job

if TYPE_CHECKING:
    from uuid import UUID

    from catalog.models import Book

KIND = "book_comparison"


def start(book: Book) -> UUID:
    """Have the sources asked about a book, once at a time, whoever wants to know."""
    key = str(book.pk)
    return jobs.start(KIND, user_id=None, arguments={"book": key}, once_key=key)


def latest(book: Book) -> Job | None:
    """Give the job that asked last, or asks now; None when none did in the last month."""
    asked = Job.objects.filter(kind=KIND, user=None, once_key=str(book.pk))
    return asked.order_by("-id").first()
