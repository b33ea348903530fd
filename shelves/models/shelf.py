"""A reader's own: the authors they follow, and the works on their shelves."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from catalog.models import Author, Work
from catalog.models.works import SortKeyField
from catalog.querysets import OwnQuerySet
from config.triggers import count_in_profile, keys_are_fixed, touch_updated_at


class UserAuthor(models.Model):
    pk = models.CompositePrimaryKey("user_id", "author_id")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="user_authors"
    )
    author = models.ForeignKey(Author, models.CASCADE, related_name="user_authors")
    name_key = SortKeyField(default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        db_table = "user_authors"
        indexes = [
            models.Index(fields=["user", "name_key", "author"], name="user_authors_by_name"),
            models.Index(fields=["user", "-created_at", "-author"], name="user_authors_by_time"),
        ]
        triggers = [
            keys_are_fixed("user", "author"),
            *count_in_profile("author_count", "user_id"),
            pgtrigger.Trigger(
                name="take_name_key",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("name_key"),
                func="NEW.name_key = coalesce((SELECT public.title_key(name) FROM public.authors"
                " WHERE id = NEW.author_id), ''); RETURN NEW;",
            ),
            # The works go with their last author (plan, section 4; contract, "Readers").
            pgtrigger.Trigger(
                name="take_works_along",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone"),
                func="""
                DELETE FROM public.user_works uw USING gone, public.author_works aw
                WHERE aw.author_id = gone.author_id AND uw.user_id = gone.user_id
                AND uw.work_id = aw.work_id AND NOT EXISTS (
                    SELECT FROM public.author_works other
                    JOIN public.user_authors ua
                        ON ua.author_id = other.author_id AND ua.user_id = gone.user_id
                    WHERE other.work_id = aw.work_id
                );
                RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.author_id}"


BY_YEAR = (F("publish_year").desc(nulls_last=True), "work")
FILTERED = ["status", "available_in_legimi"]


class UserWork(models.Model):
    """A work on a shelf. `title_key` and `publish_year` are as this reader sees the work."""

    class Status(models.TextChoices):
        TO_READ = "to_read"
        IN_PROGRESS = "in_progress"
        READ = "read"
        HIDDEN = "hidden"

    pk = models.CompositePrimaryKey("user_id", "work_id")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="user_works"
    )
    work = models.ForeignKey(Work, models.CASCADE, db_index=False, related_name="user_works")
    status = models.CharField(
        max_length=11, choices=Status, default=Status.TO_READ, db_default="to_read"
    )
    available_in_legimi = models.BooleanField(null=True)
    title_key = SortKeyField(default="", db_default="")
    publish_year = models.SmallIntegerField(null=True, editable=False)
    legimi_checked_at = models.DateTimeField(null=True, editable=False)
    rating = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        null=True,
        editable=False,
        help_text="Stars that the reader gave elsewhere, as the library they brought along says.",
    )
    status_updated_at = models.DateTimeField(db_default=Now(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        db_table = "user_works"
        indexes = [
            # Of a work that thousands have, one reader's row.
            models.Index(fields=["work", "user"], name="user_works_by_work"),
            # One for each order, which filters walk along; one for each filter in the usual one.
            models.Index("user", *BY_YEAR, include=FILTERED, name="user_works_by_year"),
            models.Index(
                fields=["user", "title_key", "work"], include=FILTERED, name="user_works_by_title"
            ),
            models.Index("user", "status", *BY_YEAR, name="user_works_by_status"),
            models.Index("user", "available_in_legimi", *BY_YEAR, name="user_works_by_available"),
        ]
        constraints = [
            models.CheckConstraint(
                name="user_works_status_known",
                condition=models.Q(status__in=["to_read", "in_progress", "read", "hidden"]),
            ),
            models.CheckConstraint(
                name="user_works_rating_range",
                condition=models.Q(rating__range=(Decimal("0.25"), 5)),
            ),
        ]
        triggers = [
            # Whoever edits a work does not touch its readers' rows.
            touch_updated_at(pgtrigger.AnyChange(exclude=["pk", "title_key", "publish_year"])),
            keys_are_fixed("user", "work"),
            pgtrigger.Trigger(
                name="take_sort_keys",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("title_key", "publish_year"),
                func="""
                SELECT w.title_key, CASE WHEN c.edition_id IS NULL THEN w.publish_year
                    ELSE coalesce(w.first_publish_year, e.publish_year) END
                INTO NEW.title_key, NEW.publish_year
                FROM public.works w
                LEFT JOIN public.edition_choices c ON c.work_id = w.id AND c.user_id = NEW.user_id
                LEFT JOIN public.editions e ON e.id = c.edition_id
                WHERE w.id = NEW.work_id;
                NEW.title_key = coalesce(NEW.title_key, '');
                RETURN NEW;
                """,
            ),
            *count_in_profile("work_count", "user_id"),
            pgtrigger.Trigger(
                name="touch_status_updated_at",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Condition("OLD.status IS DISTINCT FROM NEW.status"),
                func="NEW.status_updated_at = statement_timestamp(); RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_id}: {self.status}"
