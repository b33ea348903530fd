"""The loads of Open Library's dumps, for the back-office to look at."""

import django.db.models.functions.datetime
from django.db import migrations, models

import config.ids
from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
STAFF = "(SELECT actor_role()) = 'staff'"


class Migration(migrations.Migration):
    dependencies = [
        ("enrichment", "0004_library_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="DumpLoad",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "made_on",
                    models.DateField(
                        help_text="The date that the dump's files carry.", verbose_name="dump of"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        db_default="running",
                        default="running",
                        max_length=9,
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("first", "first load"), ("next", "changes")], max_length=5
                    ),
                ),
                ("files", models.JSONField(help_text="Name and bytes of each file.")),
                (
                    "changes",
                    models.JSONField(
                        default=dict, help_text="Rows by table and by what became of them."
                    ),
                ),
                ("refused", models.JSONField(default=dict, help_text="Refused lines by reason.")),
                ("error", models.TextField(db_default="", default="")),
                (
                    "started_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "dump_loads",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["running", "succeeded", "failed"])),
                        name="dump_loads_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["first", "next"])),
                        name="dump_loads_way_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "running")),
                            models.Q(
                                models.Q(("status", "running"), _negated=True),
                                ("finished_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="dump_loads_finish_has_time",
                    ),
                ],
            },
        ),
        RowSecurity(
            "dump_loads",
            {
                "SELECT": f"{STAFF} OR {SYSTEM}",
                **dict.fromkeys(("INSERT", "UPDATE", "DELETE"), SYSTEM),
            },
        ),
    ]
