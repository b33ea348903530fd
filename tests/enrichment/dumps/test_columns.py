"""Shortcuts give what the rules give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichment.dumps import columns
from enrichment.dumps.shapes import Reference
from enrichment.importing import catalog_writes
from enrichment.sources import dates, texts
from enrichment.sources.openlibrary_fields import covers

# Letters, signs that the rules look for, marks that are put together, and what shows nothing.
TEXTS = st.text(
    st.sampled_from(
        "ab Ż<>&;\\ae\u0301\u0308\u00a0\u200b\t\n\0\ud800\ufeff_-.\u2013\u0653字\U0001f600"
    )
) | st.text(max_size=20)


@given(TEXTS)
def test_a_plain_text_is_one_that_the_rule_leaves_as_it_is(text):
    if columns.is_plain(text):
        assert texts.line(text) == text
        assert "\\" not in text
    assert columns.title_column(text) == texts.line(text).replace("\\", "\\\\")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Ślepnąc od świateł", "Ślepnąc od świateł"),
        ("a\\N\\.", "a\\\\N\\\\."),
        ("N&ouml", "N&ouml"),
        ("\u0301", ""),
        ("<>", "<>"),
        ("word " * 200_000, "word " * 399 + "word"),
    ],
)
def test_titles(text, column):
    assert columns.title_column(text) == column


def test_names_are_cut_as_the_catalog_cuts_them():
    assert columns.LONGEST_NAME == catalog_writes.LONGEST_NAME
    assert columns.name_column("x" * 500) == "x" * 500
    assert columns.name_column("x" * 499 + " y") == "x" * 499
    assert columns.name_column("\\" * 501) == "\\" * 1000


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("", r"\N	\N	\N"),
        ("1996", r"1996	\N	1996"),
        ("April 22, 2008", "2008\t2008-04-22\tApril 22, 2008"),
        ("01/02/2001", r"2001	\N	01/02/2001"),
        (" published  in 1960\0", r"1960	\N	published in 1960"),
        ("December 99, 9999", r"\N	\N	December 99, 9999"),
        ("[n.d.]", r"\N	\N	[n.d.]"),
        ("\\1999", r"1999	\N	\\1999"),
    ],
)
def test_dates(text, published):
    assert columns.PUBLISHED[text] == columns.PUBLISHED[text] == published
    assert columns.YEARS[text] == columns.column(dates.year_of(text))


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(columns, "REMEMBERED", 2)
    shouted = columns.Remembered(str.upper)
    assert [shouted[text] for text in ("a", "x" * 65, "b", "c")] == ["A", "X" * 65, "B", "C"]
    assert [*shouted] == ["a", "b"]


@pytest.mark.parametrize(
    ("keys", "language"),
    [
        (["/languages/pol"], "pl"),
        (["/l/ger", "/languages/pol"], "de"),
        (["/languages/mul", "/languages/eng"], "en"),
        (["English"], r"\N"),
        ([], r"\N"),
    ],
)
def test_languages(keys, language):
    assert columns.first_language([Reference(key) for key in keys]) == language


@given(st.lists(st.none() | st.integers(-2, 3) | st.integers(min_value=10**8), max_size=3))
def test_covers(numbers):
    assert columns.cover(numbers) == columns.column(next(iter(covers(numbers)), None))
