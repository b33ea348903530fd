"""Row ids of keys, in bulk."""

import pytest

from catalog.openlibrary_ids import row_id
from catalog.openlibrary_keys import KINDS, row_hexes


@pytest.mark.parametrize("letter", KINDS)
@pytest.mark.parametrize("number", [1, 4095, 4096, 123456789, 10**16, 10**17 - 1])
def test_the_row_id_of_a_key_is_that_of_its_id(letter, number):
    openlibrary_id = f"OL{number}{letter}"
    expected = row_id(openlibrary_id).hex
    assert row_hexes(letter)(openlibrary_id) == expected
    assert row_hexes(letter, "/x/")(f"/x/{openlibrary_id}") == expected


@pytest.mark.parametrize(
    "key",
    [
        *("", "/works/OL0W", "/works/OL-1W", "/works/OL01W", "/works/OL1_0W", "/works/OL 1W"),
        *("/works/OL1A", "/works/OL1", "/works/OL\u0661W", "OL1W", "/works/OL1W\n", "/books/OL1W"),
        f"/works/OL{10**17}W",
    ],
)
def test_what_looks_otherwise_has_none(key):
    with pytest.raises(ValueError):  # noqa: PT011  (int() says it in its own words)
        row_hexes("W", "/works/")(key)
