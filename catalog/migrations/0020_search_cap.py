"""Lists of books at a hundred thousand of them: orders, counts, and searches for common words.

The indexes carry what the policy on books asks of each row, so that counting them and skipping
over them reads an index alone.
"""

from django.conf import settings
from django.db import migrations, models

POLICY = ["status", "publisher", "created_by"]

# A word that most books have would give all their ids; nobody reads on for so long. The newest are
# kept: ids begin with the time. How common a word is decides between walking the ids and the index
# of words, so each search is planned for its own.
SEARCH_BOOKS = """
CREATE OR REPLACE FUNCTION public.search_books(q text) RETURNS SETOF uuid
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
    SELECT id FROM public.books WHERE search_vector @@ public.prefix_query(q)
    ORDER BY id DESC LIMIT 10000
$$
"""
SEARCH_BOOKS_BEFORE = """
CREATE OR REPLACE FUNCTION public.search_books(q text) RETURNS SETOF uuid
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT id FROM public.books WHERE search_vector @@ public.prefix_query(q)
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0019_merges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveIndex(model_name="book", name="books_by_time"),
        migrations.RemoveIndex(model_name="book", name="books_waiting"),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(fields=["-created_at", "-id"], include=POLICY, name="books_by_time"),
        ),
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("sent_back_at", None), ("status", "PENDING")),
                fields=["created_at", "id"],
                include=POLICY,
                name="books_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="book", index=models.Index(fields=["title", "id"], name="books_by_title")
        ),
        migrations.AddIndex(
            model_name="book", index=models.Index(fields=["price", "id"], name="books_by_price")
        ),
        migrations.RunSQL(SEARCH_BOOKS, SEARCH_BOOKS_BEFORE),
    ]
