"""The catalog's paths."""

from __future__ import annotations

from django.urls import path

from catalog.author_views import AuthorDetail, AuthorList, AuthorWorks
from catalog.edition_views import EditionDetail, EditionList, WorkEditions
from catalog.genre_views import GenreList
from catalog.import_views import AuthorImport, EditionImport, WorkImport
from catalog.search_views import AuthorSearch, WorkSearch
from catalog.views import PublisherBookViewSet
from catalog.work_views import PrimaryEdition, WorkDetail, WorkList

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
    path("genres", GenreList.as_view(), name="genres"),
    path("authors", AuthorList.as_view(), name="authors"),
    # Before the paths with an id, which would take it for one.
    path("authors/search", AuthorSearch.as_view(), name="author-search"),
    path("authors/<str:author_id>", AuthorDetail.as_view(), name="author"),
    path("authors/<str:author_id>/works", AuthorWorks.as_view(), name="author-works"),
    path("works", WorkList.as_view(), name="works"),
    path("works/search", WorkSearch.as_view(), name="work-search"),
    path("works/<str:work_id>", WorkDetail.as_view(), name="work"),
    path(
        "works/<str:work_id>/primary-edition",
        PrimaryEdition.as_view(),
        name="work-primary-edition",
    ),
    path("works/<str:work_id>/editions", WorkEditions.as_view(), name="work-editions"),
    path("editions", EditionList.as_view(), name="editions"),
    path("editions/<str:edition_id>", EditionDetail.as_view(), name="edition"),
    path("openlibrary/import/author", AuthorImport.as_view(), name="import-author"),
    path("openlibrary/import/work", WorkImport.as_view(), name="import-work"),
    path("openlibrary/import/edition", EditionImport.as_view(), name="import-edition"),
]
