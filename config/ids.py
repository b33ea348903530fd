"""Identifiers made in Python, before a row is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from uuid import UUID


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): ordered by time, so that new rows stand together in an index."""
    return uuid7()
