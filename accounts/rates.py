"""How often one address may call what needs no token."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from django_ratelimit.core import get_usage

from config.errors import RateLimitedError

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request


def address_of(request: HttpRequest | Request) -> str:
    """Give whom a request counts against; everybody together when the server names no address."""
    return network_of(request.META.get("REMOTE_ADDR", ""))


def network_of(text: str) -> str:
    """Fold an address; of IPv6 give the /64 network, all of which is one customer's."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return str(ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def spend_by_address(request: HttpRequest | Request, group: str, rate: str) -> None:
    """Count a call of this address; raises RateLimitedError beyond `rate` ("60/m")."""
    _spend(request, group, address_of(request), rate)


def spend_by_email(request: Request, group: str, email: str, rate: str) -> None:
    """Count a call about an e-mail, of a user or of nobody; raises RateLimitedError."""
    _spend(request, group, email, rate)


def _spend(request: HttpRequest | Request, group: str, key: str, rate: str) -> None:
    usage = get_usage(request, group=group, key=lambda *_: key, rate=rate, increment=True)
    if usage and usage["should_limit"]:
        raise RateLimitedError(retry_after=usage["time_left"])
