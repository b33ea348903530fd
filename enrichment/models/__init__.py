"""What enrichment keeps: jobs, and what sources answered."""

from enrichment.models.jobs import Job
from enrichment.models.legimi import LegimiAnswer

__all__ = ["Job", "LegimiAnswer"]
