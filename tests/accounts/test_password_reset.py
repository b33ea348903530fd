"""A forgotten password: the mail, the token in it, and what setting a new password ends."""

import json
import re
from datetime import datetime, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services
from accounts.password_reset import mail_token
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.accounts.answers import INVALID, error

pytestmark = pytest.mark.django_db
ASK, CONFIRM = "/api/auth/password-reset", "/api/auth/password-reset/confirm"
NEW = "another horse battery"


@pytest.fixture
def ask(post, django_capture_on_commit_callbacks, tasks_run_at_once):
    def send(email, **extra):
        with django_capture_on_commit_callbacks(execute=True):
            return post(ASK, None, extra, email=email)

    return send


@pytest.fixture
def mailed(ask, someone, mailoutbox):
    """Give what the mail says to send back, the password left out."""
    assert ask(someone.email).status_code == 204
    told = json.loads(re.search(r"\{.*\}", mailoutbox[-1].body).group())
    del told["password"]
    return told


class TestMail:
    def test_goes_to_the_account_and_says_which_call_to_make(self, ask, someone, mailoutbox):
        response = ask("SOMEONE@example.org")
        (mail,) = mailoutbox
        assert (response.status_code, response.content) == (204, b"")
        assert mail.to == ["someone@example.org"]
        assert f"POST {CONFIRM}" in mail.body
        assert str(someone.pk) in mail.body

    @pytest.mark.parametrize(
        ("page", "link"),
        [
            ("https://hub.example/new", "https://hub.example/new?uid="),
            ("https://hub.example/?p=new", "https://hub.example/?p=new&uid="),
        ],
    )
    def test_links_to_a_page_when_there_is_one(
        self, ask, someone, mailoutbox, settings, page, link
    ):
        settings.PASSWORD_RESET_URL = page
        ask(someone.email)
        assert f"\n{link}{someone.pk}&token=" in mailoutbox[0].body
        assert "POST" not in mailoutbox[0].body

    def test_nobody_else_gets_one_and_the_answer_is_the_same(self, ask, someone, mailoutbox):
        suspended = factories.UserFactory(is_active=False)
        answers = [ask(email) for email in ("nobody@example.org", suspended.email)]
        assert [(a.status_code, a.content) for a in answers] == [(204, b"")] * 2
        assert not mailoutbox

    def test_the_same_work_is_done_for_an_unknown_email(
        self, post, someone, django_capture_on_commit_callbacks
    ):
        costs = set()
        for email in (someone.email, "nobody@example.org"):
            queries = CaptureQueriesContext(connection)
            with queries, django_capture_on_commit_callbacks() as sent:
                post(ASK, email=email)
            costs.add((len(queries), len(sent)))
        assert len(costs) == 1
        assert len(sent) == 1

    def test_nobody_is_mailed_to_death(self, ask, someone, mailoutbox):
        answers = [ask(someone.email, REMOTE_ADDR=f"192.0.2.{n}") for n in range(6)]
        assert [a.status_code for a in answers] == [204] * 5 + [429]
        assert int(answers[-1].headers["Retry-After"]) <= 3600
        assert len(mailoutbox) == 5

    def test_an_unknown_email_is_limited_alike(self, ask):
        answers = [ask("nobody@example.org").status_code for _ in range(6)]
        assert answers == [204] * 5 + [429]

    def test_a_broken_mail_server_is_tried_again(
        self, ask, someone, mailoutbox, settings, monkeypatch
    ):
        sent = []

        def fail_once(user):
            sent.append(user)
            if len(sent) == 1:
                raise SMTPServerDisconnected
            mail_token(user)

        monkeypatch.setattr("accounts.tasks.mail_token", fail_once)
        assert ask(someone.email).status_code == 204
        assert len(mailoutbox) == 1


