"""What enrichment holds about one person (accounts.personal_data); it goes by foreign key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.personal_data import exports, rows
from enrichment.models import Job, Upload

if TYPE_CHECKING:
    from accounts.models import User


@exports("jobs")
def _jobs(user: User) -> list[dict[str, Any]]:
    outcome = ("status", "done", "total", "result", "error")
    times = ("created_at", "started_at", "finished_at")
    return rows(Job.objects.filter(user=user), "id", "kind", "arguments", *outcome, *times)


@exports("uploads")
def _uploads(user: User) -> list[dict[str, Any]]:
    """Give the files that wait for a worker; what is in them, their sender has."""
    return rows(Upload.objects.filter(user=user), "id", "name", "size", "created_at")
