"""What the shelves hold about one person (accounts.personal_data); it goes by foreign key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, TextField
from django.db.models.functions import Coalesce

from accounts.personal_data import exports, rows
from shelves.models import Comment, Rating, UserAuthor, UserWork

if TYPE_CHECKING:
    from accounts.models import User


@exports("followed_authors")
def _followed_authors(user: User) -> list[dict[str, Any]]:
    followed = UserAuthor.objects.filter(user=user)
    return rows(followed, "author_id", "created_at", name=F("author__name"))


@exports("shelf")
def _shelf(user: User) -> list[dict[str, Any]]:
    legimi = ("available_in_legimi", "legimi_checked_at")
    times = ("status_updated_at", "created_at", "updated_at")
    shelf = UserWork.objects.filter(user=user)
    return rows(shelf, "work_id", "status", *legimi, "rating", *times, title=F("work__title"))


@exports("ratings")
def _ratings(user: User) -> list[dict[str, Any]]:
    title = Coalesce("work__title", "book__title", output_field=TextField())
    columns = ("id", "work_id", "book_id", "score", "created_at", "updated_at")
    return rows(Rating.objects.filter(user=user), *columns, title=title)


@exports("comments")
def _comments(user: User) -> list[dict[str, Any]]:
    columns = ("id", "book_id", "body", "created_at")
    return rows(Comment.objects.filter(user=user), *columns, title=F("book__title"))
