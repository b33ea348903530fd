"""The browser's way: tokens in cookies that no script reads, unsafe calls with the CSRF token."""

import pytest
from rest_framework.test import APIClient

from tests.accounts.answers import INVALID, UNAUTHORIZED, error, refused_token
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
FORBIDDEN = 403, "FORBIDDEN", []


@pytest.fixture
def browser():
    return APIClient(enforce_csrf_checks=True)


@pytest.fixture
def signed_in(browser, sign_in, someone):
    assert sign_in(client=browser).status_code == 200
    return browser


def csrf(client):
    return {"HTTP_X_CSRFTOKEN": client.cookies["csrftoken"].value}


def kept(client):
    """Give the names of the token cookies that a browser would still send."""
    return {name for name, c in client.cookies.items() if c.value and name != "csrftoken"}


@pytest.mark.parametrize(
    ("path", "status"), [("/api/auth/sign-up", 201), ("/api/auth/sign-in", 200)]
)
def test_signing_in_sets_cookies_that_scripts_cannot_read(post, path, status, settings, request):
    if path == "/api/auth/sign-in":
        request.getfixturevalue("someone")
    settings.SECURE_COOKIES = True
    response = post(path, email="someone@example.org", password=PASSWORD)
    assert response.status_code == status
    access, refresh = (response.cookies[f"bookhub_{name}"] for name in ("access", "refresh"))
    for cookie in (access, refresh):
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert (access["path"], access["max-age"]) == ("/", 3600)
    assert (refresh["path"], refresh["max-age"]) == ("/api/auth", 30 * 24 * 3600)
    assert access.value == response.json()["access_token"]
    assert refresh.value == response.json()["refresh_token"]
    assert response.cookies["csrftoken"].value


def test_development_goes_without_https(sign_in, someone, settings):
    settings.SECURE_COOKIES = False
    assert not sign_in().cookies["bookhub_access"]["secure"]


def test_the_cookie_opens_what_is_safe(signed_in):
    assert signed_in.get("/api/profile").json()["email"] == "someone@example.org"


@pytest.mark.parametrize("token", [None, "", "wrong", "a" * 64])
def test_what_is_unsafe_needs_the_csrf_token(signed_in, token):
    extra = {} if token is None else {"HTTP_X_CSRFTOKEN": token}
    body = {"password": PASSWORD}
    response = signed_in.delete("/api/profile", body, format="json", **extra)
    assert error(response) == FORBIDDEN
    assert signed_in.get("/api/profile").status_code == 200


def test_with_the_csrf_token_it_goes_through_and_the_cookies_with_it(signed_in):
    body = {"password": PASSWORD}
    response = signed_in.delete("/api/profile", body, format="json", **csrf(signed_in))
    assert response.status_code == 204
    assert not kept(signed_in)


def test_a_bearer_token_needs_no_csrf_token(browser, sign_in, someone):
    token = sign_in().json()["access_token"]
    browser.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    body = {"password": PASSWORD}
    assert browser.delete("/api/profile", body, format="json").status_code == 204


@pytest.mark.parametrize("header", ["Bearer garbage", "Basic eDp5", "garbage", "Bearer"])
def test_a_header_beats_the_cookie(signed_in, header):
    signed_in.credentials(HTTP_AUTHORIZATION=header)
    assert refused_token(signed_in.get("/api/profile")) == UNAUTHORIZED


def test_a_bad_cookie_is_refused(browser):
    browser.cookies["bookhub_access"] = "garbage"
    assert refused_token(browser.get("/api/profile")) == UNAUTHORIZED


@pytest.mark.parametrize("path", ["/api/auth/refresh", "/api/auth/sign-out"])
def test_the_refresh_cookie_needs_the_csrf_token(signed_in, path):
    assert error(signed_in.post(path)) == FORBIDDEN
    assert signed_in.post(path, **csrf(signed_in)).status_code in {200, 204}


def test_refresh_sets_the_new_pair(signed_in):
    before = signed_in.cookies["bookhub_refresh"].value
    response = signed_in.post("/api/auth/refresh", **csrf(signed_in))
    after = response.cookies["bookhub_refresh"].value
    assert after == response.json()["refresh_token"] != before
    assert response.cookies["bookhub_access"].value == response.json()["access_token"]


def test_sign_out_ends_the_cookies_token_and_clears_both(signed_in, post):
    refresh = signed_in.cookies["bookhub_refresh"].value
    response = signed_in.post("/api/auth/sign-out", **csrf(signed_in))
    assert response.status_code == 204
    assert not kept(signed_in)
    assert response.cookies["bookhub_refresh"]["path"] == "/api/auth"
    assert post("/api/auth/refresh", refresh_token=refresh).status_code == 401


def test_the_body_beats_the_cookie(signed_in, post):
    cookie = signed_in.cookies["bookhub_refresh"].value
    assert error(signed_in.post("/api/auth/refresh", {"refresh_token": None}, format="json")) == (
        *INVALID,
        ["refresh_token"],
    )
    assert post("/api/auth/sign-out", signed_in, refresh_token="x").status_code == 204
    assert post("/api/auth/refresh", refresh_token=cookie).status_code == 200
