"""What the shelves hold about one person (accounts.personal_data); it goes by foreign key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F

from accounts.personal_data import exports, rows
from shelves.models import UserAuthor, UserWork

if TYPE_CHECKING:
    from accounts.models import User


@exports("followed_authors")
def _followed_authors(user: User) -> list[dict[str, Any]]:
    followed = UserAuthor.objects.filter(user=user)
    return rows(followed, "author_id", "created_at", name=F("author__name"))


@exports("shelf")
def _shelf(user: User) -> list[dict[str, Any]]:
    legimi = ("available_in_legimi", "legimi_checked_at")
    columns = ("work_id", "status", *legimi, "status_updated_at", "created_at", "updated_at")
    return rows(UserWork.objects.filter(user=user), *columns, title=F("work__title"))
