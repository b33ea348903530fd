"""ISBNs as nearly all records have them: ten or thirteen digits, checked by looking up sums.

`sources.isbns` has the rules; what is not plain digits with the right check digit is left to it.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from enrichment.sources import isbns

if TYPE_CHECKING:
    Texts = list[str | None]

DIGITS = "0123456789"
TEN = 10


def _weighed(*weights: int) -> dict[str, int]:
    """Give the weighed sum of each run of as many digits as there are weights."""
    return {
        "".join(run): sum(int(digit) * weight for digit, weight in zip(run, weights, strict=True))
        for run in product(DIGITS, repeat=len(weights))
    }


# ISBN-13: weights of 1 and 3 in turn, and the sum divides by 10 (ISO 2108, annex A).
_FOUR = _weighed(1, 3, 1, 3)
_BEGINNING = {run: total for run, total in _FOUR.items() if run.startswith(("978", "979"))}
_LAST_OF_13 = _weighed(1)
# ISBN-10: the check digit is the sum of the others, each times its place, modulo 11.
_PLACES = (_weighed(1, 2, 3), _weighed(4, 5, 6), _weighed(7, 8, 9))
_LAST_OF_10 = (*DIGITS, "X")


def read(thirteens: Texts, tens: Texts) -> tuple[str, ...]:
    """Read `isbn_13` and `isbn_10` as `sources.isbns.read` reads the one behind the other."""
    if not thirteens and not tens:
        return ()
    try:
        if len(thirteens) == 1 and (not tens or _repeats(thirteens[0], tens)):
            return (_plain_13(thirteens[0]),)
        found = [_plain(text) for text in (*thirteens, *tens)]
    except KeyError:
        return isbns.read([*thirteens, *tens])
    return tuple(dict.fromkeys(found))


def _repeats(thirteen: str | None, tens: Texts) -> bool:
    """Whether the only ISBN-10 has the digits of the ISBN-13, as most records have it.

    If its check digit is right it is the same ISBN, and if not it is none.
    """
    ten = tens[0]
    if len(tens) != 1 or thirteen is None or ten is None:
        return False
    return len(ten) == TEN and thirteen[:12] == f"978{ten[:9]}"


def _plain(text: str | None) -> str:
    """Give a valid ISBN as ISBN-13; KeyError for whatever else."""
    return _plain_10(text) if text is not None and len(text) == TEN else _plain_13(text)


def _plain_13(text: str | None) -> str:
    """Give a valid ISBN-13 back; KeyError for whatever else."""
    if text is None:
        raise KeyError(text)
    total = _BEGINNING[text[:4]] + _FOUR[text[4:8]] + _FOUR[text[8:12]] + _LAST_OF_13[text[12:]]
    if total % 10:
        raise KeyError(text)
    return text


def _plain_10(text: str) -> str:
    """Give a valid ISBN-10 as ISBN-13; KeyError for whatever else."""
    first, second, third = _PLACES
    total = first[text[:3]] + second[text[3:6]] + third[text[6:9]]
    if _LAST_OF_10[total % 11] != text[9:]:
        raise KeyError(text)
    total = _BEGINNING["978" + text[0]] + _FOUR[text[1:5]] + _FOUR[text[5:9]]
    return f"978{text[:9]}{-total % 10}"
