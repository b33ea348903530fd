"""The one door to the outside: nothing else in the platform asks a service over the network.

Polite (a pace and pauses that all processes share), impatient (time-outs, and a deadline for the
whole), and careful (sizes, redirects and addresses are checked, keys stay out of logs).
"""

from __future__ import annotations

import logging
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlencode

import requests
import stamina
import stamina.instrumentation
from urllib3 import exceptions

from enrichment.outside import (
    connections,
    db,
    json_bodies,
    pace,
    redirects,
    refusals,
    sockets,
    source_health,
)
from enrichment.outside.answers import (
    MISSING,
    Beginning,
    CallFailedError,
    Found,
    Hold,
    Missing,
    NoAnswerError,
    NoAnswerNowError,
    Refusal,
    Service,
)
from enrichment.outside.sockets import within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "MISSING",
    "Beginning",
    "Found",
    "Hold",
    "Missing",
    "NoAnswerError",
    "NoAnswerNowError",
    "Refusal",
    "Service",
    "get",
    "peek",
    "unusable",
    "within",
    "wrong_shape",
]

ANSWER_WITHIN = 10.0
"""Seconds for a whole answer, and, beside the caller's patience, for a whole call."""
A_PERSON_WAITS = 25.0
"""Seconds for all the calls that one person waits for. Who waits for another's waits longer."""
LARGEST_BODY = 10 * 1024 * 1024
LARGEST_REFUSAL = 64 * 1024
NOTHING_THERE = (404, 410)
JSON = {"Accept": "application/json", "Accept-Encoding": "gzip"}
ANYTHING = {"Accept": "*/*"}
PIECE = 64 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Wish(Generic[T]):
    """What to ask for, and how to read what comes."""

    path_and_query: str
    headers: Mapping[str, str]
    read: Callable[[requests.Response, str], T]


# A call without an answer has one line in the log; stamina would add one for each further try.
stamina.instrumentation.set_on_retry_hooks([])
# Its lines of the level DEBUG have addresses with their queries, and those have keys.
logging.getLogger("urllib3").setLevel(logging.INFO)


def get(
    service: Service, path: str, query: str | Mapping[str, Any] = "", *, patience: float = 10.0
) -> Found | Missing:
    """Ask a service for a JSON object; `query` as a text goes out as it is.

    `patience`: seconds to wait until our own pace allows it. Raises NoAnswerError, or
    NoAnswerNowError where it is known when to ask again; RuntimeError inside a transaction.
    """
    text = query if isinstance(query, str) else urlencode(query, doseq=True)
    return _get(service, path, _Wish(f"{path}{'?' if text else ''}{text}", JSON, _object), patience)


def peek(service: Service, path: str, *, patience: float = 10.0) -> Beginning | Missing:
    """Ask a service for a file of any kind, and read no more than its beginning.

    `path` may have a query. Raises what `get` raises.
    """
    return _get(service, path.partition("?")[0], _Wish(path, ANYTHING, _peeked), patience)


def _get(service: Service, path: str, wish: _Wish[T], patience: float) -> T | Missing:
    db.let_go()
    try:
        source_health.refuse_held(service)
        answer = _ask_until_it_helps(service, wish, patience)
    except CallFailedError as failed:
        # What caused it may hold the address, and that a key.
        raise source_health.note_failure(service, path, failed) from None
    source_health.note_answer(service, "missing" if isinstance(answer, Missing) else "found")
    return answer


def wrong_shape(service: Service, path: str) -> NoAnswerError | NoAnswerNowError:
    """Note that what `get` found at `path` makes no sense; give the error to raise.

    In the figures it stands beside the "found" of the same call.
    """
    return source_health.note_failure(service, path, CallFailedError("wrong_shape"))


def unusable(service: Service, path: str) -> None:
    """Note that the record which `get` found at `path` is no good, though the service works."""
    source_health.note_unusable(service, path)


def _ask_until_it_helps(service: Service, wish: _Wish[T], seconds: float) -> T | Missing:
    now = time.monotonic()
    ends = min(now + seconds + ANSWER_WITHIN, sockets.over_by.get())
    patience = pace.Patience(min(seconds, ends - now))
    for attempt in stamina.retry_context(
        on=_may_pass, attempts=service.attempts, wait_initial=0.25, wait_max=1.0, wait_jitter=0.5
    ):
        with attempt:
            return _follow(service, wish, patience, ends)
    raise AssertionError("unreachable: the last attempt gives an answer or raises")


