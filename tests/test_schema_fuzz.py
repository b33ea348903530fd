"""Schemathesis makes requests out of the description, good ones and bad ones; the answers keep to it.

The seed is fixed, so that a run says the same each time; `FUZZ_EXAMPLES=200` looks further.
"""

import os

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import tokens
from catalog import sources
from config.schema import description
from enrichment.importing.catalog_source import OpenLibrarySource
from tests import factories
from tests.openapi import operations

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema():
    loaded = schemathesis.openapi.from_dict(description())
    # As `from_wsgi` does, which would ask for the description before there is a database.
    loaded.app = get_wsgi_application()
    return loaded


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _one_connection():
    """Keep the connection of the test's transaction, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def people(member, moderator, reader):
    return {
        who: {"Authorization": f"Bearer {tokens.access_token(user)}"}
        for who, user in (("member", member), ("moderator", moderator), ("reader", reader))
    }


@pytest.fixture(autouse=True)
def _sources(stand_in):
    """Let the outside answer, that it knows nothing."""
    stand_in.answer("/ol/search/authors.json", {"numFound": 0, "docs": []})
    sources.register(OpenLibrarySource())


@pytest.fixture(scope="module")
def member(module_rows):
    return factories.MembershipFactory(
        user__email="member@acme.example", publisher__name="Acme"
    ).user


@pytest.fixture(scope="module")
def rows(member):
    """Make what paths name: the beginning of a path, and the id to put into it."""
    book = factories.BookFactory(publisher=member.membership.publisher)
    edition = factories.EditionFactory(owner_user=member)
    author = factories.AuthorFactory(owner_user=member)
    factories.UserAuthorFactory(user=member, author=author)
    factories.UserWorkFactory(user=member, work=edition.work)
    own_book = factories.BookFactory(publisher=None, created_by=member, price=None)
    job = factories.JobFactory(user=member)
    return {
        "/api/v1/books/": str(book.pk),
        "/api/authors/": str(author.pk),
        "/api/works/": str(edition.work_id),
        "/api/editions/": str(edition.pk),
        "/api/user/authors/": str(author.pk),
        "/api/user/works/": str(edition.work_id),
        "/api/jobs/": str(job.pk),
        "/books/": str(own_book.pk),
    }


@pytest.mark.parametrize("name", [name for name, _ in operations(description())])
def test_answers_keep_to_the_description(schema, people, rows, name):
    method, path = name.split()
    operation = schema[path][method]
    cases = st.one_of(_cases(operation, _named(path, rows)))

    @settings(
        max_examples=EXAMPLES * len(people),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, who=st.sampled_from(sorted(people)))
    def run(case, who):
        response = _call(case, people[who])
        case.validate_response(response, checks=CHECKS)

    run()


def _cases(operation, named):
    """Give good requests and bad ones, with ids that are made up and with one that is there."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        yield operation.as_strategy(generation_mode=mode)
        if named:
            yield operation.as_strategy(generation_mode=mode, path_parameters=named)


def _named(path, rows):
    pk = next((pk for start, pk in rows.items() if path.startswith(start)), None)
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return {names[0]: pk} if pk and names else None


def _call(case, headers):
    cache.clear()
    # No atomic block: inside of one nothing outside may be asked.
    before = transaction.savepoint()
    # The transport asks for packed answers and does not unpack them.
    response = case.call(headers={**headers, "Accept-Encoding": "identity"})
    # The next case finds everything as this one did.
    transaction.savepoint_rollback(before)
    return response
