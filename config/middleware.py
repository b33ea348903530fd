"""Middleware: proxies that may be believed, the request's id, and the size of its body."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings

from config.errors import PayloadTooLargeError
from config.problems import problem_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    GetResponse = Callable[[HttpRequest], HttpResponseBase]

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


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
    """Take a sane X-Request-ID or make one; answer with it. Logs and tasks read it from there."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        value = given if _SANE_REQUEST_ID.fullmatch(given) else str(uuid4())
        request.META["HTTP_X_REQUEST_ID"] = value
        response = get_response(request)
        response["X-Request-ID"] = value
        return response

    return middleware


def body_limit(get_response: GetResponse) -> GetResponse:
    """Refuse a body over DATA_UPLOAD_MAX_MEMORY_SIZE bytes before anything reads it.

    Django asks for Content-Length alone; a chunked body has none, so it is read here, with the
    same limit.
    """
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            request._body = request.META["wsgi.input"].read(limit + 1)  # type: ignore[attr-defined]  # noqa: SLF001
            size = len(request.body)
        else:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        if size > limit and not request.content_type.startswith("multipart/"):
            error = PayloadTooLargeError(f"The request body is over {limit} bytes.")
            return problem_response(error, request.META.get("HTTP_X_REQUEST_ID"))
        return get_response(request)

    return middleware
