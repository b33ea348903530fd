"""What a reader says of rows of their own, checked (plan, section 4; contract, "Readers")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.validators import URLValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.serializers import IsbnField, LanguageField
from config import bodies
from config.api import actor_of
from config.errors import ForbiddenError
from config.fields import IdField, StrictCharField

if TYPE_CHECKING:
    from rest_framework.request import Request

SHARED_ROWS = "Your own rows alone are made here; import the shared ones from Open Library."
SETTLED = {"manual", "owner_user_id", "openlibrary_id", "primary_edition_id"}
"""Fields of a new row that the plan lets a caller name, and that follow from who calls."""


class YearField(serializers.IntegerField):
    """A year of at most four digits, as a number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=9999, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        year: int = super().to_internal_value(data)
        return year


class WebAddressField(StrictCharField):
    """An http or https address that carries no password."""

    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        URLValidator(schemes=["http", "https"])(address)
        if "@" in address.partition("//")[2].partition("/")[0]:
            raise serializers.ValidationError("An address with a user name is not taken.")
        return address


@extend_schema_field({"type": "boolean", "const": True, "default": True})
class ManualField(serializers.Field[bool, Any, bool, Any]):
    """`true` or left out."""

    def to_internal_value(self, data: Any) -> bool:
        if data is not True:
            raise serializers.ValidationError(SHARED_ROWS)
        return data


# drf-spectacular adds "null" and wants a type to add it to.
@extend_schema_field({"type": "string", "not": {"type": "string"}})
class NothingField(serializers.Field[None, Any, None, Any]):
    """`null` or left out; anything else is told why it cannot be."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> None:
        raise serializers.ValidationError(self.why)


class ManualRow(serializers.Serializer[Any]):
    """What the plan lets a caller say although there is one answer: the row is theirs."""

    manual = ManualField(required=False)
    owner_user_id = IdField(
        required=False, allow_null=True, help_text="The caller's own id; taken from the token."
    )
    openlibrary_id = NothingField(SHARED_ROWS)


class AuthorFields(serializers.Serializer[Any]):
    name = StrictCharField(max_length=300)


class NewAuthorSerializer(ManualRow, AuthorFields):
    pass


class WorkFields(serializers.Serializer[Any]):
    title = StrictCharField(max_length=500)
    author_ids = serializers.ListField(child=IdField(), min_length=1, max_length=50)
    first_publish_year = YearField(required=False, allow_null=True)


class NewWorkSerializer(ManualRow, WorkFields):
    primary_edition_id = NothingField("Add an edition of the new work first, then choose it.")


class EditionFields(serializers.Serializer[Any]):
    title = StrictCharField(max_length=500)
    publish_year = YearField(
        required=False, allow_null=True, help_text="Without one, the year of `publish_date`."
    )
    publish_date = serializers.DateField(required=False, allow_null=True)
    publish_date_raw = StrictCharField(required=False, allow_null=True, max_length=100)
    isbn13 = IsbnField(required=False, allow_null=True, help_text="An ISBN-10 is taken, too.")
    cover_url = WebAddressField(required=False, allow_null=True, max_length=2000)
    language = LanguageField(required=False, allow_null=True, max_length=35)


class NewEditionSerializer(ManualRow, EditionFields):
    work_id = IdField()


class ChosenEditionSerializer(serializers.Serializer[Any]):
    edition_id = IdField()


class OpenLibraryIdField(StrictCharField):
    """An Open Library id, alone or as the key that Open Library writes: `/authors/OL1A`."""

    def __init__(self, kind: str, letter: str) -> None:
        # Twenty characters are what the column holds.
        self.form = re.compile(rf"(?:/{kind}/)?(OL[1-9][0-9]{{0,16}}{letter})")
        self.example = f"OL1{letter}"
        super().__init__(help_text=f"Such as `{self.example}` or `/{kind}/{self.example}`.")

    def to_internal_value(self, data: Any) -> str:
        found = self.form.fullmatch(super().to_internal_value(data))
        if found is None:
            raise serializers.ValidationError(f"Not an id of Open Library such as {self.example}.")
        return found[1]


class AuthorImportSerializer(serializers.Serializer[Any]):
    openlibrary_id = OpenLibraryIdField("authors", "A")


class WorkImportSerializer(serializers.Serializer[Any]):
    openlibrary_id = OpenLibraryIdField("works", "W")
    author_id = IdField()


class EditionImportSerializer(serializers.Serializer[Any]):
    openlibrary_id = OpenLibraryIdField("books", "M")
    work_id = IdField()


def read_new(kind: type[ManualRow], request: Request) -> dict[str, Any]:
    """Check the body of a new row and give its columns; ForbiddenError for another's row."""
    given = bodies.given(kind, request)
    if given.get("owner_user_id") not in (None, actor_of(request).user_id):
        raise ForbiddenError("You can make rows of your own alone.")
    return {name: value for name, value in given.items() if name not in SETTLED}
