"""Every real record is read, or refused with a reason, and what is read is clean."""

import dataclasses
import gzip
import json
import unicodedata
from collections import Counter

import pytest
from stdnum import isbn

from config.errors import UnprocessableRecordError
from enrichment.sources import googlebooks_records, openlibrary_fields, openlibrary_records


def rows(folder, name):
    with gzip.open(folder / f"ol_dump_{name}.txt.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line.rstrip("\n").split("\t", 4)[4]) for line in lines]


def texts_of(value):
    """Give every text in a record."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for each in value for text in texts_of(each)]
    return []


def assert_clean(record):
    for text in texts_of(dataclasses.astuple(record)):
        assert text == unicodedata.normalize("NFC", text.strip())
        assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in text.replace("\n", ""))


@pytest.mark.parametrize(
    ("name", "read", "count"),
    [
        ("authors", openlibrary_records.author, 3_711 + 90),
        ("works", openlibrary_records.work, 2_223 + 96),
        ("editions", openlibrary_records.edition, 1_085 + 134),
    ],
)
def test_open_library(shared_data, name, read, count):
    folder = shared_data / "openlibrary"
    found = [read(row) for row in [*rows(folder, name), *rows(folder / "connected", name)]]
    assert len(found) == count
    for record in found:
        assert_clean(record)


def test_what_the_editions_say(shared_data):
    raw = rows(shared_data / "openlibrary", "editions")
    found = [openlibrary_records.edition(row) for row in raw]
    assert sum(not each.works for each in found) == 136
    assert sum(not each.isbns for each in found) == 393
    assert all(isbn.is_valid(number) for each in found for number in each.isbns)
    years = Counter(bool(each.publish_year) for each in found if each.publish_date_raw)
    assert years == {True: sum("publish_date" in row for row in raw)}
    assert sum(each.publish_date is not None for each in found) > 200
    assert {each.language for each in found} > {"en", "fr", "de", "pl", "hr", None}


@pytest.mark.parametrize("name", ["deletes", "redirects"])
def test_what_is_gone_is_refused(shared_data, name):
    found = rows(shared_data / "openlibrary", name)
    assert found
    for row in found:
        assert openlibrary_fields.is_redirect(row) == (name == "redirects")
        for read in (
            openlibrary_records.author,
            openlibrary_records.work,
            openlibrary_records.edition,
        ):
            with pytest.raises(UnprocessableRecordError):
                read(row)


def test_google(shared_data):
    recorded = shared_data / "googlebooks" / "volumes_isbn_9781785650406.json"
    (item,) = json.loads(recorded.read_text())["items"]
    found = googlebooks_records.volume(item)
    assert found.id == "0GJOMQAACAAJ"
    assert found.book.isbns == ("9781785650406",)
    assert (found.book.authors, found.book.language) == (("Jack Campbell",), "en")
    assert [cover[:30] for cover in found.book.covers] == ["https://books.google.com/books"] * 2
    assert_clean(found.book)
