"""What workers and beat do for accounts."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import TokenFamily, User
from accounts.password_reset import mail_token


@shared_task(autoretry_for=(OSError,), max_retries=5, retry_backoff=10, retry_jitter=True)
def send_password_reset(user_id: str) -> None:
    """Mail a token to a user; nothing happens when there is no such user, or they are suspended."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user:
        mail_token(user)


@shared_task
def purge_token_families() -> int:
    """Delete sign-ins whose last refresh token has run out; returns how many."""
    deleted, _ = TokenFamily.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted
