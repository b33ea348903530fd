"""What the outside knows of a member's book, under /books."""

from __future__ import annotations

from django.urls import path

from enrichment.recheck.views import BookRecheck

urlpatterns = [path("books/<str:book_id>/recheck", BookRecheck.as_view(), name="book-recheck")]
