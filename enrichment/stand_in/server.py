"""A server on 127.0.0.1 that stands in for the services outside: it replays answers and faults."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qsl

from enrichment.stand_in.faults import (
    FORBIDDEN,
    JSON,
    NOT_FOUND,
    REPLIES,
    Fault,
    Reply,
    huge,
    redirect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_SILENCE = 30.0
LOOPBACK_PATH = "/private"
"""Where REDIRECT_TO_LOOPBACK leads: to this server, by another name."""
_Place = tuple[str, tuple[tuple[str, str], ...] | None]
"""A path, and the pairs of its query; None for any query."""
NO_LINGER = struct.pack("ii", 1, 0)
"""Closes a connection with a reset (socket(7), SO_LINGER)."""


class Arrived(NamedTuple):
    """A request that reached the server; path and query are as they were sent."""

    path: str
    query: str
    headers: dict[str, str]


class StandIn:
    """Answers what it was told to, and 404 else; a context manager.

    One server stands in for all services, each under a path of its own, say `/ol`. Where there is
    no answer for the path with its query, whose order does not matter, that for the path holds, and
    at last what `otherwise` gives.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        otherwise: Callable[[Arrived], Reply | None] = lambda _arrived: None,
        anonymous_is_forbidden: bool = False,
    ) -> None:
        self._otherwise = otherwise
        self._forbids = anonymous_is_forbidden
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.stand_in = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._over = threading.Event()
        self.reset()

    def reset(self) -> None:
        """Forget answers, faults and requests, and end the silences."""
        self.end_silences()
        self._over = threading.Event()
        self.requests: list[Arrived] = []
        self.anonymous_is_forbidden = self._forbids
        self._answers: dict[_Place, Reply] = {}
        self._faults: dict[str, tuple[Fault, int | None]] = {}

    def end_silences(self) -> None:
        self._over.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.end_silences()
        self._server.shutdown()
        self._server.server_close()

    def answer(
        self,
        path_and_query: str,
        body: Any,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str = JSON,
        drip: float = 0.0,
    ) -> None:
        """Answer this from now on: with bytes, a text, or what goes into JSON.

        `drip`: seconds before each byte of the body.
        """
        all_headers = {"Content-Type": content_type} if content_type else {}
        reply = Reply(status, _bytes(body), all_headers | dict(headers or {}), drip)
        self._answers[_place(path_and_query)] = reply

    def fault(self, path: str, fault: Fault, times: int | None = None) -> None:
        """Fail for each path that begins so, as often as said; the longest such path counts."""
        self._faults[path] = (fault, times)

    def next_fault(self, arrived: Arrived) -> Fault | None:
        """Give the fault that this request meets, and count it."""
        paths = [path for path in self._faults if arrived.path.startswith(path)]
        if not paths:
            return None
        path = max(paths, key=len)
        fault, times = self._faults[path]
        if times == 1:
            del self._faults[path]
        elif times:
            self._faults[path] = (fault, times - 1)
        return fault

    def reply(self, arrived: Arrived) -> Reply:
        if self.anonymous_is_forbidden and _is_anonymous(arrived.headers):
            return FORBIDDEN
        path, query = _place(f"{arrived.path}?{arrived.query}")
        found = self._answers.get((path, query)) or self._answers.get((path, None))
        return found or self._otherwise(arrived) or NOT_FOUND

    def failing(self, fault: Fault, arrived: Arrived) -> Reply | None:
        """Give the reply of a fault; None for the line going dead."""
        if fault is Fault.TIMEOUT:
            self._over.wait(LONGEST_SILENCE)
        if fault is Fault.HUGE:
            return huge()
        if fault is Fault.REDIRECT_CYCLE:
            before, again, _ = arrived.path.partition("/again")
            return redirect(before if again else f"{arrived.path}/again")
        if fault is Fault.REDIRECT_TO_LOOPBACK:
            return redirect(self.url.replace("127.0.0.1", "localhost") + LOOPBACK_PATH)
        return REPLIES.get(fault)


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def _place(path_and_query: str) -> _Place:
    path, mark, query = path_and_query.partition("?")
    return path, tuple(sorted(parse_qsl(query, keep_blank_values=True))) if mark else None


def _is_anonymous(headers: Mapping[str, str]) -> bool:
    """Say whether Open Library would take the client for one that does not say who it is."""
    agent = headers.get("User-Agent", "")
    return "@" not in agent and "http" not in agent


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    stand_in: StandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up in the middle are what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A body would wait for the client to say that the headers are there.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        arrived = Arrived(path, query, dict(self.headers.items()))
        stand_in = self.server.stand_in
        stand_in.requests.append(arrived)
        fault = stand_in.next_fault(arrived)
        reply = stand_in.failing(fault, arrived) if fault else stand_in.reply(arrived)
        if reply:
            self._send(reply)
        else:
            self._reset()

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        headers = {"Content-Length": str(len(reply.body))} | reply.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._send_body(reply)
        self.close_connection = int(headers["Content-Length"]) != len(reply.body)

    def _send_body(self, reply: Reply) -> None:
        if not reply.drip:
            self.wfile.write(reply.body)
            return
        for byte in reply.body:
            time.sleep(reply.drip)
            self.wfile.write(bytes([byte]))

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.connection.close()

    def log_message(self, *_args: Any) -> None:
        """Say nothing; `requests` has it all."""
