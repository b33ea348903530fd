"""The one door to the outside: nothing else in the platform asks a service over the network.

Polite (a pace and pauses that all processes share), impatient (time-outs, and a deadline for the
whole), and careful (sizes, redirects and addresses are checked, keys stay out of logs).
"""

from __future__ import annotations

import io
import ipaddress
import time
from contextlib import closing
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

import requests
import stamina
import stamina.instrumentation
from django.db import connections
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError

from enrichment import json_bodies, pace, refusals, source_health
from enrichment.answers import (
    MISSING,
    CallFailedError,
    Found,
    Hold,
    Missing,
    NoAnswerError,
    NoAnswerNowError,
    Refusal,
    Service,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

__all__ = [
    "MISSING",
    "Found",
    "Hold",
    "Missing",
    "NoAnswerError",
    "NoAnswerNowError",
    "Refusal",
    "Service",
    "get",
    "wrong_shape",
]

CONNECT_WITHIN = 3.0
READ_WITHIN = 8.0
"""Seconds between two pieces of an answer."""
ANSWER_WITHIN = 10.0
"""Seconds for a whole answer, and, beside the caller's patience, for a whole call."""
LARGEST_BODY = 10 * 1024 * 1024
LARGEST_REFUSAL = 64 * 1024
MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
NOTHING_THERE = (404, 410)
PIECE = 64 * 1024

# A call without an answer has one line in the log; stamina would add one for each further try.
stamina.instrumentation.set_on_retry_hooks([])

_deadline: ContextVar[float] = ContextVar("deadline")
"""When the answer under way has to be there, by the monotonic clock."""


def get(
    service: Service, path: str, query: str | Mapping[str, Any] = "", *, patience: float = 5.0
) -> Found | Missing:
    """Ask a service for a JSON object; `query` as a text goes out as it is.

    `patience`: seconds to wait until our own pace allows it. Raises NoAnswerError, or
    NoAnswerNowError where it is known when to ask again; RuntimeError inside a transaction.
    """
    _refuse_inside_transaction()
    text = query if isinstance(query, str) else urlencode(query, doseq=True)
    url = f"{service.base_url}{path}{'?' if text else ''}{text}"
    try:
        source_health.refuse_held(service)
        answer = _ask_until_it_helps(service, url, patience)
    except CallFailedError as failed:
        # What caused it may hold the address, and that a key.
        raise source_health.note_failure(service, path, failed) from None
    source_health.note_answer(service, "found" if isinstance(answer, Found) else "missing")
    return answer


def wrong_shape(service: Service, path: str) -> NoAnswerError | NoAnswerNowError:
    """Note that what `get` found at `path` makes no sense; give the error to raise.

    In the figures it stands beside the "found" of the same call.
    """
    return source_health.note_failure(service, path, CallFailedError("wrong_shape"))


def _refuse_inside_transaction() -> None:
    """Keep locks and connections from being held for as long as somebody else's server takes.

    As with Django's own `durable`, the transaction that a test is wrapped in does not count.
    """
    for connection in connections.all(initialized_only=True):
        blocks: list[Any] = connection.atomic_blocks
        if blocks and not blocks[-1]._from_testcase:  # noqa: SLF001
            raise RuntimeError("Nothing outside may be asked while a transaction is open.")


def _ask_until_it_helps(service: Service, url: str, seconds: float) -> Found | Missing:
    patience = pace.Patience(seconds)
    ends = time.monotonic() + seconds + ANSWER_WITHIN
    for attempt in stamina.retry_context(
        on=_may_pass, attempts=service.attempts, wait_initial=0.25, wait_max=1.0, wait_jitter=0.5
    ):
        with attempt:
            return _follow(service, url, patience, ends)
    raise AssertionError("unreachable: the last attempt gives an answer or raises")


def _may_pass(exc: Exception) -> bool:
    return isinstance(exc, CallFailedError) and exc.may_pass


def _follow(service: Service, url: str, patience: pace.Patience, ends: float) -> Found | Missing:
    """Ask, and go where the service sends us, as far as that is allowed."""
    seen: set[str] = set()
    while len(seen) <= MOST_REDIRECTS and url not in seen:
        seen.add(url)
        pace.take_turn(service, patience)
        _deadline.set(min(time.monotonic() + ANSWER_WITHIN, ends))
        with closing(_send(service, url)) as response:
            if response.status_code not in REDIRECTS:
                return _read(service, url, response)
            url = _next_url(service, url, response)
    raise CallFailedError("redirect")


def _send(service: Service, url: str) -> requests.Response:
    """Ask once. The adapter alone knows neither cookies, proxies, .netrc nor redirects."""
    headers = {
        "User-Agent": service.user_agent,
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }
    request = requests.Request("GET", url, headers=headers).prepare()
    adapter = _OWN if _origin(url) == _origin(service.base_url) else _ELSEWHERE
    try:
        return adapter.send(
            request, stream=True, timeout=(_time_left(CONNECT_WITHIN), READ_WITHIN), verify=True
        )
    except requests.RequestException as exc:
        raise _no_connection(exc) from None
    except TimeoutError:
        raise CallFailedError("timeout") from None


def _no_connection(exc: requests.RequestException) -> CallFailedError:
    if isinstance(exc, requests.Timeout):
        return CallFailedError("timeout", may_pass=isinstance(exc, requests.ConnectTimeout))
    if isinstance(exc, requests.exceptions.SSLError):
        return CallFailedError("insecure")
    return CallFailedError("refused", may_pass=isinstance(exc, requests.ConnectionError))


def _read(service: Service, url: str, response: requests.Response) -> Found | Missing:
    status = response.status_code
    if status == requests.codes.ok:
        return Found(json_bodies.read_object(_body(response), _content_type(response)), url)
    if status in NOTHING_THERE:
        return MISSING
    if status < requests.codes.bad_request:
        raise CallFailedError("bad_status", status=status)
    raise refusals.failure(
        service, Refusal(status=status, headers=response.headers, body=_beginning(response))
    )


def _content_type(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "")


def _body(response: requests.Response) -> bytes:
    """Read all of it, decompressed piece by piece, so that no small answer grows into a big one."""
    body = bytearray()
    try:
        for piece in response.raw.stream(PIECE, decode_content=True):
            body += piece
            if len(body) > LARGEST_BODY:
                raise CallFailedError("too_large")
    except ReadTimeoutError:
        raise CallFailedError("timeout") from None
    except (HTTPError, OSError):
        raise CallFailedError("cut_off") from None
    return bytes(body)


def _beginning(response: requests.Response) -> bytes:
    """Read what says why; to have it is no condition."""
    try:
        return bytes(response.raw.read(LARGEST_REFUSAL, decode_content=True))
    except (HTTPError, OSError):
        return b""


def _next_url(service: Service, url: str, response: requests.Response) -> str:
    """Give where a redirect leads: the service's own origin, or a host of its list over HTTPS."""
    try:
        to = urljoin(url, response.headers["Location"])
        parts = urlsplit(to)
        is_own = _origin(to) == _origin(service.base_url)
        is_listed = _origin(to) in {("https", host, 443) for host in service.redirect_hosts}
    # No Location, or one with a port or brackets that are none.
    except (KeyError, ValueError):
        raise CallFailedError("redirect", status=response.status_code) from None
    if "@" in parts.netloc or not (is_own or is_listed):
        raise CallFailedError("redirect", status=response.status_code)
    _beginning(response)  # The connection is of use for the next request.
    return to


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _default_port(parts)


def _default_port(parts: SplitResult) -> int | None:
    return {"http": 80, "https": 443}.get(parts.scheme)


def _time_left(most: float) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline for the whole answer is over")
    return min(left, most)


class _PunctualIO(io.RawIOBase):
    """Reads a socket no longer than to the deadline, however slowly the bytes drip."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock, self._raw = sock, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_time_left(READ_WITHIN))
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _PunctualResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: Any = io.BufferedReader(_PunctualIO(sock, self.fp.detach()))


class _Punctual:
    response_class = _PunctualResponse

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        """Send the brackets of a query as they are, which Legimi wants; urllib3 escapes them."""
        path, mark, query = url.partition("?")
        query = query.replace("%5B", "[").replace("%5D", "]")
        super().putrequest(method, path + mark + query, *args, **kwargs)  # type: ignore[misc]


class _Public(_Punctual):
    """Talks to public addresses alone: what counts is whom we reached, not what a name gave."""

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        address = ipaddress.ip_address(sock.getpeername()[0])
        if not (getattr(address, "ipv4_mapped", None) or address).is_global:
            sock.close()
            raise CallFailedError("private_address")
        return sock


class _Adapter(HTTPAdapter):
    """Keeps connections of a class of ours."""

    def __init__(self, kind: type[_Punctual]) -> None:
        super().__init__()
        plain = type("Plain", (kind, HTTPConnection), {})
        secure = type("Secure", (kind, HTTPSConnection), {})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


_OWN = _Adapter(_Punctual)
"""For the address that the operator has set, wherever it is."""
_ELSEWHERE = _Adapter(_Public)
