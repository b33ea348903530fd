"""A shelf keeps the stars that its reader gave elsewhere, in quarters where they did."""

from decimal import Decimal

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shelves", "0009_book_ratings"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="userwork",
            name="touch_updated_at",
        ),
        migrations.AddField(
            model_name="userwork",
            name="rating",
            field=models.DecimalField(
                decimal_places=2,
                editable=False,
                help_text="Stars that the reader gave elsewhere, as the library they brought along says.",
                max_digits=3,
                null=True,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userwork",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."available_in_legimi" IS DISTINCT FROM (NEW."available_in_legimi") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."legimi_checked_at" IS DISTINCT FROM (NEW."legimi_checked_at") OR OLD."rating" IS DISTINCT FROM (NEW."rating") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."status_updated_at" IS DISTINCT FROM (NEW."status_updated_at") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."work_id" IS DISTINCT FROM (NEW."work_id"))',
                    func="NEW.updated_at = statement_timestamp(); RETURN NEW;",
                    hash="c810e509c466e6b99e01ea546b139b30a6d7ddb1",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_e1119",
                    table="user_works",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="userwork",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__range", (Decimal("0.25"), 5))),
                name="user_works_rating_range",
            ),
        ),
    ]
