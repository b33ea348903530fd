"""What became of the rows of a library that a reader brought along."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enrichment.models.jobs import Job


class LibraryImportRow(models.Model):
    """One row of the file, as the report of its job tells it.

    The platform alone reads and writes these rows; the job's result shows them to the reader.
    `work_id` is no foreign key: the report stays what it was when a work is deleted later on.
    """

    class Outcome(models.TextChoices):
        MATCHED = "matched", "put on the shelf, from the catalog"
        ALREADY = "already", "on the shelf already"
        MANUAL = "manual", "put on the shelf as a work of the reader's own"
        REFUSED = "refused", "not taken"

    class How(models.TextChoices):
        OPENLIBRARY = "openlibrary", "by an id of Open Library, or found there"
        ISBN = "isbn", "by an ISBN"
        TITLE = "title", "by title and authors"

    pk = models.CompositePrimaryKey("job_id", "number")
    job = models.ForeignKey(Job, models.CASCADE, db_index=False, related_name="library_rows")
    number = models.IntegerField(help_text="From 1, in the file's order.")
    line = models.IntegerField(help_text="Where the row begins in the file.")
    title = models.TextField(help_text="As the file has it.")
    authors = ArrayField(models.TextField())
    outcome = models.CharField(max_length=7, choices=Outcome)
    how = models.CharField(max_length=11, choices=How, null=True)
    work_id = models.UUIDField(null=True)
    notes = ArrayField(models.TextField(), default=list)
    wanted = models.JSONField(
        null=True, help_text="What Open Library is to be asked; null where that is no use."
    )

    objects: ClassVar[models.Manager[LibraryImportRow]] = models.Manager()

    class Meta:
        db_table = "library_import_rows"
        constraints = [
            models.CheckConstraint(
                name="library_import_rows_outcome_known",
                condition=Q(outcome__in=["matched", "already", "manual", "refused"]),
            ),
            models.CheckConstraint(
                name="library_import_rows_how_known",
                condition=Q(how__in=["openlibrary", "isbn", "title"]),
            ),
            models.CheckConstraint(
                name="library_import_rows_work_is_told",
                condition=Q(outcome="refused") | Q(work_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line}: {self.outcome}"
