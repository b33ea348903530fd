"""The database's own functions: how texts compare, which books are one, what an ISBN is."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import isbn as stdnum_isbn

from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import sql

pytestmark = pytest.mark.django_db

# PostgreSQL can hold neither NUL nor surrogates, and this Python may know fewer letters than it.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs", "Cn"]))
DOTLESS_I = "\u0131"
"""The one letter whose capital is another letter's."""
SHOUTABLE = TEXTS.map(lambda text: text.replace(DOTLESS_I, "i"))
SAME = [
    ("Poetry", "POETRY"),
    ("Straße", "STRASSE"),
    ("STRAẞE", "straße"),
    ("ŻÓŁĆ", "żółć"),
    ("Zażółć", "Zaz\u0307o\u0301łc\u0301"),
    ("ﬁn", "FIN"),
    ("ΐ", "\u03aa\u0301"),
    ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ("№ 5", "No 5"),
    ("\uff11\uff19\uff18\uff14", "1984"),
    ("a b", "a\u00a0b"),
    ("a b", "a\u3000b"),
    ("a b", "a \t\r\n\x0b\x0c b"),
    ("a b", "a\u2028\u2009\u202f\u205f\x85b"),
    ("a b", "a\x1c\x1d\x1e\x1fb"),
    ("a b", " \u00a0a b\u3000\n"),
    ("", " \u00a0\u3000"),
]
DIFFERENT = [
    ("zolc", "żółć"),
    ("ab", "a b"),
    (DOTLESS_I, "i"),
    ("\u0130stanbul", "Istanbul"),
    ("ab", "a\u200bb"),
    ("C++", "C"),
]


def fold(text):
    return sql.value("SELECT fold_text(%s)", [text])


@pytest.mark.parametrize(("one", "other"), SAME)
def test_texts_that_read_the_same_fold_into_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_texts_that_differ_stay_apart(one, other):
    assert fold(one) != fold(other)


def test_null_folds_into_null():
    assert fold(None) is None


@settings(deadline=None)
@given(TEXTS)
def test_folding_does_what_python_does(text):
    folded = unicodedata.normalize("NFKC", text).casefold()
    assert fold(text) == " ".join(unicodedata.normalize("NFKC", folded).split())


@settings(deadline=None)
@given(TEXTS)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


PLAIN = (
    "SELECT public.plain_text(t) = public.unaccent('public.unaccent', public.fold_text(t))"
    " FROM (VALUES (%s::text)) AS given (t)"
)
ASCII = [chr(n) for n in range(1, 128)]


@pytest.mark.parametrize("text", [*ASCII, *(f"a{char}b" for char in ASCII), "".join(ASCII)])
def test_the_short_way_to_a_plain_text_is_the_long_one(text):
    """ASCII needs no normalizing, so `plain_text` leaves that out."""
    assert sql.value(PLAIN, [text]) is True


@settings(deadline=None)
@given(TEXTS | st.text(st.sampled_from(ASCII)))
def test_a_plain_text_is_the_same_either_way(text):
    assert sql.value(PLAIN, [text]) is True


def test_a_sort_key_fits_into_an_index():
    key = sql.value("SELECT public.title_key(%s)", ["\N{CHESTNUT}" * 100_000])
    assert key == "\N{CHESTNUT}" * 500


def same_book(one, other):
    return sql.value("SELECT book_key(%s, %s::text[]) = book_key(%s, %s::text[])", [*one, *other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Faust", ["Goethe", "Marlowe"]), ("Faust", ["Marlowe", "Goethe"])),
        (("Faust", ["Goethe"]), ("FAUST\u00a0", [" goethe"])),
        (("Faust", ["Goethe"]), ("Faust", ["Goethe", "GOETHE", "Goethe "])),
        (("Faust", []), ("faust", [])),
    ],
)
def test_one_book_has_one_key(one, other):
    assert same_book(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Faust", ["Goethe"]), ("Faust", ["Goethe", "Marlowe"])),
        (("Faust", ["Goethe"]), ("Faust II", ["Goethe"])),
        (("Faust", ["Jan Kowalski"]), ("Faust", ["Jan", "Kowalski"])),
        (("a", ["b"]), ("b", ["a"])),
        # Whatever separates title and authors inside the key cannot be typed into either.
        (("a\x1fb", ["c"]), ("a", ["b", "c"])),
        (("a", ["b\x1fc"]), ("a", ["b", "c"])),
    ],
)
def test_two_books_have_two_keys(one, other):
    assert not same_book(one, other)


