"""What the outside brings in, under /api/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from enrichment.book_uploads.views import BookImportView, RefusedBooks
from enrichment.jobs.views import JobView
from enrichment.legimi.views import WorkCheck, WorksCheck
from enrichment.library.views import LibraryImport
from enrichment.plugin_views import PluginList

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("v1/books/import", BookImportView.as_view(), name="book-import"),
    path("v1/books/import/<str:job_id>/refused", RefusedBooks.as_view(), name="refused-books"),
    path("enrichment/plugins", PluginList.as_view(), name="plugins"),
    path("jobs/<str:job_id>", JobView.as_view(), name="job"),
    path("user/import", LibraryImport.as_view(), name="library-import"),
    path("user/works/legimi-check", WorksCheck.as_view(), name="legimi-check-bulk"),
    path("user/works/<str:work_id>/legimi-check", WorkCheck.as_view(), name="legimi-check"),
]
