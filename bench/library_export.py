"""A reader's library as Goodreads would export it, out of the works of a catalog.

`python -m bench.library_export DATABASE_URL > library.csv` writes 12,000 rows, the same ones for
the same catalog and seed. How often an ISBN is missing, a title carries its series and authors are
several, was counted over 12,232 real rows; the other shares are guesses.
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TextIO

import psycopg
from stdnum import isbn

from bench.rows import isbn13, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROWS = 12_000
NO_ISBN, IN_SERIES, MORE_AUTHORS = 0.24, 0.23, 0.27
UNKNOWN = 0.1
"""Books that the catalog does not have."""
TWO_SPACES, BEFORE_OUR_ERA, LOST_ZEROS, REVIEWED = 0.03, 0.003, 0.01, 0.04
SHELVES = ["read"] * 45 + ["to-read"] * 48 + ["currently-reading"] * 3
OWN_SHELVES = ["did-not-finish", "abandoned", "owned", "reference"]
UNKNOWN_ISBNS = 900_000_000, 1_000_000_000
"""Above the numbers of the bench's own editions."""
FORMULA = '="{}"'

_WORKS = """
    SELECT w.title,
        ARRAY(SELECT a.name FROM author_works l JOIN authors a ON a.id = l.author_id
            WHERE l.work_id = w.id ORDER BY l.position),
        (SELECT min(e.isbn13) FROM editions e WHERE e.work_id = w.id), w.publish_year
    FROM works w TABLESAMPLE BERNOULLI ({share}) REPEATABLE ({seed})
    WHERE w.owner_user_id IS NULL
        AND EXISTS (SELECT FROM author_works l WHERE l.work_id = w.id)
    ORDER BY w.id LIMIT {rows}
"""


@dataclass(frozen=True)
class Known:
    """A work of the catalog."""

    title: str
    authors: Sequence[str]
    isbn13: str | None
    year: int | None


def known(connection: psycopg.Connection, rows: int, seed: int) -> list[Known]:
    """Pick works from all over the catalog, as far as it has so many with authors."""
    count = connection.execute("SELECT count(*) FROM works").fetchone()
    # A third more than needed, since the sample is only roughly of the size asked for.
    share = min(100.0, 133 * rows / max(count[0] if count else 0, 1))
    statement = _WORKS.format(share=share, seed=seed, rows=rows)
    return [Known(*row) for row in connection.execute(statement.encode())]


class Library:
    """Writes rows about works, each with habits at random."""

    def __init__(self, works: Sequence[Known], seed: int) -> None:
        self._works, self._random = works, Random(seed)

    def rows(self, count: int) -> Iterable[dict[str, object]]:
        for number in range(count):
            yield self._row(number, self._book(number))

    def _happens(self, share: float) -> bool:
        return self._random.random() < share

    def _book(self, number: int) -> Known:
        if self._works and not self._happens(UNKNOWN):
            return self._works[number % len(self._works)]
        name = f"{self._words(1)} {self._words(1)}"
        return Known(self._words(3), [name], None, 1950 + number % 70)

    def _words(self, count: int) -> str:
        ranks = (int(2_000 * self._random.random()) for _ in range(count))
        return " ".join(word(rank) for rank in ranks).title()

    def _row(self, number: int, book: Known) -> dict[str, object]:
        author = book.authors[0]
        shelf = self._random.choice([*SHELVES, *OWN_SHELVES])
        is_read = shelf == "read"
        return {
            "Book Id": 1_000 + number,
            "Title": self._title(book.title),
            "Author": author.replace(" ", "  ", 1) if self._happens(TWO_SPACES) else author,
            "Author l-f": ", ".join(reversed(author.rsplit(" ", 1))),
            "Additional Authors": self._more_authors(book),
            **self._isbns(book),
            "My Rating": self._random.choice([0, 3, 4, 4, 5]) if is_read else 0,
            "Average Rating": round(3 + 1.5 * self._random.random(), 2),
            "Publisher": self._words(1),
            "Binding": "Paperback",
            "Number of Pages": self._random.randint(90, 900),
            "Year Published": book.year or "",
            "Original Publication Year": -380 if self._happens(BEFORE_OUR_ERA) else book.year or "",
            "Date Read": self._day() if is_read and self._happens(0.6) else "",
            "Date Added": self._day(),
            "Bookshelves": "" if is_read else shelf,
            "Bookshelves with positions": "" if is_read else f"{shelf} (#{number})",
            "Exclusive Shelf": shelf,
            "My Review": self._review() if self._happens(REVIEWED) else "",
            "Spoiler": "",
            "Private Notes": "",
            "Read Count": int(is_read),
            "Owned Copies": 0,
        }

    def _title(self, title: str) -> str:
        if not self._happens(IN_SERIES):
            return title
        return f"{title} ({self._words(2)}, #{self._random.randint(1, 12)})"

    def _more_authors(self, book: Known) -> str:
        own = list(book.authors[1:])
        made = [f"{self._words(1)} {self._words(1)}"] if self._happens(MORE_AUTHORS) else []
        return ", ".join(own or made)

    def _isbns(self, book: Known) -> dict[str, object]:
        if self._happens(NO_ISBN):
            return {"ISBN": FORMULA.format(""), "ISBN13": FORMULA.format("")}
        thirteen = book.isbn13 or self._unknown_isbn()
        ten = isbn.to_isbn10(thirteen) if thirteen.startswith("978") else ""
        if ten.startswith("0") and self._happens(LOST_ZEROS):
            return {"ISBN": ten[:3].lstrip("0") + ten[3:], "ISBN13": ""}
        return {"ISBN": FORMULA.format(ten), "ISBN13": FORMULA.format(thirteen)}

    def _unknown_isbn(self) -> str:
        return isbn13(self._random.randrange(*UNKNOWN_ISBNS))

    def _review(self) -> str:
        return f"{self._words(30)}\n\n{self._words(9)}"

    def _day(self) -> str:
        random = self._random
        return f"{random.randint(2008, 2025)}/{random.randint(1, 12):02}/{random.randint(1, 28):02}"


def write(works: Sequence[Known], file: TextIO, *, rows: int = ROWS, seed: int = 1) -> None:
    made = list(Library(works, seed).rows(rows))
    writer = csv.DictWriter(file, made[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.library_export", description=__doc__)
    parser.add_argument("database", help="its URL")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with psycopg.connect(arguments.database) as connection:
        works = known(connection, arguments.rows, arguments.seed)
    write(works, sys.stdout, rows=arguments.rows, seed=arguments.seed)


if __name__ == "__main__":
    main()
