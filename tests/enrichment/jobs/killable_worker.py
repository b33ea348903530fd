"""A worker whose leases are short, and whose job waits in the middle while the file HOLD exists."""

import os
import sys
import time
from pathlib import Path

import django

django.setup()

from catalog.models import Genre  # noqa: E402
from config.celery import app  # noqa: E402
from config.row_security import SYSTEM, acting_as  # noqa: E402
from enrichment.jobs import job_kind, lease  # noqa: E402

KIND = "name_genres"
STEPS, MIDDLE = 6, 3


@job_kind(KIND, queue="bulk")
def name_genres(job):
    while job.done < STEPS:
        with acting_as(SYSTEM):
            Genre.objects.create(name=f"Genre {job.done}")
            job.progress(job.done + 1, STEPS)
        while job.done == MIDDLE and Path(os.environ["HOLD"]).exists():
            time.sleep(0.02)
    return {"genres": job.done}


if __name__ == "__main__":
    lease.SECONDS = 1.0
    app.worker_main(sys.argv[1:])
