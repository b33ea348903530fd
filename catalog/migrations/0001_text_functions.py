"""How the database compares texts and checks ISBNs; constraints and indexes call these.

They are IMMUTABLE, because generated columns and indexes store what they return: to change one,
make a function of another name and rebuild what uses the old one.
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# NFKC makes one of "ﬁ" and "fi", case folding one of "ß" and "ss". Folding can take a letter apart
# ("ΐ" becomes three code points, its capital only two), hence NFKC once more. The four separators
# U+001C to U+001F are white space to Python and not to PostgreSQL; `book_key` relies on their absence.
# pg_unicode_fast is built into PostgreSQL 18, so the result does not hang on the server's locale.
FOLD_TEXT = r"""
CREATE FUNCTION public.fold_text(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    normalize(casefold(normalize(t, NFKC) COLLATE "pg_unicode_fast"), NFKC),
    '[\s\x1c-\x1f]+', ' ', 'g'))
"""

BOOK_KEY = r"""
CREATE FUNCTION public.book_key(title text, authors text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(sha256(convert_to(
    public.fold_text(title) || chr(31) || (
        SELECT coalesce(string_agg(DISTINCT public.fold_text(a) COLLATE "C", chr(31) ORDER BY public.fold_text(a) COLLATE "C"), '')
        FROM unnest(authors) AS a
    ), 'UTF8')), 'hex')
"""

# https://www.isbn-international.org/content/isbn-users-manual, section 5.4: weights 1 and 3.
IS_ISBN13 = r"""
CREATE FUNCTION public.is_isbn13(isbn text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN isbn ~ '^97[89][0-9]{10}$' THEN (
      substr(isbn, 1, 1)::int + substr(isbn, 3, 1)::int + substr(isbn, 5, 1)::int
    + substr(isbn, 7, 1)::int + substr(isbn, 9, 1)::int + substr(isbn, 11, 1)::int
    + substr(isbn, 13, 1)::int
    + 3 * (substr(isbn, 2, 1)::int + substr(isbn, 4, 1)::int + substr(isbn, 6, 1)::int
    + substr(isbn, 8, 1)::int + substr(isbn, 10, 1)::int + substr(isbn, 12, 1)::int)
    ) % 10 = 0 ELSE false END
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(FOLD_TEXT, "DROP FUNCTION public.fold_text(text)"),
        migrations.RunSQL(BOOK_KEY, "DROP FUNCTION public.book_key(text, text[])"),
        migrations.RunSQL(IS_ISBN13, "DROP FUNCTION public.is_isbn13(text)"),
    ]
