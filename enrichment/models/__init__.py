"""What enrichment keeps: jobs, what sources answered, and files that wait for a worker."""

from enrichment.models.jobs import Job
from enrichment.models.legimi import LegimiAnswer
from enrichment.models.uploads import Upload, UploadChunk

__all__ = ["Job", "LegimiAnswer", "Upload", "UploadChunk"]
