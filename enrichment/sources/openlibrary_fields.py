"""The fields of Open Library's records, in all the shapes that they have been given over the years.

Pure; what a field says in a shape that nobody can use, it does not say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from enrichment.sources import languages as tags
from enrichment.sources import texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    Json = dict[str, Any]

COVER = "https://covers.openlibrary.org/b/id/{}-L.jpg"
LONGEST_SUBJECT = 100

# Covers have eight digits by now.
_NO_COVER = 10**12

# Bare keys occur, and those of before 2010. The catalog has room for seventeen digits.
_KEY = re.compile(r"(?:/*(?:authors|works|books|a|b)/+)?(OL[1-9][0-9]{0,16}([AWM]))")
_ADDRESS = re.compile(r".*/(OL[0-9]+[AWM])\.json")
_LANGUAGE = re.compile(r"(?:/(?:languages|l)/)?([a-z]{3})")

# Subjects that programs set: "nyt:paperback_nonfiction=2007-01-28", "series:Discworld".
_MACHINE_TAG = re.compile(r"[A-Za-z_]+:\S.*")
_HOUSEKEEPING = {
    "accessible book",
    "in library",
    "internet archive wishlist",
    "lending library",
    "open library staff picks",
    "overdrive",
    "popular print disabled books",
    "protected daisy",
}


def key(value: object, letter: str) -> str | None:
    """Read a reference to a record, a key or an object with one, when it is of this kind."""
    if isinstance(value, dict):
        value = value.get("key")
    found = _KEY.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found and found[2] == letter else None


def keys(values: Iterable[object], letter: str) -> tuple[str, ...]:
    found = (key(each, letter) for each in values)
    return tuple(dict.fromkeys(each for each in found if each))


def id_in(address: str) -> str | None:
    """Read the id in the address of a record's JSON."""
    found = _ADDRESS.fullmatch(address)
    return found[1] if found else None


def type_of(record: Json) -> str:
    """Name the type of a record ("author", "redirect"); empty when it names none."""
    value = record.get("type")
    if isinstance(value, dict):
        value = value.get("key")
    return value.rpartition("/")[2] if isinstance(value, str) else ""


def is_redirect(record: Json) -> bool:
    return type_of(record) == "redirect"


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def authors(record: Json) -> tuple[str, ...]:
    """Read the authors of a work (`{"author": {"key": ...}}`) or of an edition (`{"key": ...}`)."""
    entries = items(record.get("authors"))
    return keys(
        (each.get("author", each) if isinstance(each, dict) else each for each in entries), "A"
    )


def long_text(value: object) -> str:
    """Read a text that is a string, or an object with one in `value`."""
    return texts.from_markdown(value.get("value") if isinstance(value, dict) else value)


def covers(values: object) -> tuple[str, ...]:
    """Give the addresses of covers; -1 stands where one was taken away."""
    numbers = (each for each in items(values) if type(each) is int and 0 < each < _NO_COVER)
    return tuple(COVER.format(each) for each in dict.fromkeys(numbers))


def subjects(values: object) -> tuple[str, ...]:
    return tuple(
        each
        for each in texts.lines(values)
        if len(each) <= LONGEST_SUBJECT
        and each.casefold() not in _HOUSEKEEPING
        and not _MACHINE_TAG.fullmatch(each)
    )


def languages(values: object) -> list[str]:
    """Read `{"key": "/languages/pol"}`, or the bare codes of the search."""
    codes = (each.get("key") if isinstance(each, dict) else each for each in items(values))
    found = (_LANGUAGE.fullmatch(each) for each in codes if isinstance(each, str))
    known = (tags.from_marc(each[1]) for each in found if each)
    return list(dict.fromkeys(each for each in known if each))
