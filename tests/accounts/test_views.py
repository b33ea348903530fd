"""The account calls over HTTP: what they answer, write, and refuse."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.hashers import identify_hasher
from django.core.cache import cache

from accounts.models import Event, Profile, TokenFamily, User
from accounts.tokens import AccessToken
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.accounts.answers import INVALID, UNAUTHORIZED, error, refused_token
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
ARGON2 = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PBKDF2 = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


class TestSignUp:
    URL = "/api/auth/sign-up"

    def test_answers_with_the_user_and_a_pair(self, post):
        response = post(self.URL, email="New@Example.org ", password=PASSWORD)
        body = response.json()
        assert response.status_code == 201
        assert body["user"]["email"] == "new@example.org"
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
        assert AccessToken(body["access_token"])["user_id"] == body["user"]["id"]
        assert set(body) == {
            "user",
            "access_token",
            "refresh_token",
            "token_type",
            "expires_in",
        }
        assert response.headers["Cache-Control"] == "no-store"

    def test_the_token_opens_the_profile(self, post, api):
        body = post(self.URL, email="new@example.org", password=PASSWORD).json()
        client = api()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['access_token']}")
        assert client.get("/api/profile").json()["user_id"] == body["user"]["id"]

    def test_writes_the_event_and_an_audit_entry_of_ones_own(self, post):
        user_id = post(self.URL, email="new@example.org", password=PASSWORD).json()["user"]["id"]
        with acting_as(SYSTEM):
            event = Event.objects.get(user=user_id)
            entry = LogEntry.objects.get(object_pk=user_id)
        assert (event.name, event.payload) == ("sign_up", {"authors": 0, "works": 0})
        assert (entry.action, str(entry.actor_id)) == (LogEntry.Action.CREATE, user_id)

    @pytest.mark.parametrize(
        "password", ["short", "password123", "8347562983475", "someone@example"], ids=str
    )
    def test_a_weak_password_is_named(self, post, password):
        response = post(self.URL, email="someone@example.org", password=password)
        assert error(response) == (*INVALID, ["password"])
        assert not User.objects.exists()

    def test_a_taken_email_is_named_in_any_case(self, post, someone):
        response = post(self.URL, email="SOMEONE@example.org", password=PASSWORD)
        assert error(response) == (*INVALID, ["email"])

    def test_the_rate_is_per_address(self, post, settings):
        settings.SIGN_UP_RATE = "1/h"
        post(self.URL, email="a@example.org", password="no")
        limited = post(self.URL, email="b@example.org", password="no")
        elsewhere = post(self.URL, None, {"REMOTE_ADDR": "192.0.2.7"}, email="b@example.org")
        assert error(limited) == (429, "RATE_LIMITED", [])
        assert 0 < int(limited.headers["Retry-After"]) <= 3600
        assert elsewhere.status_code == 400


@pytest.mark.django_db(transaction=True)
def test_two_sign_ups_at_once_leave_one_account(post, at_once):
    def sign_up():
        return post("/api/auth/sign-up", email="new@example.org", password=PASSWORD)

    answers = at_once(sign_up, sign_up)
    assert sorted(a.status_code for a in answers) == [201, 400]
    assert error(max(answers, key=lambda a: a.status_code)) == (*INVALID, ["email"])
    with acting_as(SYSTEM):
        assert Event.objects.count() == 1


class TestSignIn:
    def test_answers_like_sign_up(self, sign_in, someone):
        response = sign_in("Someone@EXAMPLE.org")
        body = response.json()
        assert response.status_code == 200
        assert body["user"] == {"id": str(someone.pk), "email": "someone@example.org"}
        assert AccessToken(body["access_token"])["user_id"] == str(someone.pk)

    def test_notes_when(self, sign_in, someone):
        sign_in()
        someone.refresh_from_db()
        assert someone.last_login is not None

    def test_wrong_unknown_and_suspended_look_the_same(self, sign_in, someone):
        suspended = factories.UserFactory(password=PASSWORD, is_active=False)
        answers = [
            sign_in(password="wrong"),
            sign_in("nobody@example.org"),
            sign_in(suspended.email),
        ]
        bodies = {(a.json()["message"], *refused_token(a)[:2]) for a in answers}
        assert bodies == {("The e-mail or the password is not right.", 401, "UNAUTHORIZED")}

    def test_every_refusal_costs_one_hash(self, sign_in, someone, settings, monkeypatch):
        settings.PASSWORD_HASHERS = ARGON2
        suspended = factories.UserFactory(password=PASSWORD, is_active=False)
        someone.set_password(PASSWORD)
        someone.save()
        hasher = type(identify_hasher(someone.password))
        work = []
        for name in ("encode", "verify"):
            real = getattr(hasher, name)
            monkeypatch.setattr(
                hasher, name, lambda *args, real=real: work.append(1) or real(*args)
            )
        costs = []
        for email in (someone.email, suspended.email, "nobody@example.org"):
            work.clear()
            sign_in(email, "wrong")
            costs.append(len(work))
        assert costs == [1, 1, 1]

    def test_an_old_hash_is_made_anew(self, sign_in, someone, settings):
        settings.PASSWORD_HASHERS = PBKDF2
        someone.set_password(PASSWORD)
        someone.save()
        settings.PASSWORD_HASHERS = ARGON2 + PBKDF2
        assert sign_in().status_code == 200
        someone.refresh_from_db()
        assert someone.password.startswith("argon2")
        assert sign_in().status_code == 200

    def test_a_members_token_names_publisher_and_permissions(self, sign_in, member):
        member.set_password(PASSWORD)
        member.save()
        token = AccessToken(sign_in(member.email).json()["access_token"])
        assert token["publisherId"] == str(member.membership.publisher_id)
        assert token["permissions"] == [
            "books:create",
            "books:update",
            "books:finalize",
            "books:delete",
        ]

    def test_the_rate_is_per_address(self, sign_in, settings, db):
        settings.SIGN_IN_RATE = "1/h"
        sign_in("a@example.org")
        assert error(sign_in("b@example.org")) == (429, "RATE_LIMITED", [])
        assert sign_in("b@example.org", address="192.0.2.7").status_code == 401

    def test_an_authorization_header_plays_no_part(self, api, sign_in, someone):
        client = api()
        client.credentials(HTTP_AUTHORIZATION="Bearer garbage")
        assert sign_in(client=client).status_code == 200


class TestRefresh:
    URL = "/api/auth/refresh"

    def test_gives_a_new_pair(self, post, sign_in, someone):
        first = sign_in().json()["refresh_token"]
        response = post(self.URL, refresh_token=first)
        body = response.json()
        assert response.status_code == 200
        assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert body["refresh_token"] != first
        assert post(self.URL, refresh_token=body["refresh_token"]).status_code == 200

    def test_a_used_token_ends_the_family(self, post, sign_in, someone):
        first = sign_in().json()["refresh_token"]
        second = post(self.URL, refresh_token=first).json()["refresh_token"]
        assert refused_token(post(self.URL, refresh_token=first)) == UNAUTHORIZED
        assert refused_token(post(self.URL, refresh_token=second)) == UNAUTHORIZED

    def test_other_sign_ins_live_on(self, post, sign_in, someone):
        stolen, other = (sign_in().json()["refresh_token"] for _ in range(2))
        post(self.URL, refresh_token=stolen)
        post(self.URL, refresh_token=stolen)
        assert post(self.URL, refresh_token=other).status_code == 200

    def test_an_access_token_is_no_refresh_token(self, post, sign_in, someone):
        access = sign_in().json()["access_token"]
        assert refused_token(post(self.URL, refresh_token=access)) == UNAUTHORIZED

    @pytest.mark.parametrize("token", ["x", "a.b.c", "x" * 100_000, "{}", "ä.ö.ü"], ids=range(5))
    def test_garbage_is_refused(self, post, token):
        assert refused_token(post(self.URL, refresh_token=token)) == UNAUTHORIZED

    def test_neither_token_nor_cookie_names_the_field(self, post):
        assert error(post(self.URL)) == (*INVALID, ["refresh_token"])

    def test_permissions_are_read_anew(self, post, sign_in, member):
        member.set_password(PASSWORD)
        member.save()
        first = sign_in(member.email).json()["refresh_token"]
        member.membership.permissions = ["books:create"]
        member.membership.save()
        access = post(self.URL, refresh_token=first).json()["access_token"]
        assert AccessToken(access)["permissions"] == ["books:create"]


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_family_outlives_the_error(post, sign_in, someone):
    first = sign_in().json()["refresh_token"]
    post("/api/auth/refresh", refresh_token=first)
    post("/api/auth/refresh", refresh_token=first)
    assert TokenFamily.objects.get().revoked_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_at_once_give_one_pair(post, sign_in, someone, at_once):
    first = sign_in().json()["refresh_token"]
    answers = at_once(*[lambda: post("/api/auth/refresh", refresh_token=first)] * 2)
    assert sorted(a.status_code for a in answers) == [200, 401]
    # Two that have the same token look like a thief and an owner: the family has ended.
    pair = next(a for a in answers if a.status_code == 200).json()
    assert post("/api/auth/refresh", refresh_token=pair["refresh_token"]).status_code == 401


class TestSignOut:
    URL = "/api/auth/sign-out"

    def test_the_refresh_token_is_dead(self, post, sign_in, someone):
        token = sign_in().json()["refresh_token"]
        response = post(self.URL, refresh_token=token)
        assert (response.status_code, response.content) == (204, b"")
        assert post("/api/auth/refresh", refresh_token=token).status_code == 401

    @pytest.mark.parametrize("token", ["garbage", "a.b.c"])
    def test_what_is_no_token_is_dead_already(self, post, token):
        assert post(self.URL, refresh_token=token).status_code == 204

    def test_neither_token_nor_cookie_names_the_field(self, post):
        assert error(post(self.URL)) == (*INVALID, ["refresh_token"])


class TestProfile:
    def test_shows_counters_and_limits(self, api, reader):
        factories.UserAuthorFactory(user=reader)
        body = api(reader).get("/api/profile").json()
        with acting_as(SYSTEM):
            profile = Profile.objects.get(user=reader)
        assert body == {
            "user_id": str(reader.pk),
            "email": "reader@example.org",
            "author_count": 1,
            "work_count": 0,
            "max_authors": 500,
            "max_works": 5000,
            "created_at": profile.created_at.isoformat().replace("+00:00", "Z"),
            "updated_at": profile.updated_at.isoformat().replace("+00:00", "Z"),
        }

    @pytest.mark.parametrize("path", ["/api/profile", "/api/profile/export"])
    def test_is_for_those_who_are_signed_in(self, api, path):
        assert refused_token(api().get(path)) == UNAUTHORIZED

    def test_is_not_there_for_other_methods(self, api, reader):
        assert error(api(reader).put("/api/profile")) == (405, "METHOD_NOT_ALLOWED", [])


class TestDeletion:
    def delete(self, api, user, **body):
        return api(user).delete("/api/profile", body, format="json")

    def test_ends_the_account(self, api, sign_in, someone):
        client = api(someone)
        response = client.delete("/api/profile", {"password": PASSWORD}, format="json")
        assert (response.status_code, response.content) == (204, b"")
        assert client.get("/api/profile").status_code == 401
        assert sign_in().status_code == 401
        assert not User.objects.exists()

    def test_needs_the_password(self, api, someone):
        assert error(self.delete(api, someone)) == (*INVALID, ["password"])
        assert error(self.delete(api, someone, password="no")) == (*INVALID, ["password"])
        assert User.objects.get() == someone

    def test_guessing_locks_out_like_sign_in(self, api, sign_in, someone):
        for _ in range(5):
            self.delete(api, someone, password="wrong")
        assert error(self.delete(api, someone, password=PASSWORD)) == (429, "RATE_LIMITED", [])
        assert sign_in().status_code == 429
        assert User.objects.get() == someone

    def test_a_moderator_may_go_too(self, api, db):
        moderator = factories.UserFactory(is_staff=True, is_superuser=True, password=PASSWORD)
        assert self.delete(api, moderator, password=PASSWORD).status_code == 204


class TestExport:
    def test_is_json_to_keep(self, api, reader):
        response = api(reader).get("/api/profile/export")
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Content-Disposition"] == 'attachment; filename="bookhub.json"'
        assert response.json()["account"]["email"] == "reader@example.org"


def test_redis_holds_no_email(sign_in, post, someone):
    sign_in(password="wrong")
    post("/api/auth/password-reset", email=someone.email)
    client = cache._cache.get_client()
    keys = client.keys("*")
    kept = b" ".join(key + client.dump(key) for key in keys)
    assert keys
    assert b"someone" not in kept
