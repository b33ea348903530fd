"""Every rule of the catalog's tables, held by PostgreSQL alone: bare SQL, no form, no ORM."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

import pgtrigger
import pytest

from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import factories, sql
from tests.factories import isbn13

pytestmark = pytest.mark.django_db

OWNER, OTHER, ACME, OTHER_HOUSE, SOURCE = (UUID(int=n) for n in range(1, 6))
WORK, EDITION, BOOK, GENRE, OTHER_GENRE = (UUID(int=n) for n in range(11, 16))
OTHER_WORK, MERGE = UUID(int=16), UUID(int=17)
NOW = datetime(2025, 1, 15, tzinfo=UTC)
TAKEN_ISBN, OWNERS_ISBN, FREE_ISBN = isbn13(1), isbn13(2), isbn13(3)
BAD_ISBN = FREE_ISBN[:-1] + str((int(FREE_ISBN[-1]) + 1) % 10)

MANUAL = {"manual": True, "owner_user_id": OWNER, "openlibrary_id": None}
FROM_BOOK = {"openlibrary_id": None, "book_id": SOURCE}
OF_MEMBER = {"publisher_id": None, "created_by_id": OWNER}
PLACED = {"edition_id": EDITION, "finalized_at": NOW}
ACTIVE, INACTIVE = {"status": "ACTIVE", **PLACED}, {"status": "INACTIVE", **PLACED}
LIVING = {"status": "merged", "undone_at": None}
SENT_BACK = {"sent_back_at": NOW, "sent_back_reason": "No cover."}
FAUST = {**OF_MEMBER, "title": "Faust", "authors": ["Goethe", "Marlowe"]}

VALID = {
    "authors": {"id": new_id, "name": "Jane", "openlibrary_id": "OL9A"},
    "works": {"id": new_id, "title": "Work", "openlibrary_id": "OL9W"},
    "editions": {"id": new_id, "title": "Edition", "openlibrary_id": "OL9M", "work_id": WORK},
    "edition_isbns": {"edition_id": EDITION, "isbn13": FREE_ISBN},
    "openlibrary_aliases": {"openlibrary_id": "OL8A", "target": "OL9A"},
    "merges": {
        "id": new_id,
        "kind": "work",
        "status": "undone",
        "undone_at": NOW,
        "merged_id": OTHER_WORK,
        "merged_name": "Work",
        "kept_id": WORK,
        "kept_name": "Work",
        "row": "{}",
        "kept_before": "{}",
        "counts": "{}",
        "stayed": 0,
    },
    "merge_moves": {"merge_id": MERGE, "kind": "edition", "before": "{}"},
    "genres": {"id": new_id, "name": "Drama"},
    "books": {
        "id": new_id,
        "title": "Book",
        "authors": ["Jane"],
        "isbn13": FREE_ISBN,
        "price": 1,
        "publisher_id": ACME,
        "cover_images": "{}",
        "locked_fields": "{}",
    },
    "book_genres": {"book_id": BOOK, "genre_id": OTHER_GENRE, "position": 0},
    "idempotent_answers": {
        "id": new_id,
        "publisher_id": ACME,
        "key": "second",
        "fingerprint": "f" * 64,
    },
}


def _of_catalog_table(table, letter, text):
    """Give the rules that authors, works and editions share: (refused, taken)."""
    refused = {
        "manual_owner": [
            {"manual": True, "openlibrary_id": None},
            {"owner_user_id": OWNER},
        ],
        "manual_or_ol": [
            {"openlibrary_id": None},
            {**MANUAL, "openlibrary_id": f"OL9{letter}"},
            {**MANUAL, "book_id": SOURCE},
            {"book_id": SOURCE},
        ],
        "openlibrary_id_form": [
            {"openlibrary_id": olid.format(letter)}
            for olid in (
                "OL0{}",
                "OL{}",
                "ol9{}",
                "OL9",
                " OL9{}",
                "OL9{}\n",
                "OL\u0669{}",
                "OL9{}X",
            )
        ],
        "openlibrary_id_unique": [{"openlibrary_id": f"OL1{letter}"}],
        f"{text}_not_empty": [{text: ""}, {text: " \t\r\n"}],
    }
    taken = {
        "manual_owner": [MANUAL],
        "manual_or_ol": [{}, MANUAL, FROM_BOOK],
        "openlibrary_id_form": [{"openlibrary_id": f"OL{n}{letter}"} for n in (2, 10, 10**9)],
        "openlibrary_id_unique": [{"openlibrary_id": f"OL11{letter}"}, FROM_BOOK],
        f"{text}_not_empty": [{text: " x "}],
    }
    return _rows(table, refused), _rows(table, taken)


def _rows(table, rules):
    return [(f"{table}_{rule}", table, columns) for rule, rows in rules.items() for columns in rows]


AUTHORS, WORKS, EDITIONS = (
    _of_catalog_table(table, letter, text)
    for table, letter, text in (
        ("authors", "A", "name"),
        ("works", "W", "title"),
        ("editions", "M", "title"),
    )
)

REFUSED = [
    *AUTHORS[0],
    *WORKS[0],
    *EDITIONS[0],
    *_rows("works", {"first_publish_year_range": [{"first_publish_year": y} for y in (-1, 10000)]}),
    *_rows(
        "editions",
        {
            "publish_year_range": [{"publish_year": -1}, {"publish_year": 10000}],
            "isbn13_valid": [{"isbn13": BAD_ISBN}, {"isbn13": ""}],
            "isbn13_unique": [{"isbn13": TAKEN_ISBN}, {**FROM_BOOK, "isbn13": TAKEN_ISBN}],
            "isbn13_unique_per_owner": [{**MANUAL, "isbn13": OWNERS_ISBN}],
        },
    ),
    ("edition_isbns_isbn13_valid", "edition_isbns", {"isbn13": BAD_ISBN}),
    *_rows(
        "openlibrary_aliases",
        {
            "form": [{"target": "OL9W"}, {"target": "/authors/OL9A"}, {"openlibrary_id": "OL0A"}],
            "not_itself": [{"target": "OL8A"}],
        },
    ),
    *_rows(
        "merges",
        {
            "kind_known": [{"kind": "x"}],
            "status_known": [{"status": "x"}],
            "not_itself": [{"merged_id": WORK}],
            "undone_has_time": [{"status": "merged"}, {"undone_at": None}],
            "one_living": [LIVING],
        },
    ),
    ("merge_moves_kind_known", "merge_moves", {"kind": "x"}),
    ("merge_moves_readers_are_named", "merge_moves", {"kind": "shelf"}),
    *_rows(
        "genres",
        {
            "name_unique": [{"name": "Poetry"}, {"name": "POETRY"}, {"name": "\u3000poetry "}],
            "name_not_empty": [{"name": ""}, {"name": "\t "}],
        },
    ),
    ("book_genres_unique", "book_genres", {"genre_id": GENRE, "position": 1}),
    ("book_genres_position_check", "book_genres", {"position": -1}),
    ("idempotent_answers_key_unique", "idempotent_answers", {"key": "first"}),
    *_rows(
        "books",
        {
            "isbn13_unique": [{"isbn13": TAKEN_ISBN}, {**OF_MEMBER, "isbn13": TAKEN_ISBN}],
            "title_authors_unique": [
                {**FAUST, "title": "faust"},
                {**FAUST, "title": " FAUST", "authors": ["marlowe", "GOETHE", "Goethe"]},
                {**FAUST, "created_by_id": OTHER, "authors": ["Marlowe", "Goethe"]},
            ],
            "isbn13_valid": [{"isbn13": BAD_ISBN}, {"isbn13": ""}],
            "title_not_empty": [{"title": ""}, {"title": "\n \t"}],
            "has_author": [{"authors": []}],
            "price_range": [{"price": Decimal(p)} for p in ("-0.01", "-1", "NaN")],
            "currency_form": [
                {"currency": c} for c in ("usd", "US", "", "U D", "US1", "ÜSD", "US\n")
            ],
            "description_length": [{"description": "x" * 10_001}],
            "cover_images_limit": [{"cover_images": [f"https://x/{n}" for n in range(11)]}],
            "format_known": [{"book_format": "hardcover"}, {"book_format": "Vinyl"}],
            "publisher_complete": [{"isbn13": None}, {"price": None}],
            "pending_has_submitter": [{"publisher_id": None}],
            "finalized_is_placed": [PLACED, {"edition_id": EDITION}, {"finalized_at": NOW}],
            "born_pending": [ACTIVE, INACTIVE],
        },
    ),
]
TAKEN = [
    *AUTHORS[1],
    *WORKS[1],
    *EDITIONS[1],
    *_rows(
        "works", {"first_publish_year_range": [{"first_publish_year": y} for y in (0, 9999, None)]}
    ),
    *_rows(
        "editions",
        {
            "publish_year_range": [{"publish_year": y} for y in (0, 9999, None)],
            "isbn13_valid": [{"isbn13": FREE_ISBN}, {"isbn13": None}],
            "isbn13_unique": [{"isbn13": OWNERS_ISBN}, {**MANUAL, "isbn13": TAKEN_ISBN}],
            "isbn13_unique_per_owner": [{**MANUAL, "owner_user_id": OTHER, "isbn13": OWNERS_ISBN}],
        },
    ),
    ("edition_isbns_isbn13_valid", "edition_isbns", {"isbn13": FREE_ISBN}),
    *_rows(
        "openlibrary_aliases",
        {
            "form": [{"openlibrary_id": f"OL8{x}", "target": f"OL9{x}"} for x in "AWM"],
            "not_itself": [{}],
        },
    ),
    *_rows(
        "merges",
        {
            "kind_known": [{}],
            "status_known": [{"status": "undoing"}],
            "not_itself": [{}],
            "undone_has_time": [{}],
            "one_living": [{}, {**LIVING, "merged_id": WORK, "kept_id": OTHER_WORK}],
        },
    ),
    ("merge_moves_kind_known", "merge_moves", {"kind": "link"}),
    ("merge_moves_readers_are_named", "merge_moves", {"kind": "shelf", "user_id": OWNER}),
    *_rows("genres", {"name_unique": [{"name": "Poetry & Drama"}], "name_not_empty": [{}]}),
    ("book_genres_unique", "book_genres", {"position": 0}),
    ("book_genres_position_check", "book_genres", {"position": 0}),
    *[
        ("idempotent_answers_key_unique", "idempotent_answers", columns)
        for columns in ({"key": "First"}, {"key": "first", "publisher_id": OTHER_HOUSE})
    ],
    *_rows(
        "books",
        {
            "isbn13_unique": [{}, {**OF_MEMBER, "isbn13": None}],
            "title_authors_unique": [
                {**FAUST, "authors": ["Goethe"]},
                {"title": "Faust", "authors": ["Marlowe", "Goethe"]},
            ],
            "isbn13_valid": [{**OF_MEMBER, "isbn13": None}],
            "title_not_empty": [{"title": "ﷺ"}],
            "has_author": [{"authors": ["Jane"]}],
            "price_range": [{"price": 0}, {"price": Decimal("999999.99")}],
            "currency_form": [{"currency": "PLN"}],
            "description_length": [{"description": "ż" * 10_000}],
            "cover_images_limit": [
                {"cover_images": [f"https://x/{n}" for n in range(10)]},
                {"cover_images": "{}"},
            ],
            "format_known": [
                {"book_format": f} for f in ("", "Hardcover", "Paperback", "Ebook", "Audiobook")
            ],
            "publisher_complete": [{**OF_MEMBER, "isbn13": None, "price": None}],
            "pending_has_submitter": [OF_MEMBER, {"created_by_id": OWNER}],
            "finalized_is_placed": [{"status": "PENDING"}],
            "born_pending": [{"status": "PENDING"}],
        },
    ),
]
# What a trigger refuses before the rule is asked, so the rule is met with the trigger set aside.
BEHIND_TRIGGERS = [
    ("books_status_known", {**INACTIVE, "status": "DELETED"}, INACTIVE),
    ("books_status_known", {**ACTIVE, "status": "active"}, ACTIVE),
    ("books_finalized_is_placed", {"status": "ACTIVE"}, ACTIVE),
    ("books_finalized_is_placed", {"status": "ACTIVE", "edition_id": EDITION}, INACTIVE),
    ("books_finalized_is_placed", {"status": "INACTIVE", "finalized_at": NOW}, INACTIVE),
    ("books_sent_back_is_pending", {"sent_back_at": NOW}, SENT_BACK),
    ("books_sent_back_is_pending", {"sent_back_reason": "Why?"}, SENT_BACK),
    ("books_sent_back_is_pending", {**ACTIVE, **SENT_BACK}, ACTIVE),
    (
        "books_sent_back_reason_length",
        {**SENT_BACK, "sent_back_reason": "x" * 2001},
        {**SENT_BACK, "sent_back_reason": "x" * 2000},
    ),
    ("books_pending_has_submitter", {"publisher_id": None}, {**ACTIVE, "publisher_id": None}),
    ("books_title_authors_unique", {**FAUST, **ACTIVE}, {**FAUST, **INACTIVE}),
]
RULES_IN_TRIGGERS = {"books_born_pending"}
_insert = partial(sql.insert_valid, VALID)


@pytest.fixture(scope="module")
def world(module_rows):
    """One row of each kind, for the new rows to collide with or to hang on."""
    factories.UserFactory(id=OWNER)
    factories.UserFactory(id=OTHER)
    factories.PublisherFactory(id=ACME)
    factories.PublisherFactory(id=OTHER_HOUSE)
    with acting_as(SYSTEM):
        _insert("authors", openlibrary_id="OL1A")
        _insert("works", id=WORK, openlibrary_id="OL1W")
        _insert("works", id=OTHER_WORK, openlibrary_id="OL77W")
        _insert("merges", id=MERGE, **LIVING)
        _insert("editions", id=EDITION, openlibrary_id="OL1M", isbn13=TAKEN_ISBN)
        _insert("editions", **MANUAL, isbn13=OWNERS_ISBN)
        _insert("books", id=SOURCE, isbn13=isbn13(4))
        _insert("books", id=BOOK, **FAUST, isbn13=TAKEN_ISBN)
        _insert("genres", id=GENRE, name="Poetry")
        _insert("genres", id=OTHER_GENRE, name="Essays")
        _insert("book_genres", genre_id=GENRE)
        _insert("idempotent_answers", key="first")


@pytest.fixture(autouse=True)
def _as_system(world, db):
    with acting_as(SYSTEM):
        yield


@pytest.mark.parametrize(("constraint", "table", "columns"), REFUSED)
def test_a_row_that_breaks_a_rule_is_refused_by_it(constraint, table, columns):
    with sql.refused_by(constraint):
        _insert(table, **columns)


@pytest.mark.parametrize(("constraint", "table", "columns"), TAKEN)
def test_a_row_at_the_edge_of_a_rule_is_taken(constraint, table, columns):
    assert _insert(table, **columns) == 1


@pytest.mark.parametrize("blank", ["\u00a0", "\u2007", "\u202f"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("authors", "name"),
        ("works", "title"),
        ("editions", "title"),
        ("genres", "name"),
        ("books", "title"),
    ],
)
def test_a_no_break_space_alone_is_no_name(table, column, blank):
    with sql.refused_by(f"{table}_{column}_not_empty"):
        _insert(table, **{column: blank})


@pytest.mark.parametrize(("constraint", "refused", "taken"), BEHIND_TRIGGERS)
def test_a_rule_holds_when_the_triggers_are_set_aside(constraint, refused, taken):
    with pgtrigger.ignore("catalog.Book:born_pending"):
        with sql.refused_by(constraint):
            _insert("books", **refused)
        assert _insert("books", **taken) == 1


def test_an_isbn_stands_on_several_editions_but_on_each_once():
    with acting_as(SYSTEM):
        _insert("editions", id=(second := new_id()), isbn13=None)
        _insert("edition_isbns", edition_id=second, isbn13=TAKEN_ISBN)
        with sql.refused_by("edition_isbns_pkey"):
            _insert("edition_isbns", edition_id=second, isbn13=TAKEN_ISBN)


def test_one_edition_stands_for_a_work_to_a_reader():
    choice = {"user_id": OWNER, "work_id": WORK}
    with acting_as(SYSTEM):
        sql.insert("edition_choices", **choice, edition_id=EDITION)
        _insert("editions", id=(second := new_id()), isbn13=None)
        with sql.refused_by("edition_choices_pkey"):
            sql.insert("edition_choices", **choice, edition_id=second)


def test_an_edition_of_another_work_cannot_be_chosen():
    with acting_as(SYSTEM):
        _insert("works", id=(other := new_id()))
        with sql.refused_by("edition_choices_of_work"):
            sql.insert("edition_choices", user_id=OWNER, work_id=other, edition_id=EDITION)


def test_every_rule_has_its_rows_here():
    rules = sql.rules_of("catalog") | RULES_IN_TRIGGERS
    behind = {constraint for constraint, *_ in BEHIND_TRIGGERS}
    assert {constraint for constraint, *_ in REFUSED} | behind == rules
    assert {constraint for constraint, *_ in TAKEN} | behind == rules
