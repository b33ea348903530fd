"""Whether a price is far outside of what is usual for its format and currency.

What is usual the platform's own ACTIVE prices say where there are enough of them; else bounds that
nearly every book on sale is within.
"""

from __future__ import annotations

from decimal import Decimal
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ENOUGH = 50
"""Prices of a format and currency from which on they say what is usual."""
HIGHEST = Decimal("999999.99")
"""The most that the column takes, which people enter where they know no price."""
FENCE = 1.5
"""Tukey's: so many times the middle half's width, here of logarithms, beyond the middle half."""
NARROWEST = log(1.5)
"""The least width of a middle half: where all books cost 9.99, one of 12.00 is no oddity."""

DOLLARS = {
    "Hardcover": (3, 300),
    "Paperback": (1, 200),
    "Ebook": (0.5, 150),
    "Audiobook": (1, 200),
    "": (0.5, 300),
}
A_DOLLAR = {
    "AUD": 1.5,
    "BRL": 5.5,
    "CAD": 1.4,
    "CHF": 0.9,
    "CZK": 23,
    "DKK": 7,
    "EUR": 0.9,
    "GBP": 0.8,
    "HUF": 360,
    "INR": 85,
    "JPY": 150,
    "MXN": 18,
    "NOK": 10.5,
    "NZD": 1.7,
    "PLN": 4,
    "RON": 4.5,
    "SEK": 10.5,
    "USD": 1,
    "ZAR": 18,
}
"""Roughly, as bounds so wide want it. Of other currencies nothing is known."""


class Range(NamedTuple):
    low: float
    high: float


Usual = dict[tuple[str, str], Range]
"""By format and currency."""


def usual_range(lower_quartile: float, upper_quartile: float) -> Range:
    """Give what is usual where half of the prices lie between these two."""
    low, high = log(lower_quartile), log(upper_quartile)
    reach = FENCE * max(high - low, NARROWEST)
    return Range(exp(low - reach), exp(high + reach))


def fact(
    price: Decimal | None, currency: str, book_format: str, usual: Mapping[tuple[str, str], Range]
) -> str | None:
    """Say what is odd about a price; None where nothing is."""
    if price is None:
        return None
    if price == HIGHEST:
        return f"{price} {currency} is the highest price there can be: it looks made up."
    expected = usual.get((book_format, currency)) or _known_bounds(book_format, currency)
    if price == 0:
        return f"The price is 0.{_usually(expected, currency, book_format)}"
    if expected is None or expected.low <= price <= expected.high:
        return None
    side = "low" if price < expected.low else "high"
    return f"{price} {currency} is very {side}.{_usually(expected, currency, book_format)}"


def _known_bounds(book_format: str, currency: str) -> Range | None:
    rate = A_DOLLAR.get(currency)
    low, high = DOLLARS[book_format]
    return Range(low * rate, high * rate) if rate else None


def _usually(expected: Range | None, currency: str, book_format: str) -> str:
    if expected is None:
        return ""
    kind = f"For {book_format.lower()}s" if book_format else "For books"
    return f" {kind} {expected.low:,.2f} to {expected.high:,.2f} {currency} is usual."
