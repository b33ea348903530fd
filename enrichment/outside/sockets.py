"""Connections that keep a deadline, and that go where they are allowed to."""

from __future__ import annotations

import io
import ipaddress
import socket
import time
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import TYPE_CHECKING, Any

from enrichment.outside.answers import CallFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_WITHIN = 3.0
READ_WITHIN = 8.0
"""Seconds between two pieces of an answer."""

deadline: ContextVar[float] = ContextVar("deadline")
"""When the answer under way has to be there, by the monotonic clock."""
over_by: ContextVar[float] = ContextVar("over_by", default=inf)
"""When the last of several calls has to be over."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let all calls of the block together take so long: for a person who waits for several.

    Those that would take longer fail as one that takes too long by itself does.
    """
    token = over_by.set(min(over_by.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        over_by.reset(token)


def time_left(most: float) -> float:
    """Give the seconds to the deadline, or `most`. Raises TimeoutError when it is over."""
    left = deadline.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline for the whole answer is over")
    return min(left, most)


def connect(host: str, port: int, *, public_only: bool) -> socket.socket:
    """Connect to the first address of the host that answers, all of them within CONNECT_WITHIN.

    The address that is checked is the one that we connect to, so a name that means another one a
    moment later is of no use to anybody. Raises OSError, and CallFailedError for an address that
    is not public where it has to be.
    """
    ends = time.monotonic() + time_left(CONNECT_WITHIN)
    problem = OSError("the name has no address")
    for ip in _addresses(host, port):
        if public_only and not is_public(ip):
            raise CallFailedError("private_address")
        try:
            return socket.create_connection((ip, port), max(ends - time.monotonic(), 0.01))
        except OSError as exc:
            problem = exc
    raise problem


def _addresses(host: str, port: int) -> list[str]:
    """Look a name up. To ask for an unknown one again is of no use, and may take very long."""
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise CallFailedError("refused") from None
    return [str(address[0]) for *_, address in known]


def is_public(address: str) -> bool:
    """Say whether an address is one of the whole internet, an IPv4 one inside IPv6 included."""
    ip = ipaddress.ip_address(address)
    return (getattr(ip, "ipv4_mapped", None) or ip).is_global


class PunctualIO(io.RawIOBase):
    """Reads a socket no longer than to the deadline, however slowly the bytes drip."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock, self._raw = sock, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(time_left(READ_WITHIN))
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()