@settings(deadline=None)
@given(title=SHOUTABLE, authors=st.lists(SHOUTABLE, max_size=4))
def test_a_key_does_not_hang_on_case_or_order(title, authors):
    shouted = (title.upper(), [author.upper() for author in reversed(authors)])
    assert same_book((title, authors), shouted)


VALID_ISBNS = ["9780306406157", "9783161484100", "9788375780635", "9791090636071", "9780000000002"]
INVALID_ISBNS = [
    "9780306406158",  # check digit
    "9780306460157",  # two digits changed places
    "0306406152",  # ISBN-10
    "978-0-306-40615-7",
    "978030640615",
    "97803064061577",
    "9770306406150",  # ISSN
    "9800306406154",
    "5901234123457",  # EAN of something else
    "978030640615X",
    "٩٧٨٠٣٠٦٤٠٦١٥٧",
    "978\uff10306406157",
    "9780306406157\n",
    " 9780306406157",
    "",
]


@pytest.mark.parametrize("isbn", VALID_ISBNS)
def test_an_isbn_with_its_check_digit_is_one(isbn):
    assert sql.value("SELECT is_isbn13(%s)", [isbn]) is True


@pytest.mark.parametrize("isbn", INVALID_ISBNS)
def test_anything_else_is_no_isbn(isbn):
    assert sql.value("SELECT is_isbn13(%s)", [isbn]) is False


@settings(deadline=None)
@given(st.integers(9_770_000_000_000, 9_810_000_000_000))
def test_isbns_are_told_as_python_tells_them(number):
    isbn = str(number)
    assert sql.value("SELECT is_isbn13(%s)", [isbn]) is stdnum_isbn.is_valid(isbn)


@pytest.fixture
def no_search_path(db):
    """As `pg_restore` connects: nothing is found but by its full name."""
    with acting_as(SYSTEM):
        sql.run("SET LOCAL search_path = ''")
        yield


def test_functions_find_each_other_without_a_search_path(no_search_path):
    assert sql.value("SELECT public.book_key('a', '{b}') = public.book_key('A', '{B}')")
    assert sql.value("SELECT public.is_isbn13('9780306406157')")


def test_rows_are_stored_without_a_search_path(no_search_path):
    """The generated key, the checks and the unique indexes all call our functions."""
    sql.insert("public.genres", id=new_id(), name="Poetry")
    sql.insert("public.publishers", id=(publisher := new_id()), name="Acme")
    sql.insert(
        "public.books",
        id=new_id(),
        title="Faust",
        authors=["Marlowe"],
        isbn13=VALID_ISBNS[0],
        publisher_id=publisher,
        price=1,
        cover_images="{}",
        locked_fields="{}",
    )
    key = "SELECT match_key = public.book_key('FAUST', '{marlowe}') FROM public.books"
    assert sql.value(key) is True


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT FROM public.genres WHERE public.fold_text(name) = 'x'", "genres_name_unique"),
        (
            "SELECT FROM public.books WHERE match_key = public.book_key('x', '{y}')",
            "books_by_match_key",
        ),
    ],
)
def test_indexes_are_used_without_a_search_path(query, index, no_search_path):
    sql.run("SET LOCAL enable_seqscan = off")
    plan = "\n".join(line for (line,) in sql.ask(f"EXPLAIN {query}"))
    assert f"on {index}" in plan or f"using {index}" in plan
