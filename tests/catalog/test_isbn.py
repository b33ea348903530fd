import pytest

from catalog.isbn import to_isbn13


@pytest.mark.parametrize(
    ("text", "isbn13"),
    [
        ("978-3-16-148410-0", "9783161484100"),
        ("9783161484100", "9783161484100"),
        (" 978 3 16 148410 0 ", "9783161484100"),
        ("0-306-40615-2", "9780306406157"),
        ("080442957X", "9780804429573"),
        ("080442957x", "9780804429573"),
        ("979-10-90636-07-1", "9791090636071"),
    ],
)
def test_every_form_becomes_thirteen_digits(text, isbn13):
    assert to_isbn13(text) == isbn13


@pytest.mark.parametrize(
    "text",
    [
        "",
        "978-3-16-148410-1",
        "0-306-40615-3",
        "4006381333931",
        "97831614841",
        "978316148410X",
        "X804429570",
        "٩٧٨٣١٦١٤٨٤١٠٠",
        "978-3-16-148410-0; DROP TABLE books",
    ],
)
def test_what_is_none_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="10 or 13 digits"):
        to_isbn13(text)
