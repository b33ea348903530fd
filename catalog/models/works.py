"""The shared catalog: authors, works, editions, and what links them."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from catalog.constraints import text_not_empty
from catalog.functions import FoldText, IsIsbn13, TitleKey
from catalog.querysets import CatalogQuerySet, OwnQuerySet
from config.ids import new_id
from config.triggers import count_in_profile, keys_are_fixed, owner_is_fixed, touch_updated_at


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


def _work_words_follow() -> list[pgtrigger.Trigger]:
    """Keep the authors' words in the works' search vector, one UPDATE a statement.

    Links rarely move, and a statement's trigger cannot name the columns whose change counts.
    """
    return [
        pgtrigger.Trigger(
            name=f"words_of_{name}_links",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func="UPDATE public.works w SET search_vector = NULL FROM ("
            "SELECT id FROM public.works WHERE id IN (SELECT work_id FROM changed)"
            " ORDER BY id FOR NO KEY UPDATE) found WHERE w.id = found.id; RETURN NULL;",
        )
        for name, operation, referencing in (
            ("new", pgtrigger.Insert, pgtrigger.Referencing(new="changed")),
            ("old", pgtrigger.Delete, pgtrigger.Referencing(old="changed")),
        )
    ] + [
        pgtrigger.Trigger(
            name="words_of_moved_links",
            when=pgtrigger.After,
            operation=pgtrigger.UpdateOf("author_id", "work_id"),
            condition=pgtrigger.AnyChange("author", "work"),
            func="UPDATE public.works w SET search_vector = NULL FROM ("
            "SELECT id FROM public.works WHERE id IN (OLD.work_id, NEW.work_id)"
            " ORDER BY id FOR NO KEY UPDATE) found WHERE w.id = found.id; RETURN NULL;",
        )
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
    ol_gone_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Since which dump Open Library has it no more; the row stays for who uses it.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        abstract = True


class Author(CatalogRow):
    """Who wrote. The works' search vectors follow a new name (migration 0017)."""

    name = models.TextField()
    works_due = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Whether the works are still to be brought, of which Open Library knows.",
    )

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


class SortKeyField(models.TextField):  # type: ignore[type-arg]
    """A title or name as lists sort and search it (`title_key`): no case, no accents."""

    def __init__(self, **kwargs: Any) -> None:
        options: dict[str, Any] = {"editable": False, "db_collation": "C"} | kwargs
        super().__init__(**options)


