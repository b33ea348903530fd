"""Telling PostgreSQL who acts, refusing a role that no policy holds, and the migration operation."""

import threading
from uuid import UUID

import psycopg
import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from config.row_security import (
    NOBODY,
    SYSTEM,
    WEB_ROLE,
    Actor,
    RowSecurity,
    UnsafeRoleError,
    acting_as,
    current_actor,
    refuse_unsafe_role,
    why_role_is_unsafe,
)
from tests import factories, sql

READER = Actor(role="user", user_id=UUID(int=1))
MEMBER = Actor(role="user", user_id=UUID(int=2), publisher_id=UUID(int=3))


def in_database():
    """Give what the policies see: (role, user, publisher)."""
    return sql.ask("SELECT actor_role(), actor_user_id(), actor_publisher_id()")[0]


def seen(actor):
    return actor.role, actor.user_id, actor.publisher_id


UNSET = (None, None, None)


@pytest.mark.django_db(transaction=True)
class TestTheTransactionsEnd:
    """With real transactions, as in a request; the connection stays open and may go to a pool."""

    def test_database_and_python_know_the_actor_inside_the_block_alone(self):
        for actor in (NOBODY, READER, MEMBER, SYSTEM):
            with acting_as(actor):
                assert in_database() == seen(actor)
                assert current_actor() == actor
            assert in_database() == UNSET
            assert current_actor() == NOBODY

    @pytest.mark.parametrize("statement", ["SELECT 1", "SELECT 1/0"])
    def test_nothing_is_left_after_an_error(self, statement):
        with pytest.raises((ZeroDivisionError, DatabaseError)), acting_as(SYSTEM):
            fail_after(statement)
        assert in_database() == UNSET
        assert current_actor() == NOBODY

    def test_threads_do_not_share_an_actor(self):
        found = []

        def look():
            found.append((current_actor(), in_database()))
            connection.close()

        with acting_as(SYSTEM):
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
        assert found == [(NOBODY, UNSET)]


class TestABlockInsideABlock:
    def test_gives_the_outer_actor_back(self, db):
        with acting_as(READER):
            with acting_as(SYSTEM):
                with acting_as(MEMBER):
                    assert in_database() == seen(MEMBER)
                assert in_database() == seen(SYSTEM)
            assert in_database() == seen(READER)
            assert current_actor() == READER

    def test_tells_the_database_about_nobody_too(self, db):
        """Else a request without a token would act for whoever came before in the transaction."""
        with acting_as(MEMBER), acting_as(NOBODY):
            assert in_database() == ("nobody", None, None)

    @pytest.mark.parametrize("statement", ["SELECT 1", "SELECT 1/0"])
    def test_gives_the_outer_actor_back_after_an_error_and_loses_only_its_own_writes(
        self, statement, db
    ):
        with acting_as(SYSTEM):
            factories.PublisherFactory(name="kept")
            with pytest.raises((ZeroDivisionError, DatabaseError)), acting_as(READER):
                fail_after("INSERT INTO publishers (id, name) VALUES (gen_random_uuid(), 'lost')")
            with pytest.raises((ZeroDivisionError, DatabaseError)), acting_as(READER):
                fail_after(statement)
            assert in_database() == seen(SYSTEM)
            assert current_actor() == SYSTEM
            assert sql.ask("SELECT name FROM publishers") == [("kept",)]

    def test_brings_no_actor_back_when_a_savepoint_is_rolled_back_by_hand(self, db):
        with acting_as(READER):
            savepoint = transaction.savepoint()
            with acting_as(SYSTEM):
                pass
            transaction.savepoint_rollback(savepoint)
            assert in_database() == seen(READER)


def fail_after(statement):
    sql.run(statement)
    raise ZeroDivisionError


def test_a_text_that_is_no_uuid_breaks_the_query_instead_of_meaning_somebody(db):
    with pytest.raises(DatabaseError), acting_as(Actor(role="user", user_id="1' OR true --")):
        sql.run("SELECT FROM works WHERE owner_user_id = actor_user_id()")


@pytest.fixture
def as_owner(db):
    """Be the owner of the tables for a while, as when the role was not stepped down to."""
    sql.run("SET LOCAL ROLE NONE")


@pytest.fixture
def role_named_so(db):
    """Give a function that lets the current role seem another kind of role.

    Only a superuser can make a superuser, so PostgreSQL's list of roles is hidden behind one of our
    own, which the question reads in its place.
    """

    def seem(**attributes):
        row = {"rolname": WEB_ROLE, "rolsuper": False, "rolbypassrls": False, **attributes}
        sql.run(
            "CREATE TEMP TABLE pg_roles (rolname name, rolsuper bool, rolbypassrls bool)"
            " ON COMMIT DROP"
        )
        sql.insert("pg_temp.pg_roles", **row)
        sql.run("SET LOCAL search_path = pg_temp, public, pg_catalog")

    return seem


