"""A small HTTP client on a raw socket: what it costs itself must not hide what is measured."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import orjson

HOST = "127.0.0.1"
PATIENCE = 30
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True)
class Person:
    """Who asks: the token is for the project and plain DRF, the ids are for the floor."""

    user_id: str
    token: str
    publisher_id: str = ""


def request(method: str, path: str, person: Person, body: object = None) -> bytes:
    """Give the bytes of a request."""
    payload = b"" if body is None else orjson.dumps(body)
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}",
        f"Authorization: Bearer {person.token}",
        f"X-Reader: {person.user_id}",
        f"X-Publisher: {person.publisher_id}",
    ]
    if payload:
        lines += ["Content-Type: application/json", f"Content-Length: {len(payload)}"]
    return "\r\n".join(lines).encode() + HEAD_END + payload


def closing(raw: bytes) -> bytes:
    """Ask for the connection's end after the answer."""
    return raw.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


class Client:
    """One connection, kept as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket: socket.socket | None = None

    def ask(self, raw: bytes) -> tuple[int, bytes]:
        """Send a request and give status and body; raises OSError when no answer comes."""
        kept = self._socket
        if kept is None:
            return self._exchange(self._open(), raw)
        try:
            return self._exchange(kept, raw)
        except ConnectionError:
            # The server ended the connection between two requests.
            return self._exchange(self._open(), raw)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        self.close()
        self._socket = socket.create_connection((HOST, self.port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _exchange(self, sock: socket.socket, raw: bytes) -> tuple[int, bytes]:
        sock.sendall(raw)
        head, _, body = _read_until(sock, HEAD_END).partition(HEAD_END)
        lowered = head.lower()
        missing = _length(lowered) - len(body)
        while missing > 0:
            more = _some(sock)
            body, missing = body + more, missing - len(more)
        if b"connection: close" in lowered:
            self.close()
        return int(head[9:12]), body


def _length(head: bytes) -> int:
    """Read the length of the body; all three servers give one."""
    _, found, rest = head.partition(LENGTH)
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _read_until(sock: socket.socket, end: bytes) -> bytes:
    data = _some(sock)
    while end not in data:
        data += _some(sock)
    return data


def _some(sock: socket.socket) -> bytes:
    data = sock.recv(65536)
    if not data:
        raise ConnectionError("The server ended the connection.")
    return data
