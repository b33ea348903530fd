"""`check_legimi`: the operator's way to ask Legimi."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Event
from config.row_security import SYSTEM, acting_as
from enrichment.models import LegimiAnswer
from enrichment.stand_in import Fault
from shelves.models import UserWork
from tests import factories
from tests.enrichment.legimi.legimi_bodies import CATALOGUE, has

pytestmark = pytest.mark.django_db


def shelve(user, title="Solaris", **state):
    work = factories.WorkFactory(title=title)
    factories.AuthorWorkFactory(work=work, author__name="Stanisław Lem")
    factories.UserWorkFactory(user=user, work=work, **state)
    return work.pk


def state(user, work):
    with acting_as(SYSTEM):
        return UserWork.objects.get(user=user, work=work).available_in_legimi


def refusal(*args):
    with pytest.raises(CommandError) as refused:
        call_command("check_legimi", *args)
    return refused.value


def test_a_readers_shelf(stand_in, reader, other_reader, capsys):
    has(stand_in)
    works = [shelve(reader), shelve(reader, "Eden")]
    strangers = shelve(other_reader)
    call_command("check_legimi", "--user", "Reader@example.org")
    assert [state(reader, work) for work in works] == [True, False]
    assert state(other_reader, strangers) is None
    assert "2 works checked" in capsys.readouterr().out
    with acting_as(SYSTEM):
        (event,) = Event.objects.filter(name="check_legimi", user=reader)
    assert (event.payload["checked"], event.payload["available"]) == (2, 1)


def test_all_shelves_up_to_a_limit(stand_in, reader, other_reader):
    has(stand_in)
    works = [(user, shelve(user)) for user in (reader, other_reader) for _ in range(2)]
    call_command("check_legimi", "--limit", "3")
    assert sorted(str(state(*pair)) for pair in works) == ["None", "True", "True", "True"]
    call_command("check_legimi")
    assert {state(*pair) for pair in works} == {True}


def test_what_a_reader_filled_in_by_hand_stays(stand_in, reader):
    has(stand_in)
    work = shelve(reader, available_in_legimi=False)
    call_command("check_legimi")
    assert state(reader, work) is False
    assert stand_in.requests == []


def test_a_dry_run_asks_and_writes_nothing(stand_in, reader, capsys):
    has(stand_in)
    shelve(reader)
    call_command("check_legimi", "--user", reader.email)
    asked, work = len(stand_in.requests), shelve(reader, "Eden")
    capsys.readouterr()
    call_command("check_legimi", "--dry-run")
    lines = capsys.readouterr().out.split("\n")
    assert [line.split()[0] for line in lines[2:4]] == ["1", "1"]
    assert (len(stand_in.requests), state(reader, work)) == (asked, None)


def test_works_without_an_answer_make_it_fail(stand_in, reader, capsys):
    has(stand_in)
    silent, answered = shelve(reader, available_in_legimi=None), shelve(reader)
    stand_in.fault(CATALOGUE, Fault.HTML_200, times=1)
    refused = refusal("--user", reader.email)
    assert refused.returncode == 1
    assert "1 of 2 works have no answer" in str(refused)
    assert {state(reader, silent), state(reader, answered)} == {None, True}


def test_a_source_that_is_held_ends_it(stand_in, reader, capsys):
    shelve(reader), shelve(reader, "Eden")
    stand_in.fault(CATALOGUE, Fault.TOO_MANY)
    refused = refusal()
    assert (refused.returncode, len(stand_in.requests)) == (1, 1)
    assert "slow down" in str(refused)
    assert "0 works checked" in capsys.readouterr().out
    with acting_as(SYSTEM):
        assert not LegimiAnswer.objects.exists()


def test_it_refuses_where_legimi_is_switched_off(reader):
    refused = refusal()
    assert refused.returncode == 2
    assert "LEGIMI_ENABLED" in str(refused)


@pytest.mark.parametrize("args", [("--user", "nobody@example.org"), ("--limit", "0")])
def test_it_refuses_what_cannot_work(stand_in, args):
    assert refusal(*args).returncode in (1, 2)
