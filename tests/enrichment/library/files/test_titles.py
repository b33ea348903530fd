import pytest

from enrichment.library.files.titles import without_series


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("The Hunger Games (The Hunger Games, #1)", "The Hunger Games"),
        ("Gideon the Ninth (The Locked Tomb #1)", "Gideon the Ninth"),
        ("Mort (Discworld, #4; Death, #1)", "Mort"),
        ("Omnibus (Harry Potter, #1-3)", "Omnibus"),
        ("Prequel (Saga, #0.5)", "Prequel"),
        ("Krew elfów (Wiedźmin, tom 3)", "Krew elfów"),
        ("A (B (C), #2)", "A"),
        ("It (Book 2)", "It"),
        ("Walden (Annotated)", "Walden (Annotated)"),
        ("1984 (French Edition)", "1984 (French Edition)"),
        ("(Saga, #1)", "(Saga, #1)"),
        ("Odd, #1)", "Odd, #1)"),
        ("Catch (#22) and more", "Catch (#22) and more"),
        ("Bookbook (Notebook)", "Bookbook (Notebook)"),
        ("", ""),
    ],
)
def test_series_in_brackets(title, bare):
    assert without_series(title) == bare
