"""What the outside brings in, under /api/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from enrichment.jobs.views import JobView
from enrichment.legimi.views import WorkCheck, WorksCheck
from enrichment.plugin_views import PluginList

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("enrichment/plugins", PluginList.as_view(), name="plugins"),
    path("jobs/<str:job_id>", JobView.as_view(), name="job"),
    path("user/works/legimi-check", WorksCheck.as_view(), name="legimi-check-bulk"),
    path("user/works/<str:work_id>/legimi-check", WorkCheck.as_view(), name="legimi-check"),
]
