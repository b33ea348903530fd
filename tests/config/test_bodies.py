"""JSON in and out."""

import json
from decimal import Decimal
from io import BytesIO

import pytest

from config.bodies import DEEPEST, JsonParser, JsonRenderer, refuse_unstorable
from config.errors import InvalidError, MalformedRequestError


def _parse(text):
    return JsonParser().parse(BytesIO(text if isinstance(text, bytes) else text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{'a': 1}",
        '{"a": NaN}',
        "[Infinity]",
        "-Infinity",
        "1e999",
        "1e-999",
        "9" * 5000,
        b"\xff",
        b"\xef\xbb\xbf{}",
        '{"a": 1}, {}',
        '"\t"',
        "[" * 100_000,
        "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2),
        '{"a":' * 200 + "1" + "}" * 200,
    ],
    ids=lambda text: repr(text)[:20],
)
def test_what_is_no_json_is_malformed(text):
    with pytest.raises(MalformedRequestError):
        _parse(text)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"title": "a\0"}, ["title"]),
        ({"title": "\ud800"}, ["title"]),
        ({"title": "\udfff", "authors": ["a", "\0"]}, ["title", "authors[1]"]),
        ({"a": {"b": [{"c": "\0"}]}}, ["a.b[0].c"]),
        ({"a\0\ud800": 1}, ["a\\0\\ud800"]),
        ("\0", ["body"]),
        (["\0"], ["[0]"]),
    ],
)
def test_text_that_cannot_be_stored_is_named(body, fields):
    with pytest.raises(InvalidError) as refused:
        _parse(json.dumps(body))
    assert [row["field"] for row in refused.value.details] == fields


def test_an_error_names_only_so_many():
    with pytest.raises(InvalidError) as refused:
        refuse_unstorable(["\0"] * 1000)
    assert len(refused.value.details) == 20


def test_other_text_is_left_alone():
    body = {"title": "Ünïcödé 😀 \u2028", "nested": [[1, None, True]]}
    assert _parse(json.dumps(body)) == body


def test_fractions_are_exact():
    assert _parse("[29.990, 29.999999999999999999]") == [
        Decimal("29.990"),
        Decimal("29.999999999999999999"),
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, b""),
        ({}, b"{}"),
        ({"price": Decimal("29.9")}, b'{"price":29.90}'),
        ({"price": Decimal(0)}, b'{"price":0.00}'),
        (["é"], '["é"]'.encode()),
    ],
)
def test_json_out(data, text):
    assert JsonRenderer().render(data) == text
