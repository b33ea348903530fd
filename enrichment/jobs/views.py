"""`/api/jobs/{id}`: how far a job of the caller's is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from config.api import BaseView, actor_of
from config.errors import NotFoundError
from config.fields import path_id
from enrichment.models import Job

if TYPE_CHECKING:
    from rest_framework.request import Request

_ID = "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a01"
_RUNNING = {"status": "running", "done": 1000, "total": 2400, "result": None, "error": None}
_FAILED = {
    "status": "failed",
    "done": 1000,
    "total": None,
    "result": None,
    "error": "There is no such author at Open Library.",
}
_EXAMPLES = {"Under way": _RUNNING, "Given up": _FAILED}


class JobSerializer(serializers.ModelSerializer[Job]):
    done = serializers.IntegerField(
        min_value=0, read_only=True, help_text="How much is done, in units of the kind's own."
    )
    total = serializers.IntegerField(
        min_value=0, allow_null=True, read_only=True, help_text="Null while nobody knows."
    )
    result: Any = serializers.DictField(
        allow_null=True,
        read_only=True,
        help_text="What came of it, by its kind; null unless it succeeded.",
    )
    error = serializers.CharField(
        allow_null=True, read_only=True, help_text="A sentence if it failed; null otherwise."
    )

    class Meta:
        model = Job
        fields = ("id", "kind", "status", "done", "total", "result", "error")
        read_only_fields = ("kind", "status")


class JobView(BaseView):
    @extend_schema(
        operation_id="get_job",
        summary="See how far a job is",
        description="To its owner alone. A job that ended is kept for 30 days. One that a source "
        "has failed is `queued` again until its next attempt; after the last one it is `failed`.",
        responses=JobSerializer,
        examples=[
            OpenApiExample(name, {"id": _ID, "kind": "author_works", **shown}, response_only=True)
            for name, shown in _EXAMPLES.items()
        ],
    )
    def get(self, request: Request, job_id: str) -> Response:
        own = Job.objects.filter(user=actor_of(request).user_id)
        job = own.filter(pk=path_id(job_id)).first()
        if job is None:
            raise NotFoundError
        return Response(JobSerializer(job).data)
