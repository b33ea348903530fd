"""`/books/{id}/recheck`: what a source knows of a book (use case "Enrich Book Info")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from catalog.locks import LOCKED_AS
from config.api import BaseView, actor_of
from config.bodies import given
from config.errors import (
    DuplicateBookError,
    ForbiddenError,
    InvalidStatusError,
    UnprocessableRecordError,
    UpstreamError,
    UpstreamNotConfiguredError,
    UpstreamRateLimitedError,
)
from config.fields import StrictCharField, path_id
from config.schema import problems
from enrichment import http, matching
from enrichment.recheck import REASONS, Apply, named, recheck
from enrichment.sources import plugins
from shelves.book_serializers import MemberBookSerializer

if TYPE_CHECKING:
    from rest_framework.request import Request


@extend_schema_field({"type": "string", "enum": list(plugins.PLUGINS)})
class PluginField(StrictCharField):
    """The name of a source that can be asked for a book."""

    def to_internal_value(self, data: Any) -> str:
        return named(super().to_internal_value(data)).name


class RecheckSerializer(serializers.Serializer[Any]):
    plugin = PluginField()
    apply = serializers.ChoiceField(
        list(Apply),
        default=Apply.ALL,
        help_text="all: all that the source has better; blanks: what the book lacks; none: a"
        " preview, for which it is enough to see the book.",
    )


class FieldChangeSerializer(serializers.Serializer[Any]):
    field = serializers.ChoiceField(list(LOCKED_AS.values()))
    old = serializers.JSONField(help_text="As the book shows it.")
    new = serializers.JSONField(help_text="Of a list all of it: with what is there already.")
    applied = serializers.BooleanField()
    reason = serializers.ChoiceField(
        list(REASONS),
        required=False,
        help_text="Where it is not applied: "
        + "; ".join(f"{name}: {why}" for name, why in REASONS.items())
        + ".",
    )


class RecheckedSerializer(serializers.Serializer[Any]):
    book = MemberBookSerializer()
    plugin = serializers.CharField()
    matched = serializers.BooleanField(
        help_text="Whether the source has any candidate, however doubtful."
    )
    confidence = serializers.FloatField(
        min_value=0,
        max_value=1,
        help_text=f"How sure it is that the candidate is the book; from {matching.THRESHOLD} on it"
        " is believed. 0 without a candidate.",
    )
    changes = FieldChangeSerializer(many=True, help_text="Real differences alone.")


class BookRecheck(BaseView):
    """Asks the source between two transactions: none may wait for the network."""

    opens_transaction = False

    @problems(
        ForbiddenError,
        InvalidStatusError,
        DuplicateBookError,
        UnprocessableRecordError,
        UpstreamError,
        UpstreamRateLimitedError,
        UpstreamNotConfiguredError,
    )
    @extend_schema(
        operation_id="recheck_book",
        summary="Ask a source about a book",
        description="The source is asked by ISBN, else by title and authors. What it has better is"
        " written when the match is good enough, all or nothing; genres are added, and a cover"
        " behind those there are. Whoever brought a book may have it changed while it is PENDING,"
        " moderators while it is PENDING or ACTIVE. Whatever fails, the book is as it was.",
        request=RecheckSerializer,
        responses={200: RecheckedSerializer},
    )
    def post(self, request: Request, book_id: str) -> Response:
        asked = given(RecheckSerializer, request)
        with http.within(http.A_PERSON_WAITS):
            answer = recheck(
                path_id(book_id),
                asked["plugin"],
                asked["apply"],
                actor_of(request),
                permissions=getattr(request.user, "publisher_permissions", ()),
            )
        return Response(answer)
