"""Of those who ask for the same at once, one goes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.errors import NotFoundError, UpstreamError
from enrichment.outside import redis_client, single_flight
from enrichment.outside.answers import NoAnswerError, NoAnswerNowError
from enrichment.outside.single_flight import alone, once

MANY = 10


class Source:
    """Counts who asks, and answers when all the others wait."""

    def __init__(self, answer):
        self.asked, self.kept = 0, None
        self._answer = answer
        self._looked = threading.Barrier(MANY)
        self._first_look = threading.local()

    def is_done(self):
        if not hasattr(self._first_look, "over"):
            self._first_look.over = True
            self._looked.wait(5)
        return self.kept

    def ask(self):
        self.asked += 1
        # The others look at what is known of failures before they stand in line.
        time.sleep(0.1)
        if isinstance(self._answer, Exception):
            raise self._answer
        self.kept = self._answer
        return self.kept

    def asked_at_once(self):
        with ThreadPoolExecutor(MANY) as pool:
            return list(pool.map(self._one, range(MANY)))

    def _one(self, _):
        try:
            return once("a", self.ask, is_done=self.is_done)
        except (UpstreamError, NotFoundError) as exc:
            return exc


def test_ten_callers_cost_one_request():
    source = Source("found")
    assert source.asked_at_once() == ["found"] * MANY
    assert source.asked == 1


@pytest.mark.parametrize(
    "error",
    [
        NoAnswerError("Example does not answer.", reason="timeout"),
        NoAnswerNowError("Example asks us to wait.", reason="rate_limited", retry_after=7),
        NotFoundError("There is no such author."),
    ],
)
def test_ten_callers_of_what_fails_cost_one_request(error):
    source = Source(error)
    met = source.asked_at_once()
    assert source.asked == 1
    assert {type(each) for each in met} == {type(error)}
    assert {str(each.detail) for each in met} == {str(error.detail)}
    assert {str(each.headers) for each in met} == {str(error.headers)}
    assert {getattr(each, "reason", "") for each in met} == {getattr(error, "reason", "")}
    assert {(each.code, each.status_code) for each in met} == {(error.code, error.status_code)}


def test_who_is_let_in_while_others_are_being_told_is_told_the_same():
    """Of thirty requests that come at once, a web server of eight threads takes in eight."""
    source = Source(NotFoundError("There is no such author."))

    def one(_):
        with pytest.raises(NotFoundError):
            once("a", source.ask, is_done=lambda: None)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(one, range(30)))
    assert source.asked == 1


def test_who_comes_after_a_failure_asks_anew():
    def fail():
        raise NoAnswerError(reason="timeout")

    with pytest.raises(NoAnswerError):
        once("a", fail, is_done=lambda: None)
    assert once("a", lambda: "found", is_done=lambda: None) == "found"


def test_a_mistake_of_ours_is_nobody_elses():
    with pytest.raises(ZeroDivisionError):
        once("a", lambda: 1 / 0, is_done=lambda: None)
    assert not redis_client.client().exists(redis_client.key("failure", "a"))


def test_what_is_there_is_given_at_once():
    with alone("a"):
        assert once("a", pytest.fail, is_done=lambda: "there") == "there"


def test_who_waits_too_long_is_told():
    with alone("a"), alone("b"), pytest.raises(NoAnswerError) as caught, alone("a", wait=0.05):
        pass
    assert caught.value.reason == "busy"
    with alone("a", wait=0):
        pass


def test_a_lock_lasts_as_long_as_its_holder_and_little_longer(monkeypatch):
    monkeypatch.setattr(single_flight, "FREED_AFTER", 0.15)
    with alone("a"):
        time.sleep(0.3)
        with pytest.raises(NoAnswerError), alone("a", wait=0):
            pass
    monkeypatch.setattr(single_flight, "_renew", lambda lock, done: None)
    # As if this holder had been killed: nobody renews its lock.
    with alone("a"), alone("a", wait=2):
        pass
