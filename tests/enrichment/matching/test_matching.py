"""The score of a match: its rules one by one, and how it does on real books.

tests/data/book_pairs.csv has titles and authors as people and sources write them. ISBNs stand there
where they are evidence; those of the kind "wrong ISBN" were put where they do not belong. Pairs
that the rules miss, say "1984" and "Nineteen Eighty-Four", are in it like all others.
"""

import csv
from pathlib import Path

import pytest

from enrichment.matching import THRESHOLD, best, confidence, names, titles
from enrichment.records import BookRecord, Wanted

PAIRS = Path(__file__).resolve().parents[2] / "data" / "book_pairs.csv"
LEAST_PRECISION = 1.0
LEAST_RECALL = 0.9
ISBN, OTHER_ISBN = "9780441172719", "9780340960196"
DUNE = Wanted(title="Dune", authors=("Frank Herbert",), isbn13=ISBN, language="en")


def found(title="Dune", authors=("Frank Herbert",), isbns=(), language=""):
    return BookRecord(title=title, authors=authors, isbns=isbns, language=language)


def real_pairs():
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


def score_of(pair):
    def several(name):
        return tuple(filter(None, pair[name].split(";")))

    wanted = Wanted(
        title=pair["title"],
        authors=several("authors"),
        isbn13=pair["isbn"] or None,
        language=pair["language"],
    )
    record = found(
        pair["found title"],
        several("found authors"),
        several("found isbns"),
        pair["found language"],
    )
    return confidence(wanted, record)


def told(pairs):
    return "\n".join(f"{score_of(p)} {p['kind']}: {p['title']} / {p['found title']}" for p in pairs)


def test_precision_and_recall_on_real_pairs():
    pairs = real_pairs()
    assert len(pairs) >= 120
    same = [pair for pair in pairs if pair["same"] == "yes"]
    matched = [pair for pair in pairs if score_of(pair) >= THRESHOLD]
    wrong = [pair for pair in matched if pair["same"] == "no"]
    missed = [pair for pair in same if pair not in matched]

    precision = 1 - len(wrong) / len(matched)
    recall = 1 - len(missed) / len(same)
    # `pytest -s` shows it.
    print(f"{len(pairs)} pairs, precision {precision:.3f}, recall {recall:.3f}")  # noqa: T201
    assert precision >= LEAST_PRECISION, f"matched, and other books:\n{told(wrong)}"
    assert recall >= LEAST_RECALL, f"missed:\n{told(missed)}"


def test_scores_are_between_0_and_1_and_the_same_both_ways():
    for pair in real_pairs():
        assert 0 <= score_of(pair) <= 1
        there = titles.compare(pair["title"], pair["found title"])
        assert there == titles.compare(pair["found title"], pair["title"]), pair


class TestIsbn:
    def test_the_same_one_and_a_like_title_are_as_good_as_certain(self):
        assert confidence(DUNE, found(isbns=(OTHER_ISBN, ISBN))) == 1
        assert confidence(DUNE, found(isbns=(ISBN,), authors=())) == 1
        assert confidence(DUNE, found("Dune: House of the Duke", isbns=(ISBN,))) > 0.95

    @pytest.mark.parametrize("title", ["The Hobbit", "Dune Messiah", "Summary of Dune"])
    def test_the_same_one_and_a_quite_different_title_are_not(self, title):
        assert confidence(DUNE, found(title, isbns=(ISBN,))) < THRESHOLD

    def test_the_same_one_and_another_part_of_the_series_are_not(self):
        towers = {"authors": ("J.R.R. Tolkien",), "isbn13": ISBN}
        wanted = Wanted(title="The Lord of the Rings: The Two Towers", **towers)
        king = found("The Lord of the Rings: The Return of the King", towers["authors"], (ISBN,))
        assert confidence(wanted, king) < THRESHOLD

    def test_the_same_one_and_the_title_by_somebody_else_are_not(self):
        assert confidence(DUNE, found(authors=("Jane Austen",), isbns=(ISBN,))) < THRESHOLD

    @pytest.mark.parametrize("author", ["Leo Tolstoy", "Лев Толстой", "Tołstoj, Lew"])
    def test_the_same_one_and_a_name_in_another_language_are(self, author):
        wanted = Wanted(title="Wojna i pokój", authors=("Lew Tołstoj",), isbn13=ISBN)
        assert confidence(wanted, found("Wojna i pokój", (author,), isbns=(ISBN,))) == 1

    def test_another_one_says_nothing(self):
        assert confidence(DUNE, found(isbns=(OTHER_ISBN,))) == confidence(DUNE, found())


