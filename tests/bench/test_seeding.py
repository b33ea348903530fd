"""A tiny catalog, written as the bench writes its large one, holds what triggers would keep."""

import os
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from bench import rows, seeding

pytestmark = pytest.mark.django_db
WORKS = 200
LINK = "author_id, work_id"
KEPT = {
    "works": ("id", "search_vector, publish_year", "search_vector = NULL, publish_year = NULL"),
    "author_works": (LINK, "title_key, publish_year, listed, owner_user_id", "position = position"),
    "user_works": ("user_id, work_id", "title_key, publish_year", "title_key = ''"),
    "user_authors": ("user_id, author_id", "name_key", "name_key = ''"),
}


@pytest.fixture
def seeded():
    """Give a connection of the owner, who has written everything and commits nothing."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    with psycopg.connect(url.geturl()) as owner:
        seeding.fill(owner, WORKS)
        yield owner
        owner.rollback()


def _count(owner, table):
    return owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_there_are_as_many_rows_as_asked_for(seeded):
    tables = ("works", "editions", "authors", "users", "memberships", "user_works")
    counted = {table: _count(seeded, table) for table in tables}
    assert counted == {
        "works": 200,
        "editions": 308,
        "authors": 158,
        "users": 2 + rows.PUBLISHERS,
        "memberships": rows.PUBLISHERS,
        "user_works": 100 + 50,
    }


@pytest.mark.parametrize("table", KEPT)
def test_what_triggers_keep_is_as_they_would_have_it(seeded, table):
    key, columns, touched = KEPT[table]
    kept = f"SELECT {columns} FROM {table} ORDER BY {key}"
    before = seeded.execute(kept).fetchall()
    seeded.execute(f"UPDATE {table} SET {touched}")
    after = seeded.execute(kept).fetchall()
    assert before
    assert before == after


def test_every_isbn_can_be_looked_up(seeded):
    listed = seeded.execute("SELECT isbn13, edition_id FROM edition_isbns ORDER BY 1").fetchall()
    given = "SELECT isbn13, id FROM editions WHERE isbn13 IS NOT NULL ORDER BY 1"
    assert listed == seeded.execute(given).fetchall()


def test_profiles_count_what_stands_on_shelves(seeded):
    counted = seeded.execute(
        "SELECT u.email, p.work_count, p.author_count FROM profiles p JOIN users u ON"
        " u.id = p.user_id WHERE u.email LIKE 'reader%' ORDER BY 1"
    ).fetchall()
    assert counted == [("reader0@bench.example", 100, 158), ("reader1@bench.example", 50, 10)]


def test_the_triggers_are_on_again(seeded):
    off = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'"
    assert seeded.execute(off).fetchall() == []


def test_the_data_is_the_same_each_time():
    first, second = (rows.Catalog(rows.Sizes(50)) for _ in range(2))
    for table in ("authors", "works", "links", "editions", "shelves", "followed"):
        assert list(getattr(first, table)()) == list(getattr(second, table)())


def test_the_big_shelf_grows_to_the_limit_and_the_rest_in_proportion():
    sizes = rows.Sizes(1_000_000)
    assert (sizes.editions, sizes.authors, sizes.readers) == (1_540_000, 790_000, 2_000)
    assert (sizes.big_shelf, sizes.shelf) == (5_000, 50)
