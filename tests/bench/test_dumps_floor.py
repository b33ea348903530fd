"""The floor of a load takes what can be read of the dumps, as bare rows with their indexes."""

import os
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from django.db import connection

from bench.dumps import floor, floor_sql, generator

pytestmark = pytest.mark.django_db
SCHEMA = "bench_floor"


@pytest.fixture
def url():
    """Give the address of an empty schema of the test's database."""
    name = connection.settings_dict["NAME"]
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute(f"CREATE SCHEMA {SCHEMA}")
        join = "&" if "?" in address else "?"
        yield f"{address}{join}options={quote(f'-csearch_path={SCHEMA}')}"
        owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def test_the_floor_loads_what_it_can_read(url, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    truth = generator.make(tmp_path / "dumps", (500, 1_000, 1_200), seed=3)
    parts = floor.measured(tmp_path / "dumps", spool, url)
    assert list(parts) == ["unpack and decode", "pick the fields", "COPY", "index"]
    with psycopg.connect(url) as loaded:
        counts = {
            table: loaded.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in floor_sql.TABLES
        }
        (indexes,) = loaded.execute(
            "SELECT count(*) FROM pg_indexes WHERE schemaname = %s", [SCHEMA]
        ).fetchone()
    # Lone surrogates are beyond it; editions without a work are not.
    assert 0.98 < counts["authors"] / truth["rows"]["authors"] <= 1
    assert 0.98 < counts["works"] / truth["rows"]["works"] <= 1
    assert counts["editions"] >= truth["rows"]["editions"]
    assert indexes == len(floor_sql.INDEXES)
