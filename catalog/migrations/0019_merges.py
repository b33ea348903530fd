"""Merged authors and works: where their ids lead, and what is kept to undo it.

What a merge moved tells of readers' shelves, so the platform alone sees it. Where an id leads is
no secret; the functions say that much to everybody, and nothing of who merged.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import config.ids
from config.row_security import RowSecurity, callable_by_triggers, callable_by_web

SYSTEM = "(SELECT actor_role()) = 'system'"
STAFF = "(SELECT actor_role()) = 'staff'"
WRITTEN = dict.fromkeys(("INSERT", "UPDATE", "DELETE"), SYSTEM)

# What went into a row that was merged itself later on leads to where that one leads.
MERGED_INTO = """
CREATE FUNCTION public.merged_into(ids uuid[]) RETURNS TABLE (merged_id uuid, kept_id uuid)
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10
AS $$
    WITH RECURSIVE led AS (
        SELECT m.merged_id, m.kept_id, 1 AS hop FROM public.merges m
        WHERE m.merged_id = ANY(ids) AND m.status = 'merged'
        UNION ALL
        SELECT led.merged_id, m.kept_id, led.hop + 1 FROM led
        JOIN public.merges m ON m.merged_id = led.kept_id AND m.status = 'merged'
    )
    SELECT DISTINCT ON (led.merged_id) led.merged_id, led.kept_id FROM led
    ORDER BY led.merged_id, led.hop DESC
$$
"""
MERGED_KEYS_INTO = """
CREATE FUNCTION public.merged_keys_into(keys text[])
RETURNS TABLE (merged_openlibrary_id text, kept_id uuid)
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10
AS $$
    SELECT m.merged_openlibrary_id, led.kept_id FROM public.merges m
    JOIN public.merged_into(ARRAY[m.merged_id]) led ON true
    WHERE m.merged_openlibrary_id = ANY(keys) AND m.status = 'merged'
$$
"""
# An import that asked Open Library before the merge tries again, and finds the row that stays.
NOT_AGAIN = """
CREATE FUNCTION public.merged_stays_merged() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM public.merges m
        WHERE m.merged_openlibrary_id = NEW.openlibrary_id AND m.status = 'merged') THEN
        RAISE EXCEPTION 'a moderator has merged % into another row', NEW.openlibrary_id
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'merges_merged_stays_merged';
    END IF;
    RETURN NEW;
END $$
"""
NOT_AGAIN_TRIGGER = """
CREATE TRIGGER merged_stays_merged BEFORE INSERT ON public.{table} FOR EACH ROW
WHEN (NEW.openlibrary_id IS NOT NULL) EXECUTE FUNCTION public.merged_stays_merged()
"""
# Both rows are there, shared, of one kind, and neither is under way elsewhere.
SOUND = """
CREATE FUNCTION public.merge_is_sound() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE found bigint;
BEGIN
    IF NEW.kind = 'author' THEN
        SELECT count(*) INTO found FROM public.authors
        WHERE id IN (NEW.merged_id, NEW.kept_id) AND owner_user_id IS NULL;
    ELSE
        SELECT count(*) INTO found FROM public.works
        WHERE id IN (NEW.merged_id, NEW.kept_id) AND owner_user_id IS NULL;
    END IF;
    IF found <> 2 THEN
        RAISE EXCEPTION 'two shared rows of one kind are merged'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'merges_of_one_kind';
    END IF;
    IF EXISTS (SELECT FROM public.merges m WHERE m.status IN ('merging', 'undoing')
        AND (m.merged_id IN (NEW.merged_id, NEW.kept_id)
            OR m.kept_id IN (NEW.merged_id, NEW.kept_id))) THEN
        RAISE EXCEPTION 'another merge of these is under way'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'merges_one_at_a_time';
    END IF;
    RETURN NEW;
