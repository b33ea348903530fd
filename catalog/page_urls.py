"""The catalog's page for everybody."""

from __future__ import annotations

from django.urls import path

from catalog.front_page import front_page

urlpatterns = [path("", front_page, name="front-page")]
