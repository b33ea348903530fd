"""The server that stands in for the services outside, asked as any client asks."""

import json
import socket
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected

import pytest

from enrichment.stand_in import Arrived, Fault, Reply, StandIn
from enrichment.stand_in.faults import HUGE_SIZE


@pytest.fixture
def ask(outside):
    """Give (status, headers, body) of a path, over one connection."""
    connection = HTTPConnection(outside.url.removeprefix("http://"), timeout=5)

    def get(path, **headers):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()

    yield get
    connection.close()


def test_it_answers_what_it_was_told_and_knows_who_asked(outside, ask):
    outside.answer("/ol/a.json", {"a": "ł"})
    status, headers, body = ask("/ol/a.json?x=[1]", **{"User-Agent": "me"})
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == {"a": "ł"}
    [arrived] = outside.requests
    assert (arrived.path, arrived.query) == ("/ol/a.json", "x=[1]")
    assert arrived.headers["User-Agent"] == "me"


def test_the_query_counts_and_its_order_does_not(outside, ask):
    outside.answer("/gb/volumes?q=a&n=2", {"which": "query"})
    outside.answer("/gb/volumes", b"any", content_type="text/plain", headers={"X-A": "b"})
    assert ask("/gb/volumes?n=2&q=a")[2] == b'{"which": "query"}'
    status, headers, body = ask("/gb/volumes?q=b")
    assert (status, headers["X-A"], body) == (200, "b", b"any")


def test_what_it_does_not_know_is_missing(outside, ask):
    assert ask("/ol/none.json")[0] == 404


def test_something_else_may_answer():
    def otherwise(arrived: Arrived) -> Reply | None:
        return Reply(200, arrived.query.encode(), {}) if arrived.path == "/a" else None

    with StandIn(otherwise=otherwise) as server:
        connection = HTTPConnection(server.url.removeprefix("http://"), timeout=5)
        for path, status, body in (("/a?b", 200, b"b"), ("/c", 404, None)):
            connection.request("GET", path)
            answer = connection.getresponse()
            read = answer.read()
            assert answer.status == status
            assert read == body or body is None
        connection.close()


def test_reset_forgets(outside, ask):
    outside.answer("/a", {})
    outside.fault("/a", Fault.FORBIDDEN)
    ask("/a")
    outside.reset()
    assert ask("/a")[0] == 404
    assert len(outside.requests) == 1


def test_who_does_not_say_who_they_are_is_refused(outside, ask):
    outside.answer("/a", {})
    outside.anonymous_is_forbidden = True
    assert ask("/a", **{"User-Agent": "python-requests/2"})[0] == 403
    assert ask("/a", **{"User-Agent": "BookHub (a@b.example)"})[0] == 200
    assert ask("/a", **{"User-Agent": "BookHub (+https://b.example)"})[0] == 200


def test_a_fault_lasts_for_as_many_times_as_said(outside, ask):
    outside.answer("/a", {})
    outside.fault("/a", Fault.SERVER_ERROR_HTML, times=2)
    assert [ask("/a")[0] for _ in range(3)] == [500, 500, 200]


def test_the_longest_path_has_its_fault(outside, ask):
    outside.fault("/ol", Fault.TOO_MANY)
    outside.fault("/ol/works", Fault.FORBIDDEN)
    assert (ask("/ol/works/1")[0], ask("/ol/authors/1")[0], ask("/gb")[0]) == (403, 429, 404)


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [
        (Fault.FORBIDDEN, 403, b"<html>"),
        (Fault.NOT_FOUND, 404, b"<html>"),
        (Fault.TOO_MANY, 429, b"Too Many"),
        (Fault.TOO_MANY_WITH_RETRY_AFTER, 429, b"<html>"),
        (Fault.SERVER_ERROR_HTML, 500, b"<html>"),
        (Fault.HTML_200, 200, b"<html>"),
        (Fault.INVALID_UTF8, 200, b"\xff"),
        (Fault.WRONG_TYPES, 200, b'"docs": 7'),
        (Fault.REDIRECT_CYCLE, 302, b""),
        (Fault.REDIRECT_TO_LOOPBACK, 302, b""),
    ],
)
def test_faults_that_are_an_answer(outside, ask, fault, status, says):
    outside.fault("/a", fault)
    told, headers, body = ask("/a")
    assert (told, says in body) == (status, True)
    assert ("Retry-After" in headers) == (fault is Fault.TOO_MANY_WITH_RETRY_AFTER)
    assert ("Location" in headers) == (status == 302)


def test_a_redirect_cycle_comes_round(outside, ask):
    outside.fault("/a", Fault.REDIRECT_CYCLE)
    there = ask("/a/b")[1]["Location"]
    assert ask(there)[1]["Location"] == "/a/b"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.CUT_OFF, IncompleteRead),
        (Fault.REFUSED, (RemoteDisconnected, ConnectionError)),
        (Fault.TIMEOUT, TimeoutError),
    ],
)
def test_faults_of_the_line(outside, fault, error):
    outside.fault("/a", fault)
    connection = HTTPConnection(outside.url.removeprefix("http://"), timeout=0.2)
    connection.request("GET", "/a")
    with pytest.raises(error):
        connection.getresponse().read()
    connection.close()


def test_silence_ends_when_the_server_does():
    with StandIn() as server:
        server.fault("/a", Fault.TIMEOUT)
        connection = HTTPConnection(server.url.removeprefix("http://"), timeout=5)
        connection.request("GET", "/a")
    with pytest.raises(OSError):  # noqa: PT011
        connection.getresponse()
    connection.close()


def test_too_much_is_promised_and_sent(outside):
    outside.fault("/a", Fault.HUGE)
    connection = HTTPConnection(outside.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/a")
    answer = connection.getresponse()
    assert int(answer.headers["Content-Length"]) > HUGE_SIZE
    assert answer.read(13) == b'{"title": "aa'
    connection.close()


def test_it_listens_on_this_machine_alone(outside):
    with socket.create_server(("127.0.0.2", int(outside.url.rpartition(":")[2]))):
        pass
