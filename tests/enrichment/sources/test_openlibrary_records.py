"""Open Library's records in the shapes that they really have."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UnprocessableRecordError
from enrichment.records import AuthorRecord, BookRecord, PublishDate
from enrichment.sources import openlibrary_records as records
from tests.enrichment.sources.odd_json import anything, assert_storable, unhurried

AUTHOR = {"key": "/authors/OL1A", "type": {"key": "/type/author"}, "name": "Bolesław Prus"}
WORK = {"key": "/works/OL2W", "type": {"key": "/type/work"}, "title": "Lalka"}
EDITION = {"key": "/books/OL3M", "type": {"key": "/type/edition"}, "title": "Lalka"}
COVER = "https://covers.openlibrary.org/b/id/7-L.jpg"
HIT = {
    "key": "/works/OL2W",
    "title": "The Doll",
    "author_name": ["Bolesław Prus"],
    "first_publish_year": 1890,
    "cover_i": 8,
    "language": ["pol", "eng"],
    "isbn": ["0140328726"],
    "subject": ["Fiction", "Accessible book"],
}


def nearly(record, *fields):
    """Give records of this kind in which any field may hold anything."""
    odd = dict.fromkeys(fields, anything)
    return anything | st.fixed_dictionaries(
        {}, optional={field: st.just(value) | anything for field, value in record.items()}
    ).flatmap(
        lambda known: st.fixed_dictionaries({}, optional=odd).map(lambda found: found | known)
    )


class TestAuthor:
    @pytest.mark.parametrize("key", ["/authors/OL1A", "/a/OL1A", "OL1A", "/authors//OL1A"])
    @pytest.mark.parametrize("kind", ["/type/author", {"key": "/type/author"}, "author", None])
    def test_keys_and_types_old_and_new(self, key, kind):
        found = records.author(AUTHOR | {"key": key, "type": kind})
        assert found == AuthorRecord(openlibrary_id="OL1A", name="Bolesław Prus")

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"name": "Prus, Bolesław"}, "Prus, Bolesław"),
            ({"name": 5, "personal_name": "Prus"}, "Prus"),
            ({"personal_name": " ", "alternate_names": [None, "Głowacki", "Prus"]}, "Głowacki"),
        ],
    )
    def test_a_missing_name_has_its_stand_ins(self, fields, name):
        assert records.author({"key": "/authors/OL1A"} | fields).name == name

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"type": {"key": "/type/delete"}}, "deleted"),
            ({"type": {"key": "/type/redirect"}}, "of no author"),
            ({"type": {"key": "/type/work"}}, "of no author"),
            ({"key": "/works/OL1W"}, "of no author"),
            ({"key": "/authors/OL0A"}, "of no author"),
            ({"key": None}, "of no author"),
            ({"name": ""}, "no name"),
        ],
    )
    def test_what_cannot_be_used(self, fields, reason):
        with pytest.raises(UnprocessableRecordError, match=reason):
            records.author(AUTHOR | fields)


class TestWork:
    def test_all_that_we_keep(self):
        found = records.work(
            WORK
            | {
                "authors": [
                    {"type": "/type/author_role", "author": {"key": "/authors/OL1A"}},
                    {"type": {"key": "/type/author_role"}},
                    {"author": {"key": "/a/OL4A"}},
                    {"author": {"key": "/authors/OL1A"}},
                    {"author": None},
                    "OL5A",
                    7,
                ],
                "description": {"type": "/type/text", "value": "A shop.\r\n----------\r\nSource"},
                "subjects": [
                    "Fiction",
                    "FICTION",
                    "Protected DAISY",
                    "nyt:x=2018-01-14",
                    "x" * 101,
                ],
                "covers": [-1, None, 7, 7, "9", True, 10**300],
                "first_publish_date": "March 1890",
            }
        )
        assert found.authors == ("OL1A", "OL4A", "OL5A")
        assert found.description == "A shop."
        assert found.subjects == ("Fiction",)
        assert found.covers == (COVER,)
        assert found.first_publish_year == 1890

    def test_a_description_as_a_string(self):
        assert records.work(WORK | {"description": "A shop."}).description == "A shop."

    @pytest.mark.parametrize("title", [None, 5, "", " \u200b", ["Lalka"]])
    def test_no_title_is_no_work(self, title):
        with pytest.raises(UnprocessableRecordError, match="no title"):
            records.work(WORK | {"title": title})


class TestEdition:
    def test_all_that_we_keep(self):
        found = records.edition(
            EDITION
            | {
                "works": [{"key": "/works/OL2W"}],
                "authors": [{"key": "/authors/OL1A"}],
                "isbn_13": ["978-0-14-032872-1"],
                "isbn_10": ["9780140328738", "0140328726", "0140328727"],
                "publish_date": "January 5, 2006",
                "covers": [7],
                "languages": [{"key": "/languages/und"}, {"key": "/l/pol"}],
                "description": {"value": "A shop."},
            }
        )
        assert found.works == ("OL2W",)
        assert found.authors == ("OL1A",)
        assert found.isbns == ("9780140328721", "9780140328738")
        assert (found.publish_date_raw, found.publish_year) == ("January 5, 2006", 2006)
        assert found.publish_date == date(2006, 1, 5)
        assert found.language == "pl"
        assert found.covers == (COVER,)
        assert found.description == "A shop."

    @pytest.mark.parametrize(
        ("raw", "year"), [("01/02/2001", 2001), ("November 2006", 2006), ("[n.d.]", None)]
    )
    def test_a_date_without_a_day(self, raw, year):
        found = records.edition(EDITION | {"publish_date": raw})
        assert found.publish_date_raw == raw
        assert (found.publish_year, found.publish_date) == (year, None)

    def test_an_old_record_has_its_language_elsewhere(self):
        found = records.edition(EDITION | {"languages": "pol", "language": [{"key": "/l/pol"}]})
        assert found.language == "pl"

    def test_wrong_types_say_nothing(self):
        odd = dict.fromkeys(
            ("works", "authors", "isbn_13", "isbn_10", "publish_date", "covers", "languages"), 5
        )
        assert records.edition(EDITION | odd) == records.edition(EDITION)


class TestBook:
    def test_a_work_fills_what_its_edition_lacks(self):
        work = records.work(
            WORK | {"description": "Of the work", "covers": [9], "subjects": ["a", "b"]}
        )
        bare = records.book(records.edition(EDITION), work, ("Bolesław Prus",))
        assert bare == BookRecord(
            title="Lalka",
            authors=("Bolesław Prus",),
            description="Of the work",
            covers=(COVER.replace("7", "9"),),
            genres=("a", "b"),
        )
        own = records.edition(
            EDITION
            | {
                "subtitle": "Powieść",
                "description": "Own",
                "covers": [7],
                "publish_date": "November 2006",
            }
        )
        book = records.book(own, work)
        assert (book.description, book.covers) == ("Own", (COVER,))
        assert book.full_title == "Lalka: Powieść"
        assert book.published == PublishDate(date(2006, 11, 1), "month")

    def test_an_edition_alone(self):
        assert records.book(records.edition(EDITION)) == BookRecord(title="Lalka")


class TestHits:
    def test_a_work(self):
        (found,) = hits_of(HIT)
        assert found == BookRecord(
            title="The Doll",
            authors=("Bolesław Prus",),
            isbns=("9780140328721",),
            published=PublishDate(date(1890, 1, 1), "year"),
            covers=(COVER.replace("7", "8"),),
            genres=("Fiction",),
        )

    def test_a_work_and_the_edition_that_fits_best(self):
        polish = {"key": "/books/OL3M", "title": "Lalka", "language": ["pol"], "cover_i": 7}
        best = polish | {"isbn": ["9780140328738"], "publish_date": ["2006-01-05"]}
        whole, edition = hits_of(HIT | {"editions": {"docs": [best, polish]}})
        assert (whole.title, whole.language) == ("The Doll", "")
        assert edition == BookRecord(
            title="Lalka",
            authors=("Bolesław Prus",),
            isbns=("9780140328738",),
            language="pl",
            published=PublishDate(date(2006, 1, 5), "day"),
            covers=(COVER,),
            genres=("Fiction",),
        )

    def test_what_an_edition_does_not_say_its_work_says(self):
        _, edition = hits_of(HIT | {"editions": {"docs": [{"title": "Lalka"}]}})
        assert edition.published == PublishDate(date(1890, 1, 1), "year")
        assert edition.covers == (COVER.replace("7", "8"),)

    @pytest.mark.parametrize(
        "doc", [None, 5, {}, {"title": "Lalka"}, {"key": "OL2W", "title": 5, "editions": []}]
    )
    def test_nothing_to_read(self, doc):
        assert hits_of(doc) == ()


@unhurried
@given(nearly(AUTHOR, "personal_name", "alternate_names"))
def test_any_author_is_read_or_refused(record):
    read_or_refused(records.author, record)


@unhurried
@given(nearly(WORK, "authors", "description", "subjects", "covers", "first_publish_date"))
def test_any_work_is_read_or_refused(record):
    read_or_refused(records.work, record)


@unhurried
@given(nearly(EDITION, "works", "isbn_10", "publish_date", "covers", "languages", "description"))
def test_any_edition_is_read_or_refused(record):
    read_or_refused(records.edition, record)


@unhurried
@given(nearly(HIT, "editions", "publish_date"))
def test_any_hit_is_read(record):
    for each in records.hits(record):
        assert each.id
        assert each.book.title
        assert_storable(each.book)


def hits_of(doc):
    found = records.hits(doc)
    assert {each.id for each in found} <= {"OL2W"}
    return tuple(each.book for each in found)


def read_or_refused(read, record):
    try:
        found = read(record)
    except UnprocessableRecordError:
        return
    assert found.openlibrary_id
    assert_storable(found)
    assert found.name if isinstance(found, AuthorRecord) else found.title
