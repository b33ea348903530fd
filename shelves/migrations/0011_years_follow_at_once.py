"""Shelves follow the years of many editions, and the names of many authors, in one statement.

See catalog's migration 0017: a month's changes of Open Library are thousands at once.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN {body}; RETURN NULL; END $$
"""
TRIGGER_AT_ONCE = """
CREATE TRIGGER {name} AFTER UPDATE ON public.{table}
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION public.{name}()
"""
TRIGGER_ONE_BY_ONE = """
CREATE TRIGGER {name} AFTER UPDATE OF {column} ON public.{table} FOR EACH ROW
EXECUTE FUNCTION public.{name}()
"""
# In both bodies the rows are locked in one order, as everywhere; and OFFSET 0 keeps the planner from
# joining old and new rows, of which it knows little, in any other way than by their ids.
YEARS = """
UPDATE public.user_works uw SET publish_year = NULL FROM (
    SELECT s.user_id, s.work_id FROM {changed}
    JOIN public.edition_choices c ON c.edition_id = {edition}
    JOIN public.user_works s ON s.user_id = c.user_id AND s.work_id = c.work_id
    WHERE {differs}
    ORDER BY s.user_id, s.work_id FOR NO KEY UPDATE OF s
) found WHERE uw.user_id = found.user_id AND uw.work_id = found.work_id
"""
YEARS_AT_ONCE = YEARS.format(
    changed="(SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id"
    " WHERE o.publish_year IS DISTINCT FROM n.publish_year OFFSET 0) n",
    edition="n.id",
    differs="true",
)
YEARS_ONE_BY_ONE = YEARS.format(
    changed="(SELECT) AS changed",
    edition="NEW.id",
    differs="OLD.publish_year IS DISTINCT FROM NEW.publish_year",
)
NAMES_AT_ONCE = """
UPDATE public.user_authors ua SET name_key = '' FROM (
    SELECT s.user_id, s.author_id FROM (
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE o.name IS DISTINCT FROM n.name OFFSET 0
    ) n JOIN public.user_authors s ON s.author_id = n.id
    ORDER BY s.user_id, s.author_id FOR NO KEY UPDATE OF s
) found WHERE ua.user_id = found.user_id AND ua.author_id = found.author_id
"""
NAMES_ONE_BY_ONE = """
UPDATE public.user_authors SET name_key = ''
WHERE author_id = NEW.id AND OLD.name IS DISTINCT FROM NEW.name
"""


def follow_at_once(
    name: str, table: str, column: str, at_once: str, one_by_one: str
) -> migrations.RunSQL:
    drop = f"DROP TRIGGER {name} ON public.{table}"
    return migrations.RunSQL(
        [
            drop,
            FUNCTION.format(name=name, body=at_once),
            TRIGGER_AT_ONCE.format(name=name, table=table),
        ],
        [
            drop,
            FUNCTION.format(name=name, body=one_by_one),
            TRIGGER_ONE_BY_ONE.format(name=name, table=table, column=column),
        ],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0017_words_follow_at_once"),
        ("shelves", "0010_imported_ratings"),
    ]
    operations = [
        follow_at_once(
            "shelves_follow_editions", "editions", "publish_year", YEARS_AT_ONCE, YEARS_ONE_BY_ONE
        ),
        follow_at_once(
            "shelves_follow_authors", "authors", "name", NAMES_AT_ONCE, NAMES_ONE_BY_ONE
        ),
    ]
