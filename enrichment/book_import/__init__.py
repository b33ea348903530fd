"""Publishers' books in bulk, by the rules of the API: `batches` of rows into `BookImport.load`."""

from enrichment.book_import.batching import batches
from enrichment.book_import.dry_run import DryRun
from enrichment.book_import.loading import BookImport, analyze_fresh_tables
from enrichment.book_import.results import Refusal, Result

__all__ = ["BookImport", "DryRun", "Refusal", "Result", "analyze_fresh_tables", "batches"]
