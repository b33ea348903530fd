"""Search for everybody, on the front page: the shared catalog alone, whoever asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator

from catalog import search
from catalog.public_works import shown
from catalog.search_views import SearchText
from config.errors import InvalidError
from config.row_security import NOBODY, acting_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.public_works import PublicWork

PAGE_SIZE = 20
LAST_PAGE = search.MOST_WORKS // PAGE_SIZE

_SENTENCES = {
    "max_length": "This is longer than 200 characters. A few words of the title are enough,"
    " or the name of the author.",
    "control": "There is something in this that is no text. Please type it instead of pasting it.",
}
_NO_WORD = "Please write words of a title, the name of an author, or an ISBN."
# What has the digits of an ISBN, right or wrong, with all hyphens and spaces left out.
_LIKE_ISBN = re.compile(r"(?:ISBN(?:1[03])?)?(?:\d{13}|\d{9}[\dX])")
_BY = re.compile(r"\s+by\s+", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")


@dataclass(frozen=True)
class Results:
    """One page of what a search found, best first."""

    q: str
    number: int
    total: int
    works: list[PublicWork]

    @property
    def is_cut(self) -> bool:
        """Say whether there may be more than search gives at most."""
        return self.total >= search.MOST_WORKS

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.works) - 1

    @property
    def last_page(self) -> int:
        return self._paginator.num_pages

    @property
    def pages(self) -> Iterator[int | str]:
        """Give the numbers to link to, with an ellipsis for those left out."""
        number = min(self.number, self.last_page)
        return self._paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)

    @property
    def _paginator(self) -> Paginator[int]:
        return Paginator(range(self.total), PAGE_SIZE)

    @property
    def is_like_isbn(self) -> bool:
        """Say whether somebody meant an ISBN; one whose check digit is wrong is found nowhere."""
        bare = "".join(filter(str.isalnum, self.q)).upper()
        return _LIKE_ISBN.fullmatch(bare) is not None

    @property
    def plainer(self) -> str:
        """Give the query without brackets and the "by" before an author; nothing if it has none."""
        plain = " ".join(_BY.sub(" ", _IN_BRACKETS.sub(" ", self.q)).split())
        return plain if plain != self.q and any(map(str.isalnum, plain)) else ""


def find(q: str, number: int) -> Results:
    """Give a page of the works that everybody may see, found as the API's search finds them."""
    with acting_as(NOBODY):
        found = search.works(q, reader=None, start=(number - 1) * PAGE_SIZE, size=PAGE_SIZE)
    return Results(q, number, found.total, [shown(work) for work in found.works])


def query_of(text: str) -> str:
    """Tidy what somebody wrote, or cut out of a sentence, and check it by the API's rules.

    Raises InvalidError with a sentence for the person who wrote it.
    """
    asked = SearchText(data={"q": " ".join(text.split()).strip(".,;:")})
    if not asked.is_valid():
        (reason, *_) = asked.errors["q"]
        raise InvalidError.of("q", _SENTENCES.get(reason.code, _NO_WORD))
    return str(asked.validated_data["q"])
