"""`/api/user/works`: a reader's shelf (plan, "User Works")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from config.bodies import given
from config.errors import LimitReachedError, NotFoundError
from config.fields import path_id
from config.paging import Pages
from config.schema import problems
from shelves import filters, services, shelf
from shelves.base_views import ReaderViewSet
from shelves.models import UserWork
from shelves.serializers import (
    AddedWorksSerializer,
    BulkChangeSerializer,
    ChangeSerializer,
    ShelfItemSerializer,
    ShelfItemsSerializer,
    WorksToAddSerializer,
)

if TYPE_CHECKING:
    from rest_framework.request import Request


class ShelfViewSet(ReaderViewSet):
    queryset = UserWork.objects.all()
    serializer_class = ShelfItemSerializer
    filterset_class = filters.ShelfFilter

    @extend_schema(
        operation_id="list_shelf",
        summary="List the works on your shelf",
        description="Of every status, hidden ones too, unless `status` names some: it may repeat"
        " or be comma-separated. The latest published come first; `sort=title_asc` goes by title.",
    )
    def list(self, request: Request) -> Response:
        pages = Pages()
        pages.read(request)
        wanted = filters.read(filters.ShelfFilter, request)
        return Response(shelf.page(self.reader.pk, pages, wanted))

    @extend_schema(
        operation_id="add_works_to_shelf",
        summary="Put works on your shelf",
        description="A shelf holds 5,000 works; over the limit nothing is added. Works that stand"
        " there already, or that you cannot see, are skipped.",
        request=WorksToAddSerializer,
        responses={201: AddedWorksSerializer},
    )
    @problems(LimitReachedError)
    def add(self, request: Request) -> Response:
        new = given(WorksToAddSerializer, request)
        answer = services.add_works(self.reader, **new)
        return Response(answer, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="change_shelf_item",
        summary="Change a work's status or availability",
        description="An availability that you set is your own word: `legimi_checked_at` becomes"
        " null, and the nightly re-check leaves it alone.",
        request=ChangeSerializer,
        responses={200: ShelfItemSerializer},
    )
    def change(self, request: Request, work_id: str) -> Response:
        changes = given(ChangeSerializer, request)
        items = services.change_works(self.reader, [path_id(work_id)], changes, field="work_id")
        return Response(items[0])

    @extend_schema(
        operation_id="change_shelf_items",
        summary="Change the status or availability of several works",
        description="All of them, or none where one is not on your shelf.",
        request=BulkChangeSerializer,
        responses={200: ShelfItemsSerializer},
    )
    @problems(NotFoundError)
    def change_many(self, request: Request) -> Response:
        changes = given(BulkChangeSerializer, request)
        works = changes.pop("work_ids")
        items = services.change_works(self.reader, works, changes, field="work_ids")
        return Response({"works": items})

    @extend_schema(
        operation_id="remove_work_from_shelf",
        summary="Take a work off your shelf",
        description="It stays in the catalog and on the shelves of others.",
        responses={204: None},
    )
    def destroy(self, request: Request, work_id: str) -> Response:
        services.remove_work(self.reader, path_id(work_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
