"""How lists sort and search titles and names, and the words that catalog search looks at.

`plain_text` stays what it was and gets a shorter way for ASCII, where nothing needs normalizing:
it is called for every title of a catalog of millions.
"""

from django.db import migrations

PLAIN_TEXT = r"""
CREATE OR REPLACE FUNCTION public.plain_text(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length(t) = length(t)
    THEN btrim(regexp_replace(lower(t COLLATE "C"), '[\s\x1c-\x1f]+', ' ', 'g'))
    ELSE public.unaccent('public.unaccent'::regdictionary, public.fold_text(t)) END
"""
PLAIN_TEXT_BEFORE = """
CREATE OR REPLACE FUNCTION public.plain_text(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN public.unaccent('public.unaccent'::regdictionary, public.fold_text(t))
"""

# An index takes no more than 2,704 bytes: 500 characters of at most four, and the ids beside them.
TITLE_KEY = """
CREATE FUNCTION public.title_key(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(public.plain_text(t), 500)
"""

# A tsvector holds at most a megabyte, and words far behind the beginning find nothing anybody seeks.
WORK_VECTOR = """
CREATE FUNCTION public.work_vector(title text, names text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('pg_catalog.simple'::regconfig, public.title_key(title)), 'A')
    || setweight(to_tsvector('pg_catalog.simple'::regconfig,
        coalesce(left(public.plain_text(names), 2000), '')), 'B')
"""

# A private author of a shared work is nobody's business but its owner's.
AUTHOR_NAMES = """
CREATE FUNCTION public.author_names(work uuid, owner uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT string_agg(a.name, ' ' ORDER BY aw.position, a.id)
    FROM public.author_works aw JOIN public.authors a ON a.id = aw.author_id
    WHERE aw.work_id = work AND (a.owner_user_id IS NULL OR a.owner_user_id = owner)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_author_lookup")]
    operations = [
        migrations.RunSQL(PLAIN_TEXT, PLAIN_TEXT_BEFORE),
        migrations.RunSQL(TITLE_KEY, "DROP FUNCTION public.title_key(text)"),
        migrations.RunSQL(WORK_VECTOR, "DROP FUNCTION public.work_vector(text, text)"),
        migrations.RunSQL(AUTHOR_NAMES, "DROP FUNCTION public.author_names(uuid, uuid)"),
    ]
