"""What counts as better, field by field, and what holds changes back."""

from datetime import date

import pytest

from enrichment.recheck.book_changes import Change, held_back, proposed
from enrichment.records import BookRecord, PublishDate

SAID = {
    "title": "Dune",
    "authors": ["Frank Herbert"],
    "coverImages": [],
    "description": "",
    "language": "",
    "publishedDate": None,
    "genres": [],
}
COVER = "https://covers.openlibrary.org/b/id/{}-L.jpg"
NEW_YEAR = date(1965, 1, 1)


def better(said=None, **found):
    """Give the new values, by field."""
    record = BookRecord(**({"title": "Dune"} | found))
    return {change.field: change.new for change in proposed(SAID | (said or {}), record)}


def test_a_book_that_says_the_same_changes_nothing():
    assert better(authors=("Herbert, Frank",)) == {}


def test_all_fields_in_the_contracts_order():
    assert list(
        better(
            title="Dune: House Atreides",
            authors=("Brian Herbert",),
            covers=(COVER.format(1),),
            description="Sand.",
            language="en",
            published=PublishDate(date(1999, 10, 5), "day"),
            genres=("Fiction",),
        )
    ) == list(SAID)


@pytest.mark.parametrize(
    ("ours", "theirs", "new"),
    [
        ("Sapiens", "Sapiens: A Brief History of Humankind", True),
        ("Sapiens: A Brief History of Humankind", "Sapiens", False),
        ("The Great Gatsby", "Great Gatsby", False),
        ("The Hobbit", "The hobbit", False),
        ("the hobbit", "The Hobbit", True),
        ("DUNE", "Dune", True),
        ("Zolty", "Żółty", True),
        ("Żółty", "Zolty", False),
        ("The Hunger Games", "The Hunger Games (The Hunger Games, #1)", False),
        ("Farenheit 451", "Fahrenheit 451", True),
    ],
)
def test_title(ours, theirs, new):
    assert better({"title": ours}, title=theirs) == ({"title": theirs} if new else {})


@pytest.mark.parametrize(
    ("ours", "new"),
    [
        ("Sapiens", None),
        ("Sapiens: A Brief History", "Sapiens: A Brief History of Humankind"),
        ("Sapeins", "Sapiens"),
    ],
)
def test_a_subtitle_is_taken_where_we_have_one(ours, new):
    found = {"title": "Sapiens", "subtitle": "A Brief History of Humankind"}
    assert better({"title": ours}, **found) == ({"title": new} if new else {})


@pytest.mark.parametrize(
    ("ours", "theirs", "new"),
    [
        (["J.R.R. Tolkien"], ["Tolkien, J. R. R."], None),
        (["A. Hunt", "David Thomas"], ["David Thomas", "Andrew Hunt"], None),
        (["Terry Pratchett", "Neil Gaiman"], ["Neil Gaiman"], None),
        (["Terry Pratchett"], [], None),
        (["Neil Gaiman"], ["Terry Pratchett", "Neil Gaiman"], ["Neil Gaiman", "Terry Pratchett"]),
        (["lem"], ["Stanisław Lem"], ["Stanisław Lem"]),
        (["Stanisław Lem"], ["Stanisław Lem", "Lem, Stanislaw"], None),
        (["Boleslaw Prus"], ["Bolesław Prus"], ["Bolesław Prus"]),
        (["Frank Herbert"], ["Jane Austen"], ["Jane Austen"]),
        (["Lew Tołstoj"], ["Leo Tolstoy"], None),
        (["Lew Tołstoj", "Jan Kott"], ["Jan Kott", "Leo Tolstoy"], None),
        (["Stephen King"], ["Stephen King", "Owen King"], ["Stephen King", "Owen King"]),
    ],
)
def test_authors(ours, theirs, new):
    assert better({"authors": ours}, authors=tuple(theirs)) == ({"authors": new} if new else {})


def test_names_that_nobody_may_type_in_are_left_out():
    assert better(authors=("Frank Herbert", "A;B", "x" * 301)) == {}
    crowd = tuple(f"{chr(97 + n // 26) * 5} {chr(97 + n % 26) * 5}" for n in range(60))
    assert len(better(authors=("Frank Herbert", *crowd))["authors"]) == 50


