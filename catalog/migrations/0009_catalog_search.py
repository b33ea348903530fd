"""Search over the shared catalog and a reader's own rows, under row level security.

`@@` is not leakproof, so under a policy PostgreSQL would test every row instead of using an index.
The functions run as their owner, and say the policy's rule themselves: shared rows, and the
actor's own. They give ids alone; whoever calls them reads the rows under the policies.

Words are runs of letters and digits. PostgreSQL's own parser takes "J.R.R." for a host and
"and/or" for a file, so what is no letter or digit goes before it comes to the parser.
"""

from django.db import migrations

BARE_WORDS = """
CREATE FUNCTION public.bare_words(plain text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(plain COLLATE "pg_unicode_fast", '[^[:alnum:]]+', ' ', 'g')
"""

WORK_VECTOR = """
CREATE OR REPLACE FUNCTION public.work_vector(title text, names text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('pg_catalog.simple'::regconfig,
        public.bare_words(public.title_key(title))), 'A')
    || setweight(to_tsvector('pg_catalog.simple'::regconfig,
        coalesce(public.bare_words(left(public.plain_text(names), 2000)), '')), 'B')
"""
WORK_VECTOR_BEFORE = """
CREATE OR REPLACE FUNCTION public.work_vector(title text, names text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('pg_catalog.simple'::regconfig, public.title_key(title)), 'A')
    || setweight(to_tsvector('pg_catalog.simple'::regconfig,
        coalesce(left(public.plain_text(names), 2000), '')), 'B')
"""
FILL = "UPDATE public.works SET search_vector = NULL"

NAME_VECTOR = """
CREATE FUNCTION public.name_vector(name text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_tsvector('pg_catalog.simple'::regconfig, public.bare_words(public.title_key(name)))
"""

# The last word may still be being typed; of one or two letters it would begin too many others.
WORDS_QUERY = """
CREATE FUNCTION public.words_query(q text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(to_tsquery('pg_catalog.simple'::regconfig, string_agg(quote_literal(word)
        || CASE WHEN later IS NULL AND length(word) >= 3 THEN ':*' ELSE '' END, ' & ')), ''::tsquery)
    FROM (
        SELECT word, lead(word) OVER (ORDER BY place) AS later
        FROM regexp_split_to_table(public.bare_words(public.plain_text(q)), ' ')
            WITH ORDINALITY AS split(word, place)
        WHERE word <> ''
    ) AS words
)
"""

# At most 1,000 candidates are read, however common the words: first the titles that begin with the
# query, in the order of their index, and only where these are fewer, those that have the words.
# A generic plan keeps to the indexes, and is made once a connection.
SEARCH_WORKS = """
CREATE FUNCTION public.search_works(q text) RETURNS uuid[]
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
    WITH asked AS MATERIALIZED (
        SELECT public.title_key(q) COLLATE "C" AS key, public.words_query(q) AS words,
            public.actor_user_id() AS reader
    ), begun AS MATERIALIZED (
        SELECT w.id, w.title_key, w.primary_edition_id,
            CASE WHEN w.title_key = (SELECT key FROM asked) THEN 0 ELSE 1 END AS tier
        FROM public.works w
        WHERE w.title_key >= (SELECT key FROM asked)
            AND w.title_key < (SELECT key || chr(1114111) FROM asked)
            AND w.listed
            AND (w.owner_user_id IS NULL OR w.owner_user_id = (SELECT reader FROM asked))
        ORDER BY w.title_key LIMIT 1000
    ), worded AS (
        SELECT w.id, w.title_key, w.primary_edition_id, CASE
            WHEN ts_filter(w.search_vector, '{a}') @@ (SELECT words FROM asked) THEN 2 ELSE 3
            END AS tier
        FROM public.works w
        WHERE w.search_vector @@ (SELECT words FROM asked)
            AND NOT starts_with(w.title_key, (SELECT key FROM asked))
            AND w.listed
            AND (w.owner_user_id IS NULL OR w.owner_user_id = (SELECT reader FROM asked))
            AND (SELECT count(*) < 1000 FROM begun)
        LIMIT 1000
    ), best AS (
        SELECT id, row_number() OVER (
            ORDER BY tier, primary_edition_id IS NULL, length(title_key), id) AS place
        FROM (SELECT * FROM begun UNION ALL SELECT * FROM worded) AS candidates
    )
    SELECT coalesce(array_agg(id ORDER BY place), '{}') FROM best WHERE place <= 1000
$$
"""

# A name has few words, and candidates are compared as they are read: fewer than of works.
SEARCH_AUTHORS = """
CREATE FUNCTION public.search_authors(q text, most integer) RETURNS uuid[]
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
    WITH asked AS MATERIALIZED (
        SELECT public.fold_text(q) AS name, public.title_key(q) AS key,
            public.words_query(q) AS words, public.actor_user_id() AS reader
    ), candidates AS (
        (SELECT a.id, a.name FROM public.authors a
        WHERE public.fold_text(a.name) = (SELECT name FROM asked)
            AND (a.owner_user_id IS NULL OR a.owner_user_id = (SELECT reader FROM asked))
        LIMIT 300)
        UNION
        (SELECT a.id, a.name FROM public.authors a
        WHERE public.name_vector(a.name) @@ (SELECT words FROM asked)
            AND (a.owner_user_id IS NULL OR a.owner_user_id = (SELECT reader FROM asked))
        LIMIT 300)
    ), best AS (
        SELECT id, row_number() OVER (ORDER BY
            public.title_key(name) <> (SELECT key FROM asked), length(name), id) AS place
        FROM candidates
    )
    SELECT coalesce(array_agg(id ORDER BY place), '{}') FROM best WHERE place <= most
$$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_sort_keys_follow")]
    operations = [
        migrations.RunSQL(BARE_WORDS, "DROP FUNCTION public.bare_words(text)"),
        migrations.RunSQL(migrations.RunSQL.noop, FILL),
        migrations.RunSQL(WORK_VECTOR, WORK_VECTOR_BEFORE),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        # What waits in the index's list of news is read through by every search.
        migrations.RunSQL(
            "ALTER INDEX public.works_by_search_vector SET (fastupdate = off)",
            "ALTER INDEX public.works_by_search_vector RESET (fastupdate)",
        ),
        migrations.RunSQL(NAME_VECTOR, "DROP FUNCTION public.name_vector(text)"),
        migrations.RunSQL(
            "CREATE INDEX authors_by_words ON public.authors"
            " USING gin (public.name_vector(name)) WITH (fastupdate = off)",
            "DROP INDEX public.authors_by_words",
        ),
        migrations.RunSQL(WORDS_QUERY, "DROP FUNCTION public.words_query(text)"),
        migrations.RunSQL(SEARCH_WORKS, "DROP FUNCTION public.search_works(text)"),
        migrations.RunSQL(SEARCH_AUTHORS, "DROP FUNCTION public.search_authors(text, integer)"),
    ]
