"""ISBNs: whatever form people write, thirteen digits inside."""

from __future__ import annotations

from stdnum import isbn
from stdnum.exceptions import ValidationError


def to_isbn13(text: str) -> str:
    """Give the ISBN-13 of a 10 or 13 digit ISBN, hyphens and spaces allowed.

    Raises ValueError with a sentence for the person who wrote it.
    """
    try:
        compact: str = isbn.compact(isbn.validate(text), convert=True)
    except ValidationError as exc:
        raise ValueError(
            "Not a valid ISBN: 10 or 13 digits with a correct check digit are needed."
        ) from exc
    return compact
