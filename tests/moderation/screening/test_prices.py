"""Which prices are far outside of what is usual."""

from decimal import Decimal

import pytest

from moderation.screening import prices

USUAL = {("Paperback", "USD"): prices.usual_range(9.0, 16.0)}
ODD = [
    ("0.00", "USD", "Paperback", "The price is 0. For paperbacks 3.80 to 37.93 USD is usual."),
    (
        "0.99",
        "USD",
        "Paperback",
        "0.99 USD is very low. For paperbacks 3.80 to 37.93 USD is usual.",
    ),
    (
        "99.00",
        "USD",
        "Paperback",
        "99.00 USD is very high. For paperbacks 3.80 to 37.93 USD is usual.",
    ),
    (
        "999999.99",
        "USD",
        "Paperback",
        "999999.99 USD is the highest price there can be: it looks made up.",
    ),
    (
        "900.00",
        "USD",
        "Hardcover",
        "900.00 USD is very high. For hardcovers 3.00 to 300.00 USD is usual.",
    ),
    ("0.10", "EUR", "", "0.10 EUR is very low. For books 0.45 to 270.00 EUR is usual."),
    ("0.00", "XAF", "Ebook", "The price is 0."),
]
USUAL_ONES = [
    (None, "USD", "Paperback"),
    ("9.99", "USD", "Paperback"),
    ("37.00", "USD", "Paperback"),
    ("79.00", "PLN", "Hardcover"),
    ("2900.00", "JPY", "Paperback"),
    ("55000.00", "XAF", "Ebook"),
]


@pytest.mark.parametrize(("price", "currency", "kind", "fact"), ODD)
def test_an_odd_price_is_told_with_what_is_usual(price, currency, kind, fact):
    assert prices.fact(Decimal(price), currency, kind, USUAL) == fact


@pytest.mark.parametrize(("price", "currency", "kind"), USUAL_ONES)
def test_a_usual_price_is_not_told(price, currency, kind):
    assert prices.fact(price and Decimal(price), currency, kind, USUAL) is None


def test_where_all_books_cost_the_same_a_little_more_is_not_odd():
    low, high = prices.usual_range(9.99, 9.99)
    assert (low < 6, high > 18) == (True, True)
