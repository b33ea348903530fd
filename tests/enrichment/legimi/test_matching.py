"""Which listing of Legimi is the work: the rules that others have found to work, and real pairs."""

import pytest

from enrichment.legimi.matching import LONGEST_PHRASE, THRESHOLD, Sought, best, phrases, score
from enrichment.sources.legimi_records import Listing

LEM = "Stanisław Lem"
SAPKOWSKI = "Andrzej Sapkowski"


def listing(title, *authors, **more):
    return Listing(legimi_id=1, title=title, authors=authors, **more)


def tried(*titles):
    return list(phrases(Sought(titles)))


class TestPhrases:
    @pytest.mark.parametrize(
        ("title", "expected"),
        [
            ("Solaris", ["Solaris"]),
            ("Wiedźmin. Ostatnie życzenie", ["Wiedźmin Ostatnie życzenie", "Ostatnie życzenie"]),
            (
                "Achaja: tom drugi - Ucieczka z niewoli",
                [
                    "Achaja tom drugi Ucieczka z niewoli",
                    "Ucieczka z niewoli",
                    "tom drugi",
                    "Achaja tom drugi",
                ],
            ),
            ("Kto się boi? Ja!", ["Kto się boi Ja", "Kto się boi"]),
            ('„Lalka” (wydanie "szkolne")', ["Lalka wydanie szkolne"]),
            ("Rok 1984", ["Rok 1984"]),
            ("...", []),
        ],
    )
    def test_a_title_is_tried_whole_then_in_parts_then_by_its_first_words(self, title, expected):
        assert tried(title) == expected

    def test_a_part_of_one_word_would_match_any_volume(self):
        assert "Wiedźmin" not in tried("Wiedźmin. Krew elfów")

    def test_each_title_is_tried_in_turn_and_nothing_twice(self):
        assert tried("Niezwyciężony", "The Invincible", "NIEZWYCIĘŻONY") == [
            "Niezwyciężony",
            "The Invincible",
        ]

    def test_a_title_without_end_is_cut_after_a_word(self):
        (whole, *_) = tried("słowo " * 100)
        assert len(whole) <= LONGEST_PHRASE
        assert whole.endswith("słowo")


SAME = [
    ("Solaris", LEM, "Solaris", LEM),
    ("Solaris", "Lem, Stanisław (1921-2006) Autor", "SOLARIS", "Stanisław Lem Autor 1921 2006"),
    ("Solaris", "Stanislaw Lem", "Solaris", LEM),
    ("Problem trzech ciał", "Cixin Liu", "Problem trzech ciał", "Liu, Cixin (1963- ) Autor"),
    ("Wiedźmin. Ostatnie życzenie", SAPKOWSKI, "Ostatnie życzenie", SAPKOWSKI),
    ("Łódź", "Władysław Reymont", "Lodz", "Wladyslaw Reymont"),
    ("Władca Pierścieni", "J.R.R. Tolkien", "Władca Pierścieni", "John Ronald Reuel Tolkien"),
    ("Prawiek i inne czasy", "", "Prawiek i inne czasy", "Olga Tokarczuk"),
    ("Mistrz i Małgorzata", "Mikhail Bulgakov", "Mistrz i Małgorzata", "Michaił Bułhakow"),
    ("Anna Karenina", "Leo Tolstoy", "Anna Karenina", "Lew Tołstoj"),
    ("Rok 1984", "George Orwell", "1984", "George Orwell"),
]
OTHERS = [
    ("Achaja", "Andrzej Ziemiański", "Wojna Rzymu z Achajami", "Andrzej Ziemiański"),
    ("Solaris", LEM, "Solaris", "Ktoś Inny"),
    ("Krew elfów", SAPKOWSKI, "Czas pogardy", SAPKOWSKI),
    ("Achaja. Tom 1", "Andrzej Ziemiański", "Achaja. Tom 2", "Andrzej Ziemiański"),
    ("Achaja. Tom drugi", "Andrzej Ziemiański", "Achaja. Tom 1", "Andrzej Ziemiański"),
    ("Achaja. Tom I", "Andrzej Ziemiański", "Achaja. Tom III", "Andrzej Ziemiański"),
    ("Faust I", "Johann Wolfgang Goethe", "Faust II", "Johann Wolfgang Goethe"),
    ("Ryszard II", "William Shakespeare", "Ryszard III", "William Shakespeare"),
    ("Henryk VI, część 1", "William Shakespeare", "Henryk VI, część 3", "William Shakespeare"),
    ("Metro 2033", "Dmitry Glukhovsky", "Metro 2034", "Dmitry Glukhovsky"),
    ("Lalka", "Bolesław Prus", "Lalka. Streszczenie", "Bolesław Prus"),
    ("Nemesis", "Philip Roth", "Nemesis", "Joseph Roth"),
    ("Dom", "Anna Kowalska", "Dom", "Anna Nowak"),
    ("Prawiek", "", "Prawiek i inne czasy", "Olga Tokarczuk"),
    ("", LEM, "Solaris", LEM),
]


@pytest.mark.parametrize(("title", "author", "their_title", "their_author"), SAME)
def test_the_same_work_reaches_the_threshold(title, author, their_title, their_author):
    assert score(Sought((title,), (author,)), listing(their_title, their_author)) >= THRESHOLD


@pytest.mark.parametrize(("title", "author", "their_title", "their_author"), OTHERS)
def test_another_work_stays_below_it(title, author, their_title, their_author):
    assert score(Sought((title,), (author,)), listing(their_title, their_author)) < THRESHOLD


def test_the_named_numbers_make_the_score():
    lem = Sought(("Solaris",), (LEM,))
    assert score(lem, listing("Solaris", LEM)) == 1.0
    assert score(lem, listing("Solaris i inne opowieści", LEM)) == pytest.approx(0.965)
    assert score(lem, listing("Solaris")) == 0.85


def test_one_author_in_common_is_enough():
    both = Sought(("Dobry omen",), ("Terry Pratchett", "Neil Gaiman"))
    assert score(both, listing("Dobry omen. Wydanie filmowe", "Neil Gaiman")) >= THRESHOLD


def test_a_work_is_known_by_any_of_its_titles():
    assert score(Sought(("The Invincible", "Niezwyciężony"), (LEM,)), listing("Niezwyciężony", LEM))


def test_of_equal_listings_those_that_can_be_had_come_first():
    gone, there = listing("Solaris", LEM, is_available=False), listing("Solaris", LEM)
    worse = listing("Solaris i inne", LEM)
    assert best(Sought(("Solaris",), (LEM,)), [worse, gone, there]) == [there, gone]
    assert best(Sought(("Solaris",), (LEM,)), [listing("Eden", LEM)]) == []


def test_the_key_names_the_question_whatever_the_order():
    assert Sought(("a", "b"), ("c", "d")).key == Sought(("b", "a"), ("d", "c")).key
    assert Sought(("a",), ("b",)).key != Sought(("a", "b"), ()).key