class TestCovers:
    def test_the_best_that_may_be_shown_is_added_behind(self):
        ours = [COVER.format(1)]
        covers = ("https://elsewhere.example/a.jpg", COVER.format(2), COVER.format(3))
        assert better({"coverImages": ours}, covers=covers) == {
            "coverImages": [COVER.format(1), COVER.format(2)]
        }

    def test_none_twice_and_none_from_hosts_that_we_do_not_show(self):
        ours = [COVER.format(1)]
        assert better({"coverImages": ours}, covers=(COVER.format(1), COVER.format(2))) == {}
        assert better(covers=("https://elsewhere.example/a.jpg",)) == {}

    def test_no_more_than_ten(self):
        ours = [COVER.format(number) for number in range(10)]
        assert better({"coverImages": ours}, covers=(COVER.format(11),)) == {}


def test_description():
    assert better({"description": "Sand.\n\nWorms."}, description="Sand. Worms.") == {}
    assert better({"description": "Sand."}, description="") == {}
    assert better({"description": "Sand."}, description="Spice.") == {"description": "Spice."}


@pytest.mark.parametrize(
    ("ours", "theirs", "new"),
    [("", "en", "en"), ("en", "", None), ("en-GB", "en", None), ("en", "pl", "pl")],
)
def test_language(ours, theirs, new):
    assert better({"language": ours}, language=theirs) == ({"language": new} if new else {})


@pytest.mark.parametrize("precision", ["year", "month"])
def test_part_of_a_date_fills_a_blank_and_replaces_nothing(precision):
    published = PublishDate(NEW_YEAR, precision)
    assert better(published=published) == {"publishedDate": NEW_YEAR}
    assert better({"publishedDate": date(2001, 2, 3)}, published=published) == {}


def test_a_whole_date_replaces_another():
    published = PublishDate(date(1965, 8, 1), "day")
    assert better({"publishedDate": NEW_YEAR}, published=published) == {
        "publishedDate": date(1965, 8, 1)
    }


class TestGenres:
    def test_new_ones_come_behind_whatever_the_case(self):
        assert better({"genres": ["Poetry"]}, genres=("POETRY", "Art", "art", " ")) == {
            "genres": ["Poetry", "Art"]
        }
        assert better({"genres": ["Poetry"]}, genres=("poetry", "x" * 101)) == {}

    def test_no_more_than_twenty(self):
        found = tuple(f"Genre {number}" for number in range(30))
        assert len(better({"genres": ["Poetry"]}, genres=found)["genres"]) == 20


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (Change("description", "", "Sand."), None, "Sand."),
        (Change("genres", [], ["Poetry"]), [], ["Poetry"]),
        (Change("publishedDate", None, NEW_YEAR), None, "1965-01-01"),
    ],
)
def test_values_are_told_as_the_book_shows_them(change, old, new):
    assert (change.told()["old"], change.told()["new"]) == (old, new)


def test_a_change_that_is_applied_has_no_reason():
    (change,) = proposed(SAID, BookRecord(title="Dune", published=PublishDate(NEW_YEAR, "year")))
    assert change.told() == {
        "field": "publishedDate",
        "old": None,
        "new": "1965-01-01",
        "applied": True,
    }


def test_one_invalid_value_holds_all_others_back():
    changes = [
        Change("title", "Dune", "x" * 501),
        Change("language", "", "en"),
        Change("authors", ["A"], ["B;C"]),
    ]

    ruled = held_back(changes, lambda change: "locked" if change.field == "authors" else "")

    assert [change.reason for change in ruled] == ["invalid", "held_back", "locked"]


@pytest.mark.parametrize("title", ["<i>Dune</i> Messiah", "x" * 501, "Du\x00ne"])
def test_a_title_that_is_none_is_invalid(title):
    (change,) = held_back([Change("title", "Dune", title)], lambda _change: "")
    assert change.reason == "invalid"
    assert better(authors=("<b>Frank</b> Herbert",), genres=("<i>Sand</i>", "Worms")) == {
        "genres": ["Worms"]
    }


def test_what_is_not_applied_anyway_holds_nothing_back():
    changes = [Change("title", "Dune", "x" * 501), Change("language", "", "en")]
    ruled = held_back(changes, lambda change: "locked" if change.field == "title" else "")
    assert [change.reason for change in ruled] == ["locked", ""]
