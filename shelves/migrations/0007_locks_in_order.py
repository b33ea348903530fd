"""Readers' rows are locked in the order of their keys here, too, and functions have callers."""

from django.db import migrations

from config.row_security import callable_by_triggers

FUNCTION = """
CREATE OR REPLACE FUNCTION public.shelves_follow_editions() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN {} AND OLD.publish_year IS DISTINCT FROM NEW.publish_year{}; RETURN NULL; END $$
"""
BEFORE = """
UPDATE public.user_works uw SET publish_year = NULL FROM public.edition_choices c
WHERE c.edition_id = NEW.id AND uw.user_id = c.user_id AND uw.work_id = c.work_id
"""
NOW = """
UPDATE public.user_works uw SET publish_year = NULL FROM (
    SELECT s.user_id, s.work_id FROM public.user_works s
    JOIN public.edition_choices c ON c.user_id = s.user_id AND c.work_id = s.work_id
    WHERE c.edition_id = NEW.id
"""
ORDERED = """
    ORDER BY s.user_id, s.work_id FOR NO KEY UPDATE OF s
) found WHERE uw.user_id = found.user_id AND uw.work_id = found.work_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("shelves", "0006_one_reader_of_many"),
        ("catalog", "0011_locks_in_order"),
    ]
    operations = [
        migrations.RunSQL(FUNCTION.format(NOW, ORDERED), FUNCTION.format(BEFORE, "")),
        callable_by_triggers(
            "public.shelves_follow_authors()",
            "public.shelves_follow_choices()",
            "public.shelves_follow_editions()",
            "public.shelves_follow_works()",
        ),
    ]
