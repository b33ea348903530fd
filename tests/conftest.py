"""People with names and roles, a client for each, and a database role that policies hold."""

from __future__ import annotations

import gc
from pathlib import Path

import factory.random
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
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
def _static_files_are_looked_up(django_test_environment):
    """Look a static file up when it is asked for: each test client would list them all anew."""
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
    assert why_role_is_unsafe(connection) is None
    yield
    # The owner empties the tables after a test with transactions of its own.
    del options["options"]
    if connection.in_atomic_block:
        return
    connection.close()


def _uses_database(request):
    marked = request.node.get_closest_marker("django_db")
    return bool(marked or NEEDS_DATABASE & set(request.fixturenames))


@pytest.fixture(autouse=True)
def _fresh_counters():
    """Rate limits and lock-outs count in Valkey, which no transaction rolls back.

    The cache empties the whole database there, in which the limits are as well.
    """
    cache.clear()


@pytest.fixture(autouse=True)
def _nobody_outside(settings):
    """Ask nothing of the world: sources stand at a closed port, and the catalog has none.

    A test that wants one takes the fixture `stand_in`.
    """
    settings.OPENLIBRARY_BASE_URL = settings.GOOGLE_BOOKS_BASE_URL = CLOSED
    settings.LEGIMI_BASE_URL = CLOSED
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
