"""Authors, works and editions: each is made of its own number alone, as bytes like the real ones.

A line has the five columns of the official dumps (external-services.md, section 2.5); the fields,
how often they are there and how long the lines are, are those of real records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from bench.dumps import dates, fields, numbers
from bench.dumps.dirt import LONG, Dirt, dirt_of
from bench.dumps.draws import draws, even, share, skewed
from bench.dumps.space import AUTHOR, EDITION, WORK, Fate, Odd, Space
from bench.dumps.vocabulary import name, plain, words

if TYPE_CHECKING:
    from bench.dumps.dates import Published

LONG_TEXT = 7
"""The number of the author, work and edition whose name or title has a million characters."""


@dataclass(frozen=True, slots=True)
class Text:
    """A name or a title: as it stands in the JSON, and what is kept of it."""

    base: str
    dirt: Dirt | None

    @property
    def raw(self) -> str:
        return self.dirt.spoil(self.base) if self.dirt else self.base

    @property
    def kept(self) -> str:
        text = plain(self.base)
        return self.dirt.clean(text) if self.dirt else text


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    line: str
    text: Text


@dataclass(frozen=True, slots=True)
class WorkRecord:
    """`authors` are the numbers as the record names them, dead ones and repetitions among them."""

    line: str
    text: Text
    authors: list[int]
    first_year: int | None


@dataclass(frozen=True, slots=True)
class EditionRecord:
    line: str
    text: Text
    published: Published
    isbns: tuple[str, ...]
    shared_isbn: int | None
    """Which of the ISBNs on several editions it has."""
    cover: int | None
    language: str | None


class Editions(Space):
    """The space of the editions; one whose work goes, goes with it."""

    works: Space

    @cached_property
    def first_works(self) -> Space:
        return replace(self.works, month=1)

    def later_fate(self, number: int) -> Fate:
        work = work_of(draws(self.seed, EDITION.name, number), number, self.works)
        if work and isinstance(self.works.resolve(work), Odd) and not self._was_unknown(work):
            return Fate.DELETED
        return super().later_fate(number)

    def _was_unknown(self, work: int) -> bool:
        return isinstance(self.first_works.resolve(work), Odd)


@dataclass(frozen=True)
class Catalog:
    """All numbers of one month's dumps."""

    sizes: tuple[int, int, int]
    seed: int
    month: int

    @cached_property
    def authors(self) -> Space:
        return Space(AUTHOR, self.sizes[0], self.seed, self.month)

    @cached_property
    def works(self) -> Space:
        return Space(WORK, self.sizes[1], self.seed, self.month)

    @cached_property
    def editions(self) -> Editions:
        space = Editions(EDITION, self.sizes[2], self.seed, self.month)
        object.__setattr__(space, "works", self.works)
        return space

    @property
    def shared_isbns(self) -> int:
        return 1 + self.sizes[2] // 100

    def author(self, number: int) -> AuthorRecord:
        drawn = draws(self.seed, AUTHOR.name, number)
        version = self.authors.version(number)
        text = _text(name(drawn[0], drawn[1]), number, drawn[2], version)
        said = f'"name": "{text.raw}"'
        if drawn[3] < share(0.26):
            said += f', "personal_name": "{name(drawn[0], drawn[1])}"'
        if drawn[4] < share(0.08):
            said += f', "birth_date": "{1850 + drawn[5] % 150}"'
        if drawn[6] < share(0.72):
            said += f', "source_records": ["bwb:978{drawn[7]:05}{drawn[8]:05}"]'
        return AuthorRecord(fields.line(AUTHOR, number, said, drawn, version), text)

    def work(self, number: int) -> WorkRecord:
        drawn = draws(self.seed, WORK.name, number)
        version = self.works.version(number)
        text = _text(words(drawn[12 : 14 + drawn[10] % 7]), number, drawn[11], version)
        authors = self.authors_of(drawn, number, version)
        first_year = 1850 + drawn[9] % 170 if drawn[20] < share(0.042) else None
        said = f'"title": "{text.raw}", {fields.authors_field(authors, drawn)}{fields.about(drawn)}'
        if first_year:
            said += f', "first_publish_date": "{first_year}"'
        return WorkRecord(
            fields.line(WORK, number, said, drawn, version), text, authors, first_year
        )

    def authors_of(self, drawn: tuple[int, ...], number: int, version: int) -> list[int]:
        """Give whom a work names: its own author or a prolific one, sometimes two, or nobody."""
        alive = self.authors.alive
        if drawn[0] < share(0.019):
            return []
        own = drawn[1] < share(0.5)
        found = [1 + number * 7919 % alive if own else skewed(drawn[2], drawn[3], alive)]
        if drawn[4] < share(0.035):
            found.append(skewed(drawn[5], drawn[6], alive))
        if drawn[4] < share(0.005):
            found += [found[0], found[0] % alive + 1]
        if drawn[7] < share(0.005):
            found[0] = alive + even(drawn[8], drawn[9], self.authors.ends[-1] - alive)
        if version:
            added = draws(self.seed, "added author", number * 16 + version)
            found.append(skewed(added[0], added[1], alive))
        return found

    def edition(self, number: int, drawn: tuple[int, ...], work: int | None) -> EditionRecord:
        """Make the edition of a number, of its draws and the work that follows from them."""
        version = self.editions.version(number)
        text = _text(words(drawn[16 : 18 + drawn[4] % 7]), number, drawn[5], version)
        published = dates.published(drawn[6:10], version)
        isbn_fields, isbns = numbers.isbns(number, drawn[10:12], self.shared_isbns)
        is_shared = drawn[11] < numbers.ON_SEVERAL
        cover = 1 + (drawn[12] << 8) % 14_000_000 if drawn[13] < share(0.46) else None
        language_field, language = fields.language(drawn[14])
        said = (
            f'"title": "{text.raw}", {isbn_fields}{language_field}'
            f"{fields.works_field(work, drawn[15])}"
            f"{fields.publishing(drawn, published.raw)}{fields.covers(cover, drawn[15])}"
        )
        line = fields.line(EDITION, number, said, drawn, version)
        shared_isbn = number % self.shared_isbns if is_shared else None
        return EditionRecord(line, text, published, isbns, shared_isbn, cover, language)


def work_of(drawn: tuple[int, ...], number: int, works: Space) -> int | None:
    """Give the number of an edition's work, which need not be alive; 13 of 100 name none."""
    if drawn[0] < share(0.13):
        return None
    if drawn[1] < share(0.6):
        return 1 + number * 7919 % works.alive
    if drawn[1] < share(0.995):
        return skewed(drawn[2], drawn[3], works.alive)
    return works.alive + even(drawn[2], drawn[3], works.ends[-1] - works.alive)


def _text(base: str, number: int, draw: int, version: int) -> Text:
    if version:
        base = f"{base} {version + 1}"
    return Text(base, LONG if number == LONG_TEXT else dirt_of(draw))
