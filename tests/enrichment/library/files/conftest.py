"""Files of other services, made in code: the rows are of nobody's library."""

import io

import pytest

from enrichment.library import files

GOODREADS = (
    "Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,"
    "Publisher,Binding,Number of Pages,Year Published,Original Publication Year,Date Read,"
    "Date Added,Bookshelves,Bookshelves with positions,Exclusive Shelf,My Review,Spoiler,"
    "Private Notes,Read Count,Owned Copies"
)
_GAMES = {
    "Book Id": "2767052",
    "Title": "The Hunger Games (The Hunger Games, #1)",
    "Author": "Suzanne  Collins",
    "Author l-f": "Collins, Suzanne",
    "ISBN": '="0439023483"',
    "ISBN13": '="9780439023481"',
    "My Rating": "4",
    "Average Rating": "4.34",
    "Year Published": "2008",
    "Original Publication Year": "2008",
    "Date Read": "2023/01/31",
    "Date Added": "2020/10/21",
    "Exclusive Shelf": "read",
}


def _cell(value):
    return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\n') else value


@pytest.fixture
def goodreads():
    """Give `goodreads({column: value}, ...)`: a file with a row for each change of a good one."""

    def make(*changes, header=GOODREADS):
        names = header.split(",")
        rows = [_GAMES | change for change in changes]
        lines = [",".join(_cell(row.get(name, "")) for name in names) for row in rows]
        return "\n".join([header, *lines]) + "\n"

    return make


@pytest.fixture
def export():
    """Give `export(content)`: what a file says, with its rows as a list."""

    def read(content):
        raw = content if isinstance(content, bytes) else content.encode()
        found = files.read(io.BytesIO(raw), "library.csv")
        return found, list(found.rows)

    return read


@pytest.fixture
def row(export):
    """Give `row(content)`: the only row of a file."""

    def read(content):
        (only,) = export(content)[1]
        return only

    return read
