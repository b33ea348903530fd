"""Open Library, as far as BookHub asks it, from the records.

Shapes and habits are those that the service shows: a merged record is a redirect with HTTP status
200 whose own lists are 404, `size` counts more works than `entries` hold, bare keys in author
search, 302 for an ISBN, a JSON body with most 404s.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import langcodes
from stdnum import isbn as isbns

from enrichment.stand_in.lookup import Answer, Asked, Row, is_found, number, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PREFIX = "/ol"
MOST = 1000
SHORTEST_QUERY = 3
OPERATOR = re.compile(r"\b(?:title|author|author_key|isbn):")
COMMON_FIELDS = "key,title,subtitle,author_name,author_key,edition_count,first_publish_year,cover_i"


def answer(path: str, asked: Asked) -> Answer:
    """Answer a path below the service's base URL."""
    for pattern, answering in ROUTES:
        found = re.fullmatch(pattern, path)
        if found:
            return answering(asked, *found.groups())
    return _missing(path)


def _missing(key: str) -> Answer:
    return Answer({"error": "notfound", "key": key}, 404)


def _refused(name: str, message: str) -> Answer:
    """Refuse a parameter as FastAPI does."""
    return Answer({"detail": [{"loc": ["query", name], "msg": message}]}, 422)


def _record(_asked: Asked, key: str) -> Answer:
    files = ("authors", "works", "editions", "others")
    everything = (row for file in files for row in rows(f"openlibrary_{file}"))
    return next((Answer(row) for row in everything if row["key"] == key), _missing(key))


# --- What hangs on a record -----------------------------------------------------------------------


def _works_of(author: str) -> list[Row]:
    return [work for work in rows("openlibrary_works") if author in _authors_of(work)]


def _authors_of(work: Row) -> list[str]:
    return [entry["author"]["key"] for entry in work["authors"] if "author" in entry]


def _editions_of(work: str) -> list[Row]:
    return [
        edition for edition in rows("openlibrary_editions") if {"key": work} in edition["works"]
    ]


def _author_works(asked: Asked, author: str) -> Answer:
    if not any(row["key"] == author for row in rows("openlibrary_authors")):
        return _missing(author)
    return _page(asked, f"{author}/works.json", _works_of(author), {"author": author})


def _work_editions(asked: Asked, work: str) -> Answer:
    if not any(row["key"] == work for row in rows("openlibrary_works")):
        return _missing(work)
    return _page(asked, f"{work}/editions.json", _editions_of(work), {"work": work})


def _page(asked: Asked, path: str, found: Sequence[Row], links: dict[str, str]) -> Answer:
    limit, offset = number(asked, "limit", 50), number(asked, "offset", 0)
    if limit > MOST:
        return _refused("limit", f"Input should be less than or equal to {MOST}")
    links = {"self": f"{path}?limit={limit}&offset={offset}", **links}
    if offset + limit < len(found):
        links["next"] = f"{path}?limit={limit}&offset={offset + limit}"
    entries = found[offset : offset + limit]
    # Theirs comes from the search engine, which has not heard of the last merger.
    return Answer({"links": links, "size": len(found) + 1, "entries": entries})


# --- Searches -------------------------------------------------------------------------------------


def _search_authors(asked: Asked) -> Answer:
    found = [
        author
        for author in rows("openlibrary_authors")
        if is_found(asked.get("q", ""), author["name"], *author.get("alternate_names", ()))
    ]
    return _block(asked, [_author_doc(author) for author in found])


def _author_doc(author: Row) -> Row:
    works = _works_of(author["key"])
    kept = ("name", "alternate_names", "birth_date", "death_date")
    return {
        "key": _bare(author["key"]),
        "type": "author",
        **{name: author[name] for name in kept if name in author},
        **({"top_work": works[0]["title"]} if works else {}),
        "work_count": len(works),
        "_version_": 1795000000000000000,
    }


def _search(asked: Asked) -> Answer:
    query = asked.get("q", "")
    if "q" in asked and (len(query) < SHORTEST_QUERY or query == "the"):
        return _refused("q", "The query is too short or too common")
    plain = OPERATOR.sub(" ", query)
    codes = set(_as_isbn13(re.findall(r"\b\d{9,12}[\dXx]\b", f"{plain} {asked.get('isbn', '')}")))
    found = [work for work in rows("openlibrary_works") if _fits(work, asked, plain, codes)]
    fields = asked.get("fields") or COMMON_FIELDS
    return _block(asked, [_work_doc(work, fields, _best(work, asked, codes)) for work in found])


