"""What enrichment keeps: jobs, what sources answered, and files that wait for a worker."""

from enrichment.models.dump_loads import DumpLoad
from enrichment.models.jobs import Job
from enrichment.models.legimi import LegimiAnswer
from enrichment.models.library import LibraryImportRow
from enrichment.models.uploads import Upload, UploadChunk

__all__ = ["DumpLoad", "Job", "LegimiAnswer", "LibraryImportRow", "Upload", "UploadChunk"]
