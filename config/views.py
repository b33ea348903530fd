"""The platform's own pages: health, metrics, the schema, its docs, errors outside the API."""

from __future__ import annotations

import secrets
from functools import wraps
from typing import TYPE_CHECKING

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from prometheus_client import generate_latest
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from config import errors
from config.api import BaseView, actor_of
from config.bodies import JsonRenderer
from config.metrics import SHARED
from config.problems import as_problem, problem_response
from config.schema import description

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from rest_framework.request import Request

    View = Callable[[HttpRequest], HttpResponse]

PATIENCE = 2
"""Seconds that /readyz gives PostgreSQL and Redis each."""


def reads_only(view: View) -> View:
    """Answer another method with 405; the view is plain Django: it needs neither user nor row."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        return problem_response(errors.MethodNotAllowedError(headers={"Allow": "GET, HEAD"}))

    return answer


@reads_only
def docs(request: HttpRequest) -> HttpResponse:
    """Show Swagger UI, from local files alone."""
    return render(request, "docs.html")


@reads_only
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process lives; it asks nobody else."""
    return JsonResponse({"status": "ok"})


@reads_only
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether PostgreSQL and Redis answer; 503 names the ones that do not."""
    down = [
        name for name, answers in (("postgresql", _postgresql), ("redis", _redis)) if not answers()
    ]
    if not down:
        return JsonResponse({"status": "ok"})
    details = [{"field": name, "message": "does not answer"} for name in down]
    return problem_response(
        errors.UnavailableError(f"Not ready: {', '.join(down)}.", details=details)
    )


def _postgresql() -> bool:
    """Ask over a connection of its own: the pool would wait for PostgreSQL, or for a free place."""
    parameters = connection.get_connection_params()
    for name in ("pool", "context", "cursor_factory", "server_side_binding"):
        parameters.pop(name, None)
    try:
        with psycopg.connect(**parameters | {"connect_timeout": PATIENCE}) as fresh:
            fresh.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _redis() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


@reads_only
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus' figures to the holder of METRICS_TOKEN and to moderators."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.META.get("HTTP_AUTHORIZATION", "")
    if settings.METRICS_TOKEN and secrets.compare_digest(given.encode(), expected.encode()):
        return _figures(request)
    answer: HttpResponse = _MetricsForModerators.as_view()(request)
    return answer


def _figures(request: HttpRequest) -> HttpResponse:
    figures: HttpResponse = ExportToDjangoView(request)
    figures.content += generate_latest(SHARED)
    return figures


@extend_schema(exclude=True)
class _MetricsForModerators(BaseView):
    def get(self, request: Request) -> HttpResponse:
        if not actor_of(request).is_staff:
            raise errors.NotFoundError
        return _figures(request._request)  # noqa: SLF001


@extend_schema(exclude=True)
class SchemaView(BaseView):
    """The OpenAPI description, the same for everybody."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (JsonRenderer, OpenApiJsonRenderer)
    opens_transaction = False

    def get(self, _request: Request) -> Response:
        return Response(description())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _in_admin(request):
        return defaults.bad_request(request, exception)
    return problem_response(as_problem(exception) or errors.InvalidError())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _in_admin(request):
        return defaults.permission_denied(request, exception)
    return problem_response(errors.ForbiddenError())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _in_admin(request):
        return defaults.page_not_found(request, exception)
    return problem_response(errors.NotFoundError(f"There is nothing at {request.path}."))


def server_error(request: HttpRequest) -> HttpResponse:
    if _in_admin(request):
        return defaults.server_error(request)
    return problem_response(errors.ProblemError())


def _in_admin(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")
