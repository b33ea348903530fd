"""Bad input to every account call: a 4xx that names the field, before anything is written."""

import pytest

from accounts.models import User
from tests.accounts.answers import INVALID, error
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

CREDENTIALS = {"email": "a@example.org", "password": PASSWORD}
CALLS = {
    "/api/auth/sign-up": CREDENTIALS,
    "/api/auth/sign-in": CREDENTIALS,
    "/api/auth/refresh": {"refresh_token": "x"},
    "/api/auth/sign-out": {"refresh_token": "x"},
    "/api/auth/password-reset": {"email": "a@example.org"},
    "/api/auth/password-reset/confirm": {"uid": "x", "token": "x", "password": PASSWORD},
}
FIELDS = [(path, field) for path, body in CALLS.items() for field in body]


class TestBadInput:
    @pytest.mark.parametrize(("path", "field"), FIELDS)
    @pytest.mark.parametrize(
        "value",
        [None, 7, 1.5, True, [], ["a@example.org"], {}, "", "a\0b", "\ud800", "a\nb@example.org"],
        ids=repr,
    )
    def test_names_the_field(self, post, path, field, value):
        response = post(path, **CALLS[path] | {field: value})
        status, code, fields = error(response)
        assert (status, code) == INVALID
        assert set(fields) == {field}

    @pytest.mark.parametrize("path", ["/api/auth/sign-up", "/api/auth/sign-in"])
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "a" * 250 + "@example.org"),
            ("email", "a" * 500_000),
            ("email", "no address"),
            ("email", "a@b"),
            ("password", "x" * 4097),
        ],
        ids=range(5),
    )
    def test_names_what_is_too_long_or_no_address(self, post, path, field, value):
        status, code, fields = error(post(path, **CREDENTIALS | {field: value}))
        assert (status, code) == INVALID
        assert set(fields) == {field}

    @pytest.mark.parametrize("path", CALLS)
    def test_names_every_field_of_an_empty_body(self, api, path):
        expected = (*INVALID, list(CALLS[path]))
        assert error(api().post(path)) == expected
        assert error(api().post(path, b"{}", content_type="application/json")) == expected

    @pytest.mark.parametrize("path", CALLS)
    @pytest.mark.parametrize(
        ("body", "content_type", "expected"),
        [
            (b"[]", "application/json", (*INVALID, ["body"])),
            (b'"text"', "application/json", (*INVALID, ["body"])),
            (b"null", "application/json", (*INVALID, ["body"])),
            (b"{", "application/json", (400, "MALFORMED_REQUEST", [])),
            (b"\xff", "application/json", (400, "MALFORMED_REQUEST", [])),
            (b"[" * 100_000, "application/json", (400, "MALFORMED_REQUEST", [])),
            (b"email=a", "application/x-www-form-urlencoded", (415, "UNSUPPORTED_MEDIA_TYPE", [])),
            (b"email", "text/plain", (415, "UNSUPPORTED_MEDIA_TYPE", [])),
            (b" " * 10_000_000, "application/json", (413, "PAYLOAD_TOO_LARGE", [])),
        ],
        ids=["list", "text", "null", "cut", "no utf-8", "deep", "form", "plain", "10 MB"],
    )
    def test_a_body_that_is_no_object_is_refused(self, api, path, body, content_type, expected):
        assert error(api().post(path, body, content_type=content_type)) == expected

    @pytest.mark.parametrize("path", CALLS)
    def test_unknown_fields_are_ignored(self, post, path):
        response = post(path, **CALLS[path], is_staff=True, extra={"deep": [[[]]]})
        assert response.status_code in {201, 204, 400, 401}
        assert not User.objects.filter(is_staff=True).exists()

    @pytest.mark.parametrize("path", CALLS)
    def test_get_is_refused(self, api, path):
        assert error(api().get(path)) == (405, "METHOD_NOT_ALLOWED", [])
