"""What beat does for accounts."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import TokenFamily


@shared_task
def purge_token_families() -> int:
    """Delete sign-ins whose last refresh token has run out; returns how many."""
    deleted, _ = TokenFamily.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted
