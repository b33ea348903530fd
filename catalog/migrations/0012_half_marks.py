"""Combining half marks go like other marks: libraries write Cyrillic as "Russkai\ufe20a\ufe21".

`unaccent` does not know them (U+FE20 to U+FE2F), so a title was cut into words at each.
"""

from django.db import migrations

PLAIN_TEXT = r"""
CREATE OR REPLACE FUNCTION public.plain_text(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length(t) = length(t)
    THEN btrim(regexp_replace(lower(t COLLATE "C"), '[\s\x1c-\x1f]+', ' ', 'g'))
    ELSE public.unaccent('public.unaccent'::regdictionary, public.fold_text({})) END
"""
WITHOUT_HALF_MARKS = r"regexp_replace(t, '[\uFE20-\uFE2F]', '', 'g')"
# What is stored of such texts is worked out anew: generated columns, words, keys and index entries.
RENEW = r"""
UPDATE public.authors SET name = name WHERE name ~ '[\uFE20-\uFE2F]';
UPDATE public.works SET title = title, search_vector = NULL WHERE title ~ '[\uFE20-\uFE2F]'
    OR id IN (SELECT aw.work_id FROM public.author_works aw
        JOIN public.authors a ON a.id = aw.author_id WHERE a.name ~ '[\uFE20-\uFE2F]');
UPDATE public.books SET title = title
    WHERE title ~ '[\uFE20-\uFE2F]' OR array_to_string(authors, ' ') ~ '[\uFE20-\uFE2F]';
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_locks_in_order")]
    operations = [
        migrations.RunSQL(PLAIN_TEXT.format(WITHOUT_HALF_MARKS), PLAIN_TEXT.format("t")),
        migrations.RunSQL(RENEW, RENEW),
    ]
