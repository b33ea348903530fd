"""What is copied for sorting follows its work, whoever changes that; and who sees a choice.

A moderator who corrects a shared title may not see the links that private authors have to it, so
the trigger runs as the tables' owner.
"""

from django.db import migrations

from config.row_security import RowSecurity

FOLLOW = """
CREATE FUNCTION public.author_works_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE public.author_works aw SET title_key = w.title_key
    FROM new_works w JOIN old_works o ON o.id = w.id
    WHERE aw.work_id = w.id AND (w.title_key, w.publish_year, w.listed)
        IS DISTINCT FROM (o.title_key, o.publish_year, o.listed);
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER author_works_follow AFTER UPDATE ON public.works
REFERENCING OLD TABLE AS old_works NEW TABLE AS new_works
FOR EACH STATEMENT EXECUTE FUNCTION public.author_works_follow()
"""
# The rows that were there before the triggers.
FILL = """
UPDATE public.works SET publish_year = NULL, search_vector = NULL;
UPDATE public.author_works SET title_key = '';
"""

OWN = "user_id = (SELECT actor_user_id()) OR (SELECT actor_role()) = 'system'"
# Foreign keys look past policies, so a choice says itself that its reader sees both.
CHOOSE = (
    f"({OWN}) AND EXISTS (SELECT FROM works WHERE works.id = work_id)"
    " AND EXISTS (SELECT FROM editions WHERE editions.id = edition_id)"
)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_reading_order")]
    operations = [
        migrations.RunSQL(FOLLOW, "DROP FUNCTION public.author_works_follow()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER author_works_follow ON public.works"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        RowSecurity(
            "edition_choices",
            {"SELECT": OWN, "INSERT": CHOOSE, "UPDATE": CHOOSE, "DELETE": OWN},
        ),
    ]
