"""Tokens that are no good, over HTTP: one answer for all, and nobody gets in."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings as configured
from rest_framework_simplejwt.backends import TokenBackend

from accounts import keys, services, tokens
from accounts.models import Event, User
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.accounts.answers import UNAUTHORIZED, error, refused_token

pytestmark = pytest.mark.django_db
ISSUER, AUDIENCE = "https://issuer.example", "bookhub"


def ago(**delta):
    return datetime.now(UTC) - timedelta(**delta)


def claims(user_id, /, **changes):
    """Give the claims of a token that is good, changed; None leaves a claim out."""
    good = {
        "token_type": "access",
        "exp": ago(hours=-1),
        "iat": ago(minutes=1),
        "jti": uuid4().hex,
        "user_id": str(user_id),
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(user_id, /, key=None, algorithm="HS256", headers=None, **changes):
    key = configured.JWT_SIGNING_KEY if key is None else key
    return jwt.encode(claims(user_id, **changes), key, algorithm, headers=headers)


def segment(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unsigned(header, payload):
    return f"{segment(json.dumps(header).encode())}.{segment(json.dumps(payload).encode())}."


@pytest.fixture
def get_profile(api):
    def get(token, scheme="Bearer", path="/api/profile"):
        return api().get(path, HTTP_AUTHORIZATION=f"{scheme} {token}")

    return get


def test_a_good_token_opens_the_profile(get_profile, reader):
    assert get_profile(signed(reader.pk)).json()["user_id"] == str(reader.pk)


@pytest.mark.parametrize("missing", ["jti", "token_type", "iat"])
def test_what_another_service_may_leave_out(get_profile, reader, missing):
    assert get_profile(signed(reader.pk, **{missing: None})).status_code == 200


def test_another_service_may_name_the_user_as_subject(get_profile, reader):
    token = signed(reader.pk, user_id=None, sub=str(reader.pk))
    assert get_profile(token).status_code == 200


BAD_CLAIMS = {
    "expired": {"exp": ago(seconds=1)},
    "no end": {"exp": None},
    "end is no time": {"exp": "soon"},
    "end beyond the calendar": {"exp": 10**18},
    "not yet valid": {"nbf": ago(minutes=-5)},
    "issued in the future": {"iat": ago(minutes=-5)},
    "refresh token": {"token_type": "refresh"},
    "unknown type": {"token_type": ["access"]},
    "no user": {"user_id": None},
    "user is no id": {"user_id": "1 OR 1=1"},
    "user is a list": {"user_id": [1]},
    "user is nobody": {"user_id": str(uuid4())},
    "user is nil": {"user_id": "00000000-0000-0000-0000-000000000000"},
    "user is NUL": {"user_id": "\0"},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_bad_claims(get_profile, reader, changes):
    assert refused_token(get_profile(signed(reader.pk, **changes))) == UNAUTHORIZED


@pytest.mark.parametrize("end", [None, [], {}, True, 1e400])
def test_an_end_that_is_no_number(get_profile, reader, end):
    payload = claims(reader.pk) | {"exp": end, "iat": 1}
    token = jwt.api_jws.encode(json.dumps(payload).encode(), configured.JWT_SIGNING_KEY, "HS256")
    assert refused_token(get_profile(token)) == UNAUTHORIZED


@pytest.mark.parametrize(
    "payload", [b"[]", b"null", b"x", b"[" * 100_000, b'{"exp": ' + b"9" * 5000]
)
def test_a_payload_that_is_no_object(get_profile, reader, payload):
    token = jwt.api_jws.encode(payload, configured.JWT_SIGNING_KEY, "HS256")
    assert refused_token(get_profile(token)) == UNAUTHORIZED


class TestSignature:
    def test_another_key(self, get_profile, reader):
        assert refused_token(get_profile(signed(reader.pk, "k" * 32))) == UNAUTHORIZED

    def test_another_algorithm_with_our_key(self, get_profile, reader):
        key = configured.JWT_SIGNING_KEY * 2
        assert refused_token(get_profile(signed(reader.pk, key, "HS512"))) == UNAUTHORIZED

    @pytest.mark.parametrize("name", ["none", "None", "NONE", "", None])
    def test_no_algorithm(self, get_profile, reader, name):
        payload = {"user_id": str(reader.pk), "token_type": "access", "exp": 2**33}
        token = unsigned({"alg": name, "typ": "JWT"}, payload)
        assert refused_token(get_profile(token)) == UNAUTHORIZED

    def test_changed_claims(self, get_profile, reader, other_reader):
        header, _, signature = signed(reader.pk).split(".")
        payload = signed(other_reader.pk).split(".")[1]
        assert refused_token(get_profile(f"{header}.{payload}.{signature}")) == UNAUTHORIZED

    def test_a_key_that_the_token_brings_along(self, get_profile, reader):
        secret = "s" * 32
        jwk = {"kty": "oct", "k": segment(secret.encode())}
        token = signed(reader.pk, secret, headers={"jwk": jwk, "kid": "../../dev/null"})
        assert refused_token(get_profile(token)) == UNAUTHORIZED


GARBAGE = {
    "empty": "",
    "word": "x",
    "dots": "..",
    "three words": "a.b.c",
    "not ascii": "ä.ö.ü",
    "10 kB": "x" * 10_000,
    "10 kB in three": f"{'e' * 3000}.{'e' * 4000}.{'e' * 3000}",
    "deep header": segment(b'{"alg":' + b"[" * 5000) + ".e30.e30",
    "two tokens": "a.b.c d.e.f",
}


@pytest.mark.parametrize("token", GARBAGE.values(), ids=GARBAGE)
def test_garbage(get_profile, db, token):
    assert refused_token(get_profile(token)) == UNAUTHORIZED


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_in_any_case(get_profile, reader, scheme):
    assert get_profile(signed(reader.pk), scheme).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "JWT", ""])
def test_another_scheme(get_profile, reader, scheme):
    assert refused_token(get_profile(signed(reader.pk), scheme)) == UNAUTHORIZED


@pytest.mark.parametrize("name", ["access_token", "token", "jwt", "Authorization"])
def test_a_token_in_the_query_is_ignored(api, reader, name):
    response = api().get("/api/profile", {name: signed(reader.pk)})
    assert refused_token(response) == UNAUTHORIZED


def test_a_token_of_somebody_deleted(api, reader):
    client = api(reader)
    with acting_as(SYSTEM):
        services.delete_account(reader)
    assert refused_token(client.get("/api/profile")) == UNAUTHORIZED


def test_every_other_path_refuses_in_the_same_way(get_profile, reader):
    response = get_profile("garbage", path="/api/v1/books")
    assert refused_token(response) == UNAUTHORIZED


class TestVerifiedTokens:
    """A token that was good is not taken apart again; who may come in is asked each time."""

    @pytest.fixture
    def decoded(self, monkeypatch):
        """Count how often a token is taken apart."""
        calls = []
        real = TokenBackend.decode

        def decode(self, token, **options):
            calls.append(token)
            return real(self, token, **options)

        monkeypatch.setattr(TokenBackend, "decode", decode)
        return calls

    def test_a_signature_is_checked_once(self, get_profile, reader, other_reader, decoded):
        token, other = signed(reader.pk), signed(other_reader.pk)
        for _ in range(3):
            assert get_profile(token).json()["user_id"] == str(reader.pk)
            assert get_profile(other).json()["user_id"] == str(other_reader.pk)
        assert len(decoded) == 2

    def test_what_is_no_good_is_checked_each_time(self, get_profile, reader, decoded):
        token = signed(reader.pk, "k" * 32)
        assert [get_profile(token).status_code for _ in range(2)] == [401, 401]
        assert len(decoded) == 2

    def test_its_end_is_looked_at_each_time(self, get_profile, reader, monkeypatch):
        token = signed(reader.pk)
        assert get_profile(token).status_code == 200
        later = ago(hours=-1).timestamp() + 1
        monkeypatch.setattr(tokens.time, "time", lambda: later)
        assert refused_token(get_profile(token)) == UNAUTHORIZED

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("JWT_SIGNING_KEY", "another key of the right length, here"),
            ("JWT_ISSUER", ISSUER),
            ("JWT_AUDIENCE", AUDIENCE),
            ("JWT_ALGORITHM", "HS512"),
        ],
    )
    def test_another_setting_asks_anew(self, get_profile, reader, settings, name, value):
        token = signed(reader.pk)
        assert get_profile(token).status_code == 200
        before = getattr(settings, name)
        setattr(settings, name, value)
        assert refused_token(get_profile(token)) == UNAUTHORIZED
        setattr(settings, name, before)
        assert get_profile(token).status_code == 200

    def test_the_oldest_one_gives_way(self):
        backend = keys.token_backend()
        verified = tokens._Verified(2)
        first, second, third = ((backend, name) for name in (b"1", b"2", b"3"))
        token = tokens.AccessToken()
        verified.keep(first, token)
        verified.keep(second, token)
        assert verified.get(first) is token
        verified.keep(third, token)
        kept = [verified.get(key) is token for key in (first, second, third)]
        assert kept == [True, False, True]

    def test_a_suspension_holds_at_once(self, get_profile, reader):
        token = signed(reader.pk)
        assert get_profile(token).status_code == 200
        with acting_as(SYSTEM):
            services.suspend_user(reader)
        assert refused_token(get_profile(token)) == UNAUTHORIZED


def test_user_publisher_and_actor_take_one_statement(api, member, django_assert_num_queries):
    client = api(member)
    # Around it stand a savepoint, the profile, and the actor of before.
    with django_assert_num_queries(5):
        assert client.get("/api/profile").status_code == 200


class TestIssuerAndAudience:
    @pytest.fixture(autouse=True)
    def _named(self, settings):
        settings.JWT_ISSUER, settings.JWT_AUDIENCE = ISSUER, AUDIENCE

    def test_ours_carry_both(self, api, reader):
        token = tokens.access_token(reader)
        assert api(reader).get("/api/profile").status_code == 200
        payload = jwt.decode(str(token), options={"verify_signature": False})
        assert (payload["iss"], payload["aud"]) == (ISSUER, AUDIENCE)

    @pytest.mark.parametrize(
        ("issuer", "audience"),
        [
            (None, None),
            (ISSUER, None),
            (None, AUDIENCE),
            ("https://other.example", AUDIENCE),
            (ISSUER, "other"),
            (ISSUER, ["other", "more"]),
        ],
    )
    def test_others_are_refused(self, get_profile, reader, issuer, audience):
        token = signed(reader.pk, iss=issuer, aud=audience)
        assert refused_token(get_profile(token)) == UNAUTHORIZED


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_pem(key):
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
KEYS = [("RS256", RSA_KEY), ("ES256", EC_KEY)]


@pytest.mark.parametrize(("algorithm", "key"), KEYS, ids=["RS256", "ES256"])
class TestKeyPairs:
    def test_a_private_key_signs_and_checks(
        self, get_profile, sign_in, someone, settings, algorithm, key
    ):
        settings.JWT_ALGORITHM, settings.JWT_SIGNING_KEY = algorithm, pem(key)
        token = sign_in().json()["access_token"]
        assert jwt.get_unverified_header(token)["alg"] == algorithm
        assert get_profile(token).status_code == 200

    def test_a_public_key_checks_another_services_tokens(
        self, get_profile, sign_in, settings, algorithm, key
    ):
        settings.JWT_ALGORITHM, settings.JWT_SIGNING_KEY = algorithm, public_pem(key)
        token = signed("auth|1", pem(key), algorithm)
        assert get_profile(token).status_code == 200
        assert error(sign_in()) == (403, "FEATURE_DISABLED", [])

    def test_its_text_is_no_secret(self, get_profile, reader, settings, algorithm, key):
        settings.JWT_ALGORITHM, settings.JWT_SIGNING_KEY = algorithm, pem(key)
        payload = segment(json.dumps(claims(reader.pk, exp=2**33, iat=1)).encode())
        header = segment(b'{"alg": "HS256"}')
        signing_input = f"{header}.{payload}"
        hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        signature = hmac.sign(signing_input.encode(), public_pem(key).encode())
        token = f"{signing_input}.{segment(signature)}"
        assert refused_token(get_profile(token)) == UNAUTHORIZED


class TestSuspension:
    def test_of_a_user_holds_at_the_next_request(self, api, reader):
        client = api(reader)
        with acting_as(SYSTEM):
            services.suspend_user(reader)
        assert refused_token(client.get("/api/profile")) == UNAUTHORIZED
        with acting_as(SYSTEM):
            services.lift_user(reader)
        assert client.get("/api/profile").status_code == 200

    def test_of_a_publisher_takes_its_members_rights(self, api, member):
        client = api(member)
        assert client.post("/api/v1/books", {}, format="json").status_code == 400
        with acting_as(SYSTEM):
            services.suspend_publisher(member.membership.publisher)
        assert error(client.post("/api/v1/books", {}, format="json")) == (403, "FORBIDDEN", [])
        assert client.get("/api/profile").status_code == 200

    def test_a_new_token_names_no_suspended_publisher(self, api, member):
        with acting_as(SYSTEM):
            services.suspend_publisher(member.membership.publisher)
        token = tokens.access_token(member)
        assert "publisherId" not in token
        assert "permissions" not in token
        client = api(member)
        with acting_as(SYSTEM):
            services.lift_publisher(member.membership.publisher)
        assert client.post("/api/v1/books", {}, format="json").status_code == 403

    def test_a_permission_taken_away_is_gone_at_once(self, api, member):
        client = api(member)
        with acting_as(SYSTEM):
            services.join(member, member.membership.publisher, ["books:delete"])
        response = client.post("/api/v1/books", {}, format="json")
        assert error(response) == (403, "FORBIDDEN", [])

    def test_a_token_cannot_claim_what_is_not_granted(self, get_profile, api, rival, member):
        publisher = str(member.membership.publisher_id)
        token = signed(rival.pk, publisherId=publisher, permissions=["books:create"])
        client = api()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        assert client.post("/api/v1/books", {}, format="json").status_code == 403


class TestOutsideIssuer:
    """Another service signs people in; its key server gives the public keys."""

    @pytest.fixture(autouse=True)
    def _outside(self, settings, key_server):
        settings.JWT_JWK_URL = key_server.url
        settings.JWT_ALGORITHM = "RS256"
        settings.JWT_ISSUER, settings.JWT_AUDIENCE = ISSUER, AUDIENCE
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True)
        key_server.serve(jwk | {"kid": "1", "use": "sig"})

    @pytest.fixture
    def outside(self):
        def make(**changes):
            given = {"iss": ISSUER, "aud": AUDIENCE, "user_id": None, "token_type": None} | changes
            return signed("", pem(RSA_KEY), "RS256", {"kid": "1"}, **given)

        return make

    def test_the_first_visit_makes_a_user(self, get_profile, outside):
        token = outside(sub="auth|7", jti=None)
        first, second = get_profile(token).json(), get_profile(token).json()
        user = User.objects.get()
        assert first["user_id"] == second["user_id"] == str(user.pk)
        assert user.external_subject == "auth|7"
        assert not user.has_usable_password()
        with acting_as(SYSTEM):
            assert Event.objects.get().user == user

    def test_an_account_of_ours_is_known_by_its_id(self, get_profile, outside, reader):
        assert get_profile(outside(sub=str(reader.pk))).json()["user_id"] == str(reader.pk)

    @pytest.mark.parametrize("subject", [None, "", 7, "x" * 256, "a\0b", "\ud800", ["auth|7"]])
    def test_a_subject_that_cannot_be_kept_is_refused(self, get_profile, outside, subject):
        payload = claims("", iss=ISSUER, aud=AUDIENCE, user_id=None, sub=subject, exp=2**33, iat=1)
        headers = {"kid": "1"}
        token = jwt.api_jws.encode(json.dumps(payload).encode(), RSA_KEY, "RS256", headers)
        assert refused_token(get_profile(token)) == UNAUTHORIZED
        assert not User.objects.exists()

    def test_it_names_publisher_and_permissions(self, api, outside):
        publisher = factories.PublisherFactory()
        claim = {"sub": "auth|7", "publisherId": str(publisher.pk)}

        def submit(permissions):
            client = api()
            token = outside(**claim, permissions=permissions)
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
            return client.post("/api/v1/books", {}, format="json").status_code

        assert [submit(["books:create"]), submit([]), submit("books:create")] == [400, 403, 403]
        with acting_as(SYSTEM):
            services.suspend_publisher(publisher)
        assert submit(["books:create"]) == 403

    def test_a_suspended_user_is_out(self, get_profile, outside):
        get_profile(outside(sub="auth|7"))
        with acting_as(SYSTEM):
            services.suspend_user(User.objects.get())
        assert refused_token(get_profile(outside(sub="auth|7"))) == UNAUTHORIZED

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "https://other.example"},
            {"aud": "other"},
            {"exp": ago(minutes=1)},
            {"token_type": "refresh"},
        ],
        ids=["issuer", "audience", "expired", "refresh token"],
    )
    def test_bad_claims(self, get_profile, outside, changes):
        assert refused_token(get_profile(outside(sub="auth|7", **changes))) == UNAUTHORIZED

    def test_tokens_of_our_own_are_no_good_there(self, get_profile, reader, settings):
        token = signed(reader.pk, iss=ISSUER, aud=AUDIENCE, headers={"kid": "1"})
        assert refused_token(get_profile(token)) == UNAUTHORIZED

    @pytest.mark.parametrize(
        "path",
        ["sign-up", "sign-in", "refresh", "sign-out", "password-reset", "password-reset/confirm"],
    )
    def test_our_own_sign_in_is_switched_off(self, post, path):
        assert error(post(f"/api/auth/{path}")) == (403, "FEATURE_DISABLED", [])

    def test_so_is_deletion_by_password(self, api, outside):
        client = api()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {outside(sub='auth|7')}")
        response = client.delete("/api/profile", {"password": "x"}, format="json")
        assert error(response) == (403, "FEATURE_DISABLED", [])
