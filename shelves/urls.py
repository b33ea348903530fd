"""A reader's own, under /api/user/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