END $$
"""
SOUND_TRIGGER = """
CREATE TRIGGER merge_is_sound BEFORE INSERT ON public.merges
FOR EACH ROW WHEN (NEW.merged_id <> NEW.kept_id) EXECUTE FUNCTION public.merge_is_sound()
"""
# Only triggers may write profiles, and what may not be written cannot be locked either.
LOCK_PROFILES = """
CREATE FUNCTION public.lock_profiles(readers uuid[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF public.actor_role() <> 'system' THEN
        RAISE EXCEPTION 'the platform alone locks the profiles of others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM public.profiles WHERE user_id = ANY(readers) ORDER BY user_id FOR NO KEY UPDATE;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0018_sent_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=config.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("author", "Author"), ("work", "Work")], max_length=6
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("merging", "under way"),
                            ("merged", "merged"),
                            ("undoing", "being undone"),
                            ("undone", "undone"),
                        ],
                        default="merging",
                        max_length=7,
                    ),
                ),
                ("merged_id", models.UUIDField()),
                ("merged_name", models.TextField()),
                ("merged_openlibrary_id", models.CharField(max_length=20, null=True)),
                ("kept_id", models.UUIDField()),
                ("kept_name", models.TextField()),
                ("row", models.JSONField(help_text="The merged row's columns.")),
                (
                    "kept_before",
                    models.JSONField(help_text="What the merge may change of the row that stays."),
                ),
                (
                    "counts",
                    models.JSONField(default=dict, help_text="How many rows moved, by kind."),
                ),
                (
                    "stayed",
                    models.IntegerField(
                        default=0,
                        help_text="Items that an undo left where they were: the reader had no room.",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "merged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "merges",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="MergeMove",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("edition", "Edition"),
                            ("link", "Link"),
                            ("choice", "Choice"),
                            ("shelf", "Shelf"),
                            ("rating", "Rating"),
                            ("follow", "Follow"),
                            ("alias", "Alias"),
                        ],
                        max_length=7,
                    ),
                ),
                ("before", models.JSONField()),
                ("kept_before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                (
                    "merge",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="catalog.merge",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "merge_moves",
            },
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["kept_id"], name="merges_by_kept"),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(
                condition=models.Q(("merged_openlibrary_id__isnull", False)),
                fields=["merged_openlibrary_id"],
                name="merges_by_openlibrary_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["author", "work"])), name="merges_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["merging", "merged", "undoing", "undone"])),
                name="merges_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_id", models.F("kept_id")), _negated=True),
                name="merges_not_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["merging", "merged"]), ("undone_at", None)),
                    models.Q(("status__in", ["undoing", "undone"]), ("undone_at__isnull", False)),
                    _connector="OR",
                ),
                name="merges_undone_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["merging", "merged"])),
                fields=("merged_id",),
                name="merges_one_living",
            ),
        ),
        migrations.AddIndex(
            model_name="mergemove",
            index=models.Index(fields=["merge", "kind", "user"], name="merge_moves_by_merge"),
        ),
        migrations.AddConstraint(
            model_name="mergemove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["edition", "link", "choice", "shelf", "rating", "follow", "alias"],
                    )
                ),
                name="merge_moves_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mergemove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["edition", "link", "alias"]),
                    models.Q(
                        ("kind__in", ["choice", "shelf", "rating", "follow"]),
                        ("user__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="merge_moves_readers_are_named",
            ),
        ),
        RowSecurity("merges", {"SELECT": f"{STAFF} OR {SYSTEM}", **WRITTEN}),
        RowSecurity("merge_moves", {"SELECT": SYSTEM, **WRITTEN}),
        migrations.RunSQL(MERGED_INTO, "DROP FUNCTION public.merged_into(uuid[])"),
        migrations.RunSQL(MERGED_KEYS_INTO, "DROP FUNCTION public.merged_keys_into(text[])"),
        migrations.RunSQL(NOT_AGAIN, "DROP FUNCTION public.merged_stays_merged()"),
        *(
            migrations.RunSQL(
                NOT_AGAIN_TRIGGER.format(table=table),
                f"DROP TRIGGER merged_stays_merged ON public.{table}",
            )
            for table in ("authors", "works")
        ),
        migrations.RunSQL(SOUND, "DROP FUNCTION public.merge_is_sound()"),
        migrations.RunSQL(SOUND_TRIGGER, "DROP TRIGGER merge_is_sound ON public.merges"),
        migrations.RunSQL(LOCK_PROFILES, "DROP FUNCTION public.lock_profiles(uuid[])"),
        callable_by_web(
            "public.merged_into(uuid[])",
            "public.merged_keys_into(text[])",
            "public.lock_profiles(uuid[])",
        ),
        callable_by_triggers("public.merged_stays_merged()", "public.merge_is_sound()"),
    ]
