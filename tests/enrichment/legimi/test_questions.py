"""What is asked about a work: the names under which its reader knows it."""

import pytest

from config.row_security import SYSTEM, acting_as
from enrichment.legimi.questions import MOST_TITLES, ShelfRow, questions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(reader):
    work = factories.WorkFactory(title="The Invincible")
    factories.UserWorkFactory(user=reader, work=work)
    return work


def asked(user, work):
    row = ShelfRow(user.pk, work.pk)
    with acting_as(SYSTEM):
        return questions([row]).get(row)


def edition(work, title, language="pl", owner=None):
    return factories.EditionFactory(work=work, title=title, language=language, owner_user=owner)


def choose(user, edition):
    factories.EditionChoiceFactory(user=user, edition=edition)


def test_a_work_has_its_title_and_its_authors_in_order(reader, work):
    for position, name in enumerate(("Stanisław Lem", "Bill Johnston")):
        author = factories.AuthorFactory(name=name)
        factories.AuthorWorkFactory(work=work, author=author, position=position)
    sought = asked(reader, work)
    assert sought.titles == ("The Invincible",)
    assert sought.authors == ("Stanisław Lem", "Bill Johnston")


def test_a_polish_edition_comes_before_the_works_title(reader, work):
    edition(work, "Der Unbesiegbare", "de")
    edition(work, "Niezwyciężony", "pl-PL")
    assert asked(reader, work).titles == ("Niezwyciężony", "The Invincible")


def test_the_edition_that_the_reader_chose_comes_first(reader, other_reader, work):
    edition(work, "Niezwyciężony")
    choose(reader, edition(work, "Niezwyciężony i inne"))
    factories.UserWorkFactory(user=other_reader, work=work)
    assert asked(reader, work).titles[0] == "Niezwyciężony i inne"
    assert asked(other_reader, work).titles == (
        "Niezwyciężony",
        "Niezwyciężony i inne",
        "The Invincible",
    )


def test_one_title_is_one_however_it_is_spelt(reader, work):
    edition(work, "THE INVINCIBLE!")
    assert asked(reader, work).titles == ("THE INVINCIBLE!",)


def test_the_works_own_title_is_never_crowded_out(reader, work):
    for number in range(5):
        edition(work, f"Niezwyciężony, wydanie {number}")
    titles = asked(reader, work).titles
    assert (len(titles), titles[-1]) == (MOST_TITLES, "The Invincible")


def test_what_one_reader_typed_in_asks_for_nobody_else(reader, other_reader, work):
    edition(work, "Niezwyciężony", owner=other_reader)
    factories.UserWorkFactory(user=other_reader, work=work)
    assert asked(reader, work).titles == ("The Invincible",)
    assert asked(other_reader, work).titles == ("Niezwyciężony", "The Invincible")


def test_a_work_that_has_left_the_shelf_is_left_out(other_reader, work):
    assert asked(other_reader, work) is None
