"""What the web's role may do with whole tables, whatever the policies say about rows.

What holds: the role owns nothing, so it changes no table, policy, trigger or role, empties no
table, and rewrites neither the audit trail nor the list of migrations. What does not hold: with
DATABASE_URL naming the owner, the connection has stepped down by `SET ROLE`, and SQL that is typed
into it may step up again; with DATABASE_OWNER_URL apart, the web's log-in has nothing to step up to.
Likewise any SQL may name another actor: the policies catch the forgotten filter, not an intruder
who runs SQL of their own.
"""

import psycopg
import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from config.row_security import SYSTEM, WEB_ROLE, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db

FORBIDDEN = [
    "CREATE TABLE public.x (id int)",
    "CREATE VIEW public.x AS SELECT 1",
    "CREATE FUNCTION public.x() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE SCHEMA x",
    "CREATE EXTENSION hstore",
    "CREATE ROLE x",
    "CREATE TRIGGER x BEFORE INSERT ON works EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE POLICY x ON works USING (true)",
    "CREATE INDEX x ON works (title)",
    "DROP POLICY works_select ON works",
    "DROP TABLE user_works",
    "DROP FUNCTION actor_role()",
    "ALTER TABLE works DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE works DISABLE TRIGGER ALL",
    "ALTER TABLE profiles DROP CONSTRAINT profiles_work_count_limit",
    f"ALTER ROLE {WEB_ROLE} BYPASSRLS",
    "SET session_replication_role = replica",
    "COPY works (id, title) FROM PROGRAM 'true'",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    "UPDATE django_migrations SET applied = now()",
    "DELETE FROM django_migrations",
    "DELETE FROM auditlog_logentry",
    "UPDATE auditlog_logentry SET changes = '{}'",
    "UPDATE auditlog_logentry SET timestamp = now()",
    "UPDATE auditlog_logentry SET actor_id = NULL, action = 0",
    "UPDATE auditlog_logentry SET object_repr = ''",
    "SELECT setval('auditlog_logentry_id_seq', 1)",
    "SELECT pg_read_file('/etc/passwd')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_web_changes_no_structure_and_no_history(statement):
    with (
        pytest.raises(ProgrammingError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_the_web_empties_no_table():
    may = sql.ask(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(current_user, oid, 'TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')"
    )
    assert may == []


def test_the_web_reads_and_writes_the_rows_of_every_model():
    """Rows alone: which ones, the policies say. A table without its grant would be a 500."""
    history = {"auditlog_logentry"}
    tables = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    for table in sorted(tables):
        wanted = ["SELECT", "INSERT"] + ([] if table in history else ["UPDATE", "DELETE"])
        for privilege in wanted:
            assert sql.value("SELECT has_table_privilege(%s, %s)", [table, privilege]), table


def test_the_end_of_an_account_takes_its_name_from_the_audit_trail(moderator):
    with acting_as(SYSTEM):
        entry = LogEntry.objects.log_create(moderator, action=0, changes="{}", actor=moderator)
        assert sql.run("UPDATE auditlog_logentry SET actor_id = NULL") >= 1
        entry.refresh_from_db()
    assert entry.actor_id is None


def test_nobody_puts_another_name_into_the_audit_trail(moderator, reader):
    with acting_as(SYSTEM):
        LogEntry.objects.log_create(moderator, action=0, changes="{}", actor=moderator)
        with pytest.raises(IntegrityError, match="keeps who did it"), transaction.atomic():
            sql.run("UPDATE auditlog_logentry SET actor_id = %s", [reader.pk])


def test_no_table_or_function_belongs_to_the_web():
    owned = sql.ask(
        "SELECT relname FROM pg_class WHERE relowner = %s::regrole"
        " UNION ALL SELECT proname FROM pg_proc WHERE proowner = %s::regrole",
        [WEB_ROLE, WEB_ROLE],
    )
    assert owned == []


def test_the_role_is_a_plain_one_that_is_a_member_of_none():
    attributes = sql.ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,"
        " EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)"
        " FROM pg_roles r WHERE rolname = %s",
        [WEB_ROLE],
    )
    assert attributes == [(False,) * 7]


def test_stepping_down_lasts_as_long_as_nobody_types_set_role():
    """The limit of stepping down from the owner's log-in, said in the module's docstring."""
    factories.WorkFactory(owner_user=factories.UserFactory())
    assert sql.value("SELECT count(*) FROM works") == 0
    with transaction.atomic():
        sql.run("SET LOCAL ROLE NONE")
        assert sql.value("SELECT count(*) FROM works") == 1
        sql.run(f"SET LOCAL ROLE {WEB_ROLE}")
    assert sql.value("SELECT count(*) FROM works") == 0


def test_nobody_but_the_web_calls_what_looks_past_the_policies():
    """And the web calls those that it needs, of which each says the policies' rule itself."""
    looking_past = "FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    everybodys = "EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0)"
    assert sql.ask(f"SELECT proname {looking_past} AND (proacl IS NULL OR {everybodys})") == []
    mine = "has_function_privilege(oid, 'EXECUTE')"
    assert {name for (name,) in sql.ask(f"SELECT proname {looking_past} AND {mine}")} == {
        "books_like",
        "hold_edition",
        "lock_profile",
        "lock_profiles",
        "merged_into",
        "merged_keys_into",
        "search_authors",
        "search_books",
        "search_works",
        "shared_authors_named",
        "works_like",
    }
