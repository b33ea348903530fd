"""The generated library is read to its end, and has the habits of real ones as often."""

import io
import os
import subprocess
import sys

from bench import library_export
from bench.library_export import Known
from config.local.processes import PROJECT
from enrichment.library import files
from enrichment.library.files import goodreads

ROWS = 1_000


def test_a_library_of_the_catalogs_works():
    works = [Known(f"Book {n}", [f"Ann {n}", "Bo Ek"], None, 1990) for n in range(50)]
    text = io.StringIO()
    library_export.write(works, text, rows=ROWS)
    assert text.getvalue().splitlines()[0] == ",".join(goodreads.COLUMNS)
    export = files.read(io.BytesIO(text.getvalue().encode()), "library.csv")
    rows = list(export.rows)
    assert (export.kind, len(rows)) == ("goodreads", ROWS)
    assert {(row.problem, row.notes) for row in rows} == {(None, ())}
    assert 0.2 < sum(not row.isbns for row in rows) / ROWS < 0.28
    assert 0.19 < sum(row.title != row.full_title for row in rows) / ROWS < 0.27
    assert 0.85 < sum(row.title.startswith("Book ") for row in rows) / ROWS < 0.95
    assert {row.status for row in rows} == {"read", "to_read", "in_progress", "hidden", None}


def test_it_needs_no_settings():
    unset = {name: value for name, value in os.environ.items() if "SETTINGS" not in name}
    command = [sys.executable, "-m", "bench.library_export", "--help"]
    subprocess.run(command, cwd=PROJECT, env=unset, check=True, capture_output=True)
