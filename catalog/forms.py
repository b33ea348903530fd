"""The form on which a moderator corrects a pending book; its rules are the publishers' API's."""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import UniqueConstraint
from rest_framework import serializers
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.locks import with_locks
from catalog.models import Book
from catalog.serializers import AUTHOR_SEPARATOR, BookSerializer
from config.errors import DuplicateIsbnError
from config.problems import as_problem

DUPLICATES = {
    "books_isbn13_unique": ("isbn13", str(DuplicateIsbnError.default_detail)),
    "books_title_authors_unique": (
        "title",
        "A member's book with this title and these authors is already on the platform.",
    ),
}
"""Which field a refused write is about, and what to say, by the constraint's name."""

API_NAMES = {field.source: name for name, field in BookSerializer().fields.items()}
"""What the API calls the form's fields."""

MEMBERS_MAY_OMIT = {"isbn", "price"}


class LinesField(forms.CharField):
    """A list of texts, each on a line of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget({"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = (super().to_python(value) or "").splitlines()
        return [line.strip() for line in lines if line.strip()]


class MultilineField(forms.CharField):
    """Text with the line ends that the platform keeps, not those that browsers send."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(), **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class BookForm(forms.ModelForm):  # type: ignore[type-arg]
    title = forms.CharField(widget=UnfoldAdminTextInputWidget())
    authors = forms.CharField(
        widget=UnfoldAdminTextInputWidget(),
        help_text=f"Several are separated by “{AUTHOR_SEPARATOR}”.",
    )
    isbn13 = forms.CharField(
        label="ISBN",
        required=False,
        empty_value=None,
        widget=UnfoldAdminTextInputWidget(),
        help_text="10 or 13 digits, hyphens allowed. A publisher's book needs one.",
    )
    description = MultilineField()
    genre_names = LinesField(label="Genres", help_text="One on each line, at most 20.")
    price = forms.DecimalField(
        required=False, widget=UnfoldAdminDecimalFieldWidget({"step": "0.01", "min": "0"})
    )
    currency = forms.CharField(widget=UnfoldAdminTextInputWidget(), help_text="Such as USD.")
    language = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget(), help_text="Such as en or pt-BR."
    )
    published_date = forms.DateField(
        label="Published", required=False, widget=UnfoldAdminSingleDateWidget()
    )
    book_format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[("", "Not said"), *Book.Format.choices],
        widget=UnfoldAdminSelectWidget(),
    )
    cover_images = LinesField(
        label="Cover images", help_text="One https address on each line, at most 10."
    )

    class Meta:
        model = Book
        fields = (
            "title",
            "authors",
            "isbn13",
            "description",
            "price",
            "currency",
            "language",
            "published_date",
            "book_format",
            "cover_images",
        )

    @classmethod
    def typed(cls, book: Book, values: dict[str, Any]) -> Self:
        """Fill the form in as a moderator would, who types `values`, by column, and no more."""
        typed: dict[str, Any] = {**cls(instance=book).initial, **values}
        if "authors" in values:
            typed["authors"] = f"{AUTHOR_SEPARATOR} ".join(values["authors"])
        data = {name: field.prepare_value(typed[name]) for name, field in cls.base_fields.items()}
        return cls(data, instance=book)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = BookSerializer(self.instance).data
        self.before = {name: getattr(self.instance, name, None) for name in self.base_fields}
        self.before["genre_names"] = shown["genres"]
        self.initial = {**self.before, "authors": shown["author"]}

    def clean(self) -> dict[str, Any]:
        """Ask the API's serializer about what was changed; the rest stays exactly as it is."""
        given: dict[str, Any] = super().clean() or {}
        self.changed = [name for name in given if not _same(given[name], self.initial[name])]
        serializer = BookSerializer(data=self._as_request(given), partial=True)
        try:
            serializer.is_valid(raise_exception=True)
        except serializers.ValidationError as exc:
            self._show(exc, serializer)
            return given
        kept = {name: self.before[name] for name in given if name not in self.changed}
        return {**given, **kept, **serializer.validated_data}

    def _as_request(self, given: dict[str, Any]) -> dict[str, Any]:
        blank = (None, "")
        said = {API_NAMES[n]: None if given[n] in blank else given[n] for n in self.changed}
        if self.instance.publisher_id is None:
            # A member's book may do without what a publisher's needs.
            return {n: said[n] for n in said if said[n] is not None or n not in MEMBERS_MAY_OMIT}
        return said

    def _show(self, exc: serializers.ValidationError, serializer: BookSerializer) -> None:
        problem = as_problem(exc)
        for row in problem.details if problem else []:
            name = row["field"].split("[")[0]
            self.add_error(serializer.fields[name].source, row["message"])

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the model's checks out: the serializer has asked for them, in better words."""
        return {field.name for field in Book._meta.get_fields()}  # noqa: SLF001

    def validate_unique(self) -> None:
        for constraint in Book._meta.constraints:  # noqa: SLF001
            if isinstance(constraint, UniqueConstraint):
                try:
                    constraint.validate(Book, self.instance)
                except ValidationError:
                    self.add_error(*DUPLICATES[constraint.name])

    def changes(self) -> dict[str, Any]:
        """Give what the moderator changed, as `lifecycle.replace` takes it; empty for nothing."""
        if not self.changed:
            return {}
        changed = {name: self.cleaned_data[name] for name in self.changed}
        changed["locked_fields"] = with_locks(self.instance.locked_fields, changed)
        return {"genre_names": self.before["genre_names"], **changed}


def _same(new: Any, old: Any) -> bool:
    """Compare without what a browser changes by showing and sending: line ends, outer space."""
    if isinstance(new, str) and isinstance(old, str):
        return new == old.replace("\r\n", "\n").strip()
    return bool(new == old)
