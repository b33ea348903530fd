"""The migrations: they say what the models say, each has a name, and each can be undone."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState

from config.row_security import RowSecurity
from tests import sql, template

OURS = ["accounts", "catalog", "shelves", "enrichment", "moderation"]
COMMANDS = {"SELECT", "INSERT", "UPDATE", "DELETE"}


def loader():
    return MigrationLoader(None, ignore_no_migrations=True)


def test_the_models_say_nothing_that_the_migrations_do_not():
    """What `makemigrations --check` asks, of triggers too; the other packages' apps included."""
    questioner = NonInteractiveMigrationQuestioner(specified_apps=set(OURS))
    changes = MigrationAutodetector(
        loader().project_state(), ProjectState.from_apps(apps), questioner
    ).changes(graph=loader().graph)
    assert {
        app: [operation.describe() for migration in found for operation in migration.operations]
        for app, found in changes.items()
        if app in OURS
    } == {}


def test_the_history_of_an_app_has_one_end():
    assert loader().detect_conflicts() == {}


def test_every_migration_has_a_name_that_says_something():
    names = [name for app, name in loader().disk_migrations if app in OURS]
    assert names
    assert [
        name for name in names if not re.fullmatch(r"\d{4}_(?!auto)[a-z][a-z0-9_]+", name)
    ] == []


def operations(app):
    for path in sorted(Path(import_module(f"{app}.migrations").__file__).parent.glob("0*.py")):
        yield from import_module(f"{app}.migrations.{path.stem}").Migration.operations


def test_every_table_with_policies_has_one_for_each_command(db):
    policies = {}
    for table, command in sql.ask("SELECT tablename, cmd FROM pg_policies"):
        policies.setdefault(table, set()).add(command)
    assert policies
    assert {table: found for table, found in policies.items() if found != COMMANDS} == {}


def test_the_database_has_just_the_policies_that_the_migrations_name(db):
    named = {
        (operation.table, f"{operation.table}_{command.lower()}")
        for app in OURS
        for operation in operations(app)
        if isinstance(operation, RowSecurity)
        for command in operation.policies
    }
    assert set(sql.ask("SELECT tablename, policyname FROM pg_policies")) == named


@pytest.fixture
def copied_database(request, django_db_blocker):
    """An alias for a copy of the test database, in which all migrations have been done.

    No test case of Django's watches over it, since that would let nobody connect to it,
    and so the fixture `db` is not asked for.
    """
    request.getfixturevalue("django_db_setup")
    settings = connection.settings_dict
    name = f"test_migrations_of_{settings['NAME']}"
    options = template.without_web_options(settings["OPTIONS"])
    connections.settings["scratch"] = {**settings, "NAME": name, "OPTIONS": options}
    with template.server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        # Nobody may be connected to what is copied.
        with django_db_blocker.unblock():
            connections.close_all()
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [settings["NAME"]],
        )
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{settings["NAME"]}"')
        with django_db_blocker.unblock():
            yield "scratch"
            connections["scratch"].close()
        del connections["scratch"], connections.settings["scratch"]
        server.execute(f'DROP DATABASE "{name}"')


def _objects(alias):
    """Name the tables, functions, triggers, policies and extensions outside PostgreSQL's own."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT 'relation ' || relname FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'function ' || proname FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal"
            " UNION ALL SELECT 'policy ' || policyname FROM pg_policies"
            " UNION ALL SELECT 'extension ' || extname FROM pg_extension"
        )
        return {name for (name,) in cursor.fetchall()}


def test_all_can_be_undone_and_done_again(copied_database):
    """One object that stays behind would stop the second `migrate`, or be kept for ever."""

    def migrate(*target):
        with template.models_made_once():
            call_command("migrate", *target, database=copied_database, verbosity=0)

    before = _objects(copied_database)
    for app in OURS:  # the first takes along what hangs on it, which saves time
        if any(key[0] == app for key in loader().disk_migrations):
            migrate(app, "zero")
    left = _objects(copied_database)
    tables = {m._meta.db_table for app in OURS for m in apps.get_app_config(app).get_models()}
    assert not {f"relation {table}" for table in tables} & left
    # django-pgtrigger leaves its functions, and takes them up again when it comes back.
    ours = re.compile(r"trigger|policy|function (?!_?pgtrigger)")
    assert {name for name in left if ours.match(name)} == set()
    assert left & {"extension pg_trgm", "extension unaccent"} == set()
    migrate()
    assert _objects(copied_database) == before
