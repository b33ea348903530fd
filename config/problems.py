"""The one error body, wherever an error comes from (contract, "Everywhere")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.core import exceptions as django_errors
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from rest_framework import exceptions as drf_errors
from rest_framework.fields import get_error_detail

from config import errors
from config.errors import ProblemError
from config.logs import current_request_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RETRY_SOON = {"Retry-After": "5"}
MOST_DETAILS = 100
"""Mistakes that are told; a list of a megabyte may have hundred thousands, each a sentence long."""


def as_problem(exc: Exception) -> ProblemError | None:
    """Translate an exception into one of ours; None for a bug, which stays a 500.

    Of the table below the entry nearest to the exception's class counts.
    """
    make = next((_MAKERS[kind] for kind in type(exc).__mro__ if kind in _MAKERS), None)
    return make(exc) if make else None


def _invalid(exc: drf_errors.ValidationError) -> ProblemError:
    return errors.InvalidError(details=list(_flatten(exc.detail)))


def _invalid_in_django(exc: django_errors.ValidationError) -> ProblemError:
    return errors.InvalidError(details=list(_flatten(get_error_detail(exc))))


def _unauthorized(exc: drf_errors.APIException) -> ProblemError:
    header = getattr(exc, "auth_header", None)
    return errors.UnauthorizedError(headers={"WWW-Authenticate": header} if header else None)


_MAKERS: dict[type, Callable[[Any], ProblemError | None]] = {
    ProblemError: lambda problem: problem,
    drf_errors.ValidationError: _invalid,
    django_errors.ValidationError: _invalid_in_django,
    drf_errors.ParseError: lambda _: errors.MalformedRequestError(),
    drf_errors.AuthenticationFailed: _unauthorized,
    drf_errors.NotAuthenticated: _unauthorized,
    drf_errors.PermissionDenied: lambda _: errors.ForbiddenError(),
    django_errors.PermissionDenied: lambda _: errors.ForbiddenError(),
    drf_errors.NotFound: lambda _: errors.NotFoundError(),
    Http404: lambda _: errors.NotFoundError(),
    drf_errors.MethodNotAllowed: lambda _: errors.MethodNotAllowedError(),
    drf_errors.NotAcceptable: lambda _: errors.NotAcceptableError(),
    drf_errors.UnsupportedMediaType: lambda _: errors.UnsupportedMediaTypeError(),
    django_errors.RequestDataTooBig: lambda _: errors.PayloadTooLargeError(),
    django_errors.DisallowedHost: lambda _: errors.InvalidError.of(
        "Host", "This host is not served here."
    ),
    django_errors.SuspiciousOperation: lambda _: errors.InvalidError("The request is not valid."),
    django_errors.BadRequest: lambda _: errors.InvalidError("The request is not valid."),
    UnreadablePostError: lambda _: errors.MalformedRequestError("The body broke off."),
    # A bug, unless an app has said what its constraint means.
    IntegrityError: errors.from_constraint,
    DataError: lambda _: errors.InvalidError("A value is out of the range that can be stored."),
    OperationalError: lambda _: errors.UnavailableError(headers=RETRY_SOON),
    InterfaceError: lambda _: errors.UnavailableError(headers=RETRY_SOON),
    RedisError: lambda _: errors.UnavailableError(headers=RETRY_SOON),
    BrokerError: lambda _: errors.UnavailableError(headers=RETRY_SOON),
}


def _flatten(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Turn DRF's nested errors into rows: {"coverImages": {0: [..]}} names coverImages[0]."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flatten(value, _join(path, key))
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        for index, item in enumerate(detail):
            yield from _flatten(item, f"{path}[{index}]")
    else:
        for message in detail if isinstance(detail, list) else [detail]:
            yield {"field": path or "body", "message": str(message)}


def _join(path: str, key: Any) -> str:
    if key in ("non_field_errors", "__all__"):
        return path
    return f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}" if path else str(key)


def body_of(problem: ProblemError) -> dict[str, Any]:
    body: dict[str, Any] = {
        "status": "error",
        "code": problem.code,
        "message": str(problem.detail),
    }
    if problem.details:
        body["details"] = problem.details[:MOST_DETAILS]
    return body | {"requestId": current_request_id()}


def problem_response(problem: ProblemError) -> HttpResponse:
    """Answer outside of DRF (middleware, Django's own error handlers) with the same body."""
    return HttpResponse(
        orjson.dumps(body_of(problem)),
        status=problem.status_code,
        content_type="application/json",
        headers=problem.headers,
    )
