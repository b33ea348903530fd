"""What a merge would do: counts and first rows of what moves, and what speaks against it.

Counts alone tell of readers: moderators never see who has what on a shelf.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.row_security import SYSTEM, acting_as
from config.statements import one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.models import Work
    from moderation.merging.rules import Pair

ONE_ITEM = (
    "each keeps one item, with the status that says more (read, then in progress, then to read,"
    " then hidden), and with its stars"
)
FACTS = """
    ARRAY(SELECT DISTINCT a.name FROM author_works aw JOIN authors a ON a.id = aw.author_id
        WHERE aw.work_id = {0} AND aw.owner_user_id IS NULL ORDER BY 1),
    ARRAY(SELECT DISTINCT e.language FROM editions e
        WHERE e.work_id = {0} AND e.owner_user_id IS NULL AND e.language IS NOT NULL ORDER BY 1)
"""
BOTH = """
    (SELECT count(*) FROM {0} WHERE {1} = %(merged)s),
    (SELECT count(*) FROM {0} m JOIN {0} k ON k.user_id = m.user_id AND k.{1} = %(kept)s
        WHERE m.{1} = %(merged)s)
"""
WORK = f"""
    SELECT
        (SELECT count(*) FROM editions WHERE work_id = %(merged)s AND owner_user_id IS NULL),
        {BOTH.format("user_works", "work_id")}, {BOTH.format("ratings", "work_id")},
        {BOTH.format("edition_choices", "work_id")},
        ARRAY(SELECT e.title || ' (' || coalesce(e.publish_year::text, 'no year') || ')'
            FROM editions e WHERE e.work_id = %(merged)s AND e.owner_user_id IS NULL
            ORDER BY e.publish_year, e.id LIMIT 5),
        {FACTS.format("%(kept)s")}, {FACTS.format("%(merged)s")}
"""  # noqa: S608  (constants of this module, here and below)
AUTHOR = f"""
    SELECT
        (SELECT count(*) FROM author_works
            WHERE author_id = %(merged)s AND owner_user_id IS NULL),
        (SELECT count(*) FROM author_works m JOIN author_works k
            ON k.work_id = m.work_id AND k.author_id = %(kept)s
            WHERE m.author_id = %(merged)s AND m.owner_user_id IS NULL),
        {BOTH.format("user_authors", "author_id")},
        ARRAY(SELECT w.title FROM author_works aw JOIN works w ON w.id = aw.work_id
            WHERE aw.author_id = %(merged)s AND aw.owner_user_id IS NULL
            ORDER BY aw.title_key, w.id LIMIT 5)
"""  # noqa: S608


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


def previews(kind: str, pairs: Sequence[Pair]) -> list[Preview]:
    """Look at pairs of rows; the platform does, since readers' rows are counted."""
    look = _of_authors if kind == "author" else _of_works
    with acting_as(SYSTEM):
        return [look(pair) for pair in pairs]


def _of_works(pair: Pair) -> Preview:
    editions, shelves, both, ratings, both_rate, choices, both_choose, first, *facts = _asked(
        WORK, pair
    )
    kept_authors, kept_languages, authors, languages = map(set, facts)
    moving = (
        Moving("editions", editions),
        Moving("authors", len(authors), len(authors & kept_authors), "each is named once"),
        Moving("shelves that have it", shelves, both, ONE_ITEM),
        Moving("ratings", ratings, both_rate, "the rating of the one that stays is kept"),
        Moving("choices of an edition", choices, both_choose, "that in the one that stays is kept"),
    )
    doubts = (
        _difference("titles", *({row.title_key} for row in pair)),
        _difference("authors", kept_authors, authors),
        _difference("languages", kept_languages, languages),
        _difference("first years", *map(_years, pair)),
    )
    return Preview(pair, moving, first, [doubt for doubt in doubts if doubt])


def _years(work: Work) -> set[str]:
    return {str(work.publish_year)} if work.publish_year else set()


def _of_authors(pair: Pair) -> Preview:
    works, both_wrote, followers, both_follow, first = _asked(AUTHOR, pair)
    moving = (
        Moving("works", works, both_wrote, "each names the author once"),
        Moving("followers", followers, both_follow, "they follow the one that stays"),
    )
    names = ({row.name} for row in pair)
    doubt = _difference("names", *names)
    return Preview(pair, moving, first, [doubt] if doubt else [])


def _asked(statement: str, pair: Pair) -> tuple[Any, ...]:
    return one(statement, {"merged": pair.merged.pk, "kept": pair.kept.pk}) or ()


def _difference(what: str, kept: set[str], merged: set[str]) -> str:
    """Say that two rows have nothing in common where both say something; else give ""."""
    if not kept or not merged or kept & merged:
        return ""
    return f"Different {what}: {', '.join(sorted(kept))}; {', '.join(sorted(merged))}."
