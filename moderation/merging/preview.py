"""What a merge would do: counts and first rows of what moves, and what speaks against it.

Counts alone tell of readers: moderators never see who has what on a shelf.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalog.models import Author, Edition, Work
from config.row_security import SYSTEM, acting_as
from config.statements import one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.merging.services import Pair

FIRST_ROWS = 5
COUNTS = {
    "work": """
        SELECT
            (SELECT count(*) FROM editions WHERE work_id = %(merged)s AND owner_user_id IS NULL),
            (SELECT count(*) FROM author_works
                WHERE work_id = %(merged)s AND owner_user_id IS NULL),
            (SELECT count(*) FROM user_works WHERE work_id = %(merged)s),
            (SELECT count(*) FROM user_works m JOIN user_works k
                ON k.user_id = m.user_id AND k.work_id = %(kept)s WHERE m.work_id = %(merged)s),
            (SELECT count(*) FROM ratings WHERE work_id = %(merged)s),
            (SELECT count(*) FROM ratings m JOIN ratings k
                ON k.user_id = m.user_id AND k.work_id = %(kept)s WHERE m.work_id = %(merged)s),
            (SELECT count(*) FROM edition_choices WHERE work_id = %(merged)s),
            (SELECT count(*) FROM edition_choices m JOIN edition_choices k
                ON k.user_id = m.user_id AND k.work_id = %(kept)s WHERE m.work_id = %(merged)s)
    """,
    "author": """
        SELECT
            (SELECT count(*) FROM author_works
                WHERE author_id = %(merged)s AND owner_user_id IS NULL),
            (SELECT count(*) FROM author_works m JOIN author_works k
                ON k.work_id = m.work_id AND k.author_id = %(kept)s
                WHERE m.author_id = %(merged)s AND m.owner_user_id IS NULL),
            (SELECT count(*) FROM user_authors WHERE author_id = %(merged)s),
            (SELECT count(*) FROM user_authors m JOIN user_authors k
                ON k.user_id = m.user_id AND k.author_id = %(kept)s
                WHERE m.author_id = %(merged)s)
    """,
}


@dataclass(frozen=True, slots=True)
class Moving:
    """How many rows of a kind move, how many both sides have, and what becomes of these."""

    what: str
    count: int
    both: int = 0
    then: str = ""

    @property
    def number(self) -> str:
        return f"{self.count:,}"

    @property
    def number_of_both(self) -> str:
        return f"{self.both:,}"


@dataclass(frozen=True, slots=True)
class Preview:
    """What becomes of one row; `first` names the first rows that move with it."""

    pair: Pair
    moving: Sequence[Moving]
    first: Sequence[str]
    warnings: Sequence[str] = field(default_factory=tuple)


def preview(kind: str, pair: Pair) -> Preview:
    """Look at two rows; the platform does, since readers' rows are counted."""
    with acting_as(SYSTEM):
        return _of_authors(pair) if kind == "author" else _of_works(pair)


def _of_works(pair: Pair) -> Preview:
    editions, authors, shelves, both, ratings, both_rate, choices, both_choose = _counts(
        "work", pair
    )
    moving = (
        Moving("editions", editions),
        Moving("authors", authors),
        Moving(
            "shelves that have it",
            shelves,
            both,
            "keep one item: the status that says more (read, then in progress, then to read, then"
            " hidden), and stars where it has none",
        ),
        Moving("ratings", ratings, both_rate, "keep the rating of the one that stays"),
        Moving("choices of an edition", choices, both_choose, "keep their choice in what stays"),
    )
    shown = Edition.objects.shared().filter(work=pair.merged).order_by("publish_year", "pk")
    first = [f"{each.title} ({each.publish_year or 'no year'})" for each in shown[:FIRST_ROWS]]
    return Preview(pair, moving, first, _doubts_of_works(pair))


def _of_authors(pair: Pair) -> Preview:
    works, both_wrote, followers, both_follow = _counts("author", pair)
    moving = (
        Moving("works", works, both_wrote, "name the author once"),
        Moving("followers", followers, both_follow, "follow the one that stays"),
    )
    shown = Work.objects.shared().filter(authors=pair.merged).order_by("author_works__title_key")
    return Preview(pair, moving, [str(each) for each in shown[:FIRST_ROWS]], _doubts_of_names(pair))


def _counts(kind: str, pair: Pair) -> tuple[Any, ...]:
    return one(COUNTS[kind], {"merged": pair.merged.pk, "kept": pair.kept.pk}) or ()


def _doubts_of_works(pair: Pair) -> list[str]:
    kept, merged = (_facts(work) for work in pair)
    doubts = []
    if kept["authors"] and merged["authors"] and not kept["authors"] & merged["authors"]:
        doubts.append(f"Different authors: {_named(kept['authors'])}; {_named(merged['authors'])}.")
    if kept["languages"] and merged["languages"] and not kept["languages"] & merged["languages"]:
        doubts.append(
            f"Different languages: {_named(kept['languages'])}; {_named(merged['languages'])}."
        )
    years = (pair.kept.publish_year, pair.merged.publish_year)
    if None not in years and years[0] != years[1]:
        doubts.append(f"Different first years: {years[0]}; {years[1]}.")
    return doubts


def _facts(work: Work) -> dict[str, set[str]]:
    authors = Author.objects.shared().filter(works=work).values_list("name", flat=True)
    editions = Edition.objects.shared().filter(work=work, language__isnull=False)
    languages = editions.order_by().values_list("language", flat=True).distinct()
    return {"authors": set(authors), "languages": set(languages)}


def _doubts_of_names(pair: Pair) -> list[str]:
    if pair.kept.name.casefold() == pair.merged.name.casefold():
        return []
    return [f"Different names: {pair.kept.name}; {pair.merged.name}."]


def _named(names: set[str]) -> str:
    return ", ".join(sorted(names))
