"""The shared catalog: authors, works, editions, and what links them."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.constraints import text_not_empty
from catalog.functions import FoldText, IsIsbn13
from catalog.querysets import CatalogQuerySet
from config.ids import new_id
from config.triggers import count_in_profile, owner_is_fixed, touch_updated_at


def _origin_constraints(table: str, letter: str) -> list[models.BaseConstraint]:
    """A catalog row has exactly one origin: Open Library, an owning user, or a Book."""
    return [
        models.CheckConstraint(
            name=f"{table}_manual_owner",
            condition=Q(manual=True, owner_user__isnull=False)
            | Q(manual=False, owner_user__isnull=True),
        ),
        models.CheckConstraint(
            name=f"{table}_manual_or_ol",
            condition=Q(manual=True, openlibrary_id__isnull=True, book__isnull=True)
            | Q(manual=False, openlibrary_id__isnull=False, book__isnull=True)
            | Q(manual=False, openlibrary_id__isnull=True, book__isnull=False),
        ),
        models.CheckConstraint(
            name=f"{table}_openlibrary_id_form",
            condition=Q(openlibrary_id__regex=rf"^OL[1-9][0-9]*{letter}$"),
        ),
        models.UniqueConstraint(
            name=f"{table}_openlibrary_id_unique",
            fields=["openlibrary_id"],
            condition=Q(openlibrary_id__isnull=False),
        ),
    ]


def _year_of_four_digits(table: str, field: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"{table}_{field}_range", condition=Q(**{f"{field}__range": (0, 9999)})
    )


def _sparse_indexes(table: str, *columns: str) -> list[models.Index]:
    """Index keys that most of many million rows leave empty, without the empty ones."""
    return [
        models.Index(
            fields=[column],
            condition=Q(**{f"{column}__isnull": False}),
            name=f"{table}_by_{column}",
        )
        for column in columns
    ]


class CatalogRow(models.Model):
    """What authors, works and editions have in common: origin, owner, cache times."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    openlibrary_id = models.CharField(max_length=20, null=True, blank=True)
    manual = models.BooleanField(default=False, db_default=False)
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    book = models.ForeignKey(
        "catalog.Book",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text="The submitted book that this row was made from.",
    )
    ol_fetched_at = models.DateTimeField(null=True, blank=True)
    ol_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        abstract = True


class Author(CatalogRow):
    name = models.TextField()

    class Meta:
        db_table = "authors"
        constraints = [
            *_origin_constraints("authors", "A"),
            text_not_empty("authors", "name"),
        ]
        indexes = [
            models.Index(FoldText("name"), name="authors_by_folded_name"),
            *_sparse_indexes("authors", "owner_user", "book"),
        ]
        triggers = [
            touch_updated_at(),
            owner_is_fixed(),
            *count_in_profile("manual_author_count", "owner_user_id"),
        ]

    def __str__(self) -> str:
        return self.name


