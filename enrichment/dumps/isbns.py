"""ISBNs as nearly all records have them: ten or thirteen digits, and the check digit is right.

`sources.isbns` has the rules; what is not such digits is left to it.
"""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING

from enrichment.sources import isbns

if TYPE_CHECKING:
    Texts = list[str | None]

TEN, THIRTEEN = 10, 13

_PREFIXES = ("978", "979")
_PLACES = range(1, TEN)
_CHECKS = "0123456789X"
_ZERO = ord("0")


def read(thirteens: Texts, tens: Texts) -> tuple[str, ...]:
    """Read `isbn_13` and `isbn_10` as `sources.isbns.read` reads the one behind the other."""
    if not thirteens and not tens:
        return ()
    try:
        if len(thirteens) == 1 and (not tens or _repeats(thirteens[0], tens)):
            return (_plain_13(thirteens[0]),)
        found = [_plain(text) for text in (*thirteens, *tens)]
    except ValueError:
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
    """Give a valid ISBN as ISBN-13; ValueError for whatever else."""
    return _plain_10(text) if text is not None and len(text) == TEN else _plain_13(text)


def _plain_13(text: str | None) -> str:
    """Give a valid ISBN-13 back; ValueError for whatever else."""
    digits = text.encode() if text is not None and text.startswith(_PREFIXES) else b""
    if len(digits) != THIRTEEN or not digits.isdigit() or _weighed(digits) % 10:
        raise ValueError(text)
    return digits.decode()


def _plain_10(text: str) -> str:
    """Give a valid ISBN-10 as ISBN-13; ValueError for whatever else.

    The check digit is the sum of the others, each times its place, modulo 11.
    """
    digits = text[:9].encode()
    total = sum(map(mul, _PLACES, digits)) - _ZERO * sum(_PLACES)
    if not digits.isdigit() or _CHECKS[total % 11] != text[9:]:
        raise ValueError(text)
    start = b"978" + digits
    return f"{start.decode()}{-_weighed(start) % 10}"


def _weighed(digits: bytes) -> int:
    """Add digits, every second one three times (ISO 2108, annex A)."""
    codes = sum(digits[::2]) + 3 * sum(digits[1::2])
    return codes - _ZERO * (2 * len(digits) - len(digits) % 2)
