"""`/api/user/works/.../legimi-check`: ask Legimi about works of a shelf (contract, "Readers")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from catalog import merges
from config.api import BaseView, actor_of
from config.bodies import given
from config.errors import FeatureDisabledError, NotFoundError
from config.fields import path_id
from config.schema import problems
from enrichment.legimi import checks
from enrichment.sources import legimi
from shelves import services
from shelves.fields import IdsField
from shelves.models import UserWork
from shelves.serializers import MOST_WORKS

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from accounts.models import User


class WorksToCheckSerializer(serializers.Serializer[Any]):
    work_ids = IdsField(most=MOST_WORKS)


class JobStartedSerializer(serializers.Serializer[Any]):
    job_id = serializers.UUIDField(help_text="GET /api/jobs/{id} tells how far it is.")


class LegimiView(BaseView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not legimi.is_configured():
            raise FeatureDisabledError("Legimi is not asked here: LEGIMI_ENABLED is off.")

    def check(self, request: Request, works: list[UUID], *, field: str) -> Response:
        """Start the job; raises NotFoundError naming, as `field`, what is not on the shelf."""
        shelf = UserWork.objects.visible_to(actor_of(request)).filter(work__in=works)
        found = set(shelf.values_list("work_id", flat=True))
        missing = [work for work in works if work not in found]
        if missing and (stays := merges.stays(missing)):
            return self.check(request, [stays.get(work, work) for work in works], field=field)
        if missing:
            raise services.not_found(field, missing, "is not on your shelf")
        job_id = checks.start(cast("User", request.user).pk, works)
        return Response({"job_id": job_id}, status.HTTP_202_ACCEPTED)


class WorkCheck(LegimiView):
    @extend_schema(
        operation_id="check_work_in_legimi",
        summary="Ask whether Legimi's subscription has a work of your shelf",
        description="The job sets `available_in_legimi` and `legimi_checked_at`; without an answer"
        " from Legimi it leaves both as they are.",
        request=None,
        responses={202: JobStartedSerializer},
    )
    @problems(FeatureDisabledError)
    def post(self, request: Request, work_id: str) -> Response:
        return self.check(request, [path_id(work_id)], field="work_id")


class WorksCheck(LegimiView):
    @extend_schema(
        operation_id="check_works_in_legimi",
        summary="Ask whether Legimi's subscription has works of your shelf",
        description="All of them, or none where one is not on your shelf. What was learnt lately is"
        " not asked again.",
        request=WorksToCheckSerializer,
        responses={202: JobStartedSerializer},
    )
    @problems(FeatureDisabledError, NotFoundError)
    def post(self, request: Request) -> Response:
        works = given(WorksToCheckSerializer, request)["work_ids"]
        return self.check(request, works, field="work_ids")
