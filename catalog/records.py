"""Catalog rows as the readers' API shows them (contract, "Readers"), in lists and alone.

Lists are read by statements of their own and go into JSON as they are: nested serializers cost
more than the database does. Each statement joins `WORK_SOURCE` to what it found as `found.work_id`.
"""

from __future__ import annotations

from typing import Any

import orjson


def seen(alias: str) -> str:
    """Give the condition under which the reader sees a row, as `visible_to` and the policies do.

    The platform sees shared rows alone here: nobody is its reader.
    """
    return f"({alias}.owner_user_id IS NULL OR {alias}.owner_user_id = %(reader)s)"


# The reader's own choice of an edition comes before the work's. COALESCE would say the same, but
# counts as a function that may leak, so under a policy PostgreSQL reads all editions for it.
WORK_SOURCE = f"""
    JOIN works w ON w.id = found.work_id AND {seen("w")}
    LEFT JOIN edition_choices c ON c.work_id = w.id AND c.user_id = %(reader)s
    LEFT JOIN editions e ON e.id = CASE
        WHEN c.edition_id IS NULL THEN w.primary_edition_id ELSE c.edition_id END
        AND {seen("e")}
"""
# The works' authors as JSON, which goes into the answer as it is.
AUTHORS_COLUMN = f"""
    (SELECT json_agg(json_build_object('id', a.id, 'name', a.name) ORDER BY aw.position, a.id)
        FROM author_works aw JOIN authors a ON a.id = aw.author_id
        WHERE aw.work_id = w.id AND {seen("a")})::text
"""  # noqa: S608  (constants of this project)
WORK_COLUMNS = f"""
    w.id, w.title, w.openlibrary_id, w.first_publish_year, w.manual, w.owner_user_id,
    w.created_at, w.updated_at, {AUTHORS_COLUMN},
    e.id, e.title, e.publish_year, e.publish_date, e.isbn13, e.cover_url, e.language
"""
_WORK_KEYS = (
    "id",
    "title",
    "openlibrary_id",
    "first_publish_year",
    "manual",
    "owner_user_id",
    "created_at",
    "updated_at",
)
_SUMMARY_KEYS = (
    "id",
    "title",
    "publish_year",
    "publish_date",
    "isbn13",
    "cover_url",
    "language",
)
WIDTH = len(_WORK_KEYS) + 1 + len(_SUMMARY_KEYS)
"""How many columns of a row `WORK_COLUMNS` takes."""
_AUTHORS = len(_WORK_KEYS)


def work(row: tuple[Any, ...]) -> dict[str, Any]:
    """Shape the first WIDTH columns of a row as a `work`."""
    shown = dict(zip(_WORK_KEYS, row, strict=False))
    edition = row[_AUTHORS + 1 : WIDTH]
    summary = dict(zip(_SUMMARY_KEYS, edition, strict=True)) if edition[0] else None
    year = shown["first_publish_year"]
    if year is None and summary:
        year = summary["publish_year"]
    shown["publish_year"] = year
    shown["authors"] = orjson.Fragment(row[_AUTHORS] or "[]")
    shown["primary_edition"] = summary
    return shown


AUTHOR_FIELDS = (
    "id",
    "name",
    "openlibrary_id",
    "manual",
    "owner_user_id",
    "ol_fetched_at",
    "ol_expires_at",
    "created_at",
    "updated_at",
)
AUTHOR_COLUMNS = ", ".join(f"a.{name}" for name in AUTHOR_FIELDS)
EDITION_FIELDS = (
    "id",
    "work_id",
    "title",
    "openlibrary_id",
    "publish_year",
    "publish_date",
    "publish_date_raw",
    "isbn13",
    "cover_url",
    "language",
    "manual",
    "owner_user_id",
    "ol_fetched_at",
    "ol_expires_at",
    "created_at",
    "updated_at",
)
EDITION_COLUMNS = ", ".join(f"e.{name}" for name in EDITION_FIELDS)


def author(row: tuple[Any, ...]) -> dict[str, Any]:
    """Shape a row of AUTHOR_COLUMNS as an `author`."""
    return dict(zip(AUTHOR_FIELDS, row, strict=True))


def edition(row: tuple[Any, ...]) -> dict[str, Any]:
    """Shape a row of EDITION_COLUMNS as an `edition`."""
    return dict(zip(EDITION_FIELDS, row, strict=True))
