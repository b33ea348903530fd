"""Turns at a service, shared by all threads and processes."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerHour, RateLimitItemPerSecond

from enrichment.outside import pace
from enrichment.outside.answers import CallFailedError, Service


def paced(*windows):
    return Service(name="example", base_url="http://a.example", user_agent="a", pace=windows)


def test_threads_share_the_turns():
    service = paced(RateLimitItemPerSecond(2, 1))

    def ask(_):
        pace.take_turn(service, pace.Patience(5))
        return time.time()

    with ThreadPoolExecutor(3) as pool:
        first, second, third = sorted(pool.map(ask, range(3)))
    assert second - first < 0.5
    assert third - first >= 0.99


def test_who_has_no_patience_hears_when_there_is_a_turn():
    service = paced(RateLimitItemPerHour(1))
    pace.take_turn(service, pace.Patience(0))
    began = time.monotonic()
    with pytest.raises(CallFailedError) as caught:
        pace.take_turn(service, pace.Patience(60))
    assert caught.value.reason == "our_pace"
    assert caught.value.retry_after == pytest.approx(3600, abs=2)
    assert time.monotonic() - began < 1


def test_all_windows_hold_and_a_refusal_costs_nothing():
    hour, second = RateLimitItemPerHour(2), RateLimitItemPerSecond(100)
    for _ in range(2):
        pace.take_turn(paced(second, hour), pace.Patience(0))
    for _ in range(3):
        with pytest.raises(CallFailedError):
            pace.take_turn(paced(second, hour), pace.Patience(0))
    # The other window has not been used up by those who were turned away.
    pace.take_turn(paced(RateLimitItemPerSecond(100)), pace.Patience(0))


def test_services_have_turns_of_their_own():
    window = RateLimitItemPerHour(1)
    for name in ("one", "other"):
        service = Service(name=name, base_url="http://a.example", user_agent="a", pace=(window,))
        pace.take_turn(service, pace.Patience(0))


def test_patience_is_for_all_turns_of_a_call_together():
    patience = pace.Patience(0.2)
    patience.wait(0.15)
    with pytest.raises(CallFailedError):
        patience.wait(0.15)
