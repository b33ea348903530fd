"""Names turned round."""

import pytest

from enrichment.book_files.names import upright


@pytest.mark.parametrize(
    ("inverted", "spoken"),
    [
        ("Austen, Jane", "Jane Austen"),
        ("Le Guin, Ursula K.", "Ursula K. Le Guin"),
        ("King, Martin Luther, Jr.", "Martin Luther King, Jr."),
        ("King, Jr., Martin Luther", "Martin Luther King, Jr."),
        ("Homer", "Homer"),
        (" Austen ,Jane, ", "Jane Austen"),
        ("", ""),
        (",", ""),
    ],
)
def test_names(inverted, spoken):
    assert upright(inverted) == spoken