def _fits(work: Row, asked: Asked, query: str, codes: set[str]) -> bool:
    editions = _editions_of(work["key"])
    if codes:
        return any(codes.intersection(_isbns_of(edition)) for edition in editions)
    titles = [row["title"] for row in (work, *editions)]
    names = [name for author in _author_rows(work) for name in _names(author)]
    return (
        is_found(query, *titles, *names)
        and is_found(asked.get("title", ""), *titles)
        and is_found(asked.get("author", ""), *names)
    )


def _author_rows(work: Row) -> list[Row]:
    return [row for row in rows("openlibrary_authors") if row["key"] in _authors_of(work)]


def _names(author: Row) -> list[str]:
    """Give what an author is found by, the key too, as the search's one box takes them all."""
    return [author["name"], *author.get("alternate_names", ()), _bare(author["key"])]


def _best(work: Row, asked: Asked, codes: set[str]) -> Row:
    """Choose the edition that is shown: by the ISBN, else by the title, else by the language."""
    title = asked.get("title", asked.get("q", ""))
    language = langcodes.get(asked.get("lang", "en")).to_alpha3(variant="B")
    return max(
        _editions_of(work["key"]),
        key=lambda row: (
            bool(codes.intersection(_isbns_of(row))),
            is_found(title, row["title"]),
            _bare(row["languages"][0]["key"]) == language,
        ),
    )


def _work_doc(work: Row, fields: str, best: Row) -> Row:
    editions, authors = _editions_of(work["key"]), _author_rows(work)
    whole = {
        "key": work["key"],
        "title": work["title"],
        "subtitle": best.get("subtitle"),
        "author_name": [author["name"] for author in authors],
        "author_key": [_bare(author["key"]) for author in authors],
        "edition_count": len(editions),
        "first_publish_year": _year_of(work["key"]),
        "cover_i": next(iter(work.get("covers", ())), None),
        "isbn": [code for row in editions for code in _codes(row)],
        "language": sorted({_bare(row["languages"][0]["key"]) for row in editions}),
        "subject": work.get("subjects"),
        "editions": {"numFound": len(editions), "start": 0, "docs": [_edition_doc(best)]},
    }
    wanted = {name.split(".")[0] for name in fields.split(",")}
    return {name: value for name, value in whole.items() if value is not None and name in wanted}


def _year_of(work: str) -> int | None:
    """Give what the search engine knows, and hardly any record says."""
    years: dict[str, int] = {
        row["key"]: row["first_publish_year"] for row in rows("openlibrary_years")
    }
    return years.get(work)


def _edition_doc(edition: Row) -> Row:
    return {
        "key": edition["key"],
        "title": edition["title"],
        "language": [_bare(edition["languages"][0]["key"])],
        "isbn": _codes(edition),
        "publish_date": [edition["publish_date"]],
        "publisher": edition["publishers"],
        **({"cover_i": edition["covers"][0]} if "covers" in edition else {}),
    }


def _block(asked: Asked, docs: Sequence[Row]) -> Answer:
    offset, limit = number(asked, "offset", 0), number(asked, "limit", 100)
    found = {"numFound": len(docs), "start": offset, "numFoundExact": True}
    return Answer({**found, "docs": docs[offset : offset + limit]})


# --- ISBNs ----------------------------------------------------------------------------------------


def _by_isbn(_asked: Asked, code: str) -> Answer:
    wanted = set(_as_isbn13([code]))
    for edition in rows("openlibrary_editions"):
        if wanted.intersection(_isbns_of(edition)):
            return Answer({}, 302, {"Location": f"{PREFIX}{edition['key']}.json"})
    return Answer("<html><body><h1>Not Found</h1></body></html>", 404)


def _codes(edition: Row) -> list[str]:
    return [*edition.get("isbn_13", ()), *edition.get("isbn_10", ())]


def _isbns_of(edition: Row) -> list[str]:
    return _as_isbn13(_codes(edition))


def _as_isbn13(codes: Iterable[str]) -> list[str]:
    return [isbns.to_isbn13(isbns.compact(code)) for code in codes if isbns.is_valid(code)]


def _bare(key: str) -> str:
    return key.rsplit("/", 1)[-1]


ROUTES: tuple[tuple[str, Callable[..., Answer]], ...] = (
    (r"/search/authors\.json", _search_authors),
    (r"/search\.json", _search),
    (r"(/authors/OL\d+A)/works\.json", _author_works),
    (r"(/works/OL\d+W)/editions\.json", _work_editions),
    (r"(/(?:authors|works|books)/OL\d+[AWM])\.json", _record),
    (r"/isbn/([\dXx-]+)\.json", _by_isbn),
)
