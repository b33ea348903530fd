"""Encodings that nobody wrote down, by what the text says in each."""

import codecs

import pytest

from enrichment.library.files.decoding import decoded

POLISH = "Zażółć gęślą jaźń; Żółw, Łódź, Świat według Garpa, Ćmy, Stanisław Lem: Głos pana"
WESTERN = "L'Étranger; Être et avoir; Cien años de soledad; Größe; Smørrebrød; À la recherche"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy; Němcová: Babička; Řeka čaruje"
HUNGARIAN = "Esterházy Péter: Harmonia cælestis nélkül; Az ajtó; Gyűlölet és szerelem, őszi ködök"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (POLISH, "utf-8"),
        (WESTERN, "utf-8"),
        ("plain", "utf-8"),
        (POLISH, "cp1250"),
        (CZECH, "cp1250"),
        (HUNGARIAN.replace("æ", "e"), "cp1250"),
        (POLISH, "iso8859_2"),
        (WESTERN, "cp1252"),
        ("Cortázar, Julio: bohème", "cp1252"),
        ("Une journée d\u2019été — « Cœur »", "cp1252"),
        # A word or two are enough where its other letters tell the language.
        ("Stanisław", "cp1250"),
        ("Księga", "cp1250"),
        ("Wiedźmin", "cp1250"),
        ("Dvořák", "cp1250"),
        ("Être", "cp1252"),
        ("Smørrebrød", "cp1252"),
        ("¿Qué?", "cp1252"),
        ("García Márquez", "cp1252"),
        ("Müller; Böll; Käse", "cp1252"),
        (f"{POLISH}; Böll; Émile Zola; Günter Grass", "cp1250"),
        (POLISH, "utf-16-le"),
        (WESTERN, "utf-16-be"),
    ],
)
def test_the_letters_tell(text, encoding):
    assert decoded(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF8 * 2, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_mark_tells_and_is_no_text(mark, encoding):
    assert decoded(mark + POLISH.encode(encoding)) == (POLISH, encoding)


def test_a_broken_byte_does_not_spoil_the_rest():
    raw = POLISH.encode() + b"; caf\xe9"
    assert decoded(raw) == (f"{POLISH}; café", "utf-8")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_end_alike(line_break):
    assert decoded(f"a{line_break}b\0\n".encode())[0] == "a\nb\n"


def test_a_part_of_a_character_of_utf_16_is_no_error():
    assert decoded(codecs.BOM_UTF16_LE + b"a\0b") == ("a\ufffd", "utf-16-le")
