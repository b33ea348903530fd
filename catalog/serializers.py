"""Books as the publishers' API writes and reads them (specification, request model)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import langcodes
from django.conf import settings
from iso4217 import Currency
from rest_framework import serializers

from catalog.isbn import to_isbn13
from catalog.models import Book
from config.fields import MoneyField, StrictCharField

if TYPE_CHECKING:
    from catalog.models import BookGenre

AUTHOR_SEPARATOR = ";"
_URL = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")  # RFC 3986, appendix A
CURRENCIES = frozenset(currency.value for currency in Currency)


class IsbnField(StrictCharField):
    """An ISBN-10 or ISBN-13, hyphens allowed; inside it is an ISBN-13."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            return to_isbn13(super().to_internal_value(data))
        except ValueError as exc:
            raise serializers.ValidationError(str(exc)) from exc


class AuthorsField(StrictCharField):
    """Several authors in one text, separated by ";"; inside it is a list of names."""

    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        text = super().to_internal_value(data)
        if self.max_length and len(text) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        names = [name.strip() for name in text.split(AUTHOR_SEPARATOR)]
        if not all(names):
            raise serializers.ValidationError('Name each author; separate several by ";".')
        return list(dict.fromkeys(names))

    def to_representation(self, value: list[str]) -> str:  # type: ignore[override]
        return f"{AUTHOR_SEPARATOR} ".join(value)


class LanguageField(StrictCharField):
    """A language tag (BCP 47), in its standard spelling inside."""

    def to_internal_value(self, data: Any) -> str:
        tag = super().to_internal_value(data)
        if not langcodes.tag_is_valid(tag):
            raise serializers.ValidationError('Not a language tag such as "en" or "pt-BR".')
        return langcodes.standardize_tag(tag)


class CurrencyField(StrictCharField):
    """A currency code (ISO 4217)."""

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in CURRENCIES:
            raise serializers.ValidationError('Not a currency code (ISO 4217) such as "USD".')
        return code


class CoverUrlField(StrictCharField):
    """An https address on one of the hosts in COVER_IMAGE_HOSTS."""

    def to_internal_value(self, data: Any) -> str:
        url = super().to_internal_value(data)
        try:
            parts = urlsplit(url)
            allowed = parts.hostname in settings.COVER_IMAGE_HOSTS and parts.port in (None, 443)
        except ValueError:
            allowed = False
        if not (allowed and parts.scheme == "https" and _URL.fullmatch(url)) or "@" in parts.netloc:
            hosts = ", ".join(settings.COVER_IMAGE_HOSTS)
            raise serializers.ValidationError(f"Must be an https address on one of: {hosts}.")
        return url


class GenresField(serializers.ListField):
    """Names of genres, in the submitter's order."""

    child = StrictCharField(max_length=100)

    def get_attribute(self, instance: Book) -> list[BookGenre]:
        return list(instance.book_genres.all())

    def to_representation(self, data: list[BookGenre]) -> list[str]:
        return [tag.genre.name for tag in data]


class BlankAsNull(serializers.Field[Any, Any, Any, Any]):
    """Mixed into a field whose column holds "" for "not said", which JSON calls null."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (True, "") if data is None else super().validate_empty_values(data)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


class DescriptionField(BlankAsNull, StrictCharField):
    pass


class OptionalLanguageField(BlankAsNull, LanguageField):
    pass


class FormatField(BlankAsNull, serializers.ChoiceField):
    pass


class BookSerializer(serializers.Serializer[Book]):
    """What a submitter says of a book: the request model of the specification."""

    title = StrictCharField(max_length=500)
    author = AuthorsField(source="authors", max_length=300)
    isbn = IsbnField(source="isbn13")
    price = MoneyField(max_digits=8, decimal_places=2, min_value=0)
    currency = CurrencyField(default="USD", max_length=3)
    description = DescriptionField(
        default="", max_length=10_000, allow_null=True, allow_blank=True, multiline=True
    )
    language = OptionalLanguageField(default="", max_length=35, allow_null=True)
    publishedDate = serializers.DateField(
        source="published_date",
        default=None,
        allow_null=True,
        error_messages={"invalid": "Must be a date such as 2025-01-15, from the year 1 on."},
    )
    coverImages = serializers.ListField(
        source="cover_images", child=CoverUrlField(max_length=2000), default=list, max_length=10
    )
    genres = GenresField(source="genre_names", default=list, max_length=20)
    bookFormat = FormatField(
        source="book_format",
        choices=Book.Format.choices,
        default="",
        allow_null=True,
        error_messages={"invalid_choice": f"Must be one of: {', '.join(Book.Format.values)}."},
    )


class SentBackSerializer(serializers.Serializer[Book]):
    """Why and when a moderator sent a pending book back; null for one that was not."""

    reason = serializers.CharField(
        source="sent_back_reason", help_text="Plain text, by the moderator."
    )
    date = serializers.DateTimeField(source="sent_back_at")

    def get_attribute(self, instance: Book) -> Book | None:
        return instance if instance.sent_back_at else None


SENT_BACK_HELP = (
    "Why the book waits for you and not for a moderator; null when it does not."
    " PUT it again, corrected, and it waits for a moderator."
)


class WholeBookSerializer(BookSerializer):
    """A book as it is read. A member's may have no ISBN, no price and no publisher."""

    bookId = serializers.UUIDField(source="id")
    isbn = IsbnField(source="isbn13", allow_null=True)
    price = MoneyField(max_digits=8, decimal_places=2, allow_null=True)
    status = serializers.ChoiceField(choices=Book.Status.choices)
    publisherId = serializers.UUIDField(source="publisher_id", allow_null=True)
    sentBack = SentBackSerializer(allow_null=True, help_text=SENT_BACK_HELP)
    createdDate = serializers.DateTimeField(source="created_at")
    updatedDate = serializers.DateTimeField(source="updated_at")
    finalizedDate = serializers.DateTimeField(source="finalized_at", allow_null=True)


class CreatedBookSerializer(serializers.Serializer[Book]):
    """What the specification's create response says of the new book."""

    bookId = serializers.UUIDField(source="id")
    title = serializers.CharField()
    author = AuthorsField(source="authors")
    status = serializers.ChoiceField(choices=Book.Status.choices)
    createdDate = serializers.DateTimeField(source="created_at")
