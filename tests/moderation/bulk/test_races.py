"""Two moderators who take many books a step at once."""

import threading
from contextlib import suppress

import pytest
from django.db import connection

from config.row_security import Actor, acting_as
from moderation.bulk import running
from moderation.bulk.running import Tally
from moderation.bulk.steps import STEPS
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_authors_whom_both_name_hold_neither_of_them_up(monkeypatch):
    """Book by book, each would hold the author whom the other waits for."""
    moderator, step = factories.UserFactory(is_staff=True), STEPS["finalize"]
    both_have_one, take = threading.Barrier(2), type(step).take

    def take_and_meet(self, row, reason):
        take(self, row, reason)
        with suppress(threading.BrokenBarrierError):
            both_have_one.wait(0.5)

    monkeypatch.setattr(type(step), "take", take_and_meet)
    tallies = [Tally(), Tally()]
    orders = [["Ann", "Bob"], ["Bob", "Ann"]]
    chosen = [[factories.BookFactory(authors=[name]).pk for name in order] for order in orders]

    def run(number):
        try:
            with acting_as(Actor("staff", moderator.pk)):
                running.take(step, chosen[number], "", tallies[number])
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(tally.done, tally.reasons) for tally in tallies] == [(2, {}), (2, {})]
