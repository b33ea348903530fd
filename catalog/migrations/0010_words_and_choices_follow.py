"""What hangs on names and editions follows them where their editor cannot see it.

A moderator sees neither the readers' own works by a shared author nor their choices of an edition,
so these triggers run as the tables' owner. Words follow a link that moves to another end, too.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# A private author's name stands in the works of its owner alone.
AUTHORS = """
UPDATE public.works w SET search_vector = NULL FROM public.author_works aw
WHERE aw.author_id = NEW.id AND w.id = aw.work_id
    AND (NEW.owner_user_id IS NULL OR w.owner_user_id = NEW.owner_user_id)
"""
EDITIONS = "DELETE FROM public.edition_choices WHERE edition_id = NEW.id AND work_id <> NEW.work_id"


def follower(name: str, table: str, column: str, body: str) -> list[migrations.RunSQL]:
    function = (
        f"CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql"
        f" SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        f" AS $$ BEGIN {body}; RETURN NULL; END $$"
    )
    trigger = (
        f"CREATE TRIGGER {name} AFTER UPDATE OF {column} ON public.{table} FOR EACH ROW"
        f" WHEN (OLD.{column} <> NEW.{column}) EXECUTE FUNCTION public.{name}()"
    )
    return [
        migrations.RunSQL(function, f"DROP FUNCTION public.{name}()"),
        migrations.RunSQL(trigger, f"DROP TRIGGER {name} ON public.{table}"),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0009_catalog_search"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="author",
            name="rename_in_works",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="edition",
            name="leave_old_work",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="authorwork",
            trigger=pgtrigger.compiler.Trigger(
                name="words_of_moved_links",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."work_id" IS DISTINCT FROM (NEW."work_id"))',
                    func="UPDATE public.works SET search_vector = NULL WHERE id IN (OLD.work_id, NEW.work_id); RETURN NULL;",
                    hash="6cf1fe66400592ee714d132920292f0c342cb71f",
                    operation='UPDATE OF "author_id", "work_id"',
                    pgid="pgtrigger_words_of_moved_links_0bfe2",
                    table="author_works",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="edition",
            trigger=pgtrigger.compiler.Trigger(
                name="leave_old_work",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.work_id <> NEW.work_id)",
                    func="UPDATE public.works SET primary_edition_id = NULL WHERE id = OLD.work_id AND primary_edition_id = NEW.id; RETURN NULL;",
                    hash="19fdcd123d0db0959c93b03cb9488a72ae95cd15",
                    operation='UPDATE OF "work_id"',
                    pgid="pgtrigger_leave_old_work_10ad2",
                    table="editions",
                    when="AFTER",
                ),
            ),
        ),
        *follower("works_follow_authors", "authors", "name", AUTHORS),
        *follower("choices_follow_editions", "editions", "work_id", EDITIONS),
    ]
