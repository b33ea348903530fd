"""The form of a book's page, which does not overwrite what somebody else did meanwhile."""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from catalog.forms import BookForm
from moderation.books.history import since, version_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.models import Book

NOT_SAVED = (
    "Nothing is saved yet: look at what changed meanwhile, and save again. What you typed is below."
)


class PageForm(BookForm):
    """It carries the version of the book that its moderator saw, and what they saw in each field.

    When that is not the book's any more, it comes back: fields that they left alone show what they
    hold now, fields that they typed into keep what was typed, and say what else stands there.
    """

    @cached_property
    def version(self) -> str:
        return version_of(self.instance)

    @property
    def seen(self) -> str:
        return json.dumps({name: _mark(value) for name, value in self.initial.items()})

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        seen = self.data.get("version")
        if seen is not None and seen != self.version:
            self._meet(given, seen)
        return given

    def _meet(self, given: dict[str, Any], version: str) -> None:
        story = " ".join(str(each) for each in since(self.instance, version))
        self.add_error(None, f"{story} {NOT_SAVED}")
        seen = _read(self.data.get("seen", ""))
        shown: dict[str, Any] = {}
        for name in self.changed:
            if seen.get(name) == _mark(given.get(name)):
                shown[name] = self.fields[name].prepare_value(self.initial[name])
            elif seen.get(name) != _mark(self.initial[name]):
                self.add_error(name, f"It holds now: {_text(self.initial[name]) or 'nothing'}")
        typed = {name: self.data.get(name) for name in self.data}
        self.data = typed | shown


def typed_in_vain(book: Book, posted: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Give label, typed text and the text of now of each field that was typed into."""
    form = BookForm(instance=book)
    texts = [
        (str(field.label or name.capitalize()), posted.get(name, ""), _text(form.initial[name]))
        for name, field in form.fields.items()
    ]
    return [(label, typed, now) for label, typed, now in texts if _text(typed) != now]


def _read(text: str) -> dict[str, str]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _mark(value: Any) -> str:
    return sha256(_text(value).encode()).hexdigest()[:16]


def _text(value: Any) -> str:
    """Write a value as the form shows it, without what a browser changes by sending it."""
    text = "\n".join(value) if isinstance(value, list) else str("" if value is None else value)
    return text.replace("\r\n", "\n").strip()
