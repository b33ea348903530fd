"""Whatever is sent, the answer is a clear 4xx and nothing is written (architecture, rule 8).

Driven by the OpenAPI description: a new call is covered by itself. Where it needs rows to get as
far as looking at what it was sent, `rows` makes them, once for all calls.
"""

import json
from urllib.parse import quote
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

from config.row_security import SYSTEM, acting_as
from config.schema import description
from tests import factories
from tests.openapi import operations, resolve
from tests.problems import fields_of

pytestmark = pytest.mark.django_db
SCHEMA = description()
OPERATIONS = dict(operations(SCHEMA))
WITH_BODY = [
    name
    for name, operation in OPERATIONS.items()
    if "application/json" in resolve(SCHEMA, operation.get("requestBody", {})).get("content", {})
]
"""Calls with a body of JSON; what is wrong with an uploaded file is tested beside its kind."""
CHANGING = [name for name in OPERATIONS if not name.startswith("GET ")]

# The parser knows nothing of calls, and has tests of its own: all that is no JSON is sent to one.
ONE = "POST /api/v1/books"
NO_JSON = {
    "cut off": b'{"title": "a',
    "two": b"{} {}",
    "NaN": b'{"title": NaN}',
    "too large a number": b'{"title": 1e999}',
    "no UTF-8": b'{"title": "\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "just too deep": b'{"a":' * 30 + b"1" + b"}" * 30,
    "10 MB": b'{"title": "' + b"x" * 10_000_000 + b'"}',
}
NO_OBJECT = ["[]", '"text"', "1", "true", "null", "[{}]"]
UNSTORABLE = ["\0", "\udfff text"]
NOT_OF_TYPE = {
    "string": [{}, ["a"]],
    "integer": ["x", "", [], {}, 1.5, 10**30],
    "number": ["x", "", [], {}],
    "boolean": ["x", [], {}, 7],
    "array": ["x", 1, {}, [[[]]]],
    "object": ["x", 1, []],
}
NOT_OF_FORMAT = {
    "uuid": ["x", "0" * 31],
    "date": ["x", "2025-02-30", "10000-01-01", "2025-01-15T00:00:00Z"],
    "date-time": ["x"],
    "email": ["x", "a@", "@b", "a b@c.example"],
    "uri": ["x", "javascript:alert(1)"],
}


@pytest.fixture(autouse=True)
def _legimi(settings):
    settings.LEGIMI_ENABLED = True


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
        "/api/v1/books/": book.pk,
        "/api/authors/": author.pk,
        "/api/works/": edition.work_id,
        "/api/editions/": edition.pk,
        "/api/user/authors/": author.pk,
        "/api/user/works/": edition.work_id,
        "/api/jobs/": job.pk,
        "/books/": own_book.pk,
    }


@pytest.fixture(scope="module")
def counted(rows):
    """Count the rows before the first call: each test begins and ends with them."""
    return _row_counts()


@pytest.fixture
def ask(api, member, rows, counted, forget_counts):
    """Send something to an operation and give the answer; at the end nothing may be written."""
    client = api(member)
    client.raise_request_exception = False

    def send(name, body=b"", query=""):
        method, path = name.split()
        filled = [
            str(next((pk for start, pk in rows.items() if path.startswith(start)), UUID(int=7)))
            if segment.startswith("{")
            else segment
            for segment in path.split("/")
        ]
        # Nor does a rate limit stand before what is asked here.
        forget_counts()
        url = "/".join(filled) + query
        return client.generic(method, url, body, content_type="application/json")

    yield send
    assert _row_counts() == counted


def _row_counts():
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(counts)
        return dict(cursor.fetchall())


def _refused(response, *, naming=None):
    """Assert that it was the caller's mistake, said in our form, about the field that has it."""
    assert 400 <= response.status_code < 500, (response.status_code, response.content[:500])
    body = response.json()
    assert body["status"] == "error"
    assert body["requestId"] == response["X-Request-ID"]
    if naming and body["code"] == "VALIDATION_ERROR":
        assert any(field.startswith(naming) for field in fields_of(body)), body


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json(ask, body):
    _refused(ask(ONE, body))


@pytest.mark.parametrize("name", CHANGING)
def test_every_call_refuses_what_is_no_json(ask, name):
    for body in (NO_JSON["cut off"], NO_JSON["no UTF-8"]):
        _refused(ask(name, body))


@pytest.mark.parametrize("name", WITH_BODY)
def test_what_is_no_object(ask, name):
    for body in NO_OBJECT:
        _refused(ask(name, body.encode()))


@pytest.mark.parametrize("name", WITH_BODY)
def test_each_field_with_what_it_cannot_be(ask, name):
    schema, good = _request(name)
    for field, part in schema["properties"].items():
        for value in _bad_values(resolve(SCHEMA, part)):
            _refused(ask(name, _json(good | {field: value})), naming=field)


