"""Titles in another language than their books are said to be in."""

import csv

import pytest

from moderation.screening import languages

OTHER = [
    (
        "Мастер и Маргарита",
        "en",
        "The title is written in Cyrillic letters, and the language says English.",
    ),
    (
        "ノルウェイの森",
        "de",
        "The title is written in Japanese letters, and the language says German.",
    ),
    (
        "Der Prozess und andere Erzählungen",
        "en",
        "The title looks German, and the language says English.",
    ),
    (
        "The Girl with the Dragon Tattoo",
        "pl",
        "The title looks English, and the language says Polish.",
    ),
    (
        "Krew elfów i inne opowiadania o wiedźminie",
        "en-GB",
        "The title looks Polish, and the language says English.",
    ),
    (
        "Le petit prince et ses amis",
        "nb",
        "The title looks French, and the language says Norwegian.",
    ),
]
NOT_TOLD = [
    ("The Girl with the Dragon Tattoo", "en"),
    ("Solaris", "pl"),
    ("Anna Karenina", "en"),
    ("Cien años de soledad", "es-MX"),
    ("Cien años de soledad", ""),
    ("Cien años de soledad", "tlh"),
    ("Мастер и Маргарита", "ru"),
    ("Master i Margarita", "ru"),
    ("Krig og fred", "sv"),
    ("1984", "en"),
    ("Rich Dad, Poor Dad", "en"),
    ("Déjà Dead (Temperance Brennan, #1)", "en"),
    ("!!!", "en"),
]


@pytest.mark.parametrize(("title", "tag", "fact"), OTHER)
def test_a_title_in_another_language_is_told(title, tag, fact):
    assert languages.fact(title, "", tag) == fact


@pytest.mark.parametrize(("title", "tag"), NOT_TOLD)
def test_what_is_not_clear_is_not_told(title, tag):
    assert languages.fact(title, "", tag) is None


def test_a_description_in_the_books_language_speaks_for_it():
    title = "Der Prozess und andere Erzählungen"
    assert (
        languages.fact(title, "A man is arrested one morning, and nobody tells him why.", "en")
        is None
    )
    assert languages.fact(
        title, "Jemand musste Josef K. verleumdet haben, denn eines Morgens", "en"
    )


def test_no_real_title_in_its_own_language_is_told(shared_data):
    with (shared_data / "books" / "books-1000.csv").open(newline="", encoding="utf-8") as file:
        real = [(row["title"], row["language"]) for row in csv.DictReader(file)]
    told = [title for title, tag in real if languages.fact(title, "", tag)]
    assert told == []