def _may_pass(exc: Exception) -> bool:
    return isinstance(exc, CallFailedError) and exc.may_pass


def _follow(service: Service, wish: _Wish[T], patience: pace.Patience, ends: float) -> T | Missing:
    """Ask, and go where the service sends us, as far as that is allowed."""
    url = f"{service.base_url}{wish.path_and_query}"
    seen: set[str] = set()
    while len(seen) <= redirects.MOST and url not in seen:
        seen.add(url)
        if time.monotonic() >= ends:
            raise CallFailedError("timeout")
        pace.take_turn(service, patience)
        # While we waited for our turn, another may have been told to stay away.
        source_health.refuse_held(service)
        sockets.deadline.set(min(time.monotonic() + ANSWER_WITHIN, ends))
        with closing(_send(service, url, wish.headers)) as response:
            if response.status_code not in redirects.STATUSES:
                return _read(service, url, response, wish)
            url = redirects.next_url(service, url, response.headers)
            _beginning(response)  # The connection is of use for the next request.
    raise CallFailedError("redirect")


def _send(service: Service, url: str, accepts: Mapping[str, str]) -> requests.Response:
    """Ask once. The adapter alone knows neither cookies, proxies, .netrc nor redirects."""
    is_own = redirects.is_own(service, url)
    adapter = connections.OWN if is_own else connections.ELSEWHERE
    # As bytes: for a contact with letters beyond Latin-1 there is no text in a header.
    headers = {"User-Agent": service.user_agent.encode(), **accepts}
    try:
        request = requests.Request("GET", url, headers=headers).prepare()
        wait = (sockets.CONNECT_WITHIN, sockets.READ_WITHIN)
        return adapter.send(request, stream=True, timeout=wait, verify=True)
    except (requests.RequestException, exceptions.HTTPError) as exc:
        raise _no_connection(exc) from None


def _no_connection(exc: Exception) -> CallFailedError:
    if isinstance(exc, requests.Timeout):
        return CallFailedError("timeout", may_pass=isinstance(exc, requests.ConnectTimeout))
    if isinstance(exc, requests.exceptions.SSLError):
        return CallFailedError("insecure")
    return CallFailedError("refused", may_pass=isinstance(exc, requests.ConnectionError))


def _read(service: Service, url: str, response: requests.Response, wish: _Wish[T]) -> T | Missing:
    status = response.status_code
    if status == requests.codes.ok:
        return wish.read(response, url.partition("?")[0])
    beginning = _beginning(response)
    if status in NOTHING_THERE:
        return MISSING
    if status < requests.codes.bad_request:
        raise CallFailedError("bad_status", status=status)
    refusal = Refusal(status=status, headers=response.headers, body=beginning)
    raise refusals.failure(service, refusal)


def _object(response: requests.Response, url: str) -> Found:
    content_type = response.headers.get("Content-Type", "")
    return Found(json_bodies.read_object(_body(response), content_type), url)


def _peeked(response: requests.Response, _url: str) -> Beginning:
    return Beginning(_beginning(response), response.headers.get("Content-Type", ""))


def _body(response: requests.Response) -> bytes:
    """Read all of it, decompressed piece by piece, so that no small answer grows into a big one."""
    if (response.raw.length_remaining or 0) > LARGEST_BODY:
        raise CallFailedError("too_large")
    body = bytearray()
    try:
        for piece in response.raw.stream(PIECE, decode_content=True):
            body += piece
            if len(body) > LARGEST_BODY:
                raise CallFailedError("too_large")
    except exceptions.ReadTimeoutError:
        raise CallFailedError("timeout") from None
    except exceptions.DecodeError:
        raise CallFailedError("not_json") from None
    except (exceptions.HTTPError, OSError):
        raise CallFailedError("cut_off") from None
    return bytes(body)


def _beginning(response: requests.Response) -> bytes:
    """Read what says why; to have it is no condition."""
    try:
        return bytes(response.raw.read(LARGEST_REFUSAL, decode_content=True))
    except (exceptions.HTTPError, OSError):
        return b""