@pytest.mark.parametrize("name", WITH_BODY)
def test_each_field_that_is_required_left_out(ask, name):
    schema, good = _request(name)
    for field in schema.get("required", []):
        body = {key: value for key, value in good.items() if key != field}
        _refused(ask(name, _json(body)), naming=field)


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_query_parameter_with_what_it_cannot_be(ask, name):
    for parameter in _query_parameters(name):
        for value in _bad_words(parameter["schema"]):
            query = f"?{parameter['name']}={value}{_required(name, beside=parameter)}"
            _refused(ask(name, query=query), naming=parameter["name"])


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.startswith("GET ")])
def test_no_query_breaks_anything(ask, name):
    words = ("%", "%ED%A0%80", "%FF", "'", '"', "\\", "*", "x" * 5000, "%F0%9F%98%80")
    for parameter in _query_parameters(name):
        for value in words:
            response = ask(name, query=f"?{parameter['name']}={quote(value, safe='%')}")
            assert response.status_code < 500, value


@pytest.mark.parametrize("name", [name for name in OPERATIONS if "{" in name])
def test_a_path_that_names_nothing(api, member, name):
    method, path = name.split()
    client = api(member)
    client.raise_request_exception = False
    for word in ("x", "%00", "%FF", "0", "1" * 5000, "'", str(UUID(int=7)) + "x"):
        filled = "/".join(word if part.startswith("{") else part for part in path.split("/"))
        _refused(client.generic(method, filled))


def _required(name, *, beside):
    """Give what a call cannot do without, other than the parameter that is tried."""
    return "".join(
        f"&{parameter['name']}=word"
        for parameter in _query_parameters(name)
        if parameter.get("required") and parameter["name"] != beside["name"]
    )


def _query_parameters(name):
    found = [resolve(SCHEMA, parameter) for parameter in OPERATIONS[name]["parameters"]]
    return [parameter for parameter in found if parameter["in"] == "query"]


def _json(body):
    """Write ASCII, so that half of a surrogate pair goes along as an escape."""
    return json.dumps(body).encode()


def _request(name):
    """Give the schema of an operation's body, and a body with which nothing is wrong."""
    content = resolve(SCHEMA, OPERATIONS[name]["requestBody"])["content"]["application/json"]
    schema = resolve(SCHEMA, content["schema"])
    shown = next(iter(content.get("examples", {}).values()), {}).get("value", {})
    needed = {field: _good(schema["properties"][field]) for field in schema.get("required", [])}
    return schema, needed | shown


def _good(part):
    part = _narrowed(resolve(SCHEMA, part))
    if "enum" in part:
        return part["enum"][0]
    if part.get("type") == "array":
        return [_good(part["items"])]
    if part.get("type") == "object":
        return {name: _good(inner) for name, inner in part.get("properties", {}).items()}
    by_format = {
        "uuid": str(UUID(int=7)),
        "date": "2025-01-15",
        "date-time": "2025-01-15T00:00:00Z",
        "email": "new@example.org",
        "uri": "https://covers.openlibrary.org/b/id/1-L.jpg",
    }
    by_type = {"string": "text", "integer": 1, "number": 1, "boolean": True}
    return by_format.get(part.get("format")) or by_type.get(part.get("type"))


def _narrowed(part):
    """Give the first way of several, and the one type of several that is not null."""
    for several in ("oneOf", "anyOf", "allOf"):
        if several in part:
            return _narrowed(resolve(SCHEMA, part[several][0]))
    kinds = part.get("type")
    if isinstance(kinds, list):
        return part | {"type": next(kind for kind in kinds if kind != "null")}
    return part


def _bad_values(part):
    part = _narrowed(part)
    kind = part.get("type")
    yield from NOT_OF_TYPE.get(kind, [{}])
    yield from NOT_OF_FORMAT.get(part.get("format"), [])
    if kind == "string":
        yield from UNSTORABLE
    if kind == "array":
        yield from ([text] for text in UNSTORABLE)
        yield [{}]
    if "enum" in part:
        yield "nonsense"
    if "maxLength" in part:
        yield "x" * (part["maxLength"] + 1)
    if "maxItems" in part:
        yield [_good(part["items"])] * (part["maxItems"] + 1)
    if "minimum" in part:
        yield part["minimum"] - 1
    if "maximum" in part:
        yield part["maximum"] + 1


def _bad_words(part):
    """Give what a query parameter cannot be, written as it stands in an address."""
    part = _narrowed(resolve(SCHEMA, part))
    yield from ("%00", "text%00")
    if part.get("type") in ("integer", "number"):
        yield from ("x", "1.5", "", "9" * 30, "9" * 5000, "NaN", "%D9%A3")
    if "minimum" in part:
        yield str(part["minimum"] - 1)
    if "maximum" in part:
        yield str(part["maximum"] + 1)
    if "enum" in part or part.get("type") in ("boolean", "array"):
        yield "nonsense"
    if part.get("format") in NOT_OF_FORMAT:
        yield "nonsense"
    if "maxLength" in part:
        yield "x" * (part["maxLength"] + 1)
