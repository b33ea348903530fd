"""What readers think of books, in the export of all about them; and that it goes with them."""

import pytest

from accounts import services
from config.row_security import SYSTEM, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db
TABLES = ("user_authors", "user_works", "edition_choices", "ratings", "comments")


def give_opinions(user):
    """Put one row of each kind, on what is everybody's; give the edition and the two books."""
    edition = factories.EditionFactory(title="Solaris, 1961", work__title="Solaris")
    books = [factories.BookFactory(title=title) for title in ("Rated", "Discussed")]
    factories.UserAuthorFactory(user=user)
    factories.UserWorkFactory(user=user, work=edition.work)
    factories.EditionChoiceFactory(user=user, edition=edition)
    factories.RatingFactory(user=user, work=edition.work, score=5)
    factories.RatingFactory(user=user, work=None, book=books[0], score=1)
    factories.CommentFactory(user=user, book=books[1], body="Zażółć\ngęślą")
    return edition, *books


def exported(api, user):
    return api(user).get("/api/profile/export").json()


def test_the_export_tells_what_the_reader_chose_rated_and_said(api, reader, other_reader):
    edition, rated, discussed = give_opinions(reader)
    give_opinions(other_reader)
    export = exported(api, reader)
    (choice,) = export["edition_choices"]
    assert (choice["work_id"], choice["edition_id"], choice["title"]) == (
        str(edition.work_id),
        str(edition.pk),
        "Solaris, 1961",
    )
    ratings = {
        row["title"]: (row["work_id"], row["book_id"], row["score"]) for row in export["ratings"]
    }
    assert ratings == {
        "Solaris": (str(edition.work_id), None, 5),
        "Rated": (None, str(rated.pk), 1),
    }
    (comment,) = export["comments"]
    assert (comment["book_id"], comment["title"]) == (str(discussed.pk), "Discussed")
    assert comment["body"] == "Zażółć\ngęślą"


def test_what_was_said_of_a_book_that_is_hidden_by_now_is_told_too(api, reader):
    """Its comments are seen with it, and are still the reader's."""
    give_opinions(reader)
    assert api(reader).get("/api/profile/export").json()["comments"]
    with acting_as(SYSTEM):
        assert sql.value("SELECT status FROM books WHERE title = 'Discussed'") == "PENDING"


def test_an_account_that_ends_takes_all_of_it_along(reader, other_reader):
    give_opinions(reader)
    give_opinions(other_reader)
    services.delete_account(reader)
    with acting_as(SYSTEM):
        left = {table: sql.ask(f"SELECT DISTINCT user_id FROM {table}") for table in TABLES}
        assert left == {table: [(other_reader.pk,)] for table in TABLES}
        assert sql.value("SELECT count(*) FROM books") == 4
