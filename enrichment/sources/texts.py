"""Texts as the sources have them, made fit to be kept: NFC, nothing invisible, no markup.

What is no text, or shows nothing, is empty. Mojibake stays as it is: a guess at what was meant
would spoil texts that only look like it.
"""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

LINE = 2_000
"""The longest title or name that is kept, far above the longest real ones."""
DESCRIPTION = 10_000
"""The longest description of a book (catalog.models.Book)."""

# Sorting the accents of a text takes the square of their number, and nothing real is that long.
_READ = 2 * DESCRIPTION

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_INLINE = re.compile(r"</?(?:a|b|cite|em|i|q|small|span|strong|sub|sup|u)\b[^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_GAPS = re.compile(r"\n{3,}")
_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:p|div|li|ul|ol|dl|dt|dd|tr|table|blockquote|h[1-6])\b[^<>]*>", re.IGNORECASE
)

# Open Library's editors note below a ruler where a text is from.
_RULER = "-" * 10
_LINK_TARGET = re.compile(r"^ {0,3}\[[^\[\]\n]{1,100}\]:[^\n]*$", re.MULTILINE)
_SOURCE_MARK = re.compile(r"\(\[sources?\](?:\[[^\[\]\n]*\]|\([^()\s]*\))\)", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]\n]+)\](?:\[[^\[\]\n]*\]|\([^()\s]*\))")


def line(value: object, limit: int = LINE) -> str:
    """Read a title or a name: one line, single spaces.

    What looks like a tag and is none ("C<T>") is a part of the title.
    """
    if not isinstance(value, str):
        return ""
    text = _INLINE.sub("", _BLOCK.sub(" ", _BREAK.sub(" ", value[:_READ])))
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    text = " ".join(_seen(text).split())
    return cut(text, limit) if _shows(text) else ""


def lines(values: object, limit: int = LINE) -> tuple[str, ...]:
    """Read a list of titles or names: those that say something, each once whatever its case."""
    kept: dict[str, str] = {}
    for value in values if isinstance(values, list) else ():
        text = line(value, limit)
        if text:
            kept.setdefault(text.casefold(), text)
    return tuple(kept.values())


def paragraphs(value: object, limit: int = DESCRIPTION) -> str:
    """Read a plain text: line breaks are kept, at most one empty line stands between two."""
    if not isinstance(value, str):
        return ""
    rows = (" ".join(row.split()) for row in _seen(value).splitlines())
    text = _GAPS.sub("\n\n", "\n".join(rows)).strip()
    return cut(text, limit) if _shows(text) else ""


def from_markdown(value: object, limit: int = DESCRIPTION) -> str:
    """Read a text of Open Library's: without source notes, and of links only their words."""
    if not isinstance(value, str):
        return ""
    text = value[:_READ].partition(_RULER)[0]
    for pattern, kept in ((_LINK_TARGET, ""), (_SOURCE_MARK, ""), (_LINK, r"\1")):
        text = pattern.sub(kept, text)
    return paragraphs(text, limit)


def from_html(value: object, limit: int = DESCRIPTION) -> str:
    """Read a text of Google's: without tags, paragraphs as empty lines."""
    if not isinstance(value, str):
        return ""
    text = _seen(value)
    if _BREAK.search(text) or _BLOCK.search(text):
        text = _BLOCK.sub("\n\n", _BREAK.sub("\n", " ".join(text.split())))
    return paragraphs(html.unescape(nh3.clean(text, tags=set())), limit)


def cut(text: str, limit: int) -> str:
    """Shorten a text, between two words where it has any."""
    if len(text) <= limit:
        return text
    between = max(text.rfind(" ", 0, limit + 1), text.rfind("\n", 0, limit + 1))
    return text[: between if between > 0 else limit].rstrip()


def _seen(value: str) -> str:
    return unicodedata.normalize("NFC", _UNSEEN.sub("", value[:_READ]))


def _shows(text: str) -> bool:
    return any(unicodedata.category(each)[0] in "LNPS" for each in text)
