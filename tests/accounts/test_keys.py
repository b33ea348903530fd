"""Another issuer's key server: found, kept, unreachable, broken."""

import socket
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import connection

from accounts import keys
from tests.accounts.answers import UNAUTHORIZED, error, refused_token

pytestmark = pytest.mark.django_db
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = {
    "rsa": jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True) | {"kid": "rsa"},
    "ec": jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True) | {"kid": "ec"},
}
PRIVATE = {"rsa": (RSA_KEY, "RS256"), "ec": (EC_KEY, "ES256")}
UNAVAILABLE = 503, "UNAVAILABLE", []


@pytest.fixture(autouse=True)
def _outside(settings, key_server):
    settings.JWT_JWK_URL = key_server.url
    settings.JWT_ALGORITHM = "RS256"
    settings.JWT_ISSUER, settings.JWT_AUDIENCE = "https://issuer.example", "bookhub"
    key_server.serve(*PUBLIC.values())


@pytest.fixture
def visit(api):
    """Call with a token signed by one key, naming any as its own."""

    def get(kind="rsa", **header):
        key, algorithm = PRIVATE[kind]
        payload = {
            "sub": "auth|1",
            "iss": "https://issuer.example",
            "aud": "bookhub",
            "exp": time.time() + 60,
        }
        headers = {name: value for name, value in ({"kid": kind} | header).items() if value}
        token = jwt.encode(payload, key, algorithm, headers)
        return api().get("/api/profile", HTTP_AUTHORIZATION=f"Bearer {token}")

    return get


@pytest.mark.parametrize("kind", PRIVATE)
def test_a_key_of_the_set_checks_its_tokens(visit, settings, kind):
    settings.JWT_ALGORITHM = PRIVATE[kind][1]
    assert visit(kind).status_code == 200


def test_the_set_is_asked_for_once(visit, key_server):
    assert [visit().status_code for _ in range(3)] == [200, 200, 200]
    assert key_server.requests == 1


def test_an_unknown_key_id_is_refused_and_asks_no_more(visit, key_server):
    visit()
    assert refused_token(visit(kid="other")) == UNAUTHORIZED
    assert refused_token(visit(kid="another")) == UNAUTHORIZED
    assert key_server.requests == 1


def test_a_new_key_is_found_when_the_pause_is_over(visit, key_server):
    key_server.serve(PUBLIC["ec"])
    assert refused_token(visit()) == UNAUTHORIZED
    key_server.serve(PUBLIC["rsa"])
    keys.token_backend().jwks_client.cooldown_duration = 0
    assert visit().status_code == 200


@pytest.mark.parametrize("header", [{"kid": "ec"}, {"kid": None}])
def test_a_key_of_another_kind_or_none_is_refused(visit, header):
    assert refused_token(visit(**header)) == UNAUTHORIZED


def test_an_algorithm_that_is_not_ours_is_refused(visit):
    assert refused_token(visit("ec")) == UNAUTHORIZED


def test_a_secret_in_the_set_checks_nothing(visit, key_server):
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"}
    key_server.serve(PUBLIC["rsa"] | {"kid": "other"}, secret)
    assert refused_token(visit()) == UNAUTHORIZED


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b""),
        (404, b"{}"),
        (302, b""),
        (200, b""),
        (200, b"<html>"),
        (200, b"\xff"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"keys": []}'),
        (200, b'{"keys": [{"kty": "RSA"}]}'),
        (200, b'{"keys": 7}'),
        (200, b'{"keys": [7]}'),
        (200, b"[" * 100_000),
    ],
    ids=range(13),
)
def test_a_server_without_keys_says_nothing_about_the_token(visit, key_server, status, answer):
    key_server.status, key_server.answer = status, answer
    response = visit()
    assert error(response) == UNAVAILABLE
    assert 0 < int(response.headers["Retry-After"]) <= keys.PAUSE_AFTER_FAILURE + 1


def test_a_server_that_failed_is_left_alone_for_a_while(visit, key_server):
    good, key_server.answer = key_server.answer, b""
    assert [error(visit()) for _ in range(3)] == [UNAVAILABLE] * 3
    assert key_server.requests == 1
    key_server.answer = good
    keys.token_backend().jwks_client._ask_again_at = 0
    assert visit().status_code == 200


def test_nobody_there(visit, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.JWT_JWK_URL = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        assert error(visit()) == UNAVAILABLE


def test_a_server_that_hangs_is_waited_for_once_and_briefly(visit, settings, monkeypatch):
    assert keys.ANSWER_WITHIN <= 3
    monkeypatch.setattr(keys, "ANSWER_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.JWT_JWK_URL = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        began = time.monotonic()
        assert [error(visit()) for _ in range(5)] == [UNAVAILABLE] * 5
        assert time.monotonic() - began < 0.9


def test_an_outage_does_not_lose_the_keys(visit, key_server):
    visit()
    key_server.status = 500
    assert visit().status_code == 200


def test_no_transaction_is_open_while_the_server_is_asked(visit, key_server, monkeypatch):
    real = keys.KeyServer.fetch_data
    depths = []

    def fetch(server):
        depths.append(len(connection.savepoint_ids))
        return real(server)

    monkeypatch.setattr(keys.KeyServer, "fetch_data", fetch)
    outer = len(connection.savepoint_ids)
    visit()
    assert depths == [outer]


def test_garbage_asks_for_no_keys(api, key_server):
    response = api().get("/api/profile", HTTP_AUTHORIZATION="Bearer garbage")
    assert refused_token(response) == UNAUTHORIZED
    assert key_server.requests == 0
