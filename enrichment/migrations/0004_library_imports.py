"""What became of the rows of a reader's library, for the platform alone until its job tells it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"


class Migration(migrations.Migration):
    dependencies = [
        ("enrichment", "0003_uploads"),
    ]

    operations = [
        migrations.CreateModel(
            name="LibraryImportRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "job_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.IntegerField(help_text="From 1, in the file's order.")),
                ("line", models.IntegerField(help_text="Where the row begins in the file.")),
                ("title", models.TextField(help_text="As the file has it.")),
                (
                    "authors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("matched", "put on the shelf, from the catalog"),
                            ("already", "on the shelf already"),
                            ("manual", "put on the shelf as a work of the reader's own"),
                            ("refused", "not taken"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("openlibrary", "by an id of Open Library, or found there"),
                            ("isbn", "by an ISBN"),
                            ("title", "by title and authors"),
                        ],
                        max_length=11,
                        null=True,
                    ),
                ),
                ("work_id", models.UUIDField(null=True)),
                (
                    "notes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "wanted",
                    models.JSONField(
                        help_text="What Open Library is to be asked; null where that is no use.",
                        null=True,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="library_rows",
                        to="enrichment.job",
                    ),
                ),
            ],
            options={
                "db_table": "library_import_rows",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["matched", "already", "manual", "refused"])
                        ),
                        name="library_import_rows_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ["openlibrary", "isbn", "title"])),
                        name="library_import_rows_how_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "refused"), ("work_id__isnull", False), _connector="OR"
                        ),
                        name="library_import_rows_work_is_told",
                    ),
                ],
            },
        ),
        RowSecurity(
            "library_import_rows", dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), SYSTEM)
        ),
    ]
