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

    status_code: int = status.HTTP_500_INTERNAL_SERVER_ERROR
    default_code: str = "INTERNAL_ERROR"
    default_detail: str = "Something went wrong on our side. The request id helps us to find it."

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


class MethodNotAllowedError(ProblemError):
    """The path is known and the method is not; `Allow` names those that are."""

    status_code = status.HTTP_405_METHOD_NOT_ALLOWED
    default_code = "METHOD_NOT_ALLOWED"
    default_detail = "This path does not know that method."


class NotAcceptableError(ProblemError):
    status_code = status.HTTP_406_NOT_ACCEPTABLE
    default_code = "NOT_ACCEPTABLE"
    default_detail = "Answers here are JSON; ask for application/json."


class ConflictError(ProblemError):
    """The request is well formed, and the present state says no."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "CONFLICT"
    default_detail = "This collides with what is there already."


class DuplicateIsbnError(ConflictError):
    default_code = "DUPLICATE_ISBN"
    default_detail = "A book with this ISBN is already on the platform."


class DuplicateBookError(InvalidError):
    """A member's book with the same title and authors exists (the use case asks for 400)."""

    default_code = "DUPLICATE_BOOK"
    default_detail = "A book with this title and these authors is already here."


class InvalidStatusError(ConflictError):
    default_code = "INVALID_STATUS"
    default_detail = "The book's status does not allow this."


class AlreadyAttachedError(ConflictError):
    default_code = "ALREADY_ATTACHED"
    default_detail = "This is on your list already."


class LimitReachedError(ConflictError):
    default_code = "LIMIT_REACHED"
    default_detail = "You have reached the limit."


class PayloadTooLargeError(ProblemError):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "PAYLOAD_TOO_LARGE"
    default_detail = "The request body is too large."


class UnsupportedMediaTypeError(ProblemError):
    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "UNSUPPORTED_MEDIA_TYPE"
    default_detail = "Send the body as application/json."


class UnprocessableRecordError(ProblemError):
    """An upstream record cannot be used; the only 422, what a caller got wrong is 400."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "UNPROCESSABLE_RECORD"
    default_detail = "The source has this record, in a state that cannot be used."


class RateLimitedError(ProblemError):
    """Too many requests; `retry_after` in whole seconds goes into Retry-After."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "RATE_LIMITED"
    default_detail = "Too many requests. Try again later."

    def __init__(self, message: str | None = None, *, retry_after: int, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.headers["Retry-After"] = str(max(1, retry_after))


class UpstreamError(ProblemError):
    """A source of ours failed or made no sense; what was asked for is as it was before."""

    status_code = status.HTTP_502_BAD_GATEWAY
    default_code = "UPSTREAM_ERROR"
    default_detail = "A source that this needs does not answer as it should. Try again later."


class UpstreamRateLimitedError(UpstreamError):
    """A source said "too many"; `retry_after` in whole seconds goes into Retry-After."""

    default_code = "UPSTREAM_RATE_LIMITED"
    default_detail = "A source that this needs asks us to slow down. Try again later."

    def __init__(self, message: str | None = None, *, retry_after: int, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.headers["Retry-After"] = str(max(1, retry_after))


class UpstreamNotConfiguredError(ProblemError):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "UPSTREAM_NOT_CONFIGURED"
    default_detail = "This source needs a key that is not set here."


class UnavailableError(ProblemError):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "UNAVAILABLE"
    default_detail = "The service is not ready. Try again in a moment."


FOREIGN_KEY_VIOLATION = "23503"
"""https://www.postgresql.org/docs/18/errcodes-appendix.html"""

_BY_CONSTRAINT: dict[str, Callable[[], ProblemError]] = {}


def on_constraint(name: str, make: Callable[[], ProblemError]) -> None:
    """Say which error a caller meets when the database's constraint `name` refuses a write."""
    _BY_CONSTRAINT[name] = make


def constraint_of(exc: IntegrityError) -> str:
    """Name the constraint that refused; empty when the database did not say."""
    diagnosis = getattr(exc.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def from_constraint(exc: IntegrityError) -> ProblemError | None:
    """Translate a refused write; None when no app has claimed the constraint (a bug, then).

    A foreign key that points at nothing is checked at the commit: what was there a moment ago has
    been deleted meanwhile, by somebody whose changes this transaction does not wait for.
    """
    make = _BY_CONSTRAINT.get(constraint_of(exc))
    if make is None and _points_at_nothing(exc):
        return NotFoundError("Something that this names is not there any more.")
    return make() if make else None


def _points_at_nothing(exc: IntegrityError) -> bool:
    diagnosis: Any = getattr(exc.__cause__, "diag", None)
    if diagnosis is None or diagnosis.sqlstate != FOREIGN_KEY_VIOLATION:
        return False
    # Of the other end PostgreSQL says "is still referenced".
    return "is not present" in (diagnosis.message_detail or "")
