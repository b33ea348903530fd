"""Middleware: proxies that may be believed, request ids and log lines, headers, bodies."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from ipaddress import ip_address, ip_network
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog
from django.conf import settings
from django_prometheus.middleware import PrometheusAfterMiddleware
from django_prometheus.utils import Time, TimeSince
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

from config import content_security
from config.errors import MalformedRequestError, PayloadTooLargeError, ProblemError
from config.logs import safe_query
from config.problems import problem_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    GetResponse = Callable[[HttpRequest], HttpResponseBase]

MIB = 1024 * 1024
BOOKS_FILE_LIMIT = 50 * MIB
LIBRARY_FILE_LIMIT = 20 * MIB
FILE_LIMITS = {
    "/api/v1/books/import": BOOKS_FILE_LIMIT,
    "/api/user/import": LIBRARY_FILE_LIMIT,
    "/admin/import-books/": BOOKS_FILE_LIMIT,
}
"""Bytes of the file that a path takes; files go to disk, not to memory."""
FRAME = 64 * 1024
"""Bytes that a multipart body may have beside its file."""

_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")
_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_log = structlog.get_logger("bookhub.request")


def trusted_proxies(get_response: GetResponse) -> GetResponse:
    """Take the client's address from X-Forwarded-For when, and only when, a named proxy sends it.

    From anybody else the X-Forwarded-* headers are dropped, so nobody can choose the address that
    rate limits and lock-outs count, nor claim to have come over HTTPS.
    """
    networks = [ip_network(proxy) for proxy in settings.TRUSTED_PROXIES]

    def is_proxy(address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in networks)
        except ValueError:
            return False

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if is_proxy(request.META.get("REMOTE_ADDR", "")):
            hops = [h.strip() for h in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            client = next((hop for hop in reversed(hops) if hop and not is_proxy(hop)), None)
            request.META["REMOTE_ADDR"] = client or request.META["REMOTE_ADDR"]
        else:
            for name in ("FOR", "PROTO", "HOST", "PORT"):
                request.META.pop(f"HTTP_X_FORWARDED_{name}", None)
        return get_response(request)

    return middleware


def request_id(get_response: GetResponse) -> GetResponse:
    """Take a sane X-Request-ID or make one, and answer with it.

    It is bound to the log's context, from where log lines, error bodies, audit entries and Celery
    tasks take it.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        value = given if _SANE_REQUEST_ID.fullmatch(given) else str(uuid4())
        # A thread serves many requests, one after the other.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=value)
        response = get_response(request)
        response["X-Request-ID"] = value
        structlog.contextvars.clear_contextvars()
        return response

    return middleware


def request_log(get_response: GetResponse) -> GetResponse:
    """Write one line a request, when its answer is known; errors beside it have their own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        response = get_response(request)
        signed_in = getattr(request, "_cached_user", None)
        if signed_in and signed_in.pk:
            structlog.contextvars.bind_contextvars(user_id=str(signed_in.pk))
        _log.info(
            "request",
            method=request.method,
            path=request.path,
            query=safe_query(request.META.get("QUERY_STRING", "")),
            status=response.status_code,
            milliseconds=round((time.monotonic() - began) * 1000, 1),
        )
        return response

    return middleware


class CountingMiddleware(PrometheusAfterMiddleware):
    """Counts answers by status, view and method, times them, and counts exceptions by type.

    That says all that the library's dozen other counters would, which take as long as the log
    line. No caller can make up new views or methods.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.prometheus_after_middleware_event = Time()  # type: ignore[attr-defined]

    def process_view(self, *_args: Any, **_kwargs: Any) -> None:
        """Count nothing yet."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        view, method = self._get_view_name(request), self._method(request)
        counter = self.metrics.responses_by_status_view_method
        counter.labels(status=str(response.status_code), view=view, method=method).inc()
        began = request.prometheus_after_middleware_event  # type: ignore[attr-defined]
        timer = self.metrics.requests_latency_by_view_method
        timer.labels(view=view, method=method).observe(TimeSince(began))
        return response

    def process_exception(self, _request: HttpRequest, exception: Exception) -> None:
        """Leave the time to the answer that follows; the library would count it twice."""
        self.metrics.exceptions_by_type.labels(type=type(exception).__name__).inc()


def security_headers(get_response: GetResponse) -> GetResponse:
    """Say what a browser may do with an answer, and that no cache may keep it for others.

    An answer with an ETag may be kept by its reader's own browser, and asked about again.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        policy = content_security.policy_of(request.path)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Frame-Options", "DENY")
        caching = "private, no-cache" if response.has_header("ETag") else "no-store"
        response.headers.setdefault("Cache-Control", caching)
        return response

    return middleware


def body_limit(get_response: GetResponse) -> GetResponse:
    """Read a body before anything else, up to DATA_UPLOAD_MAX_MEMORY_SIZE bytes.

    So a slow sender holds up no transaction. Files (multipart) are left to the view, up to the
    limit in FILE_LIMITS. Django goes by Content-Length alone; a chunked body has none and gets it
    here.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with ExitStack() as open_files:
            try:
                _read_body(request, open_files)
            except ProblemError as problem:
                return problem_response(problem)
            except (OSError, ParseException):
                return problem_response(MalformedRequestError("The body broke off."))
            return get_response(request)

    return middleware


def _read_body(request: HttpRequest, open_files: ExitStack) -> None:
    has_files = (request.content_type or "").startswith("multipart/")
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if has_files and request.path in FILE_LIMITS:
        limit = FILE_LIMITS[request.path] + FRAME
    length = request.META.get("CONTENT_LENGTH") or ""
    if _WHOLE_NUMBER.fullmatch(length) is None:
        request.META["CONTENT_LENGTH"] = length = "0"
        if "HTTP_TRANSFER_ENCODING" in request.META:
            length = _take_chunked(request, limit, open_files)
    _refuse_over(limit, int(length))
    if not has_files:
        request.body  # noqa: B018  (reads it)


def _take_chunked(request: HttpRequest, limit: int, open_files: ExitStack) -> str:
    """Read a chunked body, one byte more than `limit` at most, and give it a length."""
    in_memory: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = open_files.enter_context(SpooledTemporaryFile(in_memory))  # noqa: SIM115
    size = 0
    while piece := request.META["wsgi.input"].read(min(MIB, limit + 1 - size)):
        size += body.write(piece)
        _refuse_over(limit, size)
    body.seek(0)
    request.META["CONTENT_LENGTH"] = str(size)
    request._stream = body  # type: ignore[assignment]  # noqa: SLF001
    return str(size)


def _refuse_over(limit: int, size: int) -> None:
    if size > limit:
        raise PayloadTooLargeError(f"The body is over {limit} bytes.")