class Work(CatalogRow):
    title = models.TextField()
    first_publish_year = models.SmallIntegerField(null=True, blank=True)
    primary_edition = models.ForeignKey(
        "catalog.Edition", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    authors = models.ManyToManyField(Author, through="catalog.AuthorWork", related_name="works")
    listed = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether search shows it; a withdrawn book's work stays on shelves alone.",
    )

    class Meta:
        db_table = "works"
        indexes = _sparse_indexes("works", "owner_user", "book")
        constraints = [
            *_origin_constraints("works", "W"),
            text_not_empty("works", "title"),
            _year_of_four_digits("works", "first_publish_year"),
        ]
        triggers = [
            touch_updated_at(),
            owner_is_fixed(),
            *count_in_profile("manual_work_count", "owner_user_id"),
            pgtrigger.Trigger(
                name="primary_edition_is_its_own",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("primary_edition_id"),
                condition=pgtrigger.Condition("NEW.primary_edition_id IS NOT NULL"),
                func="""
                IF NOT EXISTS (
                    SELECT FROM public.editions e
                    WHERE e.id = NEW.primary_edition_id AND e.work_id = NEW.id
                    AND e.owner_user_id IS NOT DISTINCT FROM NEW.owner_user_id
                ) THEN
                    RAISE EXCEPTION 'a primary edition is one of the work itself'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'works_primary_edition_own';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Edition(CatalogRow):
    work = models.ForeignKey(Work, models.CASCADE, related_name="editions")
    title = models.TextField()
    publish_year = models.SmallIntegerField(null=True, blank=True)
    publish_date = models.DateField(null=True, blank=True)
    publish_date_raw = models.TextField(null=True, blank=True)
    isbn13 = models.CharField("ISBN-13", max_length=13, null=True, blank=True)
    cover_url = models.TextField(null=True, blank=True)
    language = models.TextField(null=True, blank=True)

    class Meta:
        db_table = "editions"
        indexes = _sparse_indexes(
            "editions", "book"
        )  # owner_user: editions_isbn13_unique_per_owner
        constraints = [
            *_origin_constraints("editions", "M"),
            text_not_empty("editions", "title"),
            _year_of_four_digits("editions", "publish_year"),
            models.CheckConstraint(name="editions_isbn13_valid", condition=IsIsbn13("isbn13")),
            # Nobody may learn from a refusal which ISBNs another reader typed in.
            models.UniqueConstraint(
                name="editions_isbn13_unique", fields=["isbn13"], condition=Q(owner_user=None)
            ),
            models.UniqueConstraint(
                name="editions_isbn13_unique_per_owner",
                fields=["owner_user", "isbn13"],
                condition=Q(owner_user__isnull=False),
            ),
        ]
        triggers = [
            touch_updated_at(),
            owner_is_fixed(),
            # Look-ups go through edition_isbns, so what stands here stands there too.
            pgtrigger.Trigger(
                name="list_isbn",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("isbn13"),
                condition=pgtrigger.Condition("NEW.isbn13 IS NOT NULL"),
                func="INSERT INTO public.edition_isbns (isbn13, edition_id, owner_user_id)"
                " VALUES (NEW.isbn13, NEW.id, NEW.owner_user_id) ON CONFLICT DO NOTHING;"
                " RETURN NULL;",
            ),
            # An edition that moves to another work is no longer the old one's first choice.
            pgtrigger.Trigger(
                name="leave_old_work",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("work_id"),
                condition=pgtrigger.Condition("OLD.work_id <> NEW.work_id"),
                func="UPDATE public.works SET primary_edition_id = NULL"
                " WHERE id = OLD.work_id AND primary_edition_id = NEW.id; RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class EditionIsbn(models.Model):
    """Every ISBN of every edition. Real data repeats ISBNs; only look-ups use this table."""

    pk = models.CompositePrimaryKey("isbn13", "edition_id")
    isbn13 = models.CharField(max_length=13)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="isbns")
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, db_index=False, related_name="+"
    )

    objects = CatalogQuerySet.as_manager()

    class Meta:
        db_table = "edition_isbns"
        indexes = _sparse_indexes("edition_isbns", "owner_user")
        constraints = [
            models.CheckConstraint(name="edition_isbns_isbn13_valid", condition=IsIsbn13("isbn13"))
        ]

    def __str__(self) -> str:
        return self.isbn13


class AuthorWork(models.Model):
    """Who wrote what. The link is private when one of its ends is; a trigger sets its owner."""

    pk = models.CompositePrimaryKey("author_id", "work_id")
    # The primary key begins with it.
    author = models.ForeignKey(Author, models.CASCADE, db_index=False, related_name="author_works")
    work = models.ForeignKey(Work, models.CASCADE, related_name="author_works")
    position = models.SmallIntegerField(default=0, db_default=0)
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        db_table = "author_works"
        indexes = _sparse_indexes("author_works", "owner_user")
        triggers = [
            pgtrigger.Trigger(
                name="take_owner",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("author_owner", "uuid"), ("work_owner", "uuid")],
                func="""
                SELECT owner_user_id INTO author_owner FROM public.authors WHERE id = NEW.author_id;
                SELECT owner_user_id INTO work_owner FROM public.works WHERE id = NEW.work_id;
                IF author_owner <> work_owner THEN
                    RAISE EXCEPTION 'author and work belong to different users'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'author_works_one_owner';
                END IF;
                NEW.owner_user_id = coalesce(work_owner, author_owner);
                RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.author_id} wrote {self.work_id}"
