"""The OpenAPI description: what drf-spectacular finds, and every error that can come back.

Errors by rule, nothing to do in a view: 400, 406, 500 and 503 always; 401 where a token is asked
for, and 403 where the cookie's CSRF token may be missing; 404 where the path names a row; 413 and
415 where a body may come; 401, 403 and 429 where a call without a token changes something, since
it brings a password or the like instead. What is special to a view it declares beside its handler,
or once on the class for all its handlers:

    @problems(DuplicateIsbnError, ForbiddenError)
    @extend_schema(operation_id="create_book", summary="...")
    def create(self, request: Request) -> Response: ...

Operation ids are written in snake case, as in Python, and come out in camel case. Without one, the
id is made of the action and the path. Tags go by the path, in the table below.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS

from config import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from config.errors import ProblemError

Declared = TypeVar("Declared", bound="Callable[..., Any]")
Json = dict[str, Any]

AREAS = (
    ("/api/v1/", "Publishers"),
    ("/api/auth/", "Accounts"),
    ("/api/profile", "Accounts"),
    ("/books", "Members"),
    ("/api/genres", "Members"),
    ("/api/enrichment/", "Members"),
    ("/", "Readers"),
)
"""The contract's chapters, by the path's beginning; the first that fits counts."""

VERBS = {
    "list": "list",
    "retrieve": "get",
    "create": "create",
    "update": "replace",
    "partial_update": "change",
    "destroy": "delete",
    "get": "get",
    "post": "create",
    "put": "replace",
    "patch": "change",
    "delete": "delete",
}


@cache
def description() -> Json:
    """Describe the whole API, once a process: it takes a while, and nothing in it changes."""
    made: Json = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def problems(*kinds: type[ProblemError]) -> Callable[[Declared], Declared]:
    """Declare errors that a handler, or every handler of a view class, can answer with."""

    def declare(target: Declared) -> Declared:
        target.problems = (*kinds, *getattr(target, "problems", ()))  # type: ignore[attr-defined]
        return target

    return declare


class BearerOrCookie(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.TokenAuthentication"
    name = ["bearer", "cookie"]

    def get_security_requirement(self, _schema: AutoSchema) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, _schema: AutoSchema) -> list[Json]:
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "bookhub_access",
                "description": "Set by sign-up, sign-in and refresh. A request that changes"
                " something also needs the csrftoken cookie's value as X-CSRFToken.",
            },
        ]


class Schema(AutoSchema):
    """Describes one operation of an API view."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Json | None:
        operation: Json | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        operation["operationId"] = _camel(operation["operationId"])
        operation.setdefault("parameters", []).append(self._request_id_parameter())
        for parameter in operation["parameters"]:
            if parameter.get("in") == "path" and parameter["name"].endswith("id"):
                parameter["schema"] = {"type": "string", "format": "uuid"}
        by_status = self._by_status()
        counted = (
            hasattr(self.view, "rate_limits") and errors.RateLimitedError.status_code in by_status
        )
        for response in operation["responses"].values():
            response.setdefault("headers", {}).update(self._headers(counted=counted))
        for status, kinds in sorted(by_status.items()):
            told = counted and kinds[0] not in NOT_COUNTED
            answer = self._problem_response(kinds, counted=told)
            operation["responses"].setdefault(str(status), answer)
        return operation

    def get_operation_id(self) -> str:
        """Make `create_book` of POST /books, `get_book_history` of GET /books/{id}/history."""
        verb = VERBS.get(self._action(), self._action())
        segments = [s for s in self.path.split("/") if s not in ("", "api", "v1", verb)]
        nouns = [
            segment.removesuffix("s") if self._is_one(verb, following) else segment
            for segment, following in zip(segments, [*segments[1:], ""], strict=True)
            if not segment.startswith("{")
        ]
        return "_".join([verb, *nouns]).replace("-", "_")

    def _is_one(self, verb: str, following: str) -> bool:
        return following.startswith("{") or (not following and verb != "list")

    def get_tags(self) -> list[str]:
        return [next(tag for beginning, tag in AREAS if self.path.startswith(beginning))]

    def _get_request_body(self, direction: str = "request") -> Json | None:
        """Describe a DELETE's body, too, of which drf-spectacular takes it that there is none."""
        if self.method != "DELETE" or isinstance(self.view, GenericAPIView):
            return self._body_of_changes(direction)
        self.method = "PUT"
        body = self._body_of_changes(direction)
        self.method = "DELETE"
        return body

    def _body_of_changes(self, direction: str) -> Json | None:
        body: Json | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        return body

    def _action(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    def _by_status(self) -> dict[int, list[type[ProblemError]]]:
        """Group the operation's errors by status, each once, special ones first."""
        handler = getattr(self.view, self._action())
        special = (*getattr(handler, "problems", ()), *getattr(type(self.view), "problems", ()))
        found: dict[int, list[type[ProblemError]]] = defaultdict(list)
        for kind in dict.fromkeys((*special, *self._by_rule())):
            found[kind.status_code].append(kind)
        return found

    def _by_rule(self) -> Iterable[type[ProblemError]]:
        asks_token = bool(self.view.get_authenticators())
        changes = self.method not in SAFE_METHODS
        rules: list[tuple[bool, type[ProblemError]]] = [
            (True, errors.InvalidError),
            (changes, errors.MalformedRequestError),
            (asks_token or changes, errors.UnauthorizedError),
            (changes, errors.ForbiddenError),
            ("{" in self.path, errors.NotFoundError),
            (True, errors.NotAcceptableError),
            (changes, errors.PayloadTooLargeError),
            (changes, errors.UnsupportedMediaTypeError),
            (changes and not asks_token, errors.RateLimitedError),
            (True, errors.ProblemError),
            (True, errors.UnavailableError),
        ]
        return [kind for applies, kind in rules if applies]

    def _problem_response(self, kinds: list[type[ProblemError]], *, counted: bool) -> Json:
        """Keep one component for each set of codes that stand together under one status."""
        codes = [kind.default_code for kind in kinds]
        content = {
            "schema": {
                "allOf": [self._error(), {"properties": {"code": {"enum": codes}}}],
            },
            "examples": {kind.default_code: {"value": _example(kind)} for kind in kinds},
        }
        headers = self._headers(counted=counted)
        if any(issubclass(kind, TELLING_WHEN) for kind in kinds):
            headers["Retry-After"] = self._header("Retry-After")
        return self._component(
            ResolvedComponent.RESPONSE,
            "_OR_".join(codes) + ("_COUNTED" if counted else ""),
            {
                "description": " ".join(dict.fromkeys(kind.default_detail for kind in kinds)),
                "headers": headers,
                "content": {"application/json": content},
            },
        )

    def _error(self) -> Json:
        return self._component(ResolvedComponent.SCHEMA, "Error", ERROR)

    def _request_id_parameter(self) -> Json:
        named = {"name": "X-Request-ID", "in": "header", **HEADERS["X-Request-ID"]}
        return self._component(ResolvedComponent.PARAMETER, "X-Request-ID", named)

    def _headers(self, *, counted: bool) -> Json:
        """Give the headers of every answer, with the rate's where the calls are counted."""
        names = ["X-Request-ID", *(RATE_HEADERS if counted else ())]
        return {name: self._header(name) for name in names}

    def _header(self, name: str) -> Json:
        return self._component(ResolvedComponent.HEADER, name, HEADERS[name])

    def _component(self, kind: str, name: str, definition: Json) -> Json:
        component = ResolvedComponent(name=name, type=kind, schema=definition, object=name)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(component)
        reference: Json = component.ref
        return reference


NOT_COUNTED = (errors.UnauthorizedError, errors.PayloadTooLargeError, errors.ProblemError)
"""Answered before a call is counted, or by Django."""
TELLING_WHEN = (
    errors.RateLimitedError,
    errors.UpstreamRateLimitedError,
    errors.UnavailableError,
)
RATE_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
HEADERS: dict[str, Json] = {
    "X-Request-ID": {
        "description": "Names the request in logs and error bodies; 1 to 128 of "
        "A-Z a-z 0-9 . _ -, else one is made.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-RateLimit-Limit": {
        "description": "Calls in a minute.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-RateLimit-Remaining": {
        "description": "Calls left in this minute.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "X-RateLimit-Reset": {
        "description": "When the next call is free again, in Unix time.",
        "schema": {"type": "integer", "minimum": 0},
    },
}
ERROR: Json = {
    "type": "object",
    "description": "Every error, on every path.",
    "required": ["status", "code", "message", "requestId"],
    "additionalProperties": False,
    "properties": {
        "status": {"type": "string", "const": "error"},
        "code": {"type": "string"},
        "message": {"type": "string", "description": "A sentence that a person can act on."},
        "details": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "requestId": {"type": "string"},
    },
}


def _example(kind: type[ProblemError]) -> Json:
    body: Json = {
        "status": "error",
        "code": kind.default_code,
        "message": kind.default_detail,
        "requestId": "01JD2Y4Z6T",
    }
    if kind is errors.InvalidError:
        body["details"] = [{"field": "title", "message": "This field is required."}]
    return body


def _camel(text: str) -> str:
    return re.sub(r"_+([a-z0-9])", lambda match: match[1].upper(), text)
