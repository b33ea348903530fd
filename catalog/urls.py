"""The catalog's paths."""

from __future__ import annotations

from django.urls import path

from catalog.views import PublisherBookViewSet

urlpatterns = [
    path(
        "v1/books",
        PublisherBookViewSet.as_view({"get": "list", "post": "create"}),
        name="publisher-books",
    ),
    path(
        "v1/books/<str:pk>",
        PublisherBookViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="publisher-book",
    ),
    path(
        "v1/books/<str:pk>/finalize",
        PublisherBookViewSet.as_view({"patch": "finalize"}),
        name="publisher-book-finalize",
    ),
]
