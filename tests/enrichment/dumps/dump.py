"""Dumps of Open Library of a few records, written as upstream writes them."""

import gzip
import json

FOLDERS = {"authors": "authors", "works": "works", "editions": "books"}
MOMENT = "2026-09-15T10:00:00.000000"


def line(kind, key, record):
    """Write a record as a line; a `bytes` record stands as it is."""
    if isinstance(record, bytes):
        return record
    folder = FOLDERS.get(kind) or {"A": "authors", "W": "works", "M": "books"}[key[-1]]
    name = f"/{folder}/{key}"
    whole = {"key": name, "type": {"key": f"/type/{kind.removesuffix('s')}"}} | record
    columns = (f"/type/{kind.removesuffix('s')}", name, "1", MOMENT, json.dumps(whole))
    return "\t".join(columns).encode()


def author(name):
    return {"name": name}


def work(title, *authors, **fields):
    return {
        "title": title,
        "authors": [{"author": {"key": f"/authors/{a}"}} for a in authors],
    } | fields


def edition(title, work_id, **fields):
    return {"title": title, "works": [{"key": f"/works/{work_id}"}]} | fields


def redirect(target):
    return {"location": target}


def write(folder, records, date="2026-09-30"):
    """Write a file for each kind in `records` ({kind: {key: record}}); gives the folder."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("ol_dump_*"):
        old.unlink()
    for kind in ("authors", "works", "editions", "redirects"):
        rows = records.get(kind, {})
        text = b"".join(line(kind, key, record) + b"\n" for key, record in rows.items())
        (folder / f"ol_dump_{kind}_{date}.txt.gz").write_bytes(gzip.compress(text))
    return folder
