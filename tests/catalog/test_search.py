"""Catalog search in the database: what is found, in what order, and by whom."""

from __future__ import annotations

import pytest
from django.db import connection

from catalog import search
from catalog.models import Work
from config.row_security import SYSTEM, Actor, acting_as
from tests import factories
from tests.sql import value

pytestmark = pytest.mark.django_db


def titles(q, user=None, *, start=0, size=100):
    with acting_as(Actor("user", user.pk if user else None)):
        found = search.works(q, reader=user and user.pk, start=start, size=size)
    return [work["title"] for work in found.works]


def names(q, user=None, limit=50):
    with acting_as(Actor("user", user.pk if user else None)):
        return [
            author["name"] for author in search.authors(q, reader=user and user.pk, limit=limit)
        ]


def work_by(name, title):
    work = factories.WorkFactory(title=title)
    factories.AuthorWorkFactory(work=work, author=factories.AuthorFactory(name=name))
    return work


@pytest.mark.parametrize(
    ("title", "q"),
    [
        ("Żółć", "zolc"),
        ("Zolc", "żółć"),
        ("STRASSE", "straße"),
        ("Война и мир", "ВОЙНА"),
        ("The Lord of the Rings", "rings lord"),
        ("The Lord of the Rings", "lord rin"),
        ("Either/Or", "or either"),
        ("3.14 and all that", "14"),
        ("Well-known secrets", "known-well"),
        ("C. elegans: a natural history", "history, natural!"),
        ("100% cotton", "cotton 100%"),
    ],
)
def test_finds_a_title_by_its_words(title, q):
    factories.WorkFactory(title=title)
    assert titles(q) == [title]


@pytest.mark.parametrize(
    ("title", "q"),
    [
        ("The Lord of the Rings", "lord rangs"),
        ("A story of art", "of ar"),
        ("Rings of the Lord", "ring lord"),
        ("Anything", "%"),
    ],
)
def test_a_word_stands_for_itself_and_the_last_of_three_letters_for_its_beginning(title, q):
    factories.WorkFactory(title=title)
    assert titles(q) == []


@pytest.mark.parametrize("name", ["J.R.R. Tolkien", "J. R. R. Tolkien"])
@pytest.mark.parametrize("q", ["j.r.r. tolkien", "tolkien j r r", "rings tolk"])
def test_finds_a_work_by_its_author(name, q):
    work_by(name, "The Lord of the Rings")
    assert titles(q) == ["The Lord of the Rings"]


def test_ranks_exact_then_beginning_then_title_words_then_authors():
    work_by("Emma Dune", "A Guide to Sand")
    for title in ("Heretics of Dune", "Dune Messiah", "DUNE"):
        factories.WorkFactory(title=title)
    assert titles("dune") == ["DUNE", "Dune Messiah", "Heretics of Dune", "A Guide to Sand"]


def test_of_equals_a_primary_edition_comes_first_and_then_the_shorter_title():
    edition = factories.EditionFactory(work__title="Poems of a Very Long Winter")
    with acting_as(SYSTEM):
        Work.objects.filter(pk=edition.work_id).update(primary_edition=edition)
    for title in ("Poems of Winter", "Poems of War"):
        factories.WorkFactory(title=title)
    assert titles("poems") == ["Poems of a Very Long Winter", "Poems of War", "Poems of Winter"]


def test_pages_share_one_order():
    for _ in range(7):
        factories.WorkFactory(title="Collected Poems")
    with acting_as(Actor("user")):
        ids = [
            work["id"]
            for start in range(0, 9, 3)
            for work in search.works("poems", reader=None, start=start, size=3).works
        ]
    assert ids == sorted(ids)
    assert len(set(ids)) == 7


def test_leaves_out_what_is_withdrawn_and_what_is_anothers(reader, other_reader):
    factories.WorkFactory(title="Ashes of the press", listed=False)
    factories.WorkFactory(title="Ashes in a drawer", owner_user=other_reader)
    factories.WorkFactory(title="Ashes on a desk", owner_user=reader)
    assert titles("ashes", reader) == titles("desk ashes", reader) == ["Ashes on a desk"]
    assert titles("ashes") == titles("drawer") == []


def test_a_private_author_of_a_shared_work_finds_it_for_nobody(reader):
    work = factories.WorkFactory(title="Beowulf")
    author = factories.AuthorFactory(name="Grandmother", owner_user=reader)
    factories.AuthorWorkFactory(work=work, author=author)
    assert titles("grandmother", reader) == []


@pytest.mark.parametrize(
    "q",
    [
        "978-0-306-40615-7",
        "9780306406157",
        "0-306-40615-2",
        "ISBN 978-0-306-40615-7",
        "isbn-10: 0306406152",
    ],
)
def test_an_isbn_finds_every_work_that_has_it(q, reader, other_reader):
    for title, owner in (("A", None), ("Mine", reader), ("Another's", other_reader)):
        work = factories.WorkFactory(title=title, owner_user=owner)
        factories.EditionFactory(work=work, owner_user=owner, isbn13="9780306406157")
    factories.EditionFactory(work__listed=False, isbn13=None)
    assert sorted(titles(q, reader)) == ["A", "Mine"]


def test_an_isbn_that_nobody_has_finds_nothing():
    factories.WorkFactory(title="9780306406157")
    assert titles("9780306406157") == []


def test_finds_at_most_a_thousand():
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO works (id, title, openlibrary_id)"
            " SELECT gen_random_uuid(), 'Tales ' || n, 'OL' || n || 'W'"
            " FROM generate_series(1, 1100) AS n"
        )
    with acting_as(Actor("user")):
        found = search.works("tales", reader=None, start=980, size=100)
        beyond = search.works("tales", reader=None, start=10**17, size=100)
    assert (len(found.works), found.total) == (20, search.MOST_WORKS)
    assert beyond == ([], search.MOST_WORKS)


def test_authors_are_found_by_words_an_exact_name_first(reader, other_reader):
    for name in ("Homer Hickam", "HOMER", "Winslow Homer", "Hómer", "Homerton"):
        factories.AuthorFactory(name=name)
    factories.AuthorFactory(name="Homer, whom I know", owner_user=reader)
    factories.AuthorFactory(name="Homer of another", owner_user=other_reader)
    exact, others = names("homer", reader)[:2], names("homer", reader)[2:]
    assert set(exact) == {"HOMER", "Hómer"}
    assert others == ["Homerton", "Homer Hickam", "Winslow Homer", "Homer, whom I know"]
    assert names("homer", limit=1)[0] in {"HOMER", "Hómer"}
    assert names("hickam homer") == ["Homer Hickam"]
    assert names("nobody") == []


def test_the_web_does_not_own_what_looks_past_the_policies():
    assert value(
        "SELECT bool_and(prosecdef AND NOT pg_has_role(current_user, proowner, 'USAGE'))"
        " FROM pg_proc WHERE proname IN ('search_works', 'search_authors')"
    )


@pytest.mark.parametrize("q", ["Russkaia literaturnaia", "russkai\ufe20a\ufe21", "literaturnaia"])
def test_half_marks_make_no_difference(q):
    """The Library of Congress writes one Cyrillic letter as two with half a mark over each."""
    title = "Russkai\ufe20a\ufe21 literaturnai\ufe20a\ufe21 usad\u02b9ba"
    factories.WorkFactory(title=title)
    assert titles(q) == [title]
