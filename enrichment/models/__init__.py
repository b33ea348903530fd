"""What enrichment keeps: jobs, and what sources answered."""

from enrichment.models.jobs import Job

__all__ = ["Job"]
