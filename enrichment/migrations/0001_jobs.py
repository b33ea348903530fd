"""Jobs. A reader sees their own; the platform alone writes, since it counts attempts and leases."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import config.ids
from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
OWN = "user_id = (SELECT actor_user_id())"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0003_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("queue", models.CharField(max_length=20)),
                ("arguments", models.JSONField(default=dict)),
                (
                    "once_key",
                    models.CharField(
                        help_text="Of one key, one job of a user is unfinished.",
                        max_length=200,
                        null=True,
                    ),
                ),
                ("request_id", models.CharField(db_default="", default="", max_length=128)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.JSONField(
                        default=dict,
                        help_text="What the job has noted down, to go on from when it is cut off.",
                    ),
                ),
                ("done", models.IntegerField(db_default=0, default=0)),
                ("total", models.IntegerField(null=True)),
                ("result", models.JSONField(null=True)),
                ("error", models.TextField(null=True)),
                (
                    "attempts",
                    models.SmallIntegerField(
                        db_default=0, default=0, help_text="How often a source has failed it."
                    ),
                ),
                (
                    "losses",
                    models.SmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="How often in a row it was cut off without progress.",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="From when on a worker may take it: now, after a source's pause, or, while it runs, when the lease of its worker ends.",
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="When a worker was last called to take it.",
                    ),
                ),
                (
                    "lease_token",
                    models.UUIDField(help_text="Names the run that may write here.", null=True),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Whose job it is; nobody's is the platform's own.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "jobs",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["user"], name="jobs_by_user"),
                    models.Index(fields=["status", "-id"], name="jobs_by_status"),
                    models.Index(
                        condition=models.Q(("status__in", ["queued", "running"])),
                        fields=["due_at"],
                        name="jobs_by_due",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["succeeded", "failed"])),
                        fields=["finished_at"],
                        name="jobs_by_finish",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("once_key__isnull", False), ("status__in", ["queued", "running"])
                        ),
                        fields=("kind", "user", "once_key"),
                        name="jobs_once_unique",
                        nulls_distinct=False,
                        violation_error_message="The same job is under way already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["queued", "running", "succeeded", "failed"])
                        ),
                        name="jobs_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease_token__isnull", False), ("status", "running")),
                            models.Q(
                                models.Q(("status", "running"), _negated=True),
                                ("lease_token__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="jobs_held_while_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", False),
                                ("status__in", ["succeeded", "failed"]),
                            ),
                            models.Q(
                                models.Q(("status__in", ["succeeded", "failed"]), _negated=True),
                                ("finished_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="jobs_finish_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done__gte", 0),
                            models.Q(
                                ("total__isnull", True),
                                ("total__gte", models.F("done")),
                                _connector="OR",
                            ),
                        ),
                        name="jobs_progress_range",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="job",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."arguments" IS DISTINCT FROM (NEW."arguments") OR OLD."attempts" IS DISTINCT FROM (NEW."attempts") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."done" IS DISTINCT FROM (NEW."done") OR OLD."error" IS DISTINCT FROM (NEW."error") OR OLD."finished_at" IS DISTINCT FROM (NEW."finished_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."lease_token" IS DISTINCT FROM (NEW."lease_token") OR OLD."losses" IS DISTINCT FROM (NEW."losses") OR OLD."once_key" IS DISTINCT FROM (NEW."once_key") OR OLD."queue" IS DISTINCT FROM (NEW."queue") OR OLD."request_id" IS DISTINCT FROM (NEW."request_id") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."total" IS DISTINCT FROM (NEW."total") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))',
                    func="NEW.updated_at = statement_timestamp(); RETURN NEW;",
                    hash="999b966991d8edb6db53fd6877c04f2feb3e1733",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_39ad1",
                    table="jobs",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="job",
            trigger=pgtrigger.compiler.Trigger(
                name="keys_are_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."arguments" IS DISTINCT FROM (NEW."arguments"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="aa8c42113843807952cb03c7aa9208599fdfb3e6",
                    operation="UPDATE",
                    pgid="pgtrigger_keys_are_fixed_a2b13",
                    table="jobs",
                    when="BEFORE",
                ),
            ),
        ),
        RowSecurity(
            "jobs",
            {
                "SELECT": f"{OWN} OR (SELECT actor_role()) IN ('staff', 'system')",
                **dict.fromkeys(("INSERT", "UPDATE", "DELETE"), SYSTEM),
            },
        ),
    ]
