"""The tables that a load of dumps fills before the catalog sees anything of it."""

from __future__ import annotations

SCHEMA = "openlibrary_load"

# What is lost with a crash is read again, so nothing of this goes through the write-ahead log.
STAGING = f"""
    CREATE SCHEMA IF NOT EXISTS {SCHEMA};
    CREATE UNLOGGED TABLE {SCHEMA}.staged_authors (
        line integer, id uuid, openlibrary_id text, name text);
    CREATE UNLOGGED TABLE {SCHEMA}.staged_works (
        line integer, id uuid, openlibrary_id text, title text, first_publish_year smallint);
    CREATE UNLOGGED TABLE {SCHEMA}.staged_links (
        work_id uuid, author_id uuid, position smallint);
    CREATE UNLOGGED TABLE {SCHEMA}.staged_editions (
        line integer, id uuid, openlibrary_id text, work_id uuid, title text,
        publish_year smallint, publish_date date, publish_date_raw text, cover_url text,
        language text);
    CREATE UNLOGGED TABLE {SCHEMA}.staged_isbns (
        edition_id uuid, isbn13 text, position smallint);
    CREATE UNLOGGED TABLE {SCHEMA}.staged_redirects (
        line integer, openlibrary_id text, target text);
    CREATE UNLOGGED TABLE {SCHEMA}.staged_deletes (openlibrary_id text);
    CREATE UNLOGGED TABLE {SCHEMA}.refused_lines (
        file text, line integer, reason text, key text);
"""
