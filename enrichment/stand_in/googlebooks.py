"""Google Books, as far as BookHub asks it, from the records.

Without a key it answers as it has since 2026: a quota of zero. A list gives flat categories and
leaves `items` out when nothing was found; `isbn:` looks into texts, too, so that it may find a
book about the book.
"""

from __future__ import annotations

import re

from enrichment.stand_in.lookup import Answer, Asked, Row, is_found, number, rows

PREFIX = "/gb"
DETAIL = "/volumes/"
QUOTA = (
    "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service"
    " 'books.googleapis.com' for consumer 'project_number:0'."
)
KEYLESS: Row = {
    "error": {
        "code": 429,
        "message": QUOTA,
        "errors": [{"message": QUOTA, "domain": "global", "reason": "rateLimitExceeded"}],
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
                "metadata": {"quota_limit_value": "0", "quota_limit": "defaultPerDayPerProject"},
            }
        ],
    }
}
# `intitle:"The Last Wish"`, `inauthor:Lem`, `isbn:9780156027607`.
OPERATOR = re.compile(r'(intitle|inauthor|isbn):("[^"]*"|\S+)')


def answer(path: str, asked: Asked) -> Answer:
    """Answer a path below the service's base URL."""
    if not asked.get("key"):
        return Answer(KEYLESS, 429)
    if path == "/volumes":
        return _list(asked)
    return _detail(path.removeprefix(DETAIL) if path.startswith(DETAIL) else "")


def _list(asked: Asked) -> Answer:
    language = asked.get("langRestrict")
    found = [
        row
        for row in rows("googlebooks_volumes")
        if _fits(row["volumeInfo"], asked.get("q", ""))
        and language in (None, row["volumeInfo"]["language"])
    ]
    start = number(asked, "startIndex", 0)
    items = [_listed(row) for row in found[start : start + number(asked, "maxResults", 10)]]
    body: Row = {"kind": "books#volumes", "totalItems": len(found)}
    return Answer(body | ({"items": items} if items else {}))


def _fits(info: Row, query: str) -> bool:
    title, authors = info["title"], info.get("authors", ())
    given = OPERATOR.findall(query)
    free = OPERATOR.sub(" ", query)
    places = {"intitle": (title, info.get("subtitle", "")), "inauthor": authors}
    places["isbn"] = (info.get("description", ""), *_codes(info))
    return all(is_found(text, *places[name]) for name, text in given) and is_found(
        free, title, *authors
    )


def _codes(info: Row) -> list[str]:
    return [entry["identifier"] for entry in info["industryIdentifiers"]]


def _listed(row: Row) -> Row:
    """Give a volume as a list shows it: of each category the first part alone."""
    info = row["volumeInfo"]
    flat = list(dict.fromkeys(path.split(" / ")[0] for path in info.get("categories", ())))
    return _volume(row, info | ({"categories": flat[:1]} if flat else {}))


def _detail(volume_id: str) -> Answer:
    for row in rows("googlebooks_volumes"):
        if row["id"] == volume_id:
            return Answer(_volume(row, row["volumeInfo"]))
    return Answer({"error": {"code": 404, "message": "The volume ID could not be found."}}, 404)


def _volume(row: Row, info: Row) -> Row:
    here = f"https://www.googleapis.com/books/v1/volumes/{row['id']}"
    return {
        "kind": "books#volume",
        "id": row["id"],
        "selfLink": here,
        "volumeInfo": info,
        "saleInfo": {"country": "PL", "saleability": "NOT_FOR_SALE", "isEbook": False},
        "accessInfo": {"country": "PL", "viewability": "NO_PAGES", "embeddable": False},
        "searchInfo": {"textSnippet": f"&quot;{info['title']}&quot;"},
    }
