"""The pages that a moderator opens, and what each takes."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, cast

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from bench.rows import word
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model
    from django.http import HttpRequest

    from config.admin import ModeratorSite

MODERATOR = "moderator@bench.example"
QUEUE = "/admin/catalog/book/"
VARIANTS = [
    "/",
    "/?q=" + word(0),
    "/?q=" + word(2000),
    "/?q=" + word(0) + "+" + word(1),
    QUEUE + "?p=100",
    QUEUE + "?o=1",
    QUEUE + "?o=-1",
    QUEUE + "?state=all",
    QUEUE + "?state=all&p=1000",
    QUEUE + "?state=all&o=2",
    QUEUE + "?state=active",
    QUEUE + "?flag=near_title",
    QUEUE + "?q=" + word(0),
    QUEUE + "?q=" + word(2000),
    # What most titles have a word with.
    QUEUE + "?q=" + word(0)[0],
    QUEUE + "?created_at_from=2026-01-01",
    "/admin/catalog/work/?q=" + word(0),
    "/admin/catalog/work/?q=" + word(2000),
    "/admin/catalog/author/?q=" + word(0),
    "/admin/accounts/user/?q=reader1",
    "/admin/accounts/event/?name__exact=mark_read",
    "/admin/accounts/event/?created_at_from=2026-08-01&created_at_to=2026-08-31",
    "/admin/auditlog/logentry/?q=request-77",
    "/admin/auditlog/logentry/?q=" + word(0),
    "/admin/enrichment/job/?status=all",
]
"""What lists and the front page are asked beside their first page."""


@dataclass(frozen=True)
class Page:
    """What a page took; milliseconds."""

    path: str
    status: int
    queries: int
    p50: float
    slowest: float


def measured(rounds: int) -> list[Page]:
    # A line a request would be timed, too.
    logging.disable(logging.INFO)
    client = Client(SERVER_NAME="localhost")
    with acting_as(SYSTEM):
        client.force_login(_moderator())
        paths = list(dict.fromkeys(["/admin/", *_of_side_bar(), *VARIANTS, *_of_rows()]))
    return [_measure(client, path, rounds) for path in paths]


def _moderator() -> User:
    user, _ = User.objects.get_or_create(email=MODERATOR, defaults={"is_staff": True})
    user.groups.set(Group.objects.filter(name="Moderators"))
    return user


def _request() -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = _moderator()
    return request


def _of_side_bar() -> list[str]:
    sections = cast("ModeratorSite", admin.site).get_sidebar_list(_request())
    return [item["link"] for section in sections for item in section["items"]]


def _of_rows() -> Iterator[str]:
    """Give the page of the newest row of each model that a moderator sees."""
    request = _request()
    for model, shown in admin.site._registry.items():  # noqa: SLF001  (the site has no other list)
        newest = model._default_manager.order_by("-pk").first()  # noqa: SLF001
        if newest and shown.has_view_permission(request) and (path := _page_of(newest)):
            yield path


def _page_of(row: Model) -> str | None:
    kind = row._meta.label_lower.replace(".", "_")  # noqa: SLF001  (Django documents it)
    try:
        return reverse(f"admin:{kind}_change", args=[row.pk])
    except NoReverseMatch:
        return None


def _measure(client: Client, path: str, rounds: int) -> Page:
    """Open a page once to count its queries, and then to time it."""
    with CaptureQueriesContext(connection) as captured:
        status = client.get(path).status_code
    # Counted at once: the next request empties Django's list of queries.
    queries = len(captured)
    times = [_timed(client, path) for _ in range(rounds)]
    return Page(path, status, queries, median(times), max(times))


def _timed(client: Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000
