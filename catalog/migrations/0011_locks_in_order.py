"""Rows are locked in one order, an edition that is named stays put, and functions have callers.

Of two transactions that each renew the words of several works, neither waits for the other in turn.
While an edition is being chosen nobody moves it to another work: a check that only reads would not
see a move that is not committed yet.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from config.row_security import callable_by_triggers, callable_by_web

# It runs as the tables' owner, since a reader may not lock a shared row.
HOLD_EDITION = """
CREATE FUNCTION public.hold_edition(edition uuid, work uuid) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM public.editions e WHERE e.id = edition AND e.work_id = work FOR SHARE;
    RETURN FOUND;
END $$
"""
FOLLOW_AUTHORS = """
CREATE OR REPLACE FUNCTION public.works_follow_authors() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN {}; RETURN NULL; END $$
"""
AUTHORS_BEFORE = """
UPDATE public.works w SET search_vector = NULL FROM public.author_works aw
WHERE aw.author_id = NEW.id AND w.id = aw.work_id
    AND (NEW.owner_user_id IS NULL OR w.owner_user_id = NEW.owner_user_id)
"""
AUTHORS = """
UPDATE public.works w SET search_vector = NULL FROM (
    SELECT s.id FROM public.works s JOIN public.author_works aw ON aw.work_id = s.id
    WHERE aw.author_id = NEW.id
        AND (NEW.owner_user_id IS NULL OR s.owner_user_id = NEW.owner_user_id)
    ORDER BY s.id FOR NO KEY UPDATE OF s
) found WHERE w.id = found.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0010_words_and_choices_follow"),
    ]

    operations = [
        migrations.RunSQL(HOLD_EDITION, "DROP FUNCTION public.hold_edition(uuid, uuid)"),
        migrations.RunSQL(FOLLOW_AUTHORS.format(AUTHORS), FOLLOW_AUTHORS.format(AUTHORS_BEFORE)),
        callable_by_web(
            "public.hold_edition(uuid, uuid)",
            "public.search_authors(text, integer)",
            "public.search_books(text)",
            "public.search_works(text)",
            "public.shared_authors_named(text)",
        ),
        callable_by_triggers(
            "public.author_works_follow()",
            "public.choices_follow_editions()",
            "public.works_follow_authors()",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="authorwork",
            name="words_of_new_links",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="authorwork",
            name="words_of_old_links",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="authorwork",
            name="words_of_moved_links",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="editionchoice",
            name="edition_is_of_the_work",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="work",
            name="primary_edition_is_its_own",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="authorwork",
            trigger=pgtrigger.compiler.Trigger(
                name="words_of_new_links",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="UPDATE public.works w SET search_vector = NULL FROM (SELECT id FROM public.works WHERE id IN (SELECT work_id FROM changed) ORDER BY id FOR NO KEY UPDATE) found WHERE w.id = found.id; RETURN NULL;",
                    hash="e50d25d4a1876276a0a3ca0f4b36a2da25b45d8d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_words_of_new_links_1105a",
                    referencing="REFERENCING NEW TABLE AS changed ",
                    table="author_works",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="authorwork",
            trigger=pgtrigger.compiler.Trigger(
                name="words_of_old_links",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="UPDATE public.works w SET search_vector = NULL FROM (SELECT id FROM public.works WHERE id IN (SELECT work_id FROM changed) ORDER BY id FOR NO KEY UPDATE) found WHERE w.id = found.id; RETURN NULL;",
                    hash="540f11ff1b8b208096e7fbed1e5b6a543df39522",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_words_of_old_links_c5918",
                    referencing="REFERENCING OLD TABLE AS changed ",
                    table="author_works",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="authorwork",
            trigger=pgtrigger.compiler.Trigger(
                name="words_of_moved_links",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."work_id" IS DISTINCT FROM (NEW."work_id"))',
                    func="UPDATE public.works w SET search_vector = NULL FROM (SELECT id FROM public.works WHERE id IN (OLD.work_id, NEW.work_id) ORDER BY id FOR NO KEY UPDATE) found WHERE w.id = found.id; RETURN NULL;",
                    hash="be879aa59a955e94e01a7add1416e454575c137b",
                    operation='UPDATE OF "author_id", "work_id"',
                    pgid="pgtrigger_words_of_moved_links_0bfe2",
                    table="author_works",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="editionchoice",
            trigger=pgtrigger.compiler.Trigger(
                name="edition_is_of_the_work",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                IF NOT public.hold_edition(NEW.edition_id, NEW.work_id) THEN\n                    RAISE EXCEPTION 'a chosen edition is one of the work itself'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'edition_choices_of_work';\n                END IF;\n                RETURN NEW;\n                ",
                    hash="a4e4c9581ca5d453f071c640605bd485adad06f8",
                    operation='INSERT OR UPDATE OF "edition_id"',
                    pgid="pgtrigger_edition_is_of_the_work_a7b4f",
                    table="edition_choices",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="work",
            trigger=pgtrigger.compiler.Trigger(
                name="primary_edition_is_its_own",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.primary_edition_id IS NOT NULL)",
                    func="\n                IF NOT public.hold_edition(NEW.primary_edition_id, NEW.id) OR NOT EXISTS (\n                    SELECT FROM public.editions e WHERE e.id = NEW.primary_edition_id\n                    AND e.owner_user_id IS NOT DISTINCT FROM NEW.owner_user_id\n                ) THEN\n                    RAISE EXCEPTION 'a primary edition is one of the work itself'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'works_primary_edition_own';\n                END IF;\n                RETURN NEW;\n                ",
                    hash="72095fa289dac713c54432b8a4587d8fd0b688d0",
                    operation='INSERT OR UPDATE OF "primary_edition_id"',
                    pgid="pgtrigger_primary_edition_is_its_own_29859",
                    table="works",
                    when="BEFORE",
                ),
            ),
        ),
    ]
