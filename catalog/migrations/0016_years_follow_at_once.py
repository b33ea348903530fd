"""Works take the years of many editions in one statement, not in one for each edition."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0015_openlibrary_gone"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="edition",
            name="date_work",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="edition",
            trigger=pgtrigger.compiler.Trigger(
                name="date_works",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="WITH dated AS MATERIALIZED (SELECT n.id, n.work_id FROM new_editions n JOIN old_editions o ON o.id = n.id WHERE n.publish_year IS DISTINCT FROM o.publish_year) UPDATE public.works w SET publish_year = NULL FROM (SELECT s.id FROM public.works s JOIN dated d ON d.work_id = s.id WHERE s.primary_edition_id = d.id ORDER BY s.id FOR NO KEY UPDATE OF s) found WHERE w.id = found.id; RETURN NULL;",
                    hash="ba7cedd491747fa89b4faea047cd55e99fe975ca",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_date_works_7da49",
                    referencing="REFERENCING OLD TABLE AS old_editions  NEW TABLE AS new_editions ",
                    table="editions",
                    when="AFTER",
                ),
            ),
        ),
    ]
