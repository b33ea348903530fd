"""What hangs on many names follows them in one statement, not in one for each name.

A month's changes of Open Library rename thousands of authors; a trigger for each row wrote the
words of a work once for each of its authors, with all that a statement costs.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION public.works_follow_authors() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN {}; RETURN NULL; END $$
"""
# A private author's name stands in the works of its owner alone.
AT_ONCE = """
UPDATE public.works w SET search_vector = NULL FROM (
    SELECT s.id FROM public.works s WHERE s.id IN (
        SELECT x.id FROM new_authors n JOIN old_authors o ON o.id = n.id
        JOIN public.author_works aw ON aw.author_id = n.id
        JOIN public.works x ON x.id = aw.work_id
        WHERE n.name <> o.name AND (n.owner_user_id IS NULL OR x.owner_user_id = n.owner_user_id))
    ORDER BY s.id FOR NO KEY UPDATE OF s
) found WHERE w.id = found.id
"""
ONE_BY_ONE = """
UPDATE public.works w SET search_vector = NULL FROM (
    SELECT s.id FROM public.works s JOIN public.author_works aw ON aw.work_id = s.id
    WHERE aw.author_id = NEW.id
        AND (NEW.owner_user_id IS NULL OR s.owner_user_id = NEW.owner_user_id)
    ORDER BY s.id FOR NO KEY UPDATE OF s
) found WHERE w.id = found.id
"""
DROP = "DROP TRIGGER works_follow_authors ON public.authors"
TRIGGER_AT_ONCE = """
CREATE TRIGGER works_follow_authors AFTER UPDATE ON public.authors
REFERENCING OLD TABLE AS old_authors NEW TABLE AS new_authors
FOR EACH STATEMENT EXECUTE FUNCTION public.works_follow_authors()
"""
TRIGGER_ONE_BY_ONE = """
CREATE TRIGGER works_follow_authors AFTER UPDATE OF name ON public.authors FOR EACH ROW
WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION public.works_follow_authors()
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0016_years_follow_at_once")]
    operations = [
        migrations.RunSQL(
            [DROP, FUNCTION.format(AT_ONCE), TRIGGER_AT_ONCE],
            [DROP, FUNCTION.format(ONE_BY_ONE), TRIGGER_ONE_BY_ONE],
        ),
    ]
