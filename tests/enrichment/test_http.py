"""The door to the outside: each way in which a service fails, and what we make of it."""

import gzip
import json
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import transaction
from limits import RateLimitItemPerHour, RateLimitItemPerSecond

from config.errors import UpstreamError, UpstreamRateLimitedError
from enrichment import http, redis_client, sockets, source_health
from enrichment.answers import HOUR
from enrichment.stand_in import Fault, StandIn

PATH = "/works/OL1W.json"
KEY = "not-for-any-log"


@pytest.fixture
def service(outside):
    return http.Service(
        name="example",
        title="Example Books",
        base_url=f"{outside.url}/ex",
        user_agent="BookHub/1.0 (https://bookhub.example; books@bookhub.example)",
        pace=(RateLimitItemPerSecond(1000),),
        advice={403: "Set EXAMPLE_CONTACT."},
    )


@pytest.fixture
def failure(service, caplog):
    """Give what `get` raises; with the lines of the log since the fixture was made."""

    def of(path=PATH, query="", **kwargs):
        with pytest.raises(UpstreamError) as caught:
            http.get(service, path, query, **kwargs)
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
    assert KEY not in caplog.text + str(error.detail)


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_service_that_answers_is_well(fault, outside, service, caplog):
    outside.fault("/ex", fault)
    found = http.get(service, PATH)
    assert isinstance(found, http.Found) == (ANSWERS[fault] == "found")
    assert counts() == {ANSWERS[fault]: 1}
    assert not failures_in_log(caplog)
    assert source_health.health("example").state == "healthy"


def test_an_answer_without_sense_is_noted(service, caplog):
    error = http.wrong_shape(service, PATH)
    assert (error.reason, counts()) == ("wrong_shape", {"wrong_shape": 1})
    assert len(failures_in_log(caplog)) == 1


# --- What is asked, and how -------------------------------------------------------------------


def test_a_query_as_text_goes_out_as_it_is(outside, service):
    query = 'searchphrase=Solaris&filters=["ebooks"]'.replace('"', "%22")
    outside.answer("/ex/api", {"title": "Łąka\u0000"})
    found = http.get(service, "/api", query)
    assert found == http.Found({"title": "Łąka\u0000"}, f"{outside.url}/ex/api")
    assert outside.requests[0].query == query


def test_we_say_who_we_are_and_keep_the_connection(outside, service):
    outside.answer("/ex/a", {}, headers={"Set-Cookie": "a=b"})
    http.get(service, "/a", {"q": "ż b", "n": [1, 2]})
    http.get(service, "/a")
    first, second = outside.requests
    assert first.query == "q=%C5%BC+b&n=1&n=2"
    assert first.headers["User-Agent"] == service.user_agent
    assert first.headers["Accept"] == "application/json"
    assert "Cookie" not in second.headers


def test_proxies_and_netrc_of_the_machine_are_none_of_ours(outside, service, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    outside.answer("/ex/a", {})
    http.get(service, "/a")
    assert "Authorization" not in outside.requests[0].headers


@pytest.mark.django_db
def test_nothing_is_asked_inside_a_transaction(outside, service):
    outside.answer("/ex/a", {})
    http.get(service, "/a")
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        http.get(service, "/a")
    assert len(outside.requests) == 1


# --- What comes back --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        ("[1]", "application/json", "wrong_shape"),
        ("", "application/json", "not_json"),
        ('{"a": NaN}', "application/json", "not_json"),
        ('{"a": ' + "9" * 5000 + "}", "application/json", "not_json"),
        ('{"a":' * 200_000, "application/json", "not_json"),
        ("<Storage {'a': 1}>", "text/plain", "not_json"),
        ("{}", "text/html; charset=utf-8", "not_json"),
        ("{}", "application/xhtml+xml", "not_json"),
        ('{"a": "\\ud800"}', "application/json", None),
        ("{}", "text/plain", None),
        ("{}", "", None),
        ("\ufeff{}", "application/json", None),
    ],
)  # fmt: skip
def test_what_counts_as_json(outside, service, body, content_type, reason):
    outside.answer("/ex/a", body, content_type=content_type)
    if reason is None:
        assert isinstance(http.get(service, "/a"), http.Found)
        return
    with pytest.raises(http.NoAnswerError) as caught:
        http.get(service, "/a")
    assert caught.value.reason == reason


def test_a_packed_answer_is_unpacked(outside, service):
    packed = gzip.compress(json.dumps({"a": "b" * 100}).encode())
    outside.answer("/ex/a", packed, headers={"Content-Encoding": "gzip"})
    assert http.get(service, "/a").body == {"a": "b" * 100}


