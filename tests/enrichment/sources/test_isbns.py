"""ISBNs out of fields that hold one, several, or one of the other length."""

import pytest

from enrichment.sources import isbns

MATILDA, FOX = "9780140328721", "9780140328738"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([MATILDA], (MATILDA,)),
        (["0140328726"], (MATILDA,)),
        (["0-14-032872-6", "978-0-14-032872-1"], (MATILDA,)),
        (["978 0 14 032872 1 (pbk.)"], (MATILDA,)),
        (["ISBN 0140328726; 9780140328738"], (MATILDA, FOX)),
        (["9780140328721 9780140328738"], (MATILDA, FOX)),
        (["080442957x"], ("9780804429573",)),
        (["9780140328722", "0140328727", "97801403287", "5 zł", ""], ()),
        ([9780140328721, None, {}], ()),
        ("0140328726", ()),
        (None, ()),
    ],
)
def test_what_a_field_holds(values, expected):
    assert isbns.read(values) == expected
