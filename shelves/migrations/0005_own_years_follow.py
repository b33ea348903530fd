"""A reader's own choice of an edition shows the work's first year as soon as there is one.

The year of the work itself may stay what it was (its primary edition's), so the trigger looks at
the first year, too. Django names every column when it saves a row, so what did not change is told
apart by its value: a refreshed author would otherwise rewrite a row of each follower.
"""

from django.db import migrations


def replaced(name: str, before: str, after: str) -> migrations.RunSQL:
    """Give the trigger's function another body; 0004 made it."""
    function = (
        "CREATE OR REPLACE FUNCTION public.{}() RETURNS trigger LANGUAGE plpgsql"
        " SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        " AS $$ BEGIN {}; RETURN NULL; END $$"
    )
    return migrations.RunSQL(function.format(name, after), function.format(name, before))


WORKS = """
UPDATE public.user_works uw SET title_key = '' FROM (
    SELECT s.user_id, s.work_id FROM public.user_works s
    JOIN new_works n ON n.id = s.work_id JOIN old_works o ON o.id = n.id
    WHERE (n.title_key, n.publish_year{0}) IS DISTINCT FROM (o.title_key, o.publish_year{1})
    ORDER BY s.user_id, s.work_id FOR NO KEY UPDATE OF s
) moved WHERE uw.user_id = moved.user_id AND uw.work_id = moved.work_id
"""
CHOSEN = """
UPDATE public.user_works uw SET publish_year = NULL FROM public.edition_choices c
WHERE c.edition_id = NEW.id AND uw.user_id = c.user_id AND uw.work_id = c.work_id
"""
AUTHORS = "UPDATE public.user_authors SET name_key = '' WHERE author_id = NEW.id"
MOVED = " AND OLD.{0} IS DISTINCT FROM NEW.{0}"


class Migration(migrations.Migration):
    dependencies = [("shelves", "0004_shelves_follow")]
    operations = [
        replaced(
            "shelves_follow_works",
            WORKS.format("", ""),
            WORKS.format(", n.first_publish_year", ", o.first_publish_year"),
        ),
        replaced("shelves_follow_editions", CHOSEN, CHOSEN + MOVED.format("publish_year")),
        replaced("shelves_follow_authors", AUTHORS, AUTHORS + MOVED.format("name")),
    ]
