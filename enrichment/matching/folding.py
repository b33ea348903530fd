"""Text as it is compared: no case, no accents, no punctuation, whatever the source's habits."""

from __future__ import annotations

import re
import unicodedata

_STROKED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
"""Letters that Unicode does not take apart into a base and a mark."""
_APOSTROPHES = re.compile("['`\u2019\u02bc\u00b4]")
_ELIDED = re.compile(rf"\b([dl]){_APOSTROPHES.pattern}(?=\w)", re.IGNORECASE)
_SHARP = re.compile("(?<=[A-Za-z])#")
_FIRST_MARK, _LAST_MARK = "\u0300", "\u036f"
"""The marks of Latin, Greek and Cyrillic; those of other scripts are vowels, and stay."""


def folded(text: str) -> str:
    """Give the words of a text, folded, with one space between them.

    "Wiedźmin: Krew elfów" is "wiedzmin krew elfow", "Ender's" is "enders", "L'Étranger" is
    "l etranger", "&" is "and", and "C++" is "c plus plus".
    """
    text = _APOSTROPHES.sub("", _ELIDED.sub(r"\1 ", text))
    text = _SHARP.sub(" sharp", text).replace("&", " and ").replace("+", " plus ")
    bare = "".join(map(_plain, unicodedata.normalize("NFKD", text.casefold())))
    return " ".join(unicodedata.normalize("NFC", bare.translate(_STROKED)).split())


def words(text: str) -> list[str]:
    return folded(text).split()


def _plain(char: str) -> str:
    if _FIRST_MARK <= char <= _LAST_MARK:
        return ""
    return char if unicodedata.category(char)[0] in "LNM" else " "
