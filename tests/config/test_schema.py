"""The OpenAPI description says all there is, and shows every error."""

import re

import pytest
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

from accounts.cookies import ACCESS_COOKIE
from config.schema import AREAS, description
from tests.openapi import operations, resolve
from tests.routes import api_routes

NOT_DESCRIBED = {"/api/schema", "/metrics"}


@pytest.fixture(scope="module")
def schema():
    return description()


def test_it_is_openapi_3_1(schema):
    assert schema["openapi"] == "3.1.0"
    validate_schema(schema)


def test_nothing_was_guessed(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", tmp_path / "schema")


def test_every_route_is_in_it(schema):
    routed = {
        (re.sub(r"<\w+>", "{}", route.path), method)
        for route in api_routes()
        for method in route.methods
        if route.path not in NOT_DESCRIBED
    }
    described = {
        (re.sub(r"\{\w+\}", "{}", path), method.upper())
        for path, item in schema["paths"].items()
        for method in item
    }
    assert described == routed


def test_every_operation_can_be_read(schema):
    ids = [operation["operationId"] for _, operation in operations(schema)]
    assert len(set(ids)) == len(ids)
    for name, operation in operations(schema):
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", operation["operationId"]), name
        assert operation.get("summary") or operation.get("description"), name
        assert set(operation["tags"]) <= {tag for _, tag in AREAS}, name


def test_every_error_has_its_codes_and_an_example_of_each(schema):
    for name, operation in operations(schema):
        answers = operation["responses"]
        errors = {
            status: resolve(schema, answer) for status, answer in answers.items() if status >= "4"
        }
        assert {"400", "406", "500", "503"} <= set(errors), name
        for status, error in errors.items():
            content = error["content"]["application/json"]
            reference, codes = content["schema"]["allOf"]
            assert reference == {"$ref": "#/components/schemas/Error"}
            assert set(content["examples"]) == set(codes["properties"]["code"]["enum"])
            for code, example in content["examples"].items():
                assert example["value"]["code"] == code, (name, status)
                assert example["value"]["message"], (name, status)


def test_every_answer_names_its_request(schema):
    for name, operation in operations(schema):
        for status, answer in operation["responses"].items():
            assert "X-Request-ID" in resolve(schema, answer)["headers"], (name, status)


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("GET /api/profile", {400, 401, 406, 500, 503}),
        ("GET /api/v1/books/{id}", {400, 401, 404, 406, 500, 503}),
        (
            "PUT /api/v1/books/{id}",
            {400, 401, 403, 404, 406, 409, 413, 415, 500, 503},
        ),
        ("POST /api/auth/sign-in", {400, 401, 403, 406, 413, 415, 429, 500, 503}),
    ],
)
def test_errors_follow_by_rule(schema, operation, statuses):
    answers = dict(operations(schema))[operation]["responses"]
    assert {int(status) for status in answers if status >= "4"} == statuses


def test_a_special_error_stands_beside_the_others(schema):
    answers = schema["paths"]["/api/v1/books"]["post"]["responses"]
    codes = set(resolve(schema, answers["409"])["content"]["application/json"]["examples"])
    assert "DUPLICATE_ISBN" in codes


def test_counted_calls_show_the_rate(schema):
    answers = schema["paths"]["/api/v1/books"]["post"]["responses"]
    rate = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    for status in ("201", "400", "409", "429"):
        assert rate <= set(resolve(schema, answers[status])["headers"])
    assert "Retry-After" in resolve(schema, answers["429"])["headers"]
    assert not rate & set(resolve(schema, answers["401"])["headers"])
    listed = schema["paths"]["/api/v1/books"]["get"]["responses"]["200"]
    assert not rate & set(listed["headers"])


def test_a_token_may_come_in_two_ways(schema):
    schemes = schema["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert schemes["cookie"]["name"] == ACCESS_COOKIE
    assert schema["paths"]["/api/profile"]["get"]["security"] == [{"bearer": []}, {"cookie": []}]
    assert schema["paths"]["/api/auth/sign-in"]["post"]["security"] == [{}]


def test_pages_have_their_bounds(schema):
    parameters = schema["paths"]["/api/v1/books"]["get"]["parameters"]
    size = next(p for p in parameters if p.get("name") == "pageSize")
    assert size["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
