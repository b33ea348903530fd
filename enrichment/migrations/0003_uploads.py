"""Files that came by HTTP. A sender sees that theirs is there; the platform alone has the bytes."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import config.ids
from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
OWN = "user_id = (SELECT actor_user_id())"


class Migration(migrations.Migration):
    dependencies = [
        ("enrichment", "0002_legimi_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As its sender calls it; never a path.", max_length=255
                    ),
                ),
                ("size", models.BigIntegerField(db_default=0, default=0, help_text="Bytes.")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        help_text="Who brought it.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "uploads",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["created_at"], name="uploads_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 0)), name="uploads_size_range"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "upload_id",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("position", models.IntegerField(help_text="From 0, in the file's order.")),
                ("content", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="enrichment.upload",
                    ),
                ),
            ],
            options={
                "db_table": "upload_chunks",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 0)),
                        name="upload_chunks_position_range",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            models.Func(
                                "content",
                                function="octet_length",
                                output_field=models.IntegerField(),
                            ),
                            1048576,
                        ),
                        name="upload_chunks_size_range",
                    ),
                ],
            },
        ),
        RowSecurity(
            "uploads",
            {
                "SELECT": f"{OWN} OR {SYSTEM}",
                **dict.fromkeys(("INSERT", "UPDATE", "DELETE"), SYSTEM),
            },
        ),
        RowSecurity(
            "upload_chunks", dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), SYSTEM)
        ),
    ]
