"""How calls are counted: by whose address, and until when."""

import pytest

from accounts import views
from accounts.rates import network_of
from tests.accounts.answers import INVALID, UNAUTHORIZED, error, refused_token

LIMITED = 429, "RATE_LIMITED", []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_whom_an_address_stands_for(address, network):
    assert network_of(address) == network


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body", "rate", "before"),
    [
        ("/api/auth/refresh", {"refresh_token": "x"}, "REFRESH_RATE", UNAUTHORIZED),
        (
            "/api/auth/password-reset",
            {"email": "x"},
            "PASSWORD_RESET_RATE",
            (*INVALID, ["email"]),
        ),
        (
            "/api/auth/password-reset/confirm",
            {"uid": "x", "token": "x", "password": "x"},
            "PASSWORD_RESET_RATE",
            (*INVALID, ["token"]),
        ),
    ],
)
def test_each_address_has_its_own_rate(post, monkeypatch, path, body, rate, before):
    monkeypatch.setattr(views, rate, "2/d")
    assert [error(post(path, **body)) for _ in range(3)] == [before, before, LIMITED]
    elsewhere = post(path, None, {"REMOTE_ADDR": "2001:db8::1"}, **body)
    assert error(elsewhere) == before


@pytest.mark.django_db
def test_no_address_at_all_is_counted_together(post, settings):
    settings.SIGN_IN_RATE = "1/h"
    nameless = {"REMOTE_ADDR": ""}
    body = {"email": "a@example.org", "password": "x"}
    assert refused_token(post("/api/auth/sign-in", None, nameless, **body)) == UNAUTHORIZED
    limited = post("/api/auth/sign-in", None, nameless, **body)
    assert error(limited) == LIMITED
    assert 0 < int(limited.headers["Retry-After"]) <= 3600
