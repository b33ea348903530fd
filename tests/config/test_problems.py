"""Whatever goes wrong, and wherever, the answer has one form; nothing of a bug is in it."""

import pytest
from django.core import exceptions as django_errors
from django.db import DataError, OperationalError, connection
from django.http import Http404, UnreadablePostError
from django.urls import path
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework import exceptions as drf_errors
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from catalog.models import Genre
from config import errors, limits
from config.api import BaseView
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from tests.problems import fields_of, problem_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Raising(BaseView):
    """Raises `raised`, in a plain Django view and in one of the API."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    raised = None

    def get(self, _request):
        raise self.raised


class SameGenreTwice(Raising):
    def get(self, _request):
        Genre.objects.create(name="Poetry")
        Genre.objects.create(name="POETRY")


class Nested(serializers.Serializer):
    class Item(serializers.Serializer):
        name = serializers.CharField()

    items = Item(many=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=3))

    def validate(self, attrs):
        raise serializers.ValidationError("These do not go together.")


class Validating(Raising):
    def post(self, request):
        Nested(data=request.data).is_valid(raise_exception=True)


def plain(_request):
    raise Raising.raised


urlpatterns = [
    path("api", Raising.as_view()),
    path("plain", plain),
    path("twice", SameGenreTwice.as_view()),
    path("validating", Validating.as_view()),
]

CASES = [
    (errors.DuplicateIsbnError(), 409, "DUPLICATE_ISBN"),
    (errors.RateLimitedError(retry_after=7), 429, "RATE_LIMITED"),
    (drf_errors.ValidationError({"isbn": ["Wrong."]}), 400, "VALIDATION_ERROR"),
    (django_errors.ValidationError({"isbn": "Wrong."}), 400, "VALIDATION_ERROR"),
    (drf_errors.ParseError(), 400, "MALFORMED_REQUEST"),
    (drf_errors.NotAuthenticated(), 401, "UNAUTHORIZED"),
    (drf_errors.AuthenticationFailed(), 401, "UNAUTHORIZED"),
    (drf_errors.PermissionDenied(), 403, "FORBIDDEN"),
    (django_errors.PermissionDenied(), 403, "FORBIDDEN"),
    (Http404(), 404, "NOT_FOUND"),
    (drf_errors.NotFound(), 404, "NOT_FOUND"),
    (drf_errors.NotAcceptable(), 406, "NOT_ACCEPTABLE"),
    (drf_errors.UnsupportedMediaType("text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
    (django_errors.RequestDataTooBig(), 413, "PAYLOAD_TOO_LARGE"),
    (django_errors.TooManyFieldsSent(), 400, "VALIDATION_ERROR"),
    (UnreadablePostError(), 400, "MALFORMED_REQUEST"),
    (DataError("numeric field overflow"), 400, "VALIDATION_ERROR"),
    (OperationalError("gone"), 503, "UNAVAILABLE"),
    (RedisConnectionError("gone"), 503, "UNAVAILABLE"),
    (BrokerError("gone"), 503, "UNAVAILABLE"),
    (RuntimeError("the key is s3cr3t"), 500, "INTERNAL_ERROR"),
]


def _raise(monkeypatch, exc):
    monkeypatch.setattr(Raising, "raised", exc)


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(("exc", "status", "code"), CASES, ids=lambda value: str(value)[:40])
def test_each_exception_has_its_answer(client, monkeypatch, exc, status, code):
    _raise(monkeypatch, exc)
    problem_of(client.get("/api"), status, code)


@pytest.mark.parametrize(
    ("exc", "status", "code"),
    [
        (Http404("the inside"), 404, "NOT_FOUND"),
        (django_errors.PermissionDenied("the inside"), 403, "FORBIDDEN"),
        (django_errors.SuspiciousOperation("the inside"), 400, "VALIDATION_ERROR"),
        (django_errors.BadRequest("the inside"), 400, "VALIDATION_ERROR"),
        (RuntimeError("the inside"), 500, "INTERNAL_ERROR"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_outside_of_the_api_too(client, monkeypatch, exc, status, code):
    _raise(monkeypatch, exc)
    assert "inside" not in str(problem_of(client.get("/plain"), status, code))


def test_a_bug_shows_in_the_log_alone(client, monkeypatch, log_lines):
    _raise(monkeypatch, RuntimeError("the shelf fell down"))
    body = problem_of(client.get("/api"), 500, "INTERNAL_ERROR")
    assert "shelf" not in str(body)
    bug, request = log_lines()
    assert "RuntimeError: the shelf fell down" in bug["exception"]
    assert bug["level"] == "error"
    assert bug["request_id"] == request["request_id"] == body["requestId"]


def test_what_led_to_an_error_of_ours_shows_in_the_log_alone(client, monkeypatch, log_lines):
    unavailable = errors.UnavailableError()
    unavailable.__cause__ = OSError("no route to the key server")
    _raise(monkeypatch, unavailable)
    assert "route" not in str(problem_of(client.get("/api"), 503, "UNAVAILABLE"))
    (said,) = [line for line in log_lines() if line["event"] == "unavailable"]
    assert "OSError: no route to the key server" in said["exception"]


def test_headers_of_an_error_go_along(client, monkeypatch):
    _raise(monkeypatch, errors.RateLimitedError(retry_after=7, headers={"X-RateLimit-Limit": "9"}))
    response = client.get("/api")
    assert (response["Retry-After"], response["X-RateLimit-Limit"]) == ("7", "9")


def test_a_constraint_that_an_app_has_claimed(client, monkeypatch):
    monkeypatch.setitem(errors._BY_CONSTRAINT, "genres_name_unique", errors.ConflictError)
    problem_of(client.get("/twice"), 409, "CONFLICT")


def test_a_constraint_that_nobody_claims_is_a_bug(client, monkeypatch):
    monkeypatch.delitem(errors._BY_CONSTRAINT, "genres_name_unique", raising=False)
    problem_of(client.get("/twice"), 500, "INTERNAL_ERROR")


def test_details_name_nested_fields(client):
    given = {"items": [{"name": "a"}, {}, {"name": []}], "tags": ["abc", "abcd"]}
    response = client.post("/validating", given, content_type="application/json")
    fields = fields_of(problem_of(response, 400, "VALIDATION_ERROR"))
    assert fields == ["items[1].name", "items[2].name", "tags[1]"]


@pytest.mark.parametrize("given", [{"items": [], "tags": []}, []])
def test_what_is_wrong_with_the_whole_names_the_body(client, given):
    response = client.post("/validating", given, content_type="application/json")
    assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == ["body"]


@pytest.mark.parametrize(
    "path", ["/nope", "/api/nope", "/api/v1/books/", "/%00", "/%ED%A0%80", "/é"]
)
@pytest.mark.urls("config.urls")
def test_unknown_path(client, path):
    problem_of(client.get(path), 404, "NOT_FOUND")
    problem_of(client.post(path, {}), 404, "NOT_FOUND")


@pytest.mark.urls("config.urls")
def test_a_host_that_is_not_served(client):
    response = client.get("/healthz", headers={"host": "evil.example"})
    body = problem_of(response, 400, "VALIDATION_ERROR")
    assert fields_of(body) == ["Host"]


@pytest.mark.urls("config.urls")
@pytest.mark.django_db(transaction=True)
def test_the_database_is_down(api, reader, monkeypatch):
    client = api(reader)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    response = client.get("/api/profile")
    problem_of(response, 503, "UNAVAILABLE")
    assert response["Retry-After"] == "5"


@pytest.fixture
def _valkey_down(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    _forget_connections()
    yield
    _forget_connections()


def _forget_connections():
    limits.storage.cache_clear()
    limits._limiter.cache_clear()


@pytest.mark.urls("config.urls")
@pytest.mark.usefixtures("_valkey_down")
def test_valkey_is_down(api, member):
    problem_of(api(member).post("/api/v1/books", {}, format="json"), 503, "UNAVAILABLE")
