"""Which of an ONIX product's prices is the one that readers pay, and what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from enrichment.book_files.onix.tags import children, code

if TYPE_CHECKING:
    from enrichment.book_files.xml_stream import Element

# Code list 58: recommended, fixed and publisher's retail prices, with tax and without.
WITH_TAX = ("02", "04", "42")
WITHOUT_TAX = ("01", "03", "41")
UNTYPED = ""
RETAIL = (*WITH_TAX, *WITHOUT_TAX, UNTYPED)
"""The types that readers pay, the best first."""
FOR_ANYONE = {"", "00", "05"}
"""Price qualifiers (code list 59): none, unqualified, consumer price."""
FREE = "01"
"""Unpriced item type (code list 57): free of charge."""
_FROM, _UNTIL = "14", "15"
_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,6}))?")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the message's header says of prices that say nothing themselves."""

    currency: str = ""
    price_type: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    amount: Decimal | str
    """Text where it is no number, which validation refuses."""
    currency: str


def price(supply: list[Element], defaults: Defaults) -> Price | None:
    """Choose among the prices of all suppliers and markets; None where readers pay none.

    A price of today goes before one to come, the header's currency before others, one with tax
    before one without; the first of those that are left.
    """
    today = datetime.now(UTC).strftime("%Y%m%d")
    found = [each for block in supply for each in children(block, "SupplyDetail", "Price")]
    fit = [each for each in found if _is_for_readers(each, defaults, today)]
    if fit:
        return _read(min(fit, key=lambda each: _rank(each, defaults, today)), defaults)
    details = (each for block in supply for each in children(block, "SupplyDetail"))
    free = any(code(each, "UnpricedItemType") == FREE for each in (*details, *found))
    return Price(Decimal(0), defaults.currency) if free else None


def _is_for_readers(each: Element, defaults: Defaults, today: str) -> bool:
    until = _day(each, _UNTIL)
    return bool(
        code(each, "PriceAmount")
        and _currency(each, defaults)
        and _type(each, defaults) in RETAIL
        and code(each, "PriceQualifier") in FOR_ANYONE
        and (not until or until >= today)
    )


def _rank(each: Element, defaults: Defaults, today: str) -> tuple[bool, bool, int]:
    return (
        _day(each, _FROM) > today,
        bool(defaults.currency) and _currency(each, defaults) != defaults.currency,
        RETAIL.index(_type(each, defaults)),
    )


def _type(each: Element, defaults: Defaults) -> str:
    return code(each, "PriceType") or defaults.price_type


def _currency(each: Element, defaults: Defaults) -> str:
    return code(each, "CurrencyCode") or defaults.currency


def _day(each: Element, role: str) -> str:
    """Give the date from which, or until which, a price holds: YYYYMMDD, or empty."""
    dates = (found for found in children(each, "PriceDate") if code(found, "PriceDateRole") == role)
    return code(next(dates, None), "Date")[:8]


def _read(each: Element, defaults: Defaults) -> Price:
    """Read the amount; a comma, which the standard does not know, stands for a point.

    More decimals than cents have are kept, and refused by the API's rules, unless they are zeros.
    """
    text = code(each, "PriceAmount")
    found = _AMOUNT.fullmatch(text)
    if not found:
        return Price(text, _currency(each, defaults))
    fraction = (found[2] or "").rstrip("0")
    return Price(Decimal(f"{found[1]}.{fraction:0<2}"), _currency(each, defaults))
