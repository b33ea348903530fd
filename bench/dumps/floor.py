"""The floor of a load: unpack and decode on one core, then COPY, then index, one after the other.

`python -m bench.dumps.floor FOLDER URL` fills an empty database, and prints the seconds of each
part as JSON. Nothing is checked, followed or kept up here beyond what PostgreSQL would refuse.
"""

from __future__ import annotations

import gc
import re
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, cast

import orjson
import psycopg
from isal import igzip

from bench.dumps import floor_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Json = dict[str, Any]
    Columns = tuple[str, str]
    """The lines for a kind's own table, and for the one beside it."""
    Pick = Callable[[str, Json], Columns]

BLOCK = 1 << 22
COPIED = 1 << 20
YEAR = re.compile(r"[0-9]{4}")
UNSEEN = re.compile(r"[\x00-\x1f\ud800-\udfff]")


def main() -> None:
    folder, url = Path(sys.argv[1]), sys.argv[2]
    # Decoded records make garbage that no collector need look for.
    gc.disable()
    with TemporaryDirectory(dir=folder.parent) as spool:
        parts = measured(folder, Path(spool), url)
    print(orjson.dumps(parts).decode())  # noqa: T201


def measured(folder: Path, spool: Path, url: str) -> dict[str, float]:
    """Do the parts in turn; give the seconds of each."""
    seconds = dict.fromkeys(("unpack and decode", "pick the fields", "COPY", "index"), 0.0)
    began = time.perf_counter()
    for name, beside, pick in KINDS:
        seconds["pick the fields"] += _decode(folder, spool, (name, beside), pick)
    seconds["unpack and decode"] = time.perf_counter() - began - seconds["pick the fields"]
    began = time.perf_counter()
    _copy(spool, url)
    copied = time.perf_counter()
    _index(url)
    seconds |= {"COPY": copied - began, "index": time.perf_counter() - copied}
    return {name: round(took, 2) for name, took in seconds.items()}


def _decode(folder: Path, spool: Path, files: tuple[str, str], pick: Pick) -> float:
    """Decode a file, and write what COPY takes; give how long that took beyond the decoding."""
    picking = 0.0
    (path,) = folder.glob(f"ol_dump_{files[0]}_*.txt.gz")
    with ExitStack() as stack:
        writes = [stack.enter_context((spool / name).open("w", newline="\n")) for name in files]
        for lines in _blocks(path):
            records = _records(lines)
            began = time.perf_counter()
            found = _picked(records, pick)
            for place, file in enumerate(writes):
                file.write("".join([columns[place] for columns in found]))
            picking += time.perf_counter() - began
    return picking


def _records(lines: list[bytes]) -> list[Json]:
    """Decode the lines that can be decoded."""
    records = []
    for line in lines:
        try:
            records.append(orjson.loads(line.split(b"\t", 4)[4]))
        except (ValueError, IndexError):
            continue
    return records


def _picked(records: list[Json], pick: Pick) -> list[Columns]:
    """Pick the fields of the records that have them."""
    found = []
    for record in records:
        try:
            found.append(pick(record["key"].rpartition("/")[2], record))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def _blocks(path: Path) -> Iterator[list[bytes]]:
    opened = cast("Callable[..., IO[bytes]]", igzip.open)
    with opened(path, "rb") as file:
        tail = b""
        while block := file.read(BLOCK):
            *lines, tail = (tail + block).split(b"\n")
            yield lines


def _text(text: str) -> str:
    return text if text.isprintable() else UNSEEN.sub("", text)


def _year(text: str) -> str:
    found = YEAR.search(text)
    return found[0] if found else ""


def _author(olid: str, record: Json) -> Columns:
    return f"{olid[2:-1]}\t{olid}\t{_text(record['name'])}\n", ""


def _work(olid: str, record: Json) -> Columns:
    year = _year(record.get("first_publish_date", ""))
    keys = {each["author"]["key"] for each in record.get("authors", ()) if "author" in each}
    links = [f"{olid[2:-1]}\t{key.rpartition('/')[2][2:-1]}\t0\n" for key in keys]
    return f"{olid[2:-1]}\t{olid}\t{_text(record['title'])}\t{year}\n", "".join(links)


def _edition(olid: str, record: Json) -> Columns:
    get = record.get
    work, covers, spoken = get("works"), get("covers"), get("languages")
    date = get("publish_date", "")
    isbns = get("isbn_13") or get("isbn_10") or ()
    own = (
        f"{olid[2:-1]}\t{olid}\t{work[0]['key'][9:-1] if work else ''}\t{_text(record['title'])}\t"
        f"{date}\t{_year(date)}\t{covers[0] if covers else ''}\t"
        f"{spoken[0]['key'][-3:] if spoken else ''}\n"
    )
    return own, "".join([f"{olid[2:-1]}\t{isbn}\n" for isbn in isbns])


KINDS: tuple[tuple[str, str, Pick], ...] = (
    ("authors", "nothing", _author),
    ("works", "author_works", _work),
    ("editions", "edition_isbns", _edition),
)


def _copy(spool: Path, url: str) -> None:
    """Make the tables and fill them in one transaction: nothing goes through the log twice."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for table, columns in floor_sql.TABLES.items():
            cursor.execute(f"CREATE TABLE {table} ({columns})".encode())
            with (
                (spool / table).open("rb") as rows,
                cursor.copy(floor_sql.COPY.format(table).encode()) as copy,
            ):
                while block := rows.read(COPIED):
                    copy.write(block)


def _index(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        for table in ("authors", "works", "editions"):
            connection.execute(floor_sql.WITHOUT_DOUBLES.format(table=table).encode())
        connection.execute(
            "DELETE FROM author_works older USING author_works newer WHERE"
            " older.work_id = newer.work_id AND older.author_id = newer.author_id"
            " AND older.ctid < newer.ctid"
        )
        for statement in floor_sql.INDEXES:
            connection.execute(statement.encode())
        connection.execute(f"VACUUM ANALYZE {', '.join(floor_sql.TABLES)}".encode())


if __name__ == "__main__":
    main()
