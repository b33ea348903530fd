"""A work in words: initials, languages, covers that a page may load."""

import orjson
import pytest

from catalog.covers import allowed_cover
from catalog.public_works import TONES, initials, language_name, shown


@pytest.mark.parametrize(
    ("title", "letters"),
    [
        ("Emma", "E"),
        ("Lord of the Flies", "LF"),
        ("The Handmaid's Tale", "HT"),
        ("the one and only", "OO"),
        ("Of the", "OT"),
        ("Łuk triumfalny", "ŁT"),
        ("„Ż”", "Ż"),
        ("1984", "1"),
        ("红楼梦", "红"),
        ("?!", ""),
    ],
)
def test_initials(title, letters):
    assert initials(title) == letters


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("pl", "Polish"),
        ("en-GB", "British English"),
        ("de-AT", "German"),
        ("grc", "grc"),
        ("", ""),
    ],
)
def test_languages_have_names(tag, name):
    assert language_name(tag) == name


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://covers.openlibrary.org/b/id/1-L.jpg",
        "https://evil.example/1.jpg",
        "https://covers.openlibrary.org@evil.example/1.jpg",
        "https://covers.openlibrary.org/a b.jpg",
        "javascript:alert(1)",
        "https://[",
        "a\x00b",
    ],
)
def test_no_cover_from_elsewhere(url):
    assert allowed_cover(url) == ""


def test_a_work_in_words():
    work = {
        "title": "Solaris",
        "authors": orjson.Fragment('[{"id": "1", "name": "Stanisław Lem"}]'),
        "publish_year": 1961,
        "primary_edition": {
            "language": "pl",
            "isbn13": "9788308049051",
            "cover_url": "https://covers.openlibrary.org/b/id/1-L.jpg",
        },
    }
    found = shown(work)
    assert (found.title, found.authors, found.year) == ("Solaris", ("Stanisław Lem",), 1961)
    assert (found.language, found.isbn) == ("Polish", "978-83-08-04905-1")
    assert found.cover_url == "https://covers.openlibrary.org/b/id/1-L.jpg"
    assert found.tone in range(TONES)


def test_a_work_without_an_edition():
    bare = {
        "title": "Solaris",
        "authors": orjson.Fragment("[]"),
        "publish_year": None,
        "primary_edition": None,
    }
    found = shown(bare)
    assert (found.authors, found.year, found.language) == ((), None, "")
    assert (found.isbn, found.cover_url) == ("", "")
