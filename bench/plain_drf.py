"""Plain DRF: the same paths on the same tables, as the tutorials write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import django_filters
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from accounts.models import Profile
from catalog.models import Author, Book, Edition, Work
from shelves.models import UserWork

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

WORKS = Work.objects.select_related("primary_edition").prefetch_related("authors")


class AuthorSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = Author
        fields = ["id", "name"]


class EditionSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = Edition
        fields = ["id", "title", "publish_year", "publish_date", "isbn13", "cover_url", "language"]


class WorkSerializer(serializers.ModelSerializer[Any]):
    authors = AuthorSerializer(many=True, read_only=True)
    primary_edition = EditionSerializer(read_only=True)

    class Meta:
        model = Work
        fields = [
            "id",
            "title",
            "openlibrary_id",
            "first_publish_year",
            "publish_year",
            "manual",
            "owner_user_id",
            "authors",
            "primary_edition",
            "created_at",
            "updated_at",
        ]


class UserWorkSerializer(serializers.ModelSerializer[Any]):
    work = WorkSerializer(read_only=True)

    class Meta:
        model = UserWork
        fields = [
            "work",
            "status",
            "available_in_legimi",
            "legimi_checked_at",
            "status_updated_at",
            "created_at",
            "updated_at",
        ]


class ProfileSerializer(serializers.ModelSerializer[Any]):
    email = serializers.EmailField(source="user.email")

    class Meta:
        model = Profile
        fields = [
            "user_id",
            "email",
            "author_count",
            "work_count",
            "max_authors",
            "max_works",
            "created_at",
            "updated_at",
        ]


class BookSerializer(serializers.ModelSerializer[Any]):
    author = serializers.CharField(write_only=True)
    isbn = serializers.CharField(source="isbn13")

    class Meta:
        model = Book
        fields = ["id", "title", "author", "authors", "isbn", "price", "status", "created_at"]
        read_only_fields = ["authors", "status"]

    def create(self, validated_data: dict[str, Any]) -> Any:
        author = validated_data.pop("author")
        return super().create(validated_data | {"authors": [author]})


class UserWorkFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=UserWork.Status.choices)
    available = django_filters.BooleanFilter(field_name="available_in_legimi")
    author_id = django_filters.UUIDFilter(field_name="work__authors")
    search = django_filters.CharFilter(field_name="work__title", lookup_expr="icontains")
    sort = django_filters.CharFilter(method="sort_by")

    def sort_by(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.order_by("work__title" if value == "title_asc" else "-work__publish_year")


class UserWorkViewSet(viewsets.ModelViewSet[Any]):
    serializer_class = UserWorkSerializer
    filterset_class = UserWorkFilter
    lookup_field = "work_id"

    def get_queryset(self) -> QuerySet[Any]:
        mine = UserWork.objects.filter(user=self.request.user.pk).order_by("-work__publish_year")
        return mine.select_related("work__primary_edition").prefetch_related("work__authors")

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        data, user = cast("Any", request.data), cast("Any", request.user)
        works = Work.objects.filter(id__in=data["work_ids"])
        rows = [UserWork(user=user, work=work) for work in works]
        UserWork.objects.bulk_create(rows, ignore_conflicts=True)
        return Response({"added": [work.pk for work in works], "skipped": []}, status=201)


class WorkViewSet(viewsets.ModelViewSet[Any]):
    queryset = WORKS
    serializer_class = WorkSerializer

    @action(detail=False)
    def search(self, request: Request) -> Response:
        text = request.query_params["q"]
        by = {"editions__isbn13": text} if text.isdigit() else {"title__icontains": text}
        page = self.paginate_queryset(WORKS.filter(**by).order_by("title", "id"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class WorksOfAuthor(ListAPIView[Any]):
    serializer_class = WorkSerializer

    def get_queryset(self) -> QuerySet[Any]:
        return WORKS.filter(authors=self.kwargs["author_id"]).order_by("-publish_year")


class ProfileView(RetrieveAPIView[Any]):
    serializer_class = ProfileSerializer

    def get_object(self) -> Profile:
        return Profile.objects.select_related("user").get(user=self.request.user.pk)


class BookViewSet(viewsets.ModelViewSet[Any]):
    queryset = Book.objects.all()
    serializer_class = BookSerializer

    def perform_create(self, serializer: Any) -> None:
        user: Any = self.request.user
        serializer.save(publisher=user.membership.publisher, created_by=user)


router = SimpleRouter(trailing_slash=False)
router.register("user/works", UserWorkViewSet, basename="user-work")
router.register("works", WorkViewSet)
router.register("v1/books", BookViewSet)
urlpatterns = [
    path("api/", include(router.urls)),
    path("api/authors/<uuid:author_id>/works", WorksOfAuthor.as_view()),
    path("api/profile", ProfileView.as_view()),
]
