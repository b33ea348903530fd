"""Which work of the catalog a row is."""

import pytest

from config.row_security import SYSTEM, Actor, acting_as
from enrichment.library import matching
from enrichment.library.records import LibraryRow
from tests import factories, sql

pytestmark = pytest.mark.django_db

ISBN = "9780156027601"
OPENLIBRARY, BY_ISBN, TITLE = "openlibrary", "isbn", "title"


def work(title, *authors, isbn=None, edition_title=None, owner=None, **columns):
    """Make a work by authors, given as names or as rows, with an edition if it has an ISBN."""
    made = factories.WorkFactory(title=title, owner_user=owner, **columns)
    for position, author in enumerate(authors):
        named = {"author__name": author, "author__owner_user": owner}
        told = named if isinstance(author, str) else {"author": author}
        factories.AuthorWorkFactory(work=made, position=position, **told)
    if isbn:
        edition = factories.EditionFactory(
            work=made, title=edition_title or title, isbn13=None, owner_user=owner
        )
        with acting_as(SYSTEM):
            sql.insert(
                "edition_isbns",
                isbn13=isbn,
                edition_id=edition.pk,
                owner_user_id=owner and owner.pk,
            )
    return made.pk


def row(title="Dune", *authors, isbn=None, bare=None, **columns):
    """Give a row; `bare` is its title without the series."""
    isbns = (isbn,) if isbn else ()
    shown = title if bare is None else bare
    return LibraryRow(
        line=2, title=shown, full_title=title, authors=authors, isbns=isbns, **columns
    )


@pytest.fixture
def match(reader):
    def matched(*rows):
        with acting_as(Actor(role="user", user_id=reader.pk)):
            found = matching.matches(rows, reader.pk)
        return found[0] if len(rows) == 1 else found

    return matched


class TestOpenLibraryIds:
    def test_a_work_an_old_id_and_an_edition(self, match):
        made = work("Dune", openlibrary_id="OL893415W")
        factories.OpenLibraryAliasFactory(openlibrary_id="OL1W", target="OL893415W")
        edition = factories.EditionFactory(work_id=made)
        found = match(
            row("", openlibrary_work="OL893415W"),
            row("", openlibrary_work="OL1W"),
            row("", openlibrary_edition=edition.openlibrary_id),
            row("", openlibrary_work="OL404W"),
        )
        assert [each.work_id for each in found] == [made, made, made, None]
        assert {each.how for each in found} == {OPENLIBRARY, None}


class TestIsbn:
    @pytest.mark.parametrize("title", ["Dune", "DUNE", "Dune (Dune Chronicles, #1)"])
    def test_with_a_like_title(self, match, title):
        made = work("Dune", "Frank Herbert", isbn=ISBN)
        assert match(row(title, "Frank Herbert", isbn=ISBN)) == (made, BY_ISBN, None)

    def test_a_translation_under_the_title_of_its_edition_or_none_that_is_like_it(self, match):
        made = work("The Little Prince", "Antoine de Saint-Exupéry", isbn=ISBN)
        assert match(row("Mały Książę", "Antoine de Saint-Exupéry", isbn=ISBN)).work_id == made

    def test_without_a_title(self, match):
        assert match(row("", isbn=ISBN)).work_id is None
        made = work("Dune", "Frank Herbert", isbn=ISBN)
        assert match(row("", isbn=ISBN)).work_id == made

    def test_of_another_book_is_not_believed(self, match):
        work("Gardening for Beginners", "Jane Doe", isbn=ISBN)
        asked = row("Dune", "Frank Herbert", isbn=ISBN)
        assert match(asked) == (None, None, matching.OTHER_BOOK)
        made = work("Dune", "Frank Herbert")
        assert match(asked) == (made, TITLE, None)

    def test_on_several_works_is_that_of_the_like_one(self, match):
        work("Dune Messiah", "Frank Herbert", isbn=ISBN)
        made = work("Dune", "Frank Herbert", isbn=ISBN)
        work("Children of Dune", "Frank Herbert", isbn=ISBN)
        assert match(row("Dune", "Frank Herbert", isbn=ISBN)).work_id == made


class TestTitle:
    @pytest.mark.parametrize(
        ("title", "bare", "author"),
        [
            ("The Way of Kings", None, "Brandon Sanderson"),
            ("the way of KINGS", None, "Sanderson, Brandon"),
            ("The Way of Kings (Stormlight, #1)", "The Way of Kings", "B. Sanderson"),
            ("The Way of Kings: A Novel", None, "Brandon Sanderson"),
        ],
    )
    def test_however_it_is_written(self, match, title, bare, author):
        made = work("The Way of Kings", "Brandon Sanderson")
        assert match(row(title, author, bare=bare)) == (made, TITLE, None)

    def test_a_subtitle_that_the_catalog_alone_has(self, match):
        made = work("Sapiens: A Brief History of Humankind", "Yuval Noah Harari")
        assert match(row("Sapiens", "Yuval Noah Harari")).work_id == made

    def test_another_author_nobody_or_another_book_is_no_match(self, match):
        work("Dune", "Frank Herbert")
        asked = (row("Dune", "Jane Doe"), row("Dune"), row("Dune Messiah", "Frank Herbert"))
        assert match(*asked) == [(None, None, None)] * 3

    def test_a_common_title_is_found_from_its_author(self, match):
        for number in range(60):
            work("Poems", f"Poet {number}")
        made = work("Poems", "Wisława Szymborska")
        assert match(row("Poems", "Wisława Szymborska")).work_id == made

    def test_several_books_are_not_guessed_at_unless_the_year_tells(self, match):
        work("Poems", "John Smith", first_publish_year=1901)
        made = work("Poems", "John Smith", first_publish_year=1950)
        assert match(row("Poems", "John Smith")) == (None, None, matching.AMBIGUOUS)
        assert match(row("Poems", "John Smith", original_year=1950)).work_id == made

    def test_several_records_of_one_book_are_one(self, match):
        author = factories.AuthorFactory(name="John Smith")
        first = work("Poems", author)
        work("Poems", author)
        assert match(row("Poems", "John Smith")).work_id == first


class TestOwn:
    def test_the_readers_own_come_first_and_anothers_not_at_all(self, match, reader, other_reader):
        work("Dune", "Frank Herbert", owner=other_reader)
        assert match(row("Dune", "Frank Herbert")).work_id is None
        work("Dune", "Frank Herbert")
        own = work("Dune", "Frank Herbert", owner=reader)
        assert match(row("Dune", "Frank Herbert")) == (own, TITLE, None)

    def test_one_that_stands_as_the_row_does_is_it(self, match, reader):
        own = work("Lecture notes", owner=reader)
        assert match(row("Lecture notes")).work_id == own
