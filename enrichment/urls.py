"""What the outside brings in, under /api/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from enrichment.legimi_views import WorkCheck, WorksCheck

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("user/works/legimi-check", WorksCheck.as_view(), name="legimi-check-bulk"),
    path("user/works/<str:work_id>/legimi-check", WorkCheck.as_view(), name="legimi-check"),
]
