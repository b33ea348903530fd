"""People with names and roles, a client for each, and a database role that policies hold."""

from __future__ import annotations

import gc
from pathlib import Path

import factory.random
import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from rest_framework.test import APIClient

from accounts import tokens
from catalog import sources
from config.row_security import WEB_ROLE, why_role_is_unsafe
from tests import factories, template
from tests.emptying import empty_tables
from tests.outside import _server, example, outside, stand_in  # noqa: F401  (fixtures)

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CLOSED = "http://127.0.0.1:9"
# Whole files go to the workers, in this order: the long ones first, so that both workers end together.
# Files with a fixture of their folder's follow each other: a worker makes it once for all that it has
# of them. Those of the local start need no database, which is made meanwhile.
LONGEST = [
    "config/local/test_run.py",
    "config/local/test_servers.py",
    "config/local/test_environment.py",
    "config/local/test_postgres.py",
    "browser/test_every_page.py",
    "browser/test_queue.py",
    "browser/test_sign_in.py",
    "browser/test_book_page.py",
    "browser/test_merging.py",
    "browser/test_front_page.py",
    "browser/test_moderation.py",
    "browser/test_pages.py",
    "browser/test_background.py",
    "browser/test_book_import.py",
    "enrichment/dumps/test_load.py",
    "test_bad_input.py",
    "enrichment/import_books/test_stopping.py",
    "test_migrations.py",
    "test_schema_fuzz.py",
    "catalog/test_views_lifecycle.py",
    "test_settings.py",
    "shelves/test_book_views.py",
    "enrichment/test_faults.py",
    "config/test_triggers.py",
    "test_plans.py",
    "enrichment/test_load_demo.py",
    "test_query_counts.py",
    "moderation/books/test_listing.py",
    "moderation/books/test_page.py",
    "test_row_security_writes.py",
    "enrichment/jobs/test_worker_kills.py",
    "config/test_celery.py",
    "config/test_gunicorn.py",
]
NEEDS_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    """Let the workers find a database to copy; this is before they start."""
    if _gives_work_away(session.config):
        template.begin(session.config)


def pytest_sessionfinish():
    template.end()


def _gives_work_away(config):
    return getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput")


def pytest_collection_modifyitems(items):
    place = {Path(__file__).parent / name: n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(LONGEST)))


def pytest_collection_finish(session):
    """Let the garbage collector pass over what is loaded by now: it stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix):
    """Make the test database as its owner; the tests themselves run as the web's role, below.

    From template0 in the end, so that the migrations make the extensions, and the owner can drop
    them.
    """
    settings_dict = connections["default"].settings_dict
    settings_dict["OPTIONS"] = template.without_web_options(settings_dict["OPTIONS"])
    worker = hasattr(request.config, "workerinput")
    settings_dict["TEST"]["TEMPLATE"] = template.find() if worker else "template0"
    with template.models_made_once():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """End whatever session is left before the database is dropped.

    That of a process which a test has killed, and that which a pool was opening, live on a moment.
    """
    yield
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        connections.close_all()
    with template.server() as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )


@pytest.fixture(autouse=True, scope="session")
def _tables_are_emptied_quickly():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_hashes():
    """Hash a password in the least time: those that keep it cost a tenth of a second on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        for cost, least in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
            patch.setattr(Argon2PasswordHasher, cost, least)
        patch.setattr(PBKDF2PasswordHasher, "iterations", 1)
        yield


@pytest.fixture(autouse=True, scope="session")
def _settings_of_all_tests(django_test_environment):
    """Ask nothing of the world: sources stand at a closed port, but for the fixture `stand_in`.

    A static file is looked up when it is asked for: each test client would list them all anew.
    """
    settings.OPENLIBRARY_BASE_URL = settings.GOOGLE_BOOKS_BASE_URL = CLOSED
    settings.LEGIMI_BASE_URL = settings.COVERS_BASE_URL = CLOSED
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def web_role(request):
    """Run the test as the role that row level security holds, in this thread and in others.

    A test that proves something about policies while connected as their owner proves nothing.
    """
    if not _uses_database(request):
        yield
        return
    request.getfixturevalue("_django_db_helper")
    options = connection.settings_dict["OPTIONS"]
    options["options"] = f"-c role={WEB_ROLE}"
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {WEB_ROLE}")
    request.getfixturevalue("_web_role_is_safe")
    yield
    # The owner empties the tables after a test with transactions of its own.
    del options["options"]
    if connection.in_atomic_block:
        return
    connection.close()


@pytest.fixture(scope="session")
def _web_role_is_safe():
    """Ask PostgreSQL once: no test changes what the role may do but in its own transaction."""
    assert why_role_is_unsafe(connection) is None


@pytest.fixture(scope="module")
def module_rows(django_db_setup, django_db_blocker):
    """Let fixtures of a module write rows once, for all its tests: a transaction around theirs.

    Not for a module with tests that have transactions of their own.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
        yield
        transaction.set_rollback(True)


def _uses_database(request):
    marked = request.node.get_closest_marker("django_db")
    return bool(marked or NEEDS_DATABASE & set(request.fixturenames))


@pytest.fixture(scope="session")
def forget_counts():
    """Empty Valkey, where rate limits and lock-outs count, and where the cache is."""
    with redis.Redis.from_url(settings.REDIS_URL, single_connection_client=True) as client:
        line = client.connection

        def forget():
            # To ask costs a tenth of what it costs to empty what is empty, and half of that is the
            # client's: this is done before each test.
            line.send_command("DBSIZE")
            if line.read_response():
                client.flushdb()

        yield forget


@pytest.fixture(autouse=True)
def _fresh_counts(forget_counts):
    """No transaction rolls back what stands in Valkey."""
    forget_counts()


@pytest.fixture(autouse=True)
def _no_source():
    """Leave the catalog without a source, unless the test registers one."""
    registered = sources.current()
    sources.register(None)
    yield
    sources.register(registered)


@pytest.fixture(autouse=True)
def _same_random_texts_each_time():
    factory.random.reseed_random(0)


@pytest.fixture
def api():
    """Give a client for a user, or an anonymous one: `api()`, `api(member)`."""

    def client_for(user=None):
        client = APIClient()
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access_token(user)}")
        return client

    return client_for


@pytest.fixture
def reader(db):
    return factories.UserFactory(email="reader@example.org")


@pytest.fixture
def other_reader(db):
    return factories.UserFactory(email="other.reader@example.org")


@pytest.fixture
def member(db):
    """A member of Acme with every permission."""
    return factories.MembershipFactory(
        user__email="member@acme.example", publisher__name="Acme"
    ).user


@pytest.fixture
def rival(db):
    """A member of another publisher, who may know nothing of Acme's pending books."""
    return factories.MembershipFactory(
        user__email="rival@other.example", publisher__name="Other House"
    ).user


@pytest.fixture
def moderator(db):
    return factories.UserFactory(email="moderator@example.org", is_staff=True)


@pytest.fixture
def shared_data():
    """The folder of real records; a stranger's clone has none, CI has."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no folder of real records beside this clone")
    return SHARED_DATA
