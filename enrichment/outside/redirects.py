"""Where a service may send us: to its own origin, or over HTTPS to a host of its list."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from enrichment.outside.answers import CallFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from enrichment.outside.answers import Service

STATUSES = frozenset({301, 302, 303, 307, 308})
MOST = 5
DEFAULT_PORTS = {"http": 80, "https": 443}


def next_url(service: Service, url: str, headers: Mapping[str, str]) -> str:
    """Give the address to which the answer of `url` leads.

    Raises CallFailedError ("redirect") for one where we do not go, and for none at all.
    """
    try:
        # Python reads headers as Latin-1, and those who break the rule write UTF-8.
        to = urljoin(url, headers["Location"].encode("latin-1").decode())
        is_allowed = _is_allowed(service, to)
    # No Location, or one with letters, a port or brackets that are none.
    except (KeyError, ValueError):
        is_allowed = False
    if not is_allowed:
        raise CallFailedError("redirect")
    return to


def _is_allowed(service: Service, url: str) -> bool:
    if "@" in urlsplit(url).netloc:
        return False
    scheme, host, port = origin(url)
    is_listed = any(fnmatchcase(host or "", listed) for listed in service.redirect_hosts)
    return is_own(service, url) or (
        is_listed and (scheme, port) == ("https", DEFAULT_PORTS["https"])
    )


def is_own(service: Service, url: str) -> bool:
    """Say whether an address is where the operator has told us to ask."""
    return origin(url) == origin(service.base_url)


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Give scheme, host and port (RFC 6454). Raises ValueError where the port is none."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)
