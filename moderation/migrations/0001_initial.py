"""What moderators are told of pending books; the platform alone writes it, moderators read it."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import config.ids
from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
STAFF = "(SELECT actor_role()) = 'staff'"
POLICIES = {
    "SELECT": f"{STAFF} OR {SYSTEM}",
    **dict.fromkeys(("INSERT", "UPDATE", "DELETE"), SYSTEM),
}


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0018_sent_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="Screening",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="screening",
                        serialize=False,
                        to="catalog.book",
                    ),
                ),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("same_isbn", "Same ISBN in another edition"),
                                ("same_book", "Same title and authors"),
                                ("near_title", "Near title"),
                                ("no_cover", "No cover"),
                                ("broken_cover", "Cover does not load"),
                                ("odd_price", "Odd price for the format"),
                                ("other_language", "Title in another language"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "facts",
                    models.JSONField(
                        default=dict,
                        help_text="Of a flag, by its name, what was found: a sentence.",
                    ),
                ),
                (
                    "book_version",
                    models.DateTimeField(help_text="The book's updated_at when it was screened."),
                ),
                (
                    "screened_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "db_table": "book_screenings",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["flags"], name="book_screenings_by_flags"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Likeness",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "flag",
                    models.CharField(
                        choices=[
                            ("same_isbn", "Same ISBN in another edition"),
                            ("same_book", "Same title and authors"),
                            ("near_title", "Near title"),
                            ("no_cover", "No cover"),
                            ("broken_cover", "Cover does not load"),
                            ("odd_price", "Odd price for the format"),
                            ("other_language", "Title in another language"),
                        ],
                        max_length=20,
                    ),
                ),
                ("score", models.FloatField(help_text="From 0 to 1; 1 is the same.")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="likenesses",
                        to="catalog.book",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.edition",
                    ),
                ),
                (
                    "other_book",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.book",
                    ),
                ),
            ],
            options={
                "db_table": "book_likenesses",
                "ordering": ["-score", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("edition__isnull", False), ("other_book__isnull", True)),
                            models.Q(("edition__isnull", True), ("other_book__isnull", False)),
                            _connector="OR",
                        ),
                        name="book_likenesses_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__range", (0, 1))),
                        name="book_likenesses_score_range",
                    ),
                    models.UniqueConstraint(
                        fields=("book", "other_book", "edition", "flag"),
                        name="book_likenesses_unique",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        RowSecurity("book_screenings", POLICIES),
        RowSecurity("book_likenesses", POLICIES),
    ]
