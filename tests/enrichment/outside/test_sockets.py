"""Deadlines and addresses, against servers that know no HTTP, or too well."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from enrichment import http
from enrichment.outside import sockets


@contextmanager
def server(answer, drip=0.0):
    """Give the address of a server that sends these bytes to everybody; `drip`: one by one."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                with client, suppress(OSError):
                    client.recv(65536)
                    send(client)

    def send(client):
        if not drip:
            client.sendall(answer)
            return
        for byte in answer:
            client.sendall(bytes([byte]))
            time.sleep(drip)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(serve)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        # Closing alone would leave `accept` waiting.
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def outcome(example, url):
    try:
        return http.get(replace(example, base_url=url), "/a", patience=0)
    except (http.NoAnswerError, http.NoAnswerNowError) as exc:
        return exc.reason


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "refused"),
        (b"hello there\r\n\r\n", "refused"),
        (b"HTTP/1.1 20", "refused"),
        (OK + b"A: b", "not_json"),
        (OK + b"A: b\r\n" * 200 + b"\r\n{}", "refused"),
        (OK + b"A: " + b"b" * 100_000 + b"\r\n\r\n{}", "refused"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{", "cut_off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}", "cut_off"),
        (OK + b"Content-Length: 99999999999999999999\r\n\r\n{}", "too_large"),
        (OK + b"Content-Length: 3\r\n\r\n{}", "cut_off"),
        (OK + b"Content-Encoding: gzip\r\n\r\n{}", "not_json"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "bad_status"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "bad_status"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://\xff/\r\n\r\n", "redirect"),
    ],
)
def test_bytes_that_are_no_answer(example, answer, reason):
    with server(answer) as url:
        assert outcome(example, url) == reason


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 9 + OK + b"Content-Length: 2\r\n\r\n{}",
    ],
)
def test_odd_answers_that_are_answers(example, answer):
    with server(answer) as url:
        assert outcome(example, url) == http.Found({}, f"{url}/a")


@pytest.mark.parametrize("beginning", [b"", OK, OK + b"Content-Length: 500\r\n\r\n"])
def test_an_answer_that_drips_is_over_in_time(example, monkeypatch, beginning):
    """Each byte comes soon enough for a time-out of reading."""
    monkeypatch.setattr(http, "ANSWER_WITHIN", 0.3)
    began = time.monotonic()
    with server(beginning + b"a" * 200, drip=0.01 if beginning else 0.02) as url:
        assert outcome(example, url) == "timeout"
        assert time.monotonic() - began < 2


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
