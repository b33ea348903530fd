"""The platform's own pages: health, metrics, the front page, and errors outside the API."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.utils import extend_schema

from config import errors
from config.api import BaseView, actor_of
from config.problems import as_problem, problem_response

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request


def front_page(request: HttpRequest) -> HttpResponse:
    return render(request, "front_page.html")


def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process lives; it asks nobody else."""
    return JsonResponse({"status": "ok"})


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
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def metrics(request: HttpRequest) -> HttpResponseBase:
    """Give Prometheus' figures to the holder of METRICS_TOKEN and to moderators."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.META.get("HTTP_AUTHORIZATION", "")
    if settings.METRICS_TOKEN and secrets.compare_digest(given.encode(), expected.encode()):
        return ExportToDjangoView(request)
    return _MetricsForModerators.as_view()(request)


class _MetricsForModerators(BaseView):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        if not actor_of(request).is_staff:
            raise errors.NotFoundError
        return ExportToDjangoView(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(
        as_problem(exception) or errors.InvalidError(str(type(exception).__name__))
    )


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
