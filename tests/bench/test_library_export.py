"""The generated library is read to its end, and has the habits of real ones as often."""

import io

from bench import library_export
from bench.library_export import Known
from enrichment.library import files

ROWS = 1_000


def test_a_library_of_the_catalogs_works():
    works = [Known(f"Book {n}", [f"Ann {n}", "Bo Ek"], None, 1990) for n in range(50)]
    text = io.StringIO()
    library_export.write(works, text, rows=ROWS)
    export = files.read(io.BytesIO(text.getvalue().encode()), "library.csv")
    rows = list(export.rows)
    assert (export.kind, len(rows)) == ("goodreads", ROWS)
    assert {(row.problem, row.notes) for row in rows} == {(None, ())}
    assert 0.2 < sum(not row.isbns for row in rows) / ROWS < 0.28
    assert 0.19 < sum(row.title != row.full_title for row in rows) / ROWS < 0.27
    assert 0.85 < sum(row.title.startswith("Book ") for row in rows) / ROWS < 0.95
    assert {row.status for row in rows} == {"read", "to_read", "in_progress", "hidden", None}
