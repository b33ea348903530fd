"""A reader's own, under /api/user/."""

from __future__ import annotations

from django.urls import path

from shelves.author_views import FollowedAuthorViewSet
from shelves.export_views import LibraryExport
from shelves.work_views import ShelfViewSet

urlpatterns = [
    path(
        "user/authors",
        FollowedAuthorViewSet.as_view({"get": "list", "post": "create"}),
        name="followed-authors",
    ),
    path(
        "user/authors/<str:author_id>",
        FollowedAuthorViewSet.as_view({"delete": "destroy"}),
        name="followed-author",
    ),
    path("user/works", ShelfViewSet.as_view({"get": "list"}), name="shelf"),
    path("user/works/bulk", ShelfViewSet.as_view({"post": "add"}), name="shelf-bulk"),
    path(
        "user/works/status-bulk",
        ShelfViewSet.as_view({"post": "change_many"}),
        name="shelf-status-bulk",
    ),
    path(
        "user/works/<str:work_id>",
        ShelfViewSet.as_view({"patch": "change", "delete": "destroy"}),
        name="shelf-item",
    ),
    path("user/export", LibraryExport.as_view(), name="library-export"),
]
