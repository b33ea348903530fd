"""What Legimi has said, kept so that it need not be asked again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class LegimiAnswer(models.Model):
    """The last answer about a work under certain titles and authors, which `question` names.

    Readers may know a work by titles of their own, of private editions say; nobody gets an answer
    to another's question. The platform alone reads and writes these rows. A work takes its answers
    along (a foreign key in the migration: whoever deletes a work of theirs does not see this
    table).
    """

    class Outcome(models.TextChoices):
        FOUND = "found"
        NOT_FOUND = "not_found"
        NO_ANSWER = "no_answer"

    pk = models.CompositePrimaryKey("work_id", "question")
    work_id = models.UUIDField()
    question = models.CharField(max_length=64)
    outcome = models.CharField(max_length=9, choices=Outcome)
    available = models.BooleanField(null=True, help_text="Whether it is in the subscription.")
    legimi_id = models.BigIntegerField(null=True)
    title = models.TextField(default="", help_text="As Legimi has it.")
    formats = models.JSONField(default=dict, help_text="The plans of each format.")
    checked_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="Until when this is good.")
    retry_at = models.DateTimeField(
        null=True, help_text="After an attempt without an answer: when the next one may be made."
    )

    objects: ClassVar[models.Manager[LegimiAnswer]] = models.Manager()

    class Meta:
        db_table = "legimi_answers"
        constraints = [
            models.CheckConstraint(
                name="legimi_answers_outcome_fits",
                condition=Q(
                    outcome="found",
                    available__isnull=False,
                    legimi_id__isnull=False,
                    checked_at__isnull=False,
                    expires_at__isnull=False,
                )
                | Q(
                    outcome="not_found",
                    available=False,
                    legimi_id__isnull=True,
                    checked_at__isnull=False,
                    expires_at__isnull=False,
                )
                | Q(
                    outcome="no_answer",
                    available__isnull=True,
                    legimi_id__isnull=True,
                    checked_at__isnull=True,
                    expires_at__isnull=True,
                    retry_at__isnull=False,
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.work_id}: {self.outcome}"
