"""ISBNs of made-up editions, in the forms in which the real dumps have them."""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING

from bench.dumps.draws import share

if TYPE_CHECKING:
    from collections.abc import Callable

    Fields = tuple[str, tuple[str, ...]]
    Form = Callable[[int], Fields]

OWN = 3
"""An edition has so many ISBNs that nobody else has."""
SHARED = 900_000_000
"""Above it are those that several editions have."""
_STEMS = 10**9
_SPREAD = 3**18
"""Has no factor in common with _STEMS: no two numbers come to the same stem."""


def _stem(number: int) -> str:
    return f"{number * _SPREAD % _STEMS:09}"


def isbn13(number: int) -> str:
    """Give the ISBN of a number below 10 ** 9 (weights 1 and 3, modulo 10)."""
    digits = f"978{_stem(number)}"
    total = sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))
    return f"{digits}{-total % 10}"


def isbn10(number: int) -> str:
    """Give the same ISBN in ten digits (weights 10 to 2, modulo 11)."""
    digits = _stem(number)
    total = sum(map(mul, range(10, 1, -1), map(int, digits)))
    check = -total % 11
    return f"{digits}{'X' if check == 10 else check}"


def _wrong(isbn: str) -> str:
    """Give an ISBN whose check digit is another one."""
    return f"{isbn[:-1]}{(int(isbn[-1]) + 1) % 10}"


def _both(number: int) -> Fields:
    isbn = isbn13(number)
    return f'"isbn_13": ["{isbn}"], "isbn_10": ["{isbn10(number)}"], ', (isbn,)


def _ten_alone(number: int) -> Fields:
    return f'"isbn_10": ["{isbn10(number)}"], ', (isbn13(number),)


def _thirteen_alone(number: int) -> Fields:
    isbn = isbn13(number)
    return f'"isbn_13": ["{isbn}"], ', (isbn,)


def _two(number: int) -> Fields:
    found = isbn13(number), isbn13(number + 1)
    return f'"isbn_13": ["{found[0]}", "{found[1]}"], ', found


def _two_in_one(number: int) -> Fields:
    found = isbn13(number), isbn13(number + 1)
    return f'"isbn_13": ["{found[0]} (hbk.); {found[1]} (pbk.)"], ', found


def _thirteen_as_ten(number: int) -> Fields:
    isbn = isbn13(number)
    return f'"isbn_10": ["{isbn}"], ', (isbn,)


def _with_gaps(number: int) -> Fields:
    isbn = isbn13(number)
    return f'"isbn_13": ["{isbn[:3]}-{isbn[3]}-{isbn[4:8]} {isbn[8:12]}-{isbn[12]}"], ', (isbn,)


# How many of 256 editions have which, given the number of an ISBN; the last of them none at all.
_FORMS: tuple[tuple[int, Form], ...] = (
    (128, _both),
    (15, _ten_alone),
    (13, _thirteen_alone),
    (3, _two),
    (1, _two_in_one),
    (1, _thirteen_as_ten),
    (1, _with_gaps),
    (1, lambda number: (f'"isbn_13": ["{_wrong(isbn13(number))}"], ', ())),
    (1, lambda _: ('"isbn_10": ["n/a", ""], "isbn_13": [null], ', ())),
    (1, lambda number: (f'"isbn_13": "{isbn13(number)}", ', ())),
    (91, lambda _: ("", ())),
)
TABLE = [form for often, form in _FORMS for _ in range(often)]
ON_SEVERAL = share(0.03)


def isbns(number: int, drawn: tuple[int, ...], groups: int) -> Fields:
    """Give the ISBN fields of an edition, and the valid ISBNs in them; with two draws.

    Of those on several editions there are `groups`; an edition that has one has no other.
    """
    if drawn[1] < ON_SEVERAL:
        return _thirteen_alone(SHARED + number % groups)
    return TABLE[drawn[0] >> 8](number * OWN)