class TestUnsafeRole:
    def test_the_webs_role_is_safe(self, db):
        assert why_role_is_unsafe(connection) is None
        refuse_unsafe_role()
        assert complaints() == []

    def test_the_owner_is_refused(self, as_owner):
        owner = sql.value("SELECT current_user")
        assert_refused(f"role '{owner}' owns tables under row level security")

    def test_a_role_that_has_the_owners_rights_is_refused(self, as_owner):
        """Owning need not be direct: a member inherits it."""
        sql.run("CREATE ROLE bookhub_test_holder")
        sql.run("GRANT bookhub_test_holder TO CURRENT_USER WITH SET TRUE")
        sql.run("GRANT CREATE ON SCHEMA public TO bookhub_test_holder")
        sql.run("ALTER TABLE events OWNER TO bookhub_test_holder")
        sql.run(f"GRANT bookhub_test_holder TO {WEB_ROLE} WITH INHERIT TRUE")
        sql.run(f"SET LOCAL ROLE {WEB_ROLE}")
        assert_refused(f"role '{WEB_ROLE}' owns tables under row level security")

    def test_a_superuser_is_refused(self, role_named_so):
        role_named_so(rolsuper=True)
        assert_refused(f"role '{WEB_ROLE}' is a superuser")

    def test_a_role_with_bypassrls_is_refused(self, role_named_so):
        role_named_so(rolbypassrls=True)
        assert_refused(f"role '{WEB_ROLE}' has BYPASSRLS")

    def test_the_role_that_was_hidden_behind_is_not_refused(self, role_named_so):
        """The two tests above fail for their attribute and not for how they set it."""
        role_named_so()
        assert why_role_is_unsafe(connection) is None

    def test_the_check_looks_only_when_databases_are_checked(self, as_owner):
        assert "bookhub.E001" not in {message.id for message in run_checks()}


def complaints():
    """Give what `check --database default` says about the role."""
    messages = run_checks(databases=["default"])
    return [message.msg for message in messages if message.id == "bookhub.E001"]


def assert_refused(reason):
    assert why_role_is_unsafe(connection) == reason
    with pytest.raises(UnsafeRoleError, match=f"Refusing to serve: {reason}"):
        refuse_unsafe_role()
    assert complaints() == [f"The web's {reason}; row level security would not hold."]


class TestRowSecurity:
    POLICIES = {
        "SELECT": "true",
        "INSERT": "n > 0",
        "UPDATE": "n < 10",
        "DELETE": "n = 1",
    }

    @pytest.fixture
    def table(self, as_owner):
        sql.run("CREATE TABLE probe (n int)")
        sql.run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON probe TO {WEB_ROLE}")
        sql.run("INSERT INTO probe VALUES (1), (5), (20)")
        return "probe"

    def apply(self, operation, direction="forwards"):
        state = ProjectState()
        with connection.schema_editor(atomic=False) as editor:
            getattr(operation, f"database_{direction}")("config", editor, state, state)

    def test_each_command_gets_its_condition(self, table):
        self.apply(RowSecurity(table, self.POLICIES))
        sql.run(f"SET LOCAL ROLE {WEB_ROLE}")
        assert sql.run("INSERT INTO probe VALUES (3)") == 1
        self.refuse("INSERT INTO probe VALUES (0)")
        assert sql.run("UPDATE probe SET n = n") == 3
        self.refuse("UPDATE probe SET n = 11 WHERE n = 5")
        assert sql.run("DELETE FROM probe") == 1
        assert sorted(sql.ask("SELECT n FROM probe")) == [(3,), (5,), (20,)]

    def test_a_command_without_a_policy_is_for_nobody(self, table):
        self.apply(RowSecurity(table, {"SELECT": "n < 10"}))
        sql.run(f"SET LOCAL ROLE {WEB_ROLE}")
        assert sql.value("SELECT count(*) FROM probe") == 2
        assert sql.run("DELETE FROM probe") == 0

    def test_backwards_leaves_nothing(self, table):
        operation = RowSecurity(table, self.POLICIES)
        self.apply(operation)
        self.apply(operation, "backwards")
        assert sql.ask("SELECT policyname FROM pg_policies WHERE tablename = 'probe'") == []
        assert sql.value("SELECT relrowsecurity FROM pg_class WHERE relname = 'probe'") is False

    def test_a_migration_writes_it_out_as_it_was_written(self):
        operation = RowSecurity("probe", self.POLICIES)
        _, arguments, named = operation.deconstruct()
        assert (arguments, named) == ([], {"table": "probe", "policies": self.POLICIES})
        assert RowSecurity(**named).sql == operation.sql
        text, imports = OperationWriter(operation).serialize()
        assert "config.row_security.RowSecurity(" in text
        assert imports == {"import config.row_security"}

    def test_it_says_what_it_does(self):
        assert RowSecurity("probe", {}).describe() == "Row level security on probe"

    @staticmethod
    def refuse(statement):
        with pytest.raises(ProgrammingError) as refusal, transaction.atomic():
            sql.run(statement)
        assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)
        assert "violates row-level security policy" in str(refusal.value)
