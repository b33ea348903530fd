"""What every API view stands on: its actor, its transaction, and its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from config.bodies import refuse_unstorable
from config.errors import MethodNotAllowedError
from config.problems import as_problem, body_of
from config.row_security import NOBODY, Actor, acting_as_found, tell_database

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request


_log = structlog.get_logger(__name__)


def actor_of(request: Request) -> Actor:
    """Say whom a request acts for; authentication puts it on the user."""
    return getattr(request.user, "actor", NOBODY)


class ActorMixin(APIView):
    """Runs each request as its actor, in one transaction, from permissions to the last write.

    An authenticator works in two steps. `verify` checks what the request brings, before the
    transaction: that may take another service's public keys, and no network call may hold a
    transaction open. `authenticate` then finds the user inside of it and tells the database for
    whom it acts, which one statement can do.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    opens_transaction: ClassVar[bool] = True
    """Whether one transaction spans the request; where not, what was done before an error stays."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.args, self.kwargs = args, kwargs
        self.request = drf_request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self._verify(drf_request)
            response = self._answer_as_actor(drf_request, *args, **kwargs)
        except Exception as exc:  # noqa: BLE001  (DRF's contract: one handler for all; it re-raises bugs)
            response = self.handle_exception(exc)
        self.response = self.finalize_response(
            drf_request,
            response,  # type: ignore[arg-type]
            *args,
            **kwargs,
        )
        return self.response

    def _verify(self, request: Request) -> None:
        for authenticator in request.authenticators or ():
            verify = getattr(authenticator, "verify", None)
            if verify:
                verify(request)

    def _answer_as_actor(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.opens_transaction:
            with acting_as_found(lambda: self._authenticated(request)):
                return self.answer(request, *args, **kwargs)
        if request.authenticators:
            # A short transaction of its own, to learn who calls.
            with acting_as_found(lambda: self._authenticated(request)):
                pass
        return self.answer(request, *args, **kwargs)

    def _authenticated(self, request: Request) -> Actor:
        self.perform_authentication(request)
        actor = actor_of(request)
        return tell_database(NOBODY) if actor is NOBODY else actor

    def answer(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.initial(request, *args, **kwargs)
        method = (request.method or "").lower()
        handler = getattr(self, method, None) if method in self.http_method_names else None
        if handler is None:
            raise MethodNotAllowedError(headers={"Allow": ", ".join(self.allowed_methods)})
        refuse_unstorable({name: "".join(texts) for name, texts in request.query_params.lists()})
        if request.method not in SAFE_METHODS:
            # A body that is no good is refused by a handler that does not look at it, too.
            request.data  # noqa: B018
        response: HttpResponseBase = handler(request, *args, **kwargs)
        return response


class BaseView(ActorMixin):
    """A view that is not about the rows of one model."""


class BaseViewSet(ActorMixin, GenericViewSet[Any]):
    """A view set over one model, narrowed to what the actor may see before anything else."""

    def get_queryset(self) -> QuerySet[Any]:
        visible: QuerySet[Any] = super().get_queryset().visible_to(actor_of(self.request))  # type: ignore[attr-defined]
        return visible

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Query parameters narrow lists; a single row is named by its path alone."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset


def handle_exception(exc: Exception, _context: dict[str, Any]) -> Response | None:
    """Answer with the one error body; None leaves a bug to Django's handler (and the logs)."""
    problem = as_problem(exc)
    if problem is None:
        return None
    # An error that we raise ourselves says nothing new; what led to it does.
    reason = exc.__cause__ if problem is exc else exc
    if reason and problem.status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR:
        _log.error("unavailable", exc_info=reason)
    return Response(body_of(problem), status=problem.status_code, headers=problem.headers)
