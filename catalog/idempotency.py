"""Idempotency-Key: a create that is sent again gets the first answer (contract, "Publishers").

The key's row and the book are written in one transaction. Of two requests at once with one key,
the second waits on the row's unique constraint until the first has committed.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from catalog.models import IdempotentAnswer
from config.errors import ConflictError, InvalidError

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.db.models import QuerySet

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Answer = dict[str, Any]


def answer_once(
    publisher_id: UUID, key: str, body: Any, create: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Give the answer of `create`, or the one that this key got before; and whether it is that one.

    Raises InvalidError for a key that is no visible ASCII of 1 to 255 characters, and
    ConflictError for a known key with another body. What `create` raises leaves no trace.
    """
    if not _KEY.fullmatch(key):
        raise InvalidError.of(HEADER, "Must be 1 to 255 visible ASCII characters.")
    fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    expired().filter(publisher_id=publisher_id, key=key).delete()
    row, is_new = IdempotentAnswer.objects.get_or_create(
        publisher_id=publisher_id, key=key, defaults={"fingerprint": fingerprint}
    )
    if row.fingerprint != fingerprint:
        raise ConflictError(f"This {HEADER} was used for another body.")
    if is_new:
        row.answer = json.dumps(create())
        row.save(update_fields=["answer"])
    return json.loads(row.answer), not is_new


def expired() -> QuerySet[IdempotentAnswer]:
    return IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