class TestConfirm:
    def test_sets_the_password(self, mailed, post, sign_in):
        response = post(CONFIRM, **mailed, password=NEW)
        assert (response.status_code, response.content) == (204, b"")
        assert sign_in().status_code == 401
        assert sign_in(password=NEW).status_code == 200

    def test_ends_every_sign_in_and_clears_the_cookies(self, mailed, post, sign_in, api):
        browser = api()
        # Signing in would use the token up: it holds the time of the last one.
        tokens = [sign_in(client=browser).json()["refresh_token"] for _ in range(2)]
        response = post(CONFIRM, browser, **self.mail_anew(), password=NEW)
        assert response.status_code == 204
        assert not response.cookies["bookhub_access"].value
        assert not response.cookies["bookhub_refresh"].value
        for token in tokens:
            assert post("/api/auth/refresh", refresh_token=token).status_code == 401

    @pytest.fixture(autouse=True)
    def _mail_anew(self, someone):
        def make():
            someone.refresh_from_db()
            token = default_token_generator.make_token(someone)
            return {"uid": str(someone.pk), "token": token}

        self.mail_anew = make

    def test_a_token_is_good_once(self, mailed, post, sign_in):
        post(CONFIRM, **mailed, password=NEW)
        response = post(CONFIRM, **mailed, password="a third horse battery")
        assert error(response) == (*INVALID, ["token"])
        assert sign_in(password=NEW).status_code == 200

    def test_a_sign_in_meanwhile_shows_that_nothing_was_forgotten(self, mailed, post, sign_in):
        sign_in()
        assert error(post(CONFIRM, **mailed, password=NEW)) == (*INVALID, ["token"])

    def test_a_token_is_good_for_an_hour(self, someone, post, sign_in):
        def made(ago):
            generator = PasswordResetTokenGenerator()
            generator._now = lambda: datetime.now() - ago  # noqa: DTZ005  (as Django has it)
            return {"uid": str(someone.pk), "token": generator.make_token(someone)}

        old = post(CONFIRM, **made(timedelta(minutes=61)), password=NEW)
        assert error(old) == (*INVALID, ["token"])
        young = post(CONFIRM, **made(timedelta(minutes=59)), password=NEW)
        assert young.status_code == 204

    @pytest.mark.parametrize(
        "uid", ["x", "00000000-0000-0000-0000-000000000000", "1' OR '1'='1", "ä" * 1000]
    )
    def test_a_wrong_uid_names_the_token(self, mailed, post, uid):
        response = post(CONFIRM, **mailed | {"uid": uid}, password=NEW)
        assert error(response) == (*INVALID, ["token"])

    @pytest.mark.parametrize("token", ["x", "a-b", "-", "zzzzzzzzzzzzzzzzzzz-b", "ä-ö", "1" * 5000])
    def test_a_wrong_token_is_named(self, mailed, post, token):
        response = post(CONFIRM, **mailed | {"token": token}, password=NEW)
        assert error(response) == (*INVALID, ["token"])

    def test_another_users_token_is_no_good(self, mailed, post, other_reader):
        response = post(CONFIRM, **mailed | {"uid": str(other_reader.pk)}, password=NEW)
        assert error(response) == (*INVALID, ["token"])

    @pytest.mark.parametrize("password", ["short", "someone@example.org", "83475629834"])
    def test_a_weak_password_is_named_and_leaves_the_token_good(self, mailed, post, password):
        response = post(CONFIRM, **mailed, password=password)
        assert error(response) == (*INVALID, ["password"])
        assert post(CONFIRM, **mailed, password=NEW).status_code == 204

    def test_a_suspension_meanwhile_ends_it(self, mailed, post, someone):
        with acting_as(SYSTEM):
            services.suspend_user(someone)
        assert error(post(CONFIRM, **mailed, password=NEW)) == (*INVALID, ["token"])

    def test_a_new_password_ends_the_lock_out(self, post, sign_in, someone):
        for _ in range(6):
            sign_in(password="wrong")
        post(CONFIRM, **self.mail_anew(), password=NEW)
        assert sign_in(password=NEW).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_that_bring_one_token_at_once_one_is_late(someone, post, at_once):
    body = {"uid": str(someone.pk), "token": default_token_generator.make_token(someone)}
    answers = at_once(
        *(
            lambda word=word: post(CONFIRM, **body, password=f"{word} horse battery")
            for word in "ab"
        )
    )
    assert sorted(a.status_code for a in answers) == [204, 400]
