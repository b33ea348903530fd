"""The words that titles share: articles, marks of volumes, of editions and of other kinds of book.

All are folded (`enrichment.matching.folding`).
"""

from __future__ import annotations

import re

from enrichment.matching.folding import words

ARTICLES = frozenset(
    [
        "the",
        "a",
        "an",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "le",
        "la",
        "les",
        "un",
        "une",
        "el",
        "los",
        "las",
        "una",
        "il",
        "lo",
        "gli",
        "het",
        "een",
        "den",
        "det",
        "ett",
        "os",
        "um",
        "uma",
        "l",
    ]
)
FILLERS = ARTICLES | frozenset(
    [
        "and",
        "of",
        "in",
        "on",
        "to",
        "for",
        "with",
        "at",
        "by",
        "from",
        "or",
        "und",
        "von",
        "im",
        "in",
        "zu",
        "et",
        "de",
        "du",
        "des",
        "y",
        "del",
        "e",
        "di",
        "da",
        "della",
        "och",
        "og",
        "i",
        "w",
        "z",
        "na",
        "o",
        "do",
        "ze",
        "oraz",
        "czyli",
        "albo",
        "oder",
    ]
)
"""Words that tell nothing of a book; a title that has no others is compared by them."""

VOLUME_MARKS = (
    "volumes?|vol|books?|parts?|pt|tom|tomy|t|cz|czesc|ksiega|band|bd|teil|buch|tome|livre|libro"
    "|tomo|parte|deel|episode|number|no|nr"
)
_ORDINALS = {
    word: str(number)
    for number, row in enumerate(
        (
            "one first pierwszy pierwsza erster erstes premier",
            "two second drugi druga zweiter zweites deux",
            "three third trzeci trzecia dritter drittes trois",
            "four fourth czwarty czwarta vierter viertes quatre",
            "five fifth piaty piata funfter funftes cinq",
            "six sixth szosty szosta sechster sechstes",
            "seven seventh siodmy siodma siebter siebtes sept",
        ),
        start=1,
    )
    for word in words(row)
}
NUMBERS = "|".join([r"\d+", "[ivx]+", *_ORDINALS])
_ROMAN = {"i": 1, "v": 5, "x": 10}

# A part ("Part One of Two") is no whole book.
_OF_SERIES = re.compile(
    rf"(?:book|volume|vol|tom|t|ksiega|band|buch|tome) (?:{NUMBERS})"
    r" (?:of|in|z|cyklu|serii|aus|von)\b"
    rf"|(?:the )?(?:{NUMBERS}) (?:book|novel|volume) (?:of|in)\b"
)

SERIES = "series"
"""A kind of book, unless a number tells which one of the series it is."""
_KINDS = {
    "about": r"summary|analysis|spark ?notes|cliffs ?notes|york notes|study guide|workbook"
    r"|companion|trivia|quiz|key takeaways|lesson plans?|guided journal|solutions manual"
    r"|(?:teachers|reading|readers|discussion) guide"
    r"|streszczenie|opracowanie|zeszyt cwiczen",
    "set": r"box(?:ed)? ?set|omnibus|collection set|books? set|pakiet|komplet",
    SERIES: r"trilogy|tetralogy|quartet|trylogia|tetralogia|kwartet",
    "drawn": r"graphic|manga|comics?|komiks|bande dessinee|colou?ring",
    "adapted": r"screenplay|abridged|adapted|adaptation|retold|young readers|graded reader"
    r"|movie storybook|novelization|parody|play script|calendar",
}
_KIND_PATTERNS = {kind: re.compile(rf"\b(?:{words})\b") for kind, words in _KINDS.items()}
_EDITION = re.compile(
    r"\b(?:editions?|edn|edt|wydanie|wyd|auflage|ausgabe|edizione|edicion|anniversary|unabridged"
    r"|reprint|paperback|hardcover|large print|classics|tie in|oprawa|audiobook|audio cd|e ?book"
    r"|mp3)\b"
)
_GENRES = frozenset(
    [
        "novel",
        "novella",
        "memoir",
        "story",
        "stories",
        "tales",
        "thriller",
        "mystery",
        "fiction",
        "poems",
        "essays",
        "powiesc",
        "opowiadania",
        "roman",
        "erzahlung",
        "recit",
        "novela",
        "romanzo",
        "reportaz",
    ]
)
_IN_OTHER_WORDS = re.compile(r"(?:or|czyli|albo|oder|ou)\b")
_DESCRIPTION = re.compile(
    rf"{_IN_OTHER_WORDS.pattern}"
    r"|(?:a|an|how|why|what|when|ein|eine|un|une|una|jak|wie|comment|como)\b"
    r"|.*\b(?:story|stories|history|biography|autobiography|memoirs?|guide|handbook|introduction"
    r"|essays|novel|tale|historia|powiesc|opowiesc|biografia|wspomnienia|poradnik|geschichte"
    r"|histoire)\b"
)


def number(text: str) -> str:
    """Write "iv", "four" and "4" alike."""
    if re.fullmatch("[ivx]+", text):
        values = [_ROMAN[char] for char in text]
        pairs = zip(values, [*values[1:], 0], strict=True)
        return str(sum(-value if value < following else value for value, following in pairs))
    return _ORDINALS.get(text, text.lstrip("0") or "0" if text.isdigit() else text)


def without_article(text: str) -> str:
    """Leave out a leading article, unless the title is nothing else."""
    first, _, rest = text.partition(" ")
    return rest if rest and first in ARTICLES else text


def says_edition(text: str) -> bool:
    return bool(_EDITION.search(text))


def places_in_series(text: str) -> bool:
    """Say whether a subtitle is no more than "Book One of the Stormlight Archive"."""
    return bool(_OF_SERIES.match(text))


def begins_note(text: str) -> bool:
    """Say whether what follows a comma is an edition, or the title once more in other words."""
    return says_edition(text) or bool(_IN_OTHER_WORDS.match(text))


def is_genre_alone(text: str) -> bool:
    """Say whether a subtitle is no more than "A Novel"."""
    telling = [word for word in text.split() if word not in FILLERS]
    return bool(telling) and all(word in _GENRES for word in telling)


def begins_description(text: str) -> bool:
    """Say whether a subtitle describes ("A Brief History ...") and so names no part."""
    return bool(_DESCRIPTION.match(text))


def kinds_in(text: str) -> frozenset[str]:
    return frozenset(kind for kind, pattern in _KIND_PATTERNS.items() if pattern.search(text))
