"""Members' books, and what is said of them, as `/books` takes and gives them."""

# ruff: noqa: N815  (the API's names are camelCase)
from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from catalog.models import Book
from catalog.serializers import (
    AUTHOR_SEPARATOR,
    SENT_BACK_HELP,
    BookSerializer,
    DescriptionField,
    FormatField,
    GenresField,
    IsbnField,
    OptionalLanguageField,
    SentBackSerializer,
)
from config.fields import MoneyField, StrictCharField
from config.paging import LARGEST_PAGE, Pages
from shelves.models import RatingTotal

MOST_AUTHORS = 50


class AuthorNameField(StrictCharField):
    """One author's name. The publishers' API and the admin take what a ";" parts for several."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if AUTHOR_SEPARATOR in name:
            raise serializers.ValidationError(
                'A name has no ";" in it; name each author by itself.'
            )
        return name


class BookToAddSerializer(BookSerializer):
    """What a member says of a book: as a publisher does, but for what only a seller knows."""

    author = price = currency = bookFormat = None  # type: ignore[assignment]
    authors = serializers.ListField(
        child=AuthorNameField(max_length=300), allow_empty=False, max_length=MOST_AUTHORS
    )
    isbn = IsbnField(source="isbn13", default=None, allow_null=True)

    def validate_authors(self, names: list[str]) -> list[str]:
        return list(dict.fromkeys(names))


class RatingTotalSerializer(serializers.Serializer[RatingTotal]):
    """What a book's ratings come to; without any the average is null."""

    average = serializers.FloatField(allow_null=True, help_text="Rounded to two decimals.")
    count = serializers.IntegerField(min_value=0)

    def get_attribute(self, instance: Any) -> RatingTotal:
        return getattr(instance, "rating_total", None) or RatingTotal()


class MemberBookSerializer(serializers.Serializer[Book]):
    """A book as `/books` shows it; needs the `actor` as context. What it lacks is null."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    authors = serializers.ListField(child=serializers.CharField())
    isbn = serializers.CharField(source="isbn13", allow_null=True)
    description = DescriptionField(allow_null=True)
    language = OptionalLanguageField(allow_null=True)
    publishedDate = serializers.DateField(source="published_date", allow_null=True)
    coverImages = serializers.ListField(source="cover_images", child=serializers.URLField())
    genres = GenresField(source="genre_names")
    price = MoneyField(max_digits=8, decimal_places=2, allow_null=True)
    currency = serializers.SerializerMethodField()
    bookFormat = FormatField(source="book_format", choices=Book.Format.choices, allow_null=True)
    status = serializers.ChoiceField(choices=Book.Status.choices)
    sentBack = SentBackSerializer(allow_null=True, help_text=SENT_BACK_HELP)
    publisherId = serializers.UUIDField(source="publisher_id", allow_null=True)
    mine = serializers.SerializerMethodField()
    lockedFields = serializers.ListField(
        source="locked_fields",
        child=serializers.CharField(),
        help_text="What a person has set by PUT or in the admin, and no recheck changes.",
    )
    rating = RatingTotalSerializer()
    createdDate = serializers.DateTimeField(source="created_at")
    updatedDate = serializers.DateTimeField(source="updated_at")
    finalizedDate = serializers.DateTimeField(source="finalized_at", allow_null=True)

    def get_currency(self, book: Book) -> str | None:
        return None if book.price is None else book.currency

    def get_mine(self, book: Book) -> bool:
        return book.is_members(self.context["actor"].user_id)


class ChangeSerializer(serializers.Serializer[Any]):
    """A field's old and new value; of genres, those that went and those that came."""

    field = serializers.CharField()
    old = serializers.JSONField(help_text="Any JSON; null for nothing.")
    new = serializers.JSONField(help_text="Any JSON; null for nothing.")


class BookEventSerializer(serializers.Serializer[Any]):
    """An entry of a book's audit trail, without the names of people."""

    at = serializers.DateTimeField()
    action = serializers.ChoiceField(["create", "update", "delete"])
    actor = serializers.ChoiceField(
        ["you", "moderator", "publisher", "member", "unknown"],
        help_text="unknown: the platform itself, or somebody whose account has ended.",
    )
    changes = ChangeSerializer(many=True)
    requestId = serializers.CharField(allow_null=True)


class CommentToAddSerializer(serializers.Serializer[Any]):
    body = StrictCharField(max_length=5_000, multiline=True, trim_whitespace=False)


class CommentSerializer(serializers.Serializer[Any]):
    """Plain text, as it was typed; nobody is named."""

    id = serializers.UUIDField()
    body = serializers.CharField()
    mine = serializers.BooleanField()
    createdDate = serializers.DateTimeField()


class ScoreField(serializers.IntegerField):
    """A whole number; `true`, 4.0 and "4" are none."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class ScoreSerializer(serializers.Serializer[Any]):
    score = ScoreField(min_value=1, max_value=5)


class RatingSerializer(ScoreSerializer):
    rating = RatingTotalSerializer()


class PageNumbers(serializers.Serializer[Any]):
    """Describes the parameters; `Pages` reads its two itself."""

    page = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=Pages.max_page_size, default=20)


def _page_of(name: str, item: serializers.Serializer[Any]) -> Any:
    return inline_serializer(
        name,
        {
            "items": item,
            "total": serializers.IntegerField(min_value=0),
            "page": serializers.IntegerField(min_value=1),
        },
    )


COMMENT_PAGE = _page_of("CommentPage", CommentSerializer(many=True))
BOOK_EVENT_PAGE = _page_of("BookEventPage", BookEventSerializer(many=True))
