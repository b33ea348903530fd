"""The one error body, wherever an error comes from (contract, "Everywhere")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.core import exceptions as django_errors
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpResponse
from redis.exceptions import RedisError
from rest_framework import exceptions as drf_errors

from config import errors
from config.errors import ProblemError
from config.logs import current_request_id

if TYPE_CHECKING:
    from collections.abc import Iterator

_FROM_DRF: list[tuple[type[Exception], str, str]] = [
    (drf_errors.ParseError, "MALFORMED_REQUEST", "The body is not valid JSON."),
    (drf_errors.MethodNotAllowed, "METHOD_NOT_ALLOWED", "This path does not know that method."),
    (
        drf_errors.NotAcceptable,
        "NOT_ACCEPTABLE",
        "Answers here are JSON; ask for application/json.",
    ),
    (
        drf_errors.UnsupportedMediaType,
        "UNSUPPORTED_MEDIA_TYPE",
        "Send the body as application/json.",
    ),
    (drf_errors.PermissionDenied, "FORBIDDEN", "You may not do this."),
    (drf_errors.NotFound, "NOT_FOUND", errors.NotFoundError.default_detail),
]


def as_problem(exc: Exception) -> ProblemError | None:
    """Translate an exception into one of ours; None for a bug, which stays a 500."""
    match exc:
        case ProblemError():
            return exc
        case drf_errors.ValidationError():
            return errors.InvalidError(details=list(_flatten(exc.detail)))
        case django_errors.ValidationError():
            return errors.InvalidError(
                details=list(_flatten(drf_errors.ValidationError(exc).detail))
            )
        case drf_errors.AuthenticationFailed() | drf_errors.NotAuthenticated():
            return _unauthorized(exc)
        case Http404():
            return errors.NotFoundError()
        case django_errors.PermissionDenied():
            return errors.ForbiddenError()
        case django_errors.RequestDataTooBig():
            return errors.PayloadTooLargeError()
        case IntegrityError():
            return errors.from_constraint(exc)
        case DataError():
            return errors.InvalidError("A value is out of the range that can be stored.")
        case OperationalError() | RedisError():
            return errors.UnavailableError(headers={"Retry-After": "5"})
        case _:
            return _from_drf(exc)


def _unauthorized(exc: drf_errors.APIException) -> ProblemError:
    header = getattr(exc, "auth_header", None)
    return errors.UnauthorizedError(headers={"WWW-Authenticate": header} if header else None)


def _from_drf(exc: Exception) -> ProblemError | None:
    for kind, code, message in _FROM_DRF:
        if isinstance(exc, kind):
            problem = ProblemError(message)
            problem.status_code = exc.status_code  # type: ignore[attr-defined]
            problem.code = code
            return problem
    return None


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


def body_of(problem: ProblemError, request_id: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "status": "error",
        "code": problem.code,
        "message": str(problem.detail),
    }
    if problem.details:
        body["details"] = problem.details
    return body | {"requestId": request_id or current_request_id()}


def problem_response(problem: ProblemError, request_id: str | None = None) -> HttpResponse:
    """Answer outside of DRF (middleware, Django's own error handlers) with the same body."""
    return HttpResponse(
        orjson.dumps(body_of(problem, request_id)),
        status=problem.status_code,
        content_type="application/json",
        headers=problem.headers,
    )
