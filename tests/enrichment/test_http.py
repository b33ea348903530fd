"""The door to the outside: each way in which a service fails, and what we make of it."""

import gzip
import json
import logging
import socket
from dataclasses import replace
from traceback import format_exception

import pytest
from django.db import connection, transaction
from limits import RateLimitItemPerHour

from config.errors import UpstreamError, UpstreamRateLimitedError
from enrichment import http
from enrichment.outside import pace, redis_client, source_health
from enrichment.outside.answers import HOUR, CallFailedError
from enrichment.stand_in import Fault

PATH = "/works/OL1W.json"
KEY = "not-for-any-log"


@pytest.fixture
def failure(example, caplog):
    """Give what `get` raises; with the lines of the log since the fixture was made."""

    def of(path=PATH, query="", **kwargs):
        with pytest.raises(UpstreamError) as caught:
            http.get(example, path, query, **kwargs)
        return caught.value

    with caplog.at_level(logging.DEBUG):
        yield of


def counts():
    return {
        field.removeprefix("example:"): int(count)
        for field, count in redis_client.client().hgetall(source_health.CALLS).items()
    }


def hold_seconds():
    left = redis_client.client().ttl(redis_client.key("hold", "example"))
    return left if left >= 0 else None


def failures_in_log(caplog):
    return [record for record in caplog.records if "source_failed" in record.getMessage()]


# Each fault: the reason, Retry-After, requests that arrive, seconds of the hold.
FAULTS = {
    Fault.TIMEOUT: ("timeout", None, 1, None),
    Fault.REFUSED: ("refused", None, 2, None),
    Fault.FORBIDDEN: ("blocked", None, 1, HOUR),
    Fault.TOO_MANY: ("rate_limited", 60, 1, 60),
    Fault.TOO_MANY_WITH_RETRY_AFTER: ("rate_limited", 90, 1, 90),
    Fault.SERVER_ERROR_HTML: ("server_error", None, 2, None),
    Fault.HTML_200: ("not_json", None, 1, None),
    Fault.CUT_OFF: ("cut_off", None, 1, None),
    Fault.HUGE: ("too_large", None, 1, None),
    Fault.INVALID_UTF8: ("not_json", None, 1, None),
    Fault.REDIRECT_CYCLE: ("redirect", None, 3, None),
    Fault.REDIRECT_TO_LOOPBACK: ("redirect", None, 1, None),
}
ANSWERS = {Fault.NOT_FOUND: "missing", Fault.WRONG_TYPES: "found"}


def test_the_table_has_every_fault():
    assert FAULTS.keys() | ANSWERS.keys() == set(Fault)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_no_answer(fault, outside, failure, caplog):
    reason, retry_after, requests, hold = FAULTS[fault]
    outside.fault("/ex", fault)
    error = failure(query={"q": "x", "key": KEY})
    assert (error.status_code, error.reason) == (502, reason)
    assert error.headers == ({"Retry-After": str(retry_after)} if retry_after else {})
    assert isinstance(error, UpstreamRateLimitedError) == bool(retry_after)
    assert "Example Books" in str(error.detail)
    assert len(outside.requests) == requests
    assert hold_seconds() == pytest.approx(hold, abs=2)
    assert counts() == {reason: 1}
    assert len(failures_in_log(caplog)) == 1
    assert KEY not in "".join([caplog.text, str(error.detail), *format_exception(error)])


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_service_that_answers_is_well(fault, outside, example, caplog):
    outside.fault("/ex", fault)
    found = http.get(example, PATH)
    assert isinstance(found, http.Found) == (ANSWERS[fault] == "found")
    assert counts() == {ANSWERS[fault]: 1}
    assert not failures_in_log(caplog)
    assert source_health.health("example").state == "healthy"


def test_an_answer_without_sense_is_noted(example, caplog):
    error = http.wrong_shape(example, PATH)
    assert (error.reason, counts()) == ("wrong_shape", {"wrong_shape": 1})
    assert len(failures_in_log(caplog)) == 1


# --- What is asked, and how -------------------------------------------------------------------


