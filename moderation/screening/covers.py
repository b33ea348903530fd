"""What is to be said of a book's cover, by what its address gave."""

from __future__ import annotations

from urllib.parse import urlsplit

from moderation.models import CoverCheck

Answer = CoverCheck.Answer

NONE = "The book has no cover."
WHY_BROKEN = {
    Answer.MISSING: "{} has no such cover.",
    Answer.NO_IMAGE: "What {} gives at the cover's address is no picture.",
    Answer.BLANK: "{} gives a blank picture of one pixel: it has no such cover.",
}


def broken_fact(url: str, answer: str | None) -> str | None:
    """Say why a cover does not load; None where it does, and where that is not known."""
    why = WHY_BROKEN.get(Answer(answer)) if answer else None
    return why.format(urlsplit(url).hostname) if why else None
