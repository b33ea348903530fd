"""ISBNs out of fields that hold one, several, or one of the other length."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from catalog.isbn import to_isbn13

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_GAP = r"[\s\u2010-\u2015-]?"
_CANDIDATE = re.compile(rf"(?<![0-9])(?:97[89]{_GAP})?(?:[0-9]{_GAP}){{9}}[0-9Xx](?![0-9])")


def read(values: object) -> tuple[str, ...]:
    """Give the valid ISBNs of a list of texts as ISBN-13, each once; the others are dropped."""
    texts = values if isinstance(values, list) else ()
    return tuple(dict.fromkeys(_in_texts(each for each in texts if isinstance(each, str))))


def _in_texts(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for candidate in _CANDIDATE.findall(text):
            with suppress(ValueError):
                yield to_isbn13(candidate)