class Work(CatalogRow):
    """What somebody wrote, whatever the edition.

    `publish_year`, `title_key` and `search_vector` follow from the rest; triggers keep them, and
    whatever sorts by them elsewhere (`author_works`, `user_works`).
    """

    title = models.TextField()
    title_key = models.GeneratedField(
        expression=TitleKey("title"), output_field=SortKeyField(), db_persist=True
    )
    first_publish_year = models.SmallIntegerField(null=True, blank=True)
    publish_year = models.SmallIntegerField(
        null=True,
        editable=False,
        help_text="The year of first publication, else the primary edition's.",
    )
    search_vector = SearchVectorField(
        null=True, editable=False, help_text="Words of the title (A) and of the authors (B)."
    )
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
        indexes = [
            *_sparse_indexes("works", "owner_user", "book"),
            models.Index(fields=["title_key"], name="works_by_title_key"),
            GinIndex(fields=["search_vector"], name="works_by_search_vector"),
        ]
        constraints = [
            *_origin_constraints("works", "W"),
            text_not_empty("works", "title"),
            _year_of_four_digits("works", "first_publish_year"),
        ]
        triggers = [
            touch_updated_at(pgtrigger.AnyChange(exclude=["title_key", "search_vector"])),
            owner_is_fixed(),
            *count_in_profile("manual_work_count", "owner_user_id"),
            pgtrigger.Trigger(
                name="keep_publish_year",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("first_publish_year", "primary_edition_id", "publish_year"),
                func="NEW.publish_year = coalesce(NEW.first_publish_year, ("
                "SELECT publish_year FROM public.editions WHERE id = NEW.primary_edition_id));"
                " RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="keep_search_vector",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("title", "search_vector"),
                func="NEW.search_vector = public.work_vector(NEW.title,"
                " public.author_names(NEW.id, NEW.owner_user_id)); RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="primary_edition_is_its_own",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("primary_edition_id"),
                condition=pgtrigger.Condition("NEW.primary_edition_id IS NOT NULL"),
                func="""
                IF NOT public.hold_edition(NEW.primary_edition_id, NEW.id) OR NOT EXISTS (
                    SELECT FROM public.editions e WHERE e.id = NEW.primary_edition_id
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
            # A person who corrects an ISBN means that the old one was wrong; Open Library's
            # editions may have several.
            pgtrigger.Trigger(
                name="drop_corrected_isbn",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("isbn13"),
                condition=pgtrigger.Condition(
                    "OLD.isbn13 IS DISTINCT FROM NEW.isbn13 AND NEW.openlibrary_id IS NULL"
                ),
                func="DELETE FROM public.edition_isbns"
                " WHERE edition_id = NEW.id AND isbn13 = OLD.isbn13; RETURN NULL;",
            ),
            # A work without a year of its own has its primary edition's.
            pgtrigger.Trigger(
                name="date_works",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_editions", new="new_editions"),
                # What has changed is found first: the planner takes a work and its primary edition
                # for a rare pair, and would compare each pair with all old rows.
                func="WITH dated AS MATERIALIZED ("
                "SELECT n.id, n.work_id FROM new_editions n JOIN old_editions o ON o.id = n.id"
                " WHERE n.publish_year IS DISTINCT FROM o.publish_year)"
                " UPDATE public.works w SET publish_year = NULL FROM ("
                "SELECT s.id FROM public.works s JOIN dated d ON d.work_id = s.id"
                " WHERE s.primary_edition_id = d.id"
                " ORDER BY s.id FOR NO KEY UPDATE OF s) found WHERE w.id = found.id; RETURN NULL;",
            ),
            # An edition that moves to another work is no longer the old one's first choice.
            # Readers' choices of it go, too (migration 0010).
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
    """Who wrote what. The link is private when one of its ends is; a trigger sets its owner.

    `title_key`, `publish_year` and `listed` are the work's, so that an index gives the works
    of an author in order, however many they are.
    """

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
    title_key = SortKeyField(default="", db_default="")
    publish_year = models.SmallIntegerField(null=True, editable=False)
    listed = models.BooleanField(default=True, db_default=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        db_table = "author_works"
        indexes = [
            *_sparse_indexes("author_works", "owner_user"),
            models.Index(
                "author",
                F("publish_year").desc(nulls_last=True),
                "work",
                include=["owner_user"],
                condition=Q(listed=True),
                name="author_works_by_year",
            ),
            models.Index(
                fields=["author", "title_key", "work"],
                include=["owner_user"],
                condition=Q(listed=True),
                name="author_works_by_title",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="take_owner",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("author_owner", "uuid"), ("work_owner", "uuid")],
                func="""
                SELECT owner_user_id INTO author_owner FROM public.authors WHERE id = NEW.author_id;
                SELECT owner_user_id, title_key, publish_year, listed
                    INTO work_owner, NEW.title_key, NEW.publish_year, NEW.listed
                    FROM public.works WHERE id = NEW.work_id;
                IF author_owner <> work_owner THEN
                    RAISE EXCEPTION 'author and work belong to different users'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'author_works_one_owner';
                END IF;
                NEW.owner_user_id = coalesce(work_owner, author_owner);
                NEW.title_key = coalesce(NEW.title_key, '');
                NEW.listed = coalesce(NEW.listed, true);
                RETURN NEW;
                """,
            ),
            *_work_words_follow(),
        ]

    def __str__(self) -> str:
        return f"{self.author_id} wrote {self.work_id}"


class EditionChoice(models.Model):
    """Which edition stands for a shared work to one reader (contract, "Readers").

    The work's own primary edition is everybody's; on an own manual work it alone counts.
    """

    pk = models.CompositePrimaryKey("user_id", "work_id")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="+"
    )
    work = models.ForeignKey(Work, models.CASCADE, related_name="+")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        db_table = "edition_choices"
        triggers = [
            keys_are_fixed("user", "work"),
            pgtrigger.Trigger(
                name="edition_is_of_the_work",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("edition_id"),
                func="""
                IF NOT public.hold_edition(NEW.edition_id, NEW.work_id) THEN
                    RAISE EXCEPTION 'a chosen edition is one of the work itself'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'edition_choices_of_work';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} sees {self.work_id} as {self.edition_id}"
