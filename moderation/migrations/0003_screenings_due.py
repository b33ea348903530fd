"""Which books are to be screened, kept by triggers, and where books and works like them are found.

The functions run as the tables' owner: under a policy PostgreSQL would test every row instead of
using an index for what is not leakproof (`fold_text`, `@@`). The web's role may call those that
find: they give ids alone, of shared works, and of books to moderators and the platform.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from config.row_security import RowSecurity, callable_by_triggers, callable_by_web

SYSTEM = "(SELECT actor_role()) = 'system'"
STAFF = "(SELECT actor_role()) = 'staff'"
POLICIES = {
    "SELECT": f"{STAFF} OR {SYSTEM}",
    **dict.fromkeys(("INSERT", "UPDATE", "DELETE"), SYSTEM),
}

# Noted in the order of the ids, so that two statements do not wait for each other crosswise.
NOTE = """
    INSERT INTO public.screenings_due (book_id, noted_at, due_at, awaits_cover)
    SELECT b.id, clock_timestamp(), clock_timestamp(), false FROM public.books b
    WHERE b.status = 'PENDING' AND b.id IN ({}) ORDER BY b.id
    ON CONFLICT (book_id) DO UPDATE SET noted_at = excluded.noted_at, due_at = excluded.due_at,
        awaits_cover = false;
"""
NEW_BOOKS = f"BEGIN {NOTE.format('SELECT id FROM changed')} RETURN NULL; END"
# Whatever changes a book moves its `updated_at`, by which a screening is known to be stale.
CHANGED_BOOKS = f"""
DECLARE
    decided uuid[] := ARRAY(
        SELECT n.id FROM changed n JOIN before o ON o.id = n.id
        WHERE o.status = 'PENDING' AND n.status <> 'PENDING' ORDER BY n.id);
BEGIN
    {NOTE.format("SELECT n.id FROM changed n JOIN before o ON o.id = n.id WHERE n.updated_at <> o.updated_at")}
    IF cardinality(decided) > 0 THEN
        {NOTE.format("SELECT book_id FROM public.book_likenesses WHERE other_book_id = ANY(decided)")}
        DELETE FROM public.screenings_due WHERE book_id = ANY(decided);
        DELETE FROM public.book_likenesses WHERE book_id = ANY(decided);
        DELETE FROM public.book_screenings WHERE book_id = ANY(decided);
    END IF;
    RETURN NULL;
END
"""
# A book that went away takes along what was said of it at others; what is left of them changes.
LOST_LIKENESSES = f"BEGIN {NOTE.format('SELECT book_id FROM gone')} RETURN NULL; END"


def noting(name: str, table: str, event: str, tables: str, body: str) -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql"
            f" SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ {body} $$",
            f"DROP FUNCTION public.{name}()",
        ),
        callable_by_triggers(f"public.{name}()"),
        migrations.RunSQL(
            f"CREATE TRIGGER {name} AFTER {event} ON public.{table} REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION public.{name}()",
            f"DROP TRIGGER {name} ON public.{table}",
        ),
    ]


# Initials find too much and are written in many ways; names of nothing else are taken as they are.
NAME_QUERY = """
CREATE FUNCTION public.name_query(name text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(to_tsquery('pg_catalog.simple'::regconfig, coalesce(
        string_agg(quote_literal(word), ' & ') FILTER (WHERE length(word) >= 3),
        string_agg(quote_literal(word), ' & '))), ''::tsquery)
    FROM regexp_split_to_table(public.bare_words(public.plain_text(name)), ' ') AS word
    WHERE word <> ''
)
"""
# What begins alike may go on with a subtitle. Whether it is near, the rules say afterwards.
TITLES_ALIKE = """
CREATE FUNCTION public.titles_alike(one text, other text) RETURNS real
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN one = other THEN 1 WHEN starts_with(one, other) OR starts_with(other, one) THEN 0.9
    ELSE public.similarity(one, other) END
