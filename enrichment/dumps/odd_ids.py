"""Rows that are in the catalog under other ids than those that follow from their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.dumps.derive import LETTERS, row_id
from enrichment.dumps.schema import SCHEMA
from enrichment.dumps.steps import Step

if TYPE_CHECKING:
    import psycopg

    from enrichment.dumps.steps import Result

# Rows from before ids were computed, and those that were made by hand, have others.
COMPUTED_END = "8000-000000000000"
ODD_IDS = """
    INSERT INTO {schema}.odd_ids (computed, id)
    SELECT {computed}, o.id FROM public.{table} o
    WHERE o.openlibrary_id IS NOT NULL AND right(o.id::text, {length}) <> '{end}'
"""


def step() -> Step:
    """Give the step that all others wait for: whatever was read takes the ids that rows have."""
    return Step("odd_ids", "comparing ids", _find_odd_ids)


def _find_odd_ids(connection: psycopg.Connection) -> Result:
    rows = 0
    for table in LETTERS:
        names = {"schema": SCHEMA, "table": table, "computed": row_id("o.openlibrary_id")}
        statement = ODD_IDS.format(**names, end=COMPUTED_END, length=len(COMPUTED_END))
        rows += connection.execute(statement.encode()).rowcount
    return {"rows": rows}