class TestAuthors:
    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ("J.R.R. Tolkien", "Tolkien, J. R. R."),
            ("J.R.R. Tolkien", "John Ronald Reuel Tolkien"),
            ("J.R.R. Tolkien", "JRR Tolkien"),
            ("Bolesław Prus", "Prus, Boleslaw, 1847-1912"),
            ("Fyodor Dostoevsky", "Fiodor Dostojewski"),
            ("Cixin Liu", "Liu Cixin"),
            ("Ursula K. Le Guin", "Ursula LeGuin"),
        ],
    )
    def test_one_person(self, ours, theirs):
        assert names.agreement([ours], [theirs]) >= names.SAME_NAME
        assert names.same_people([ours], [theirs])

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ("Stephen King", "Owen King"),
            ("John R. Smith", "John Q. Smith"),
            ("J. R.", "John Rowe"),
            ("Brian Herbert", "Frank Herbert"),
            ("Anne Brontë", "Charlotte Brontë"),
            ("Anna Nowak", "Anna Nowakowska"),
            ("Robert Harris", "Robert Harrison"),
        ],
    )
    def test_two_people(self, ours, theirs):
        assert names.agreement([ours], [theirs]) < names.SAME_NAME * names.DIFFERENT
        assert not names.same_people([ours], [theirs])

    def test_narrators_hurt_little(self):
        extra = ("Frank Herbert", "Scott Brick", "Orlagh Cassidy", "Euan Morton")
        assert 0.95 <= confidence(DUNE, found(authors=extra)) < 1

    def test_some_missing_at_the_source_hurt_little(self):
        assert 0.9 <= names.agreement(["Terry Pratchett", "Neil Gaiman"], ["Neil Gaiman"]) < 1

    @pytest.mark.parametrize("authors", [(), ("Various",), ("?",), ("Фрэнк Герберт",)])
    def test_nobody_known_leaves_doubt(self, authors):
        assert names.agreement(["Frank Herbert"], authors) is None
        assert confidence(DUNE, found(authors=authors)) < THRESHOLD

    def test_the_same_people_in_any_order(self):
        assert names.same_people(["A. Hunt", "David Thomas"], ["Thomas, David", "Andrew Hunt"])
        assert not names.same_people(["A. Hunt", "David Thomas"], ["Andrew Hunt"])
        assert not names.same_people(["A. Hunt"], ["Andrew Hunt", "David Thomas"])


class TestTitles:
    def test_subtitles_that_differ_count_less_than_titles(self):
        def alike(one, other):
            return titles.compare(one, other).strict

        title = "Quiet: The Power of Introverts in a World That Can't Stop Talking"
        assert alike(title, title.replace("Can't", "Cannot")) >= THRESHOLD
        assert alike(title, title.replace("Quiet", "Loud")) < THRESHOLD

    def test_a_subtitle_that_the_source_tells_apart_is_one(self):
        one_title = BookRecord(
            title="The Lord of the Rings",
            subtitle="The Two Towers",
            authors=("J.R.R. Tolkien",),
        )
        tolkien = {"authors": ("Tolkien, J. R. R.",)}
        towers = Wanted(title="The Two Towers", **tolkien)
        assert confidence(towers, one_title) >= THRESHOLD
        for other in ("The Lord of the Rings", "The Lord of the Rings: The Return of the King"):
            assert confidence(Wanted(title=other, **tolkien), one_title) < THRESHOLD

    def test_a_title_of_nothing_but_notes_is_one(self):
        assert titles.compare("(Untitled)", "Untitled").strict == 1
        assert titles.compare("!", "?").strict == 1

    @pytest.mark.parametrize(
        "text", ["", "(", "((()))", ":" * 500, "Tom 1", "The", "#1", "a." * 250]
    )
    def test_odd_titles_are_read(self, text):
        assert 0 <= titles.compare(text, "Dune").strict <= 1
        assert titles.compare(text, text).strict == 1


class TestBest:
    def test_none_of_none(self):
        assert best(DUNE, []) is None

    def test_the_best_one_though_it_is_bad(self):
        match = best(DUNE, [found("Emma"), found("Dune Messiah")])
        assert match.record.title == "Dune Messiah"
        assert not match.is_sure

    def test_the_isbn_before_the_language(self):
        other = found(isbns=(OTHER_ISBN,), language="en")
        same = found(isbns=(ISBN,), language="fr")
        assert best(DUNE, [other, same]).record is same

    def test_the_books_own_language_among_equals(self):
        polish = Wanted(title="Solaris", authors=("Stanisław Lem",), language="pl-PL")
        candidates = [
            found("Solaris", ("Stanisław Lem",), language=language) for language in ("", "en", "pl")
        ]
        assert best(polish, candidates).record.language == "pl"

    def test_no_language_is_preferred_to_none(self):
        unknown = Wanted(title="Solaris", authors=("Stanisław Lem",))
        candidates = [found("Solaris", ("Stanisław Lem",), language=x) for x in ("pl", "en")]
        assert best(unknown, candidates).record.language == "pl"

    def test_a_language_makes_no_doubtful_match_the_choice(self):
        wanted = Wanted(title="Outliers", authors=("M. Gladwell",), language="en")
        sure = found("Outliers: A Story", ("Malcolm Gladwell",))
        assert best(wanted, [found("Outliers", (), language="en"), sure]).record is sure
