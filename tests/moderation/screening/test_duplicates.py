"""Which of the candidates are the same book, or nearly, and how that is said."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from moderation.models import Flag
from moderation.screening import duplicates, sentences
from moderation.screening.findings import Candidate, Subject

PAIRS = Path(__file__).parents[2] / "data" / "book_pairs.csv"
BOOK, EDITION = UUID(int=1), UUID(int=2)


def subject(title="Emma", authors=("Jane Austen",)):
    return Subject(id=UUID(int=9), version=datetime.now(tz=UTC), title=title, authors=authors)


def work(title="Emma", authors=("Jane Austen",), found_by="title", **fields):
    fields = {"edition_id": EDITION, "is_openlibrarys": True, "year": 2003} | fields
    return Candidate(found_by=found_by, title=title, authors=authors, **fields)


def book(title="Emma", found_by="key", **fields):
    fields = {"book_id": BOOK, "status": "PENDING", "submitter": "Harbour Books"} | fields
    return Candidate(found_by=found_by, title=title, authors=("Jane Austen",), **fields)


JUDGED = [
    (work(found_by="isbn"), Flag.SAME_ISBN, 1.0),
    (work("Sense and Sensibility", found_by="isbn"), Flag.SAME_ISBN, 1.0),
    (book(), Flag.SAME_BOOK, 1.0),
    (work("EMMA!"), Flag.SAME_BOOK, 1.0),
    (work(authors=("Austen, Jane",)), Flag.SAME_BOOK, 1.0),
    (work("Emma: A Novel"), Flag.NEAR_TITLE, 0.99),
    (work(authors=("Jane Doe",)), None, None),
    (work(authors=()), None, None),
    (work("Emma, vol. 2"), Flag.NEAR_TITLE, 0.8),
    (work("Persuasion"), None, None),
    (work("Summary of Emma"), None, None),
]


@pytest.mark.parametrize(("candidate", "flag", "score"), JUDGED)
def test_a_candidate_is_judged(candidate, flag, score):
    judged = [(flag, score) for flag, score, _ in duplicates.judge(subject(), [candidate])]
    assert judged == ([(flag, score)] if flag else [])


@pytest.mark.parametrize(
    ("title", "other", "is_near"),
    [
        ("The Hobit", "The Hobbit", True),
        ("Harry Poter and the Goblet of Fire", "Harry Potter and the Goblet of Fire", True),
        ("Emma", "Emmas", False),
        ("Chronicle 1984", "Chronicle 1985", False),
        ("Foundation II", "Foundation III", False),
    ],
)
def test_a_letter_that_is_missing_is_no_other_title(title, other, is_near):
    assert bool(duplicates.judge(subject(title), [work(other)])) is is_near


def test_other_volumes_of_a_series_are_not_near():
    assert not duplicates.judge(subject("Saga, vol. 1"), [work("Saga, vol. 2")])


def test_ten_are_kept_at_most_in_one_order():
    many = [work(f"Emma: Novel {n}", edition_id=UUID(int=n)) for n in range(1, 15)] + [book()]
    forth, back = (duplicates.judge(subject(), order) for order in (many, many[::-1]))
    assert forth == back
    kept = duplicates.likenesses(forth)
    assert len(kept) <= 10
    assert kept[0].flag is Flag.SAME_BOOK


def test_what_cannot_be_linked_to_is_told_all_the_same():
    judged = duplicates.judge(subject(), [work(edition_id=None)])
    assert duplicates.likenesses(judged) == []
    assert Flag.SAME_BOOK in sentences.facts(subject(), judged)


TOLD = [
    (
        work(found_by="isbn"),
        "Open Library's “Emma” (Jane Austen, 2003) has this ISBN; finalizing adds to that work.",
    ),
    (
        work("Persuasion", found_by="isbn", is_openlibrarys=False, year=None),
        "The catalog's “Persuasion” (Jane Austen) has this ISBN, though its title is another one; finalizing adds to that work.",
    ),
    (book(), "Harbour Books' “Emma” (pending) has the same title and author."),
    (
        book(submitter="", status="ACTIVE"),
        "A member's “Emma” (on sale) has the same title and author.",
    ),
    (
        work("Emma: A Novel"),
        "Open Library's “Emma: A Novel” (Jane Austen, 2003) has nearly the same title, and the same author.",
    ),
]


@pytest.mark.parametrize(("candidate", "sentence"), TOLD)
def test_a_sentence_says_what_was_found(candidate, sentence):
    told = sentences.facts(subject(), duplicates.judge(subject(), [candidate]))
    assert list(told.values()) == [sentence]


def test_a_sentence_counts_the_others():
    judged = duplicates.judge(subject(), [book(), book(book_id=UUID(int=3)), work()])
    assert sentences.facts(subject(), judged)[Flag.SAME_BOOK].endswith(" There are 2 more like it.")


def test_real_pairs():
    """Of pairs that a person has judged: what is the same is found, and little else."""
    with PAIRS.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="|"))
    verdicts = [(row["same"] == "yes", bool(duplicates.judge(*_pair(row)))) for row in rows]
    found = [told for same, told in verdicts if same]
    false = [told for same, told in verdicts if not same]
    assert sum(found) / len(found) > 0.6
    assert sum(false) / len(false) < 0.25


def _pair(row):
    wanted = subject(row["title"], tuple(row["authors"].split("; ")))
    return wanted, [work(row["found title"], tuple(row["found authors"].split("; ")))]
