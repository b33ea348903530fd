"""What is asked, and how its pages are told of, without a database."""

import pytest

from catalog.public_search import PAGE_SIZE, Results, query_of
from config.errors import InvalidError


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("  Pan\u00a0Tadeusz\r\n", "Pan Tadeusz"),
        ("Żółw", "Żółw"),
        ("978-83-08-04905-1", "978-83-08-04905-1"),
        ("ISBN 978-83-08-04905-1.", "ISBN 978-83-08-04905-1"),
        ("x" * 200, "x" * 200),
    ],
)
def test_what_is_around_the_words_does_not_matter(text, q):
    assert query_of(text) == q


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 201, "longer than 200"),
        ("a\x00b", "no text"),
        ("a\udc80", "no text"),
        ("?!", "Please write words"),
        ("\ufffd", "Please write words"),
        ("\u200b", "Please write words"),
    ],
)
def test_what_is_no_search_is_told_in_a_sentence(text, words):
    with pytest.raises(InvalidError) as refused:
        query_of(text)
    (detail,) = refused.value.details
    assert detail["field"] == "q"
    assert words in detail["message"]


def of(q="x", number=1, total=0):
    size = max(0, min(PAGE_SIZE, total - (number - 1) * PAGE_SIZE))
    return Results(q, number, total, [None] * size)


def test_numbers_of_a_page():
    results = of(number=3, total=45)
    assert (results.first, results.last, results.last_page) == (41, 45, 3)
    assert list(of(number=10, total=1000).pages) == [1, "…", 9, 10, 11, "…", 50]
    assert (of(total=999).is_cut, of(total=1000).is_cut) == (False, True)
    assert list(of(number=50, total=1).pages) == [1]


@pytest.mark.parametrize(
    ("q", "is_like_one"),
    [
        ("978-83-08-04905-2", True),
        ("ISBN-13: 978 83 08 04905 2", True),
        ("isbn 83-08-04905-x", True),
        ("9788308049052 Lem", False),
        ("1984", False),
        ("Emma", False),
    ],
)
def test_what_was_meant_for_an_isbn(q, is_like_one):
    assert of(q).is_like_isbn is is_like_one


@pytest.mark.parametrize(
    ("q", "plainer"),
    [
        ("Emma by Jane Austen", "Emma Jane Austen"),
        ("Emma, by Jane Austen (1815)", "Emma, Jane Austen"),
        ("Emma [Penguin Classics]", "Emma"),
        ("(Emma)", ""),
        ("Baby", ""),
        ("Stand by", ""),
    ],
)
def test_what_stands_around_a_title(q, plainer):
    assert of(q).plainer == plainer
