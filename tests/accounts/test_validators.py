"""A new password ends the sign-ins with the old one, whichever way it is set."""

import pytest
from django.core.management import call_command

from accounts.models import User
from tests.accounts.answers import error
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "another horse battery"


@pytest.fixture
def refresh(sign_in, post, someone):
    """Sign in, and give a call that tells whether the refresh token is still good."""
    token = sign_in().json()["refresh_token"]
    return lambda: post("/api/auth/refresh", refresh_token=token)


def test_by_a_moderator_for_themselves(client, refresh, someone):
    someone.is_staff = True
    someone.save(update_fields=["is_staff"])
    client.force_login(someone)
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert "ends every sign-in" in client.get("/admin/password_change/").content.decode()
    assert client.post("/admin/password_change/", form).status_code == 302
    assert error(refresh())[:2] == (401, "UNAUTHORIZED")


def test_by_a_command(monkeypatch, refresh, someone):
    monkeypatch.setattr("getpass.getpass", lambda **_prompt: NEW)
    call_command("changepassword", someone.email)
    assert error(refresh())[:2] == (401, "UNAUTHORIZED")


def test_a_renewed_hash_is_no_new_password(settings, refresh, sign_in, someone):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert sign_in().status_code == 200
    assert User.objects.get(pk=someone.pk).password.startswith("pbkdf2")
    assert refresh().status_code == 200
