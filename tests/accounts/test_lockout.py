"""Five wrong passwords for one e-mail from one address, and then nothing goes for a while."""

from datetime import timedelta
from time import sleep

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import path

from config.urls import urlpatterns as platform_urls
from tests import factories
from tests.accounts.answers import UNAUTHORIZED, error, refused_token
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LIMITED = 429, "RATE_LIMITED", []
urlpatterns = [path("admin/", admin.site.urls), *platform_urls]


@pytest.fixture
def locked_out(sign_in, someone):
    for _ in range(5):
        assert refused_token(sign_in(password="wrong")) == UNAUTHORIZED
    return someone


class TestLockout:
    def test_it_holds_for_the_right_password_too(self, locked_out, sign_in):
        response = sign_in()
        assert error(response) == LIMITED
        assert 890 <= int(response.headers["Retry-After"]) <= 900
        assert error(sign_in(password="wrong")) == LIMITED

    def test_it_is_for_every_spelling_of_the_email(self, sign_in, someone):
        for email in ("SOMEONE@example.org", "someone@EXAMPLE.ORG", " Someone@example.org "):
            sign_in(email, "wrong")
        for _ in range(2):
            sign_in(password="wrong")
        assert error(sign_in("SomeOne@example.org")) == LIMITED

    def test_another_address_and_another_email_are_free(self, locked_out, sign_in, db):
        other = factories.UserFactory(password=PASSWORD)
        assert sign_in(address="192.0.2.7").status_code == 200
        assert sign_in(other.email).status_code == 200
        assert error(sign_in()) == LIMITED

    def test_one_customers_ipv6_addresses_are_one(self, sign_in, someone):
        for n in range(5):
            sign_in(password="wrong", address=f"2001:db8::{n}")
        assert error(sign_in(address="2001:db8::ffff:1")) == LIMITED
        assert sign_in(address="2001:db8:0:1::1").status_code == 200

    def test_it_is_for_unknown_emails_too(self, sign_in, db):
        answers = [sign_in("nobody@example.org").status_code for _ in range(6)]
        assert answers == [401] * 5 + [429]

    def test_a_right_password_starts_anew(self, sign_in, someone):
        for _ in range(2):
            for _ in range(4):
                assert sign_in(password="wrong").status_code == 401
            assert sign_in().status_code == 200

    def test_what_is_not_valid_is_no_failure(self, sign_in, post, someone):
        for _ in range(6):
            assert post("/api/auth/sign-in", email=someone.email).status_code == 400
        assert sign_in().status_code == 200

    def test_it_ends(self, sign_in, someone, settings):
        settings.AXES_COOLOFF_TIME = timedelta(seconds=1)
        settings.AXES_FAILURE_LIMIT = 1
        sign_in(password="wrong")
        response = sign_in()
        assert error(response) == LIMITED
        assert response.headers["Retry-After"] == "1"
        sleep(1)
        assert sign_in().status_code == 200

    def test_trying_on_does_not_prolong_it(self, locked_out, sign_in):
        first, second = (int(sign_in().headers["Retry-After"]) for _ in range(2))
        assert second <= first

    def test_an_operator_can_end_it(self, locked_out, sign_in, capsys):
        call_command("axes_reset_ip_username", "127.0.0.1", "Someone@example.org")
        assert "5" in capsys.readouterr().out
        assert sign_in().status_code == 200

    @pytest.mark.parametrize(
        "email", ["someone@example.org1", "someone@example.org 1", "someone@example.or"]
    )
    def test_nobody_else_can_be_made_to_look_like_it(self, locked_out, sign_in, email):
        # An address and an e-mail that, written one after the other, give the same letters.
        assert sign_in(email, address="27.0.0.1").status_code in {400, 401}
        assert sign_in(address="127.0.0.11").status_code == 200


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_no_more_than_five_wrong_passwords_are_checked(self, sign_in, someone, at_once):
        answers = at_once(*[lambda: sign_in(password="wrong").status_code] * 8)
        assert sorted(answers) == [401] * 5 + [429] * 3

    def test_right_passwords_do_not_count(self, sign_in, someone, at_once):
        assert at_once(*[lambda: sign_in().status_code] * 8) == [200] * 8


@pytest.mark.urls(__name__)
class TestAdmin:
    """The same lock-out, asked for by Django's own log-in page."""

    @pytest.fixture
    def log_in(self):
        def send(password=PASSWORD, **extra):
            form = {"username": "Moderator@example.org", "password": password}
            return Client().post("/admin/login/", form, **extra)

        return send

    @pytest.fixture
    def somebody(self, db):
        return factories.UserFactory(
            email="moderator@example.org", password=PASSWORD, is_staff=True
        )

    def test_it_answers_with_a_page(self, log_in, somebody):
        pages = [log_in("wrong").status_code for _ in range(5)]
        response = log_in()
        assert pages == [200] * 5
        assert response.status_code == 429
        assert response.headers["Content-Type"].startswith("text/html")
        assert 890 <= int(response.headers["Retry-After"]) <= 900
        assert "Too many wrong passwords" in response.text
        assert log_in(REMOTE_ADDR="192.0.2.7").status_code == 302

    def test_it_counts_together_with_the_api(self, log_in, sign_in, somebody):
        for _ in range(3):
            log_in("wrong")
        for _ in range(2):
            sign_in(somebody.email, "wrong")
        assert log_in().status_code == 429
        assert error(sign_in(somebody.email)) == LIMITED

    def test_a_right_password_lets_in(self, log_in, somebody):
        response = log_in()
        assert response.status_code == 302
        assert response.cookies["sessionid"].value
