"""Old ids of Open Library lead to the new ones, and an author says whether works are still due."""

from functools import reduce
from operator import or_

import django.db.models.functions.datetime
from django.db import migrations, models

from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"


def of_one_kind() -> models.Q:
    forms = (f"^OL[1-9][0-9]*{letter}$" for letter in "AWM")
    return reduce(or_, (models.Q(openlibrary_id__regex=f, target__regex=f) for f in forms))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0012_half_marks")]

    operations = [
        migrations.AddField(
            model_name="author",
            name="works_due",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Whether the works are still to be brought, of which Open Library knows.",
            ),
        ),
        migrations.CreateModel(
            name="OpenLibraryAlias",
            fields=[
                (
                    "openlibrary_id",
                    models.CharField(max_length=20, primary_key=True, serialize=False),
                ),
                ("target", models.CharField(max_length=20)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "db_table": "openlibrary_aliases",
                "indexes": [models.Index(fields=["target"], name="openlibrary_aliases_by_target")],
                "constraints": [
                    models.CheckConstraint(
                        condition=of_one_kind(), name="openlibrary_aliases_form"
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(target=models.F("openlibrary_id")),
                        name="openlibrary_aliases_not_itself",
                    ),
                ],
            },
        ),
        RowSecurity(
            "openlibrary_aliases",
            {"SELECT": "true", "INSERT": SYSTEM, "UPDATE": SYSTEM, "DELETE": SYSTEM},
        ),
    ]
