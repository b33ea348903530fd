"""Whether the address of a cover gives a picture: asked of its host, through the one door."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from limits import RateLimitItemPerSecond

from enrichment import http
from enrichment.sources import base

Answer = Literal["image", "missing", "no_image", "blank"]

PACE = (RateLimitItemPerSecond(10, 5),)
"""Two a second in the long run, ten at once: what one page of covers takes of a host."""
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")
ONE_PIXEL = 1


def ask(url: str, *, patience: float = 10.0) -> Answer:
    """Say what the address of a cover gives, which is an `allowed_cover`.

    Raises http.NoAnswerError or http.NoAnswerNowError where that is not known: the host refuses us,
    fails, is too slow, or leads elsewhere.
    """
    parts = urlsplit(url)
    path = parts._replace(scheme="", netloc="", fragment="").geturl()
    found = http.peek(_host(parts.hostname or ""), path or "/", patience=patience)
    return "missing" if isinstance(found, http.Missing) else _kind(found.body)


def _host(name: str) -> http.Service:
    # What stands in for the world outside takes all hosts at one address, each below its name.
    instead = settings.COVERS_BASE_URL
    return http.Service(
        name=f"covers of {name}",
        base_url=f"{instead}/{name}" if instead else f"https://{name}",
        user_agent=base.user_agent(),
        pace=PACE,
        redirect_hosts=frozenset(settings.COVER_IMAGE_HOSTS + settings.COVER_REDIRECT_HOSTS),
        attempts=1,
    )


def _kind(body: bytes) -> Answer:
    if not is_image(body):
        return "no_image"
    return "blank" if ONE_PIXEL in size(body) else "image"


def is_image(body: bytes) -> bool:
    """Look at the first bytes, since a host may call anything a picture."""
    is_webp_or_avif = body[8:12] == b"WEBP" or body[4:8] == b"ftyp"
    return body.startswith(SIGNATURES) or is_webp_or_avif


def size(body: bytes) -> tuple[int, ...]:
    """Give width and height of a GIF or PNG, in which blank pictures come; else nothing."""
    if body.startswith(b"GIF") and len(body) >= len(b"GIF89a....."):
        return int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
    if body.startswith(b"\x89PNG") and len(body) >= len(b"........IHDR....WWWWHHHH"):
        return int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
    return ()
