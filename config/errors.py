"""Every error that a caller can meet: a class with a code, a status and a sentence.

Raise one anywhere; `config.api.handle_exception` turns it into the one error body.
The codes are part of the contract (docs: "Everywhere").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import status
from rest_framework.exceptions import APIException

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db import IntegrityError


class ProblemError(APIException):
    """Base of our own errors. `details` is a list of {"field", "message"}."""

    status_code = status.HTTP_500_INTERNAL_SERVER_ERROR
    default_code = "INTERNAL_ERROR"
    default_detail = "Something went wrong on our side. The request id helps us to find it."

    def __init__(
        self,
        message: str | None = None,
        *,
        details: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code: str = self.default_code
        self.details = details or []
        self.headers = headers or {}


class MalformedRequestError(ProblemError):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "MALFORMED_REQUEST"
    default_detail = "The body is not valid JSON."


class InvalidError(ProblemError):
    """What the caller sent breaks a rule of a named field."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "VALIDATION_ERROR"
    default_detail = "Some fields are not valid."

    @classmethod
    def of(cls, field: str, message: str) -> InvalidError:
        return cls(details=[{"field": field, "message": message}])


class UnauthorizedError(ProblemError):
    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "UNAUTHORIZED"
    default_detail = "A valid token is needed. Sign in, and send it as Authorization: Bearer."


class ForbiddenError(ProblemError):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "FORBIDDEN"
    default_detail = "You may not do this."


class FeatureDisabledError(ForbiddenError):
    default_code = "FEATURE_DISABLED"
    default_detail = "This feature is switched off here."


class NotFoundError(ProblemError):
    status_code = status.HTTP_404_NOT_FOUND
    default_code = "NOT_FOUND"
    default_detail = "There is nothing here."


class ConflictError(ProblemError):
    """The request is well formed, and the present state says no."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "CONFLICT"
    default_detail = "This collides with what is there already."


class DuplicateIsbnError(ConflictError):
    default_code = "DUPLICATE_ISBN"
    default_detail = "A book with this ISBN is already on the platform."


class InvalidStatusError(ConflictError):
    default_code = "INVALID_STATUS"
    default_detail = "The book's status does not allow this."


class LimitReachedError(ConflictError):
    default_code = "LIMIT_REACHED"
    default_detail = "You have reached the limit."


class PayloadTooLargeError(ProblemError):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "PAYLOAD_TOO_LARGE"
    default_detail = "The request body is too large."


class RateLimitedError(ProblemError):
    """Too many requests; `retry_after` in whole seconds goes into Retry-After."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "RATE_LIMITED"
    default_detail = "Too many requests. Try again later."

    def __init__(self, message: str | None = None, *, retry_after: int, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.headers["Retry-After"] = str(max(1, retry_after))


class UnavailableError(ProblemError):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "UNAVAILABLE"
    default_detail = "The service is not ready. Try again in a moment."


_BY_CONSTRAINT: dict[str, Callable[[], ProblemError]] = {}


def on_constraint(name: str, make: Callable[[], ProblemError]) -> None:
    """Say which error a caller meets when the database's constraint `name` refuses a write."""
    _BY_CONSTRAINT[name] = make


def constraint_of(exc: IntegrityError) -> str:
    """Name the constraint that refused; empty when the database did not say."""
    diagnosis = getattr(exc.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def from_constraint(exc: IntegrityError) -> ProblemError | None:
    """Translate a refused write; None when no app has claimed the constraint (a bug, then)."""
    make = _BY_CONSTRAINT.get(constraint_of(exc))
    return make() if make else None
