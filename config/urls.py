"""Every path of the platform, by app."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("catalog.page_urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/schema", views.SchemaView.as_view(), name="schema"),
    path("api/", include("accounts.urls")),
    # Before catalog and shelf, which take any word after v1/books/ and user/works/ for an id.
    path("api/", include("enrichment.urls")),
    path("api/", include("catalog.urls")),
    path("api/", include("shelves.urls")),
    path("", include("shelves.book_urls")),
    path("", include("enrichment.book_urls")),
    path("api/docs", views.docs, name="docs"),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
