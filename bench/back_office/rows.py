"""Makes a large platform out of the bench's catalog: books, flags, events, jobs, a trail.

The rows are written by SQL with triggers off, as the triggers would have left them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bench import seeding
from config.local.processes import say

if TYPE_CHECKING:
    from typing import LiteralString

MARK = "BookHub bench, back-office of version 1"
BOOKS = 100_000
"""Every fifth is PENDING."""
EVENTS, ENTRIES, JOBS, COMMENTS = 1_000_000, 300_000, 20_000, 50_000

_STATEMENTS: dict[str, LiteralString] = {
    "books": """
        INSERT INTO books (id, title, authors, isbn13, price, currency, description, language,
            published_date, cover_images, book_format, status, publisher_id, created_by_id,
            edition_id, locked_fields, finalized_at, created_at, updated_at)
        SELECT uuidv7(- n * interval '3 minutes'), e.title, names.authors, e.isbn13,
            5 + n %% 60, 'USD', 'About ' || e.title, coalesce(e.language, ''), '2020-05-01',
            CASE WHEN n %% 7 = 0 THEN '{}'
                ELSE ARRAY['https://covers.openlibrary.org/b/id/' || n || '-L.jpg'] END,
            (ARRAY['Hardcover', 'Paperback', 'Ebook', 'Audiobook'])[1 + n %% 4],
            CASE WHEN n %% 5 = 0 THEN 'PENDING' WHEN n %% 50 = 1 THEN 'INACTIVE' ELSE 'ACTIVE' END,
            m.publisher_id, m.user_id, CASE WHEN n %% 5 = 0 THEN NULL ELSE e.id END, '{}',
            CASE WHEN n %% 5 = 0 THEN NULL ELSE made.at END, made.at, made.at
        FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM editions
                WHERE isbn13 IS NOT NULL ORDER BY id LIMIT %(books)s) e
        JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place,
                count(*) OVER () AS members FROM memberships) m ON m.place = e.n %% m.members
        CROSS JOIN LATERAL (SELECT now() - e.n * interval '3 minutes' AS at) made
        CROSS JOIN LATERAL (SELECT array_agg(a.name ORDER BY l.position) AS authors
            FROM author_works l JOIN authors a ON a.id = l.author_id
            WHERE l.work_id = e.work_id) names
    """,
    "book_screenings": """
        INSERT INTO book_screenings (book_id, flags, facts, book_version)
        SELECT id, flags, '{"no_cover": "It has no cover."}', updated_at
        FROM (SELECT id, updated_at, row_number() OVER (ORDER BY id) AS n
            FROM books WHERE status = 'PENDING') b
        CROSS JOIN LATERAL (SELECT (ARRAY['{}', '{no_cover}', '{near_title}',
            '{same_book,odd_price}', '{}'])[1 + b.n %% 5]::text[] AS flags) flagged
    """,
    "book_likenesses": """
        INSERT INTO book_likenesses (id, book_id, edition_id, flag, score)
        SELECT uuidv7(), s.book_id, e.id, s.flags[1], 0.8
        FROM (SELECT *, row_number() OVER () AS n FROM book_screenings
            WHERE flags && '{near_title,same_book}') s
        JOIN (SELECT id, row_number() OVER (ORDER BY id DESC) AS n FROM editions
            ORDER BY id DESC LIMIT 20000) e USING (n)
    """,
    "comments": """
        INSERT INTO comments (id, book_id, user_id, body)
        SELECT uuidv7(), b.id, u.id, 'A remark.'
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM books LIMIT %(comments)s) b
        CROSS JOIN LATERAL (SELECT id FROM users OFFSET b.n %% 100 LIMIT 1) u
    """,
    "events": """
        INSERT INTO events (id, name, user_id, payload, created_at)
        SELECT uuidv7(- n * interval '8 seconds'),
            (ARRAY['sign_up', 'add_author', 'add_books_bulk', 'mark_read'])[1 + n %% 4],
            (SELECT id FROM users ORDER BY id LIMIT 1), '{"count": 1}',
            now() - n * interval '8 seconds'
        FROM generate_series(1, %(events)s) n
    """,
    "auditlog_logentry": """
        INSERT INTO auditlog_logentry (object_pk, object_repr, action, changes, timestamp,
            actor_id, content_type_id, cid, changes_text)
        SELECT b.id::text, b.title, 1, '{"status": ["PENDING", "ACTIVE"]}',
            now() - b.n * interval '20 seconds', b.created_by_id,
            (SELECT id FROM django_content_type WHERE app_label = 'catalog' AND model = 'book'),
            'request-' || b.n, ''
        FROM (SELECT *, row_number() OVER (ORDER BY id, turn) AS n
            FROM books, generate_series(1, 3) turn LIMIT %(entries)s) b
    """,
    "jobs": """
        INSERT INTO jobs (id, kind, queue, arguments, request_id, status, state, done, total,
            result, error, attempts, losses, user_id, started_at, finished_at, created_at)
        SELECT uuidv7(- n * interval '2 minutes'),
            (ARRAY['author_works', 'book_import', 'legimi_check', 'library_import'])[1 + n %% 4],
            'bulk', '{}', 'request-' || n,
            CASE WHEN n %% 100 = 0 THEN 'failed' ELSE 'succeeded' END, '{}', 10, 10, '{}',
            CASE WHEN n %% 100 = 0 THEN 'Open Library does not answer.' END, 1, 0, NULL,
            now() - n * interval '2 minutes', now() - n * interval '2 minutes',
            now() - n * interval '2 minutes'
        FROM generate_series(1, %(jobs)s) n
    """,
}


def database_for(server_url: str, works: int) -> str:
    """Give the URL of a migrated database with all rows, made where there is none."""
    base = seeding.database_for(server_url, works)
    name = f"bookhub_bench_back_office_{works}"
    url = seeding.url_of(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as server:
        is_known = seeding.mark_of(server, name) == MARK
        if not is_known:
            _copy(server, urlsplit(base).path.removeprefix("/"), name)
    seeding.migrate(url)
    if not is_known:
        _fill(url, name)
    return url


def _copy(server: psycopg.Connection, base: str, name: str) -> None:
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    server.execute(made.format(sql.Identifier(name), sql.Identifier(base)))


def _fill(url: str, name: str) -> None:
    sizes = {
        "books": BOOKS,
        "events": EVENTS,
        "entries": ENTRIES,
        "jobs": JOBS,
        "comments": COMMENTS,
    }
    with psycopg.connect(url) as connection:
        for table, statement in _STATEMENTS.items():
            say(f"filling {name}: {table}")
            with seeding.without_triggers(connection, [table]):
                connection.execute(statement, sizes)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        seeding.mark(connection, name, MARK)
