"""Constant SQL: prepared, seen by whoever listens, and on a connection that lives."""

import copy
import os
from uuid import uuid4

import psycopg
import pytest
from django.db import DataError, OperationalError, connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from config import statements
from tests import sql

DOUBLE = "SELECT 2 * %(n)s::int, %(n)s::int, '{\"a\": 1}'::jsonb, now() = statement_timestamp()"


@pytest.mark.django_db
class TestRows:
    def test_gives_tuples_for_named_and_for_numbered_parameters(self):
        assert statements.rows("SELECT n FROM generate_series(1, %s::int) n", [3]) == [
            (1,),
            (2,),
            (3,),
        ]
        assert statements.rows("SELECT %(n)s::int, %(n)s::int + 1", {"n": 1}) == [(1, 2)]

    def test_one_gives_the_first_or_none(self):
        assert statements.one("SELECT 1 WHERE true") == (1,)
        assert statements.one("SELECT 1 WHERE false") is None

    def test_the_server_keeps_the_statement(self):
        text = "SELECT 'kept by the server'"
        statements.one(text)
        statements.one(text)
        kept = sql.ask(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement = %s",
            [text],
        )
        assert kept == [(2,)]

    def test_whoever_listens_hears_of_it_and_gets_the_same(self):
        alone = statements.one(DOUBLE, {"n": 7})
        with CaptureQueriesContext(connection) as queries:
            listened_to = statements.one(DOUBLE, {"n": 7})
        assert ["2 * 7" in query["sql"] for query in queries] == [True]
        assert listened_to == alone == (14, 7, '{"a": 1}', alone[3])

    def test_wrappers_run(self):
        heard = []

        def listen(execute, statement, *rest):
            heard.append(statement)
            return execute(statement, *rest)

        with connection.execute_wrapper(listen):
            statements.one("SELECT 1")
        assert heard == ["SELECT 1"]

    def test_errors_are_djangos(self):
        with pytest.raises(DataError), transaction.atomic():
            statements.one("SELECT 1 / %(n)s::int", {"n": 0})
        assert statements.one("SELECT 1") == (1,)

    def test_a_broken_transaction_takes_no_more(self):
        with transaction.atomic():
            transaction.set_rollback(True)
            with pytest.raises(TransactionManagementError):
                statements.one("SELECT 1")


@pytest.fixture
def pooled(transactional_db):
    """Put a pool of two behind the default connection, as the web has one."""
    ours = connections["default"]
    settings = copy.deepcopy(ours.settings_dict)
    settings["OPTIONS"]["pool"] = {"min_size": 2, "max_size": 2, "timeout": 5}
    connections["default"] = wrapper = DatabaseWrapper(settings, "default")
    wrapper.pool.open(wait=True)
    yield wrapper
    wrapper.close()
    wrapper.close_pool()
    connections["default"] = ours


def end_all_connections(pool):
    """End what lies in the pool, on the server's side, as a restart does."""
    taken = [pool.getconn() for _ in range(2)]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        for one in taken:
            server.execute("SELECT pg_terminate_backend(%s, 5000)", [one.info.backend_pid])
    for one in taken:
        pool.putconn(one)


class TestARestartedServer:
    def test_costs_no_statement(self, pooled):
        assert statements.one("SELECT 1") == (1,)
        pooled.close()
        end_all_connections(pooled.pool)
        for _ in range(3):
            assert statements.one("SELECT 1") == (1,)
            pooled.close()

    def test_costs_no_request(self, pooled, api, reader):
        client = api(reader)
        pooled.close()
        for _ in range(2):
            end_all_connections(pooled.pool)
            assert client.get("/api/profile").status_code == 200
            pooled.close()

    def test_a_living_connection_stays(self, pooled):
        pids = set()
        for _ in range(5):
            pids.add(statements.one("SELECT pg_backend_pid()"))
            pooled.close()
        assert len(pids) <= 2


class TestOpening:
    """The first statement of a transaction, in one trip with its BEGIN."""

    ASK = "SELECT %s, %s, true, ARRAY['a'], now() < clock_timestamp()"

    @staticmethod
    def status():
        return connections["default"].connection.info.transaction_status.name

    def test_begins_the_transaction_and_gives_values_as_one_does(self, pooled):
        asked = uuid4()
        pooled.ensure_connection()
        with transaction.atomic():
            assert self.status() == "IDLE"
            row = statements.opening(self.ASK, asked, None)
            assert self.status() == "INTRANS"
            assert row == (asked, None, True, ["a"], True)
            assert statements.opening(self.ASK, asked, None) == row
        assert self.status() == "IDLE"

    def test_what_follows_is_rolled_back_with_it(self, pooled):
        with transaction.atomic():
            statements.opening("SELECT set_config('bookhub.role', 'staff', true), %s", None)
            transaction.set_rollback(True)
        assert statements.one("SELECT current_setting('bookhub.role', true)")[0] in (None, "")

    def test_no_row_is_none(self, pooled):
        with transaction.atomic():
            assert statements.opening("SELECT %s WHERE false", None) is None

    def test_whoever_listens_hears_of_it(self, pooled):
        with transaction.atomic(), CaptureQueriesContext(pooled) as queries:
            assert statements.opening("SELECT %s, 'heard'", None) == (None, "heard")
        assert "SELECT NULL, 'heard'" in [query["sql"] for query in queries]

    def test_errors_are_djangos_and_the_connection_stays_good(self, pooled):
        with pytest.raises(DataError), transaction.atomic():
            statements.opening("SELECT %s, 1 / 0", None)
        assert statements.one("SELECT 1") == (1,)

    def test_a_server_that_goes_is_an_operational_error(self, pooled):
        pooled.ensure_connection()
        pid = pooled.connection.info.backend_pid
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with pytest.raises(OperationalError), transaction.atomic():
            statements.opening("SELECT %s", None)
        # The pool makes another one in the background; the database cannot be dropped meanwhile.
        pooled.close()
        pooled.pool.wait(5)

    def test_nothing_but_ids_goes_in(self, pooled):
        with pytest.raises(AttributeError), transaction.atomic():
            statements.opening("SELECT %s", "'; DROP TABLE users; --")
        assert statements.one("SELECT count(*) FROM users") == (0,)
