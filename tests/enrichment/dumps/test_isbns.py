"""ISBNs that are looked up are those that the rules find."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichment.dumps import isbns
from enrichment.sources.isbns import read


def test_thousands_of_numbers():
    draw = random.Random(5)
    tens = [f"{draw.randrange(10**9):09}{draw.choice('0123456789Xx')}" for _ in range(3000)]
    thirteens = [str(draw.randrange(9_779 * 10**9, 9_801 * 10**9)) for _ in range(3000)]
    for text in tens:
        assert isbns.read([], [text]) == isbns.read([text], []) == read([text])
    for text in thirteens:
        assert isbns.read([text], []) == isbns.read([], [text]) == read([text])


SOME = st.sampled_from(
    [
        *("9780306406157", "0306406152", "0306406153", "030640615X", "9790306406156"),
        *("9780306406158", "080442957X", "080442957x", "978-0-306-40615-7", "978030640615"),
        *(
            "9780306406157 0306406152",
            "978\u06600306406157",
            "0306406152 (pbk.)",
            "",
            " ",
            "x" * 13,
        ),
        *("\u0660" * 10, "9780306406157\0", None),
    ]
)


@given(st.lists(SOME, max_size=3), st.lists(SOME, max_size=3))
def test_any_mixture(thirteens, tens):
    assert isbns.read(thirteens, tens) == read([*thirteens, *tens])


@pytest.mark.parametrize(
    ("thirteens", "tens", "found"),
    [
        (["9780306406157"], ["0306406152"], ("9780306406157",)),
        (["9780306406157"], ["080442957X"], ("9780306406157", "9780804429573")),
        (["9780306406158"], ["0306406152"], ("9780306406157",)),
        ([], ["9780306406157"], ("9780306406157",)),
        ([], [], ()),
    ],
)
def test_examples(thirteens, tens, found):
    assert isbns.read(thirteens, tens) == found
