"""Finding a shared author by name, under row level security.

`fold_text` is not leakproof, so under a policy PostgreSQL would fold the name of every author
instead of using the index. The function runs as its owner and looks at shared rows alone, which
everybody may read. It promises few rows, or the planner would join all authors to them.
"""

from django.db import migrations

SHARED_AUTHORS_NAMED = """
CREATE FUNCTION public.shared_authors_named(wanted text) RETURNS SETOF uuid
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10
AS $$
    SELECT id FROM public.authors
    WHERE public.fold_text(name) = public.fold_text(wanted) AND owner_user_id IS NULL
$$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_book_search")]
    operations = [
        migrations.RunSQL(SHARED_AUTHORS_NAMED, "DROP FUNCTION public.shared_authors_named(text)"),
    ]