def test_a_query_as_text_goes_out_as_it_is(outside, example):
    query = 'searchphrase=Solaris&filters=["ebooks"]'.replace('"', "%22")
    outside.answer("/ex/api", {"title": "Łąka\u0000"})
    found = http.get(example, "/api", query)
    assert found == http.Found({"title": "Łąka\u0000"}, f"{outside.url}/ex/api")
    assert outside.requests[0].query == query


def test_we_say_who_we_are_and_keep_the_connection(outside, example):
    outside.answer("/ex/a", {}, headers={"Set-Cookie": "a=b"})
    http.get(example, "/a", {"q": "ż b", "n": [1, 2]})
    http.get(example, "/a")
    first, second = outside.requests
    assert first.query == "q=%C5%BC+b&n=1&n=2"
    assert first.headers["User-Agent"] == example.user_agent
    assert first.headers["Accept"] == "application/json"
    assert "Cookie" not in second.headers


def test_our_name_may_have_any_letters(outside, example):
    outside.answer("/ex/a", {})
    http.get(replace(example, user_agent="BookHub (Łódź, a@b.pl)"), "/a")
    sent = outside.requests[0].headers["User-Agent"].encode("latin-1").decode()
    assert sent == "BookHub (Łódź, a@b.pl)"


def test_proxies_and_netrc_of_the_machine_are_none_of_ours(outside, example, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    outside.answer("/ex/a", {})
    http.get(example, "/a")
    assert "Authorization" not in outside.requests[0].headers


@pytest.mark.django_db
def test_nothing_is_asked_inside_a_transaction(outside, example):
    outside.answer("/ex/a", {})
    http.get(example, "/a")
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        http.get(example, "/a")
    assert len(outside.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_no_connection_to_the_database_is_held_meanwhile(outside, example):
    outside.answer("/ex/a", {})
    connection.ensure_connection()
    http.get(example, "/a")
    assert connection.connection is None


# --- What comes back --------------------------------------------------------------------------


def test_a_packed_answer_is_unpacked(outside, example):
    packed = gzip.compress(json.dumps({"a": "b" * 100}).encode())
    outside.answer("/ex/a", packed, headers={"Content-Encoding": "gzip"})
    assert http.get(example, "/a").body == {"a": "b" * 100}


@pytest.mark.parametrize("cut", [False, True])
def test_a_small_answer_that_unpacks_into_a_big_one(outside, failure, cut):
    packed = gzip.compress(b'{"a": "' + b" " * 2 * http.LARGEST_BODY + b'"}')
    body = packed[:-1000] if cut else packed
    outside.answer("/ex/a", body, headers={"Content-Encoding": "gzip"})
    assert failure("/a").reason == "too_large"


# --- Whom we reach ----------------------------------------------------------------------------


def test_a_listed_host_with_a_private_address_is_not_reached(outside, example, failure):
    """`localhost` stands for any name that somebody lets mean an address of ours."""
    listing = replace(example, redirect_hosts=frozenset({"localhost"}))
    outside.answer("/ex/a", b"", 302, headers={"Location": "https://localhost/"})
    with pytest.raises(http.NoAnswerError) as caught:
        http.get(listing, "/a")
    assert caught.value.reason == "private_address"


def test_nobody_listens(example):
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://no-such-name.invalid"):
        with pytest.raises(http.NoAnswerError) as caught:
            http.get(replace(example, base_url=url), "/a")
        assert caught.value.reason == "refused"


def test_a_server_that_cannot_prove_who_it_is(outside, example):
    with pytest.raises(http.NoAnswerError) as caught:
        http.get(replace(example, base_url=outside.url.replace("http:", "https:")), "/a")
    assert caught.value.reason == "insecure"


# --- Trying again, waiting, staying away ------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_HTML, Fault.REFUSED])
def test_what_passes_is_asked_again(outside, example, fault, caplog):
    outside.answer("/ex/a", {"ok": True})
    outside.fault("/ex/a", fault, times=1)
    assert http.get(example, "/a").body == {"ok": True}
    assert (len(outside.requests), counts()) == (2, {"found": 1})
    assert not failures_in_log(caplog)


def test_a_service_that_refuses_us_is_left_alone_until_we_have_a_better_name(outside, example):
    outside.anonymous_is_forbidden = True
    outside.answer("/ex/a", {})
    anonymous = replace(example, user_agent="BookHub/1.0")
    for reason in ("blocked", "paused", "paused"):
        with pytest.raises(http.NoAnswerError, match="EXAMPLE_CONTACT") as caught:
            http.get(anonymous, "/a")
        assert caught.value.reason == reason
    assert len(outside.requests) == 1
    assert http.get(example, "/a") == http.Found({}, f"{outside.url}/ex/a")


def test_a_service_that_asks_us_to_wait_is_left_alone(outside, failure, caplog):
    outside.fault("/ex", Fault.TOO_MANY_WITH_RETRY_AFTER)
    failure()
    error = failure()
    assert (error.reason, error.headers) == ("paused", {"Retry-After": "90"})
    assert len(outside.requests) == 1
    assert counts() == {"rate_limited": 1, "paused": 1}
    assert len(failures_in_log(caplog)) == 2


def test_five_failures_in_a_row_are_enough(outside, example, failure):
    outside.answer("/ex/good", {})
    outside.answer("/ex/bad", "<html>", content_type="text/html")
    for _ in range(4):
        failure("/bad")
    http.get(example, "/good")
    for _ in range(5):
        assert failure("/bad").reason == "not_json"
    assert (failure("/bad").reason, hold_seconds()) == ("paused", pytest.approx(60, abs=2))
    redis_client.client().delete(redis_client.key("hold", "example"))
    assert [failure("/bad").reason for _ in range(2)] == ["not_json", "paused"]


def test_our_own_bad_questions_are_no_failures_of_theirs(outside, failure):
    outside.answer("/ex/a", {"detail": "q is too short"}, 422)
    assert {failure("/a").reason for _ in range(7)} == {"bad_request"}
    assert source_health.health("example").state == "unused"


def test_a_service_may_know_better_what_a_refusal_means(outside, example):
    seen = []

    def read(refusal):
        seen.append(refusal)
        return http.Hold(seconds=7200, reason="quota", advice="Ask for more.")

    outside.answer("/ex/a", {"error": {"code": 403}}, 403, headers={"X-A": "b"})
    with pytest.raises(http.NoAnswerNowError) as caught:
        http.get(replace(example, read_refusal=read), "/a")
    assert caught.value.headers == {"Retry-After": "7200"}
    assert (seen[0].status, seen[0].headers["x-a"]) == (403, "b")
    assert json.loads(seen[0].body) == {"error": {"code": 403}}


def test_our_own_pace_is_kept_and_told(outside, example, caplog):
    outside.answer("/ex/a", b"", 302, headers={"Location": "b"})
    outside.answer("/ex/b", {})
    slow = replace(example, pace=(RateLimitItemPerHour(2),))
    http.get(slow, "/a")
    with pytest.raises(http.NoAnswerNowError) as caught:
        http.get(slow, "/b")
    assert caught.value.reason == "our_pace"
    assert int(caught.value.headers["Retry-After"]) == pytest.approx(3600, abs=2)
    assert len(outside.requests) == 2
    assert (hold_seconds(), len(failures_in_log(caplog))) == (None, 1)


def test_calls_of_one_block_have_one_deadline(outside, example, failure):
    outside.answer("/ex/a", {})
    outside.fault("/ex/silent", Fault.TIMEOUT)
    with http.within(0.1):
        http.get(example, "/a")
        with http.within(60):
            assert failure("/silent").reason == "timeout"
        assert failure("/a").reason == "timeout"
    assert [each.path for each in outside.requests] == ["/ex/a", "/ex/silent"]


def test_who_waits_for_their_turn_hears_that_the_service_is_held(outside, example, monkeypatch):
    def somebody_else_is_refused(service, _patience):
        hold = http.Hold(seconds=HOUR, reason="blocked")
        source_health.note_failure(service, PATH, CallFailedError("blocked", hold=hold))

    monkeypatch.setattr(pace, "take_turn", somebody_else_is_refused)
    with pytest.raises(http.NoAnswerError) as caught:
        http.get(example, PATH)
    assert (caught.value.reason, outside.requests) == ("paused", [])
