"""What the audit trail keeps of books."""

from __future__ import annotations

from auditlog.registry import auditlog

from catalog.models import Book

auditlog.register(Book, exclude_fields=["match_key", "book_genres", "created_at", "updated_at"])
