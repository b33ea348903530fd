"""Shelves follow the catalog's titles, years and names; ratings and comments have their policies.

Whoever corrects a title sees nobody's shelf, so these triggers run as the tables' owner. Rows are
locked in the order of their keys, as readers' own bulk changes lock them.
"""

from django.db import migrations

from config.row_security import RowSecurity


def follower(
    name: str, table: str, event: str, body: str, rows: str = "ROW"
) -> list[migrations.RunSQL]:
    function = (
        f"CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql"
        f" SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        f" AS $$ BEGIN {body}; RETURN NULL; END $$"
    )
    trigger = (
        f"CREATE TRIGGER {name} AFTER {event} FOR EACH {rows} EXECUTE FUNCTION public.{name}()"
    )
    return [
        migrations.RunSQL(function, f"DROP FUNCTION public.{name}()"),
        migrations.RunSQL(trigger, f"DROP TRIGGER {name} ON public.{table}"),
    ]


WORKS = """
UPDATE public.user_works uw SET title_key = '' FROM (
    SELECT s.user_id, s.work_id FROM public.user_works s
    JOIN new_works n ON n.id = s.work_id JOIN old_works o ON o.id = n.id
    WHERE (n.title_key, n.publish_year) IS DISTINCT FROM (o.title_key, o.publish_year)
    ORDER BY s.user_id, s.work_id FOR NO KEY UPDATE OF s
) moved WHERE uw.user_id = moved.user_id AND uw.work_id = moved.work_id
"""
CHOICES = """
UPDATE public.user_works SET publish_year = NULL
WHERE user_id = coalesce(NEW.user_id, OLD.user_id) AND work_id = coalesce(NEW.work_id, OLD.work_id)
"""
CHOSEN = """
UPDATE public.user_works uw SET publish_year = NULL FROM public.edition_choices c
WHERE c.edition_id = NEW.id AND uw.user_id = c.user_id AND uw.work_id = c.work_id
"""
AUTHORS = "UPDATE public.user_authors SET name_key = '' WHERE author_id = NEW.id"
# The rows that were there before the triggers.
FILL = """
UPDATE public.user_works SET title_key = '';
UPDATE public.user_authors SET name_key = '';
"""

SYSTEM = "(SELECT actor_role()) = 'system'"
OWN = f"user_id = (SELECT actor_user_id()) OR {SYSTEM}"
# The sub-selects run under the policies of books and works.
SEES_BOOK = "EXISTS (SELECT FROM books WHERE books.id = book_id)"
SEES_WORK = "EXISTS (SELECT FROM works WHERE works.id = work_id)"
RATE = f"({OWN}) AND (book_id IS NULL OR {SEES_BOOK}) AND (work_id IS NULL OR {SEES_WORK})"
SPEAK = f"({OWN}) AND {SEES_BOOK}"


class Migration(migrations.Migration):
    dependencies = [("shelves", "0003_reading_order"), ("catalog", "0008_sort_keys_follow")]
    operations = [
        *follower(
            "shelves_follow_works",
            "works",
            "UPDATE ON public.works REFERENCING OLD TABLE AS old_works NEW TABLE AS new_works",
            WORKS,
            "STATEMENT",
        ),
        *follower(
            "shelves_follow_choices",
            "edition_choices",
            "INSERT OR UPDATE OR DELETE ON public.edition_choices",
            CHOICES,
        ),
        *follower(
            "shelves_follow_editions",
            "editions",
            "UPDATE OF publish_year ON public.editions",
            CHOSEN,
        ),
        *follower("shelves_follow_authors", "authors", "UPDATE OF name ON public.authors", AUTHORS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        RowSecurity("ratings", {"SELECT": OWN, "INSERT": RATE, "UPDATE": RATE, "DELETE": OWN}),
        RowSecurity(
            "comments",
            {
                "SELECT": f"{SEES_BOOK} OR {SYSTEM}",
                "INSERT": SPEAK,
                "UPDATE": SPEAK,
                "DELETE": f"{OWN} OR ((SELECT actor_role()) = 'staff' AND {SEES_BOOK})",
            },
        ),
    ]
