"""Which price readers pay."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from lxml import etree

from enrichment.book_files.onix.prices import Defaults, Price, price

NOW = datetime.now(UTC)
PAST, FUTURE = ((NOW + timedelta(days=days)).strftime("%Y%m%d") for days in (-9, 9))


def one(amount, currency="EUR", kind="02", **others):
    given = {"PriceType": kind, **others, "PriceAmount": amount, "CurrencyCode": currency}
    return f"<Price>{''.join(f'<{k}>{v}</{k}>' for k, v in given.items() if v)}</Price>"


def dated(amount, role, day, **others):
    date = f"<PriceDate><PriceDateRole>{role}</PriceDateRole><Date>{day}</Date></PriceDate>"
    return one(amount, **others).replace("</Price>", f"{date}</Price>")


def chosen(*prices, currency="", kind=""):
    inner = "".join(f"<SupplyDetail>{each}</SupplyDetail>" for each in prices)
    block = etree.fromstring(f"<ProductSupply>{inner}</ProductSupply>")
    return price([block], Defaults(currency, kind))


@pytest.mark.parametrize(
    ("prices", "amount"),
    [
        ([one("1"), one("2")], "1"),
        ([one("1", kind="01"), one("2", kind="02")], "2"),
        ([one("1", kind="05"), one("2", kind="01")], "2"),
        ([one("1", kind="41"), one("2", kind="42")], "2"),
        ([one("1", PriceQualifier="06"), one("2", PriceQualifier="05")], "2"),
        ([one("1", kind=""), one("2", kind="03")], "2"),
        ([one("1", kind="")], "1"),
        ([dated("1", "15", PAST), one("2")], "2"),
        ([dated("1", "14", FUTURE), one("2", kind="01")], "2"),
        ([dated("1", "14", FUTURE)], "1"),
        ([dated("1", "14", PAST)], "1"),
        ([one("30,80")], "30.80"),
        ([one("10.990")], "10.99"),
        ([one("8")], "8.00"),
    ],
)
def test_the_amount(prices, amount):
    assert chosen(*prices) == Price(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    "prices",
    [
        [],
        [one("1", kind="05")],
        [one("")],
        [one("1", currency="")],
        [dated("1", "15", PAST)],
        ["<UnpricedItemType>02</UnpricedItemType>"],
        [one("1", PriceQualifier="06")],
    ],
)
def test_no_price_for_readers(prices):
    assert chosen(*prices) is None


def test_what_the_header_says():
    assert chosen(one("1", "EUR"), one("2", "GBP", "01"), currency="GBP").currency == "GBP"
    assert chosen(one("1", ""), currency="PLN") == Price(Decimal("1.00"), "PLN")
    assert chosen(one("1", kind=""), kind="05") is None


def test_what_is_free_costs_nothing():
    assert chosen("<UnpricedItemType>01</UnpricedItemType>", currency="EUR") == Price(
        Decimal(0), "EUR"
    )


@pytest.mark.parametrize("amount", ["1e3", "-1", "free", "1.2.3", "1,234.50"])
def test_what_is_no_number_is_left_to_the_rules(amount):
    assert chosen(one(amount)).amount == amount
