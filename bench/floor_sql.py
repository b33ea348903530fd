"""The statements of the floor: index-backed, one a question, the total in the last column."""

from __future__ import annotations

from functools import cache

WORK_KEYS = (
    "id",
    "title",
    "openlibrary_id",
    "first_publish_year",
    "publish_year",
    "manual",
    "owner_user_id",
    "created_at",
    "updated_at",
    "authors",
)
EDITION_KEYS = (
    "id",
    "title",
    "publish_year",
    "publish_date",
    "isbn13",
    "cover_url",
    "language",
)
WORK_WIDTH = len(WORK_KEYS) + len(EDITION_KEYS)
ITEM_KEYS = (
    "status",
    "available_in_legimi",
    "legimi_checked_at",
    "status_updated_at",
    "created_at",
    "updated_at",
)
PROFILE_KEYS = (
    "user_id",
    "email",
    "author_count",
    "work_count",
    "max_authors",
    "max_works",
    "created_at",
    "updated_at",
)

AUTHORS = """(
    SELECT json_agg(json_build_object('id', a.id, 'name', a.name) ORDER BY aw.position, a.id)
    FROM author_works aw JOIN authors a ON a.id = aw.author_id WHERE aw.work_id = w.id
)::text"""
COLUMNS = ", ".join(
    [
        *(f"w.{key}" for key in WORK_KEYS[:4]),
        "coalesce(w.first_publish_year, e.publish_year)",
        *(f"w.{key}" for key in WORK_KEYS[5:9]),
        AUTHORS,
        *(f"e.{key}" for key in EDITION_KEYS),
    ]
)
ITEM_COLUMNS = ", ".join(f"uw.{key}" for key in ITEM_KEYS)
# What a page found, as `found.work_id`, with the work and the edition that this reader sees.
WORK = """
    JOIN works w ON w.id = found.work_id
    LEFT JOIN edition_choices c ON c.user_id = %(reader)s AND c.work_id = w.id
    LEFT JOIN editions e ON e.id = coalesce(c.edition_id, w.primary_edition_id)
"""
# A plain join would read the whole shelf: the planner expects an average reader's.
ON_SHELF = """
    CROSS JOIN LATERAL (
        SELECT * FROM user_works
        WHERE user_id = %(reader)s AND work_id = found.work_id OFFSET 0
    ) uw
"""

ORDERS = {
    "published_desc": "publish_year DESC NULLS LAST, work_id",
    "title_asc": "title_key, work_id",
}
SHELF_FILTERS = {
    "status": "AND s.status = ANY(%(status)s)",
    "available": "AND s.available_in_legimi = %(available)s::boolean",
    "author_id": "AND s.work_id IN (SELECT work_id FROM author_works"
    " WHERE author_id = %(author_id)s)",
    "search": "AND s.title_key LIKE '%%' || (SELECT public.title_key(%(search)s)) || '%%'",
}
WHOLE_SHELF = "SELECT work_count FROM profiles WHERE user_id = %(reader)s"


@cache
def shelf(sort: str, *filters: str) -> str:
    """Give the statement of a shelf's page: it walks an index, and joins twenty rows alone."""
    order = ORDERS[sort]
    source = "FROM user_works s WHERE s.user_id = %(reader)s " + " ".join(
        SHELF_FILTERS[name] for name in filters
    )
    total = f"SELECT count(*) {source}" if filters else WHOLE_SHELF
    return f"""
        SELECT {COLUMNS}, {ITEM_COLUMNS}, ({total})
        FROM (SELECT s.work_id, s.publish_year, s.title_key {source}
            ORDER BY {order} LIMIT 20 OFFSET %(start)s) found
        {ON_SHELF} {WORK}
        ORDER BY found.{order.replace(", ", ", found.")}
    """


WORKS_OF_AUTHOR = f"""
    SELECT {COLUMNS}, (SELECT count(*) FROM author_works
        WHERE author_id = %(author_id)s AND listed AND owner_user_id IS NULL)
    FROM (SELECT work_id, publish_year FROM author_works
        WHERE author_id = %(author_id)s AND listed AND owner_user_id IS NULL
        ORDER BY publish_year DESC NULLS LAST, work_id LIMIT 20 OFFSET %(start)s) found
    {WORK}
    ORDER BY found.publish_year DESC NULLS LAST, found.work_id
"""
BY_WORDS = f"""
    WITH asked AS MATERIALIZED (
        SELECT plainto_tsquery('pg_catalog.simple', public.plain_text(%(q)s)) AS words,
            public.title_key(%(q)s) AS title
    ), matches AS MATERIALIZED (
        SELECT id AS work_id, title_key = asked.title AS exact,
            ts_rank(search_vector, asked.words) AS rank
        FROM works, asked
        WHERE search_vector @@ asked.words AND listed AND owner_user_id IS NULL
    )
    SELECT {COLUMNS}, (SELECT count(*) FROM matches)
    FROM (SELECT * FROM matches ORDER BY exact DESC, rank DESC, work_id
        LIMIT 20 OFFSET %(start)s) found
    {WORK}
    ORDER BY found.exact DESC, found.rank DESC, found.work_id
"""
BY_ISBN = f"""
    WITH found AS (
        SELECT DISTINCT e.work_id FROM edition_isbns i JOIN editions e ON e.id = i.edition_id
        WHERE i.isbn13 = %(q)s AND i.owner_user_id IS NULL LIMIT 20 OFFSET %(start)s
    )
    SELECT {COLUMNS}, (SELECT count(*) FROM found) FROM found {WORK}
"""
ONE_WORK = f"SELECT {COLUMNS} FROM (SELECT %(work)s::uuid AS work_id) found {WORK}"
PROFILE = f"""
    SELECT u.id, u.email, {", ".join(f"p.{key}" for key in PROFILE_KEYS[2:])}
    FROM profiles p JOIN users u ON u.id = p.user_id WHERE p.user_id = %(reader)s
"""
CHANGE_STATUS = f"""
    WITH uw AS (
        UPDATE user_works SET status = %(status)s
        WHERE user_id = %(reader)s AND work_id = %(work)s RETURNING *
    )
    SELECT {COLUMNS}, {ITEM_COLUMNS}
    FROM (SELECT %(work)s::uuid AS work_id) found JOIN uw ON uw.work_id = found.work_id {WORK}
"""
ATTACH = """
    INSERT INTO user_works (user_id, work_id)
    SELECT %(reader)s, id FROM works WHERE id = ANY(%(works)s::uuid[]) AND owner_user_id IS NULL
    ON CONFLICT DO NOTHING RETURNING work_id
"""
CREATE_BOOK = """
    INSERT INTO books (id, title, authors, isbn13, price, cover_images, locked_fields,
        publisher_id, created_by_id)
    VALUES (%(id)s, %(title)s, ARRAY[%(author)s], %(isbn)s, %(price)s, '{}', '{}',
        %(publisher)s, %(member)s)
    RETURNING created_at
"""
