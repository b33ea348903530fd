"""The front page, for everybody: what this is, and a search over the shared catalog.

Plain HTML from the server, the same for all who ask, so any cache may keep it for a minute.
Errors are pages here, with the statuses and headers that the API gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db import InterfaceError, OperationalError
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import conditional_page
from redis.exceptions import RedisError
from rest_framework.request import Request

from accounts.rates import spend_by_address
from catalog.public_search import LAST_PAGE, find, query_of
from catalog.showcase import showcase
from config.errors import InvalidError, ProblemError, RateLimitedError, UnavailableError
from config.paging import whole_number
from config.problems import as_problem
from config.views import reads_only

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SEARCH_RATE = "60/m"
"""Searches of one address; the page without a search is not counted."""
CACHING = "public, max-age=60"

_HEADINGS = {
    "q": "We cannot search for that",
    "page": "There is no such page",
    RateLimitedError.default_code: "That was a lot of searches",
    UnavailableError.default_code: "The catalog takes a break",
}
"""By the parameter that is wrong, or by the code of the error."""


@reads_only
@conditional_page
def front_page(request: HttpRequest) -> HttpResponse:
    try:
        page = _searched(request) if request.GET.get("q", "").strip() else _home(request)
    except (ProblemError, OperationalError, InterfaceError, RedisError) as error:
        return _refused(request, as_problem(error) or UnavailableError())
    page["Cache-Control"] = CACHING
    return page


def _home(request: HttpRequest) -> HttpResponse:
    address = request.build_absolute_uri(reverse("front-page"))
    context = {"showcase": showcase(), "canonical": address}
    return render(request, "front_page/home.html", context)


def _searched(request: HttpRequest) -> HttpResponse:
    """Raises InvalidError, and RateLimitedError after SEARCH_RATE."""
    spend_by_address(request, "front-page", SEARCH_RATE)
    results = find(query_of(request.GET["q"]), _page_number(request))
    address = f"{reverse('front-page')}?{_address_of(results.q, results.number)}"
    context = {
        "q": results.q,
        "results": results,
        "canonical": request.build_absolute_uri(address),
    }
    return render(request, "front_page/results.html", context)


def _address_of(q: str, number: int) -> str:
    return urlencode({"q": q} | ({"page": number} if number > 1 else {}))


def _page_number(request: HttpRequest) -> int:
    try:
        return whole_number(Request(request), "page", default=1, most=LAST_PAGE)
    except InvalidError as error:
        raise InvalidError.of("page", f"Pages have numbers from 1 to {LAST_PAGE}.") from error


def _refused(request: HttpRequest, problem: ProblemError) -> HttpResponse:
    """Show an error with the search box, in which what was asked still stands."""
    (wrong, *_) = problem.details or [{"field": problem.code, "message": str(problem.detail)}]
    context = {
        "q": request.GET.get("q", ""),
        "heading": _HEADINGS.get(wrong["field"], "This did not work"),
        "message": wrong["message"],
        "retry_after": problem.headers.get("Retry-After"),
    }
    page = render(request, "front_page/refused.html", context, status=problem.status_code)
    for name, value in {"Cache-Control": "no-store", **problem.headers}.items():
        page[name] = value
    return page