@pytest.mark.parametrize("cut", [False, True])
def test_a_small_answer_that_unpacks_into_a_big_one(outside, failure, cut):
    packed = gzip.compress(b'{"a": "' + b" " * 2 * http.LARGEST_BODY + b'"}')
    body = packed[:-1000] if cut else packed
    outside.answer("/ex/a", body, headers={"Content-Encoding": "gzip"})
    assert failure("/a").reason == "too_large"


@pytest.mark.parametrize("drips", ["body", "header"])
def test_an_answer_that_drips(outside, service, failure, monkeypatch, drips):
    monkeypatch.setattr(http, "ANSWER_WITHIN", 0.4)
    began = time.monotonic()
    if drips == "body":
        outside.answer("/ex/a", "{" + " " * 1000 + "}", drip=0.05)
        reason = failure("/a", patience=0).reason
    else:
        with dripping_header() as url, pytest.raises(http.NoAnswerError) as caught:
            http.get(replace(service, base_url=url), "/a", patience=0)
        reason = caught.value.reason
    assert (reason, time.monotonic() - began < 3) == ("timeout", True)


class dripping_header:  # noqa: N801
    """Serve a header that never ends, a byte at a time."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._pool = ThreadPoolExecutor(1)
        self._pool.submit(self._drip)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _drip(self):
        client, _ = self._socket.accept()
        with client:
            client.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while True:
                client.sendall(b"a")
                time.sleep(0.05)

    def __exit__(self, *exc):
        self._socket.close()
        self._pool.shutdown()


# --- Redirects and addresses ------------------------------------------------------------------


@pytest.mark.parametrize("location", ["/ex/b", "b", "//{host}/ex/b", "http://{host}/ex/b?x=1#y"])
def test_a_redirect_within_the_service_is_followed(outside, service, location):
    host = outside.url.removeprefix("http://")
    outside.answer("/ex/a", b"", 302, headers={"Location": location.format(host=host)})
    outside.answer("/ex/b", {"key": "b"})
    assert http.get(service, "/a") == http.Found({"key": "b"}, f"{outside.url}/ex/b")


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://localhost:{port}/ex/b",
        "https://127.0.0.1:{port}/ex/b",
        "http://user:pass@127.0.0.1:{port}/ex/b",
        "http://listed.example/b",
        "https://listed.example:8443/b",
        "https://listed.example@other.example/b",
        "https://other.example/b",
        "ftp://127.0.0.1:{port}/ex/b",
        "file:///etc/passwd",
        "//[::1]/b",
        "http://[broken/",
        "http://127.0.0.1:port/",
        None,
    ],
)
def test_a_redirect_to_elsewhere_is_no_answer(outside, service, location):
    port = outside.url.rpartition(":")[2]
    headers = {} if location is None else {"Location": location.format(port=port)}
    outside.answer("/ex/a", b"", 302, headers=headers)
    outside.answer("/ex/b", {})
    listing = replace(service, redirect_hosts=frozenset({"listed.example"}))
    with pytest.raises(http.NoAnswerError) as caught:
        http.get(listing, "/a")
    assert (caught.value.reason, len(outside.requests)) == ("redirect", 1)


def test_five_redirects_and_no_more(outside, service, failure):
    for number in range(7):
        outside.answer(f"/ex/{number}", b"", 302, headers={"Location": str(number + 1)})
    outside.answer("/ex/7", {"key": 7})
    assert http.get(service, "/2").body == {"key": 7}
    outside.requests.clear()
    assert failure("/1").reason == "redirect"
    assert len(outside.requests) == 6


def test_a_listed_host_with_a_private_address_is_not_reached(outside, service, failure):
    """`localhost` stands for any name that somebody lets mean an address of ours."""
    listing = replace(service, redirect_hosts=frozenset({"localhost"}))
    outside.answer("/ex/a", b"", 302, headers={"Location": "https://localhost/"})
    with pytest.raises(http.NoAnswerError) as caught:
        http.get(listing, "/a")
    assert caught.value.reason == "private_address"


def test_nobody_listens(service):
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://no-such-name.invalid"):
        with pytest.raises(http.NoAnswerError) as caught:
            http.get(replace(service, base_url=url), "/a")
        assert caught.value.reason == "refused"


def test_a_server_that_cannot_prove_who_it_is(outside, service):
    with pytest.raises(http.NoAnswerError) as caught:
        http.get(replace(service, base_url=outside.url.replace("http:", "https:")), "/a")
    assert caught.value.reason == "insecure"


# --- Trying again, waiting, staying away ------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_HTML, Fault.REFUSED])
def test_what_passes_is_asked_again(outside, service, fault, caplog):
    outside.answer("/ex/a", {"ok": True})
    outside.fault("/ex/a", fault, times=1)
    assert http.get(service, "/a").body == {"ok": True}
    assert (len(outside.requests), counts()) == (2, {"found": 1})
    assert not failures_in_log(caplog)


def test_a_service_that_refuses_us_is_left_alone_until_we_have_a_better_name(outside, service):
    outside.anonymous_is_forbidden = True
    outside.answer("/ex/a", {})
    anonymous = replace(service, user_agent="BookHub/1.0")
    for reason in ("blocked", "paused", "paused"):
        with pytest.raises(http.NoAnswerError, match="EXAMPLE_CONTACT") as caught:
            http.get(anonymous, "/a")
        assert caught.value.reason == reason
    assert len(outside.requests) == 1
    assert http.get(service, "/a") == http.Found({}, f"{outside.url}/ex/a")


def test_a_service_that_asks_us_to_wait_is_left_alone(outside, failure, caplog):
    outside.fault("/ex", Fault.TOO_MANY_WITH_RETRY_AFTER)
    failure()
    error = failure()
    assert (error.reason, error.headers) == ("paused", {"Retry-After": "90"})
    assert len(outside.requests) == 1
    assert counts() == {"rate_limited": 1, "paused": 1}
    assert len(failures_in_log(caplog)) == 2


def test_five_failures_in_a_row_are_enough(outside, service, failure):
    outside.answer("/ex/good", {})
    outside.answer("/ex/bad", "<html>", content_type="text/html")
    for _ in range(4):
        failure("/bad")
    http.get(service, "/good")
    for _ in range(5):
        assert failure("/bad").reason == "not_json"
    assert (failure("/bad").reason, hold_seconds()) == ("paused", pytest.approx(60, abs=2))
    redis_client.client().delete(redis_client.key("hold", "example"))
    assert [failure("/bad").reason for _ in range(2)] == ["not_json", "paused"]


def test_our_own_bad_questions_are_no_failures_of_theirs(outside, failure):
    outside.answer("/ex/a", {"detail": "q is too short"}, 422)
    assert {failure("/a").reason for _ in range(7)} == {"bad_request"}
    assert source_health.health("example").state == "unused"


def test_a_service_may_know_better_what_a_refusal_means(outside, service):
    seen = []

    def read(refusal):
        seen.append(refusal)
        return http.Hold(seconds=7200, reason="quota", advice="Ask for more.")

    outside.answer("/ex/a", {"error": {"code": 403}}, 403, headers={"X-A": "b"})
    with pytest.raises(http.NoAnswerNowError) as caught:
        http.get(replace(service, read_refusal=read), "/a")
    assert caught.value.headers == {"Retry-After": "7200"}
    assert (seen[0].status, seen[0].headers["x-a"]) == (403, "b")
    assert json.loads(seen[0].body) == {"error": {"code": 403}}


def test_our_own_pace_is_kept_and_told(outside, service, caplog):
    outside.answer("/ex/a", b"", 302, headers={"Location": "b"})
    outside.answer("/ex/b", {})
    slow = replace(service, pace=(RateLimitItemPerHour(2),))
    http.get(slow, "/a")
    with pytest.raises(http.NoAnswerNowError) as caught:
        http.get(slow, "/b")
    assert caught.value.reason == "our_pace"
    assert int(caught.value.headers["Retry-After"]) == pytest.approx(3600, abs=2)
    assert len(outside.requests) == 2
    assert (hold_seconds(), len(failures_in_log(caplog))) == (None, 1)


def test_who_waits_for_their_turn_hears_that_the_service_is_held(outside, service):
    outside.fault("/ex", Fault.FORBIDDEN)
    slow = replace(service, pace=(RateLimitItemPerSecond(1, 1),))

    def ask(_):
        with pytest.raises(http.NoAnswerError):
            http.get(slow, "/a")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, range(2)))
    assert len(outside.requests) == 1


def test_a_stranger_is_not_found_by_another_servers_answer(outside, service):
    """The faults of one stand-in are its own."""
    with StandIn() as other:
        other.answer("/a", {"other": True})
        assert http.get(replace(service, base_url=other.url), "/a").body == {"other": True}
    assert not outside.requests


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
    ],
)
def test_which_addresses_are_public(address, is_public):
    assert sockets.is_public(address) == is_public
