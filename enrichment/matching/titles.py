"""How alike two titles are: the part of matching that knows how people write titles.

A title is read into its main words ("Sapiens"), the rest behind a colon, a dash or the like ("A
Brief History of Humankind"), the number of its volume, and whether it is a book about the book.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from enrichment.matching import title_words as known
from enrichment.matching.folding import folded
from enrichment.matching.word_matching import likeness

SAME_MAIN = 0.85
"""From here on two main titles are the same one, and what follows them is compared."""
SUBTITLE_WEIGHT = 0.4
"""How much two subtitles that differ wholly take away."""
SUBTITLE_MISSING = 0.95
"""One side leaves out a subtitle that only describes ("A Brief History of Humankind")."""
PART_MISSING = 0.8
"""One side leaves out what may name a part ("The Two Towers" of "The Lord of the Rings")."""
SERIES_MISSING = 0.95
"""One side has the name of the series in front ("The Witcher: Blood of Elves")."""
ONE_SIDED_VOLUME = 0.8
"""One side says which volume it is, and the other nothing of volumes."""
OTHER_VOLUME = 0.4
OTHER_PART = 0.5
"""Both name a part of the same series, and not the same ("The Two Towers"), whatever the ISBN."""
OTHER_KIND = 0.4
"""A summary, a study guide, a box set or a comic, and the book itself."""
LONGEST_PART = 5
"""Words; what is longer than this does not name a part but describes."""

_NOTE = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
# A full stop ends a title ("Wiedźmin. Krew elfów"), but not "Mrs. Dalloway" or "St. Petersburg".
_BREAK = re.compile(
    r"\s*[:;=/|]\s+|\s+[:;=/|]\s*|\s+[-\u2013\u2014]\s+|\s*(?:--|\u2014)\s*|(?<=\w{5})\.\s+"
    r"|(?<=\w[?!])\s+"
)
_NEXT_BOOK = re.compile(r"\s/\s|;\s")
_HASH = re.compile(r"#\s*(?=\d)")
_MARKED_NUMBER = re.compile(rf"\b(?:{known.VOLUME_MARKS}) ({known.NUMBERS})(?: (\d+|[ivx]+))?\b")
_VOLUME_AT_END = re.compile(rf"\b(?:{known.VOLUME_MARKS}) (?:{known.NUMBERS})$")
_LAST_NUMBER = re.compile(r"(?<= )(?:\d{1,3}|[ivx]+)$")
_EDITION_AT_END = re.compile(r"(?<=\w)(?: \d+(?:st|nd|rd|th))?(?: \w+)? (?:edition|edn|wydanie)$")


@dataclass(frozen=True, slots=True)
class Title:
    """A title, read. `volume` says which one it is, `in_series` which one of its series.

    `lists` says that its parts are books of their own: "Northanger Abbey / Persuasion".
    """

    main: tuple[str, ...]
    rest: tuple[str, ...]
    describes: bool
    lists: bool
    volume: frozenset[str]
    in_series: frozenset[str]
    kinds: frozenset[str]

    @property
    def numbers(self) -> frozenset[str]:
        return self.volume or self.in_series


@dataclass(frozen=True, slots=True)
class Likeness:
    """`strict` is for titles that stand alone, `lenient` for those that an ISBN joins already."""

    strict: float
    lenient: float


def compare(one: str, other: str) -> Likeness:
    """Say how alike two titles are, from 0 to 1."""
    a, b = read(one), read(other)
    doubt = _doubt(a, b)
    one_sided = ONE_SIDED_VOLUME if _is_one_sided(a, b) else 1.0
    return Likeness(_strict(a, b) * doubt * one_sided, _lenient(a, b) * doubt)


@lru_cache(maxsize=512)
def read(text: str) -> Title:
    """Take a title apart; a text of nothing but notes is its own main title."""
    notes, bare = _noted(" ".join(_HASH.sub(" no ", text).split()))
    main, *behind = [folded(piece) for piece in _pieces(bare)]
    others = [piece for piece in behind if not known.places_in_series(piece)]
    notes += [piece for piece in behind if known.places_in_series(piece)]
    counts = [note for note in notes if _is_number(note)]
    telling = _telling(others)
    rest = " ".join(telling)
    describes = known.begins_description(rest) or any(map(_is_long, telling))
    volume = _volumes([main, *others, *counts]) | set(map(known.number, _digits(counts + others)))
    in_series = _volumes([note for note in notes if note not in counts])
    if rest and not (describes or counts) and _ends_in_part(others):
        volume, in_series = frozenset(), in_series | volume
    return Title(
        main=_main_words(_without_volume(main) or main),
        rest=tuple(rest.split()),
        describes=describes,
        lists=bool(_NEXT_BOOK.search(bare)),
        volume=volume,
        in_series=in_series,
        kinds=_kinds(folded(text), volume | in_series),
    )


def _kinds(text: str, numbers: frozenset[str]) -> frozenset[str]:
    """Give the kinds of book in a title; "The Farseer Trilogy, #1" is one book, and no trilogy."""
    return known.kinds_in(text) - ({known.SERIES} if len(numbers) == 1 else set())


def _ends_in_part(others: list[str]) -> bool:
    """Say whether the title of a part stands behind its number: "The Witcher 1. The Last Wish"."""
    return not (others[-1].isdigit() or _VOLUME_AT_END.search(others[-1]))


def _noted(text: str) -> tuple[list[str], str]:
    """Give what stands in brackets, and the text without it."""
    bare = _NOTE.sub(" ", text)
    return ([folded(note) for note in _NOTE.findall(text)], bare) if folded(bare) else ([], text)


def _pieces(text: str) -> list[str]:
    """Cut a title at its breaks, and at commas before an edition, a volume or another title."""
    pieces = []
    for piece in filter(folded, _BREAK.split(text)):
        first, *more = piece.split(",")
        for part in more:
            if known.begins_note(folded(part)) or _MARKED_NUMBER.match(folded(part)):
                pieces.append(first)
                first = part
            else:
                first += f",{part}"
        pieces.append(first)
    return pieces or [text]


def _telling(segments: list[str]) -> list[str]:
    """Give what follows the main title, but for editions, volumes and "A Novel"."""
    bare = [_without_volume(segment) for segment in segments if not known.says_edition(segment)]
    return [] if known.is_genre_alone(" ".join(bare)) else [segment for segment in bare if segment]


def _is_long(segment: str) -> bool:
    return len(segment.split()) > LONGEST_PART


def _without_volume(segment: str) -> str:
    return " ".join(_MARKED_NUMBER.sub(" ", segment).split())


def _volumes(segments: list[str]) -> frozenset[str]:
    """Find the numbers behind a mark ("vol. 2"), and those at the very end ("Henry IV")."""
    pairs = [pair for segment in segments for pair in _MARKED_NUMBER.findall(segment)]
    at_end = [_LAST_NUMBER.findall(_without_volume(segment)) for segment in segments[:1]]
    return frozenset(known.number(found) for each in [*pairs, *at_end] for found in each if found)


def _digits(texts: list[str]) -> list[str]:
    return [text for text in texts if text.isdigit()]


def _is_number(note: str) -> bool:
    """Tell "(2)" and "(volume 2)", which count the title itself, from "(1965)" and a series."""
    return (note.isdigit() and len(note) < len("1000")) or bool(_MARKED_NUMBER.fullmatch(note))


def _main_words(segment: str) -> tuple[str, ...]:
    bare = _EDITION_AT_END.sub("", segment)
    *begin, last = known.without_article(bare).split() or [""]
    # "Henry IV" is "Henry 4".
    return (*begin, known.number(last) if begin and _LAST_NUMBER.search(f"x {last}") else last)


def _strict(a: Title, b: Title) -> float:
    whole = likeness(a.main + a.rest, b.main + b.rest)
    if a.rest and b.rest:
        return max(whole, _both_go_on(a, b))
    return max(whole, _one_goes_on(a, b) if a.rest or b.rest else 0.0)


def _one_goes_on(a: Title, b: Title) -> float:
    longer, shorter = (a, b) if a.rest else (b, a)
    missing = SUBTITLE_MISSING if longer.describes else PART_MISSING
    names_part = not (longer.describes or longer.lists)
    as_part = likeness(longer.rest, shorter.main) if names_part else 0.0
    return max(likeness(a.main, b.main) * missing, as_part * SERIES_MISSING)


def _both_go_on(a: Title, b: Title) -> float:
    main = likeness(a.main, b.main)
    if main < SAME_MAIN:
        return main * (1 - SUBTITLE_WEIGHT)
    return main * (1 - SUBTITLE_WEIGHT * (1 - likeness(a.rest, b.rest)))


def _lenient(a: Title, b: Title) -> float:
    """Take the same main title for enough; or the other's main title as one's rest."""
    main = likeness(a.main, b.main)
    crosswise = max(likeness(x.rest, y.main) if x.rest else 0.0 for x, y in ((a, b), (b, a)))
    if _name_other_parts(a, b):
        return max(main * OTHER_PART, crosswise)
    return max(main, crosswise, _strict(a, b))


def _name_other_parts(a: Title, b: Title) -> bool:
    if not (a.rest and b.rest) or a.describes or b.describes:
        return False
    return likeness(a.rest, b.rest) == 0


def _doubt(a: Title, b: Title) -> float:
    doubt = OTHER_KIND if a.kinds != b.kinds else 1.0
    both = a.numbers and b.numbers
    return doubt * (OTHER_VOLUME if both and a.numbers != b.numbers else 1.0)


def _is_one_sided(a: Title, b: Title) -> bool:
    return bool((a.volume and not b.numbers) or (b.volume and not a.numbers))