"""
# The authors come out of an index, and so do their works: no catalog needs trigrams of its titles.
LIKE_WORKS = """
CREATE FUNCTION public.works_like(title text, names text[], most integer)
RETURNS TABLE (work_id uuid, alike real)
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 10
AS $$
    WITH wanted AS MATERIALIZED (SELECT public.title_key(title) COLLATE "C" AS key),
    people AS MATERIALIZED (
        SELECT DISTINCT found.id FROM unnest(names[1:5]) AS n(name) CROSS JOIN LATERAL (
            (SELECT a.id FROM public.authors a
            WHERE public.fold_text(a.name) = public.fold_text(n.name) AND a.owner_user_id IS NULL
            LIMIT 20)
            UNION ALL
            (SELECT a.id FROM public.authors a
            WHERE public.name_vector(a.name) @@ public.name_query(n.name)
                AND a.owner_user_id IS NULL
            LIMIT 20)
        ) AS found
    ), theirs AS (
        SELECT w.work_id, w.title_key FROM people CROSS JOIN LATERAL (
            (SELECT aw.work_id, aw.title_key FROM public.author_works aw
            WHERE aw.author_id = people.id AND aw.title_key = (SELECT key FROM wanted)
                AND aw.owner_user_id IS NULL AND aw.listed
            LIMIT 20)
            UNION
            (SELECT aw.work_id, aw.title_key FROM public.author_works aw
            WHERE aw.author_id = people.id AND aw.owner_user_id IS NULL AND aw.listed
            LIMIT 500)
        ) AS w
    ), scored AS (
        SELECT t.work_id, max(public.titles_alike(t.title_key, (SELECT key FROM wanted))) AS alike
        FROM theirs t GROUP BY t.work_id
    )
    SELECT s.work_id, s.alike FROM scored s WHERE s.alike >= 0.35
    ORDER BY s.alike DESC, s.work_id LIMIT most
$$
"""
LIKE_BOOKS = """
CREATE FUNCTION public.books_like(book uuid, title text, names text[], most integer)
RETURNS TABLE (book_id uuid, alike real)
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off ROWS 10
AS $$
    WITH wanted AS MATERIALIZED (SELECT public.title_key(title) AS key),
    theirs AS (
        SELECT DISTINCT b.id, b.title FROM unnest(names[1:5]) AS n(name) CROSS JOIN LATERAL (
            SELECT o.id, o.title FROM public.books o
            WHERE o.search_vector @@ public.name_query(n.name) AND o.status <> 'INACTIVE'
                AND public.actor_role() IN ('system', 'staff')
            LIMIT 500
        ) AS b WHERE b.id <> book
    ), scored AS (
        SELECT t.id, public.titles_alike(public.title_key(t.title), (SELECT key FROM wanted))
            AS alike
        FROM theirs t
    )
    SELECT s.id, s.alike FROM scored s WHERE s.alike >= 0.35
    ORDER BY s.alike DESC, s.id LIMIT most
$$
"""
FUNCTIONS = {
    "public.name_query(text)": NAME_QUERY,
    "public.titles_alike(text, text)": TITLES_ALIKE,
    "public.works_like(text, text[], integer)": LIKE_WORKS,
    "public.books_like(uuid, text, text[], integer)": LIKE_BOOKS,
}
GO_WITH_BOOK = """
ALTER TABLE screenings_due ADD CONSTRAINT screenings_due_book_fk
FOREIGN KEY (book_id) REFERENCES books (id) ON DELETE CASCADE
"""
WAITING = """
INSERT INTO screenings_due (book_id) SELECT id FROM books WHERE status = 'PENDING'
"""


class Migration(migrations.Migration):
    dependencies = [("moderation", "0002_moderators_group")]
    operations = [
        migrations.CreateModel(
            name="DueScreening",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="catalog.book",
                    ),
                ),
                (
                    "noted_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="Another one than when it was taken: it has been noted since.",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), db_index=True
                    ),
                ),
                (
                    "awaits_cover",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Whether all is known of it but what its cover's address gives.",
                    ),
                ),
            ],
            options={"db_table": "screenings_due"},
        ),
        migrations.CreateModel(
            name="CoverCheck",
            fields=[
                ("url", models.TextField(primary_key=True, serialize=False)),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("image", "A picture"),
                            ("missing", "Nothing there"),
                            ("no_image", "Something that is no picture"),
                            ("blank", "A picture of one pixel"),
                            ("not_known", "No answer"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "ask_again_at",
                    models.DateTimeField(help_text="Until then the answer is good."),
                ),
            ],
            options={
                "db_table": "cover_checks",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer__in", ["image", "missing", "no_image", "blank", "not_known"])
                        ),
                        name="cover_checks_answer_known",
                    )
                ],
            },
        ),
        migrations.RunSQL(GO_WITH_BOOK, migrations.RunSQL.noop),
        RowSecurity("screenings_due", POLICIES),
        RowSecurity("cover_checks", POLICIES),
        *(
            migrations.RunSQL(body, f"DROP FUNCTION {function}")
            for function, body in FUNCTIONS.items()
        ),
        callable_by_web(
            "public.works_like(text, text[], integer)",
            "public.books_like(uuid, text, text[], integer)",
        ),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
        *noting("note_new_books", "books", "INSERT", "NEW TABLE AS changed", NEW_BOOKS),
        *noting(
            "note_changed_books",
            "books",
            "UPDATE",
            "OLD TABLE AS before NEW TABLE AS changed",
            CHANGED_BOOKS,
        ),
        *noting(
            "note_lost_likenesses",
            "book_likenesses",
            "DELETE",
            "OLD TABLE AS gone",
            LOST_LIKENESSES,
        ),
    ]
