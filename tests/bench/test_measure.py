"""Percentiles, and a client that copes with servers that end connections; nothing is timed."""

import math
import socket
import threading

import pytest

from bench import client, measure

ANSWER = b"HTTP/1.1 %d OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
def test_percentiles_are_by_nearest_rank(share, expected):
    assert measure.percentile(range(100, 0, -1), share) == expected


def test_a_single_time_is_every_percentile():
    assert measure.percentile([7.0], 0.99) == 7.0


@pytest.fixture
def serve():
    """Give the port of a server that answers the given bytes, one connection each."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(answers):
        for raw in answers:
            with listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(raw)

    def start(*answers):
        threading.Thread(target=answer, args=[answers], daemon=True).start()
        return listener.getsockname()[1]

    yield start
    listener.close()


def test_a_client_comes_back_when_the_server_ended_the_connection(serve):
    asking = client.Client(serve(ANSWER % 200, ANSWER % 404))
    raw = client.request("GET", "/", client.Person("", ""))
    assert [asking.ask(raw), asking.ask(raw)] == [(200, b"{}"), (404, b"{}")]
    asking.close()


def test_a_request_says_who_asks_in_both_ways():
    raw = client.request("POST", "/x", client.Person("reader", "token", "house"), {"a": 1})
    head, _, body = raw.partition(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert set(head.split(b"\r\n")) == {
        b"POST /x HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Authorization: Bearer token",
        b"X-Reader: reader",
        b"X-Publisher: house",
        b"Content-Type: application/json",
        b"Content-Length: 7",
    }
    assert b"\r\nConnection: close\r\n" in client.closing(raw)


def test_answers_that_are_no_success_are_counted_apart(serve):
    answers = [ANSWER % 429] * (measure.WARM_UP + measure.LEAST)
    times = measure.latency(serve(*answers), lambda: b"GET / HTTP/1.1\r\n\r\n", seconds=0)
    assert (times.count, times.refused) == (0, measure.LEAST)
    assert math.isnan(times.p50)
