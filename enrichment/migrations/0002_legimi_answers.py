"""What Legimi has said of works, for the platform alone."""

from django.db import migrations, models

from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
# Whoever deletes a work of theirs sees no row here; the database takes these along by itself.
WITH_THEIR_WORK = """
ALTER TABLE legimi_answers ADD CONSTRAINT legimi_answers_work_id_fk
    FOREIGN KEY (work_id) REFERENCES works (id) ON DELETE CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [("enrichment", "0001_jobs"), ("shelves", "0008_half_marks")]
    operations = [
        migrations.CreateModel(
            name="LegimiAnswer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "work_id",
                        "question",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("work_id", models.UUIDField()),
                ("question", models.CharField(max_length=64)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("found", "Found"),
                            ("not_found", "Not Found"),
                            ("no_answer", "No Answer"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "available",
                    models.BooleanField(help_text="Whether it is in the subscription.", null=True),
                ),
                ("legimi_id", models.BigIntegerField(null=True)),
                ("title", models.TextField(default="", help_text="As Legimi has it.")),
                (
                    "formats",
                    models.JSONField(default=dict, help_text="The plans of each format."),
                ),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "expires_at",
                    models.DateTimeField(help_text="Until when this is good.", null=True),
                ),
                (
                    "retry_at",
                    models.DateTimeField(
                        help_text="After an attempt without an answer: when the next one may be"
                        " made.",
                        null=True,
                    ),
                ),
            ],
            options={
                "db_table": "legimi_answers",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("available__isnull", False),
                                ("checked_at__isnull", False),
                                ("expires_at__isnull", False),
                                ("legimi_id__isnull", False),
                                ("outcome", "found"),
                            ),
                            models.Q(
                                ("available", False),
                                ("checked_at__isnull", False),
                                ("expires_at__isnull", False),
                                ("legimi_id__isnull", True),
                                ("outcome", "not_found"),
                            ),
                            models.Q(
                                ("available__isnull", True),
                                ("checked_at__isnull", True),
                                ("expires_at__isnull", True),
                                ("legimi_id__isnull", True),
                                ("outcome", "no_answer"),
                                ("retry_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="legimi_answers_outcome_fits",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            WITH_THEIR_WORK, "ALTER TABLE legimi_answers DROP CONSTRAINT legimi_answers_work_id_fk"
        ),
        RowSecurity(
            "legimi_answers",
            dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), SYSTEM),
        ),
    ]
