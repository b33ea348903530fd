"""Reads that a client need not get twice: an ETag on the answer, 304 when it has that one."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework import status

from config.api import ActorMixin

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

HASH_BYTES = 16


class ConditionalGetMixin(ActorMixin):
    """Put before `BaseView` or `BaseViewSet`: its 200 answers to GET and HEAD carry an ETag.

    The tag is a hash of the rendered body, so it is a strong one, and whoever sees something else
    has another. What is asked for with `If-None-Match` is answered 304, without a body.
    """

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        finished: Response = super().finalize_response(request, response, *args, **kwargs)
        if request.method in ("GET", "HEAD") and finished.status_code == status.HTTP_200_OK:
            _tag(request, finished)
        return finished


def _tag(request: Request, response: Response) -> None:
    """Render, so that there is a body to hash; Django sends a rendered response as it is."""
    response.render()
    etag = f'"{blake2b(response.content, digest_size=HASH_BYTES).hexdigest()}"'
    response["ETag"] = etag
    # A 304 says what its 200 would have said, which may have come packed.
    patch_vary_headers(response, ["Accept-Encoding"])
    if _has(request, etag):
        _empty(response)


def _has(request: Request, etag: str) -> bool:
    """Compare weakly (RFC 9110, section 13.1.2): `W/` in front makes no difference."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return known == ["*"] or etag in {tag.removeprefix("W/") for tag in known}


def _empty(response: Response) -> None:
    response.status_code = status.HTTP_304_NOT_MODIFIED
    response.content = b""
    del response["Content-Type"]
