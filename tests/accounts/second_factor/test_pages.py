"""Setting a second factor up, and logging in with it."""

import re

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.admin_pages import page_of, step, text

pytestmark = pytest.mark.django_db
PAGE, LOG_IN, CODE = "/admin/second-factor/", "/admin/login/", "/admin/log-in-code/"


@pytest.fixture(autouse=True)
def _no_waiting(settings):
    """A wrong code makes the next one wait; the test that is about it switches that on again."""
    settings.OTP_TOTP_THROTTLE_FACTOR = settings.OTP_STATIC_THROTTLE_FACTOR = 0


def log_in(client, password=factories.PASSWORD):
    return client.post(LOG_IN, {"username": "ann@example.org", "password": password})


def give(client, code, **more):
    return client.post(CODE, {"code": code, **more})


class TestSetUp:
    def test_a_look_changes_nothing(self, client, ann):
        client.force_login(ann)
        assert "Set it up" in text(client.get(PAGE))
        assert client.get(f"{PAGE}begin/").status_code == 405
        with acting_as(SYSTEM):
            assert not TOTPDevice.objects.exists()

    def test_the_secret_is_shown_until_its_first_code_is_typed(self, client, ann, app):
        client.force_login(ann)
        assert client.post(f"{PAGE}begin/")["Location"] == PAGE
        page = text(client.get(PAGE))
        assert "<svg" in page
        assert "style=" not in page[page.index("<svg") : page.index("</svg>")]
        assert re.search(r"<code[^>]*>[A-Z2-7]{32}</code>", page)
        assert "is wrong" in text(client.post(f"{PAGE}confirm/", {"code": "000000"}))
        shown = text(client.post(f"{PAGE}confirm/", {"code": app()}))
        codes = re.findall(r"<li><code>([a-z2-7]{8})</code>", shown)
        assert len(set(codes)) == 10
        page = text(client.get(PAGE))
        assert "10 backup codes are left" in page
        assert not any(code in page for code in codes)
        with acting_as(SYSTEM):
            assert not StaticToken.objects.filter(token__in=codes).exists()
        entry = LogEntry.objects.first()
        assert (entry.actor, entry.changes) == (ann, {"second factor": ["off", "on"]})

    def test_other_sessions_are_asked_for_a_code_from_then_on(self, client, ann, app):
        before = Client()
        for each in (client, before):
            each.force_login(ann)
        client.post(f"{PAGE}begin/")
        assert before.get("/admin/").status_code == 200
        client.post(f"{PAGE}confirm/", {"code": app()})
        assert client.get("/admin/").status_code == 200
        assert before.get("/admin/")["Location"] == f"{LOG_IN}?next=/admin/"
        assert before.get(f"{LOG_IN}?next=/admin/")["Location"] == f"{CODE}?next=%2Fadmin%2F"


class TestLogIn:
    def test_a_password_alone_opens_nothing(self, client, backup_codes):
        assert log_in(client).status_code == 302
        for path in ("/admin/", "/admin/catalog/book/", PAGE, "/admin/password_change/"):
            assert client.get(path)["Location"] == f"{LOG_IN}?next={path}"
        assert client.post(f"{PAGE}take-off/").status_code == 302

    def test_the_code_opens_the_page_that_was_asked_for(self, client, backup_codes, app):
        log_in(client)
        before = client.session.session_key
        assert 'autocomplete="one-time-code"' in text(client.get(CODE))
        books = "/admin/catalog/book/"
        assert give(client, app(), next=books)["Location"] == books
        assert client.session.session_key != before
        assert client.get(books).status_code == 200
        assert client.get(CODE)["Location"] == "/admin/"

    def test_it_leads_to_no_other_site(self, client, backup_codes, app):
        log_in(client)
        assert give(client, app(), next="https://evil.example/")["Location"] == "/admin/"

    @pytest.mark.parametrize(("off", "opens"), [(0, True), (1, True), (2, False), (-2, False)])
    def test_a_clock_may_be_one_step_off(self, client, backup_codes, app, off, opens):
        log_in(client)
        assert (give(client, app(off)).status_code == 302) is opens

    def test_a_code_is_good_once(self, client, backup_codes, app):
        code = app()
        log_in(client)
        assert give(client, code).status_code == 302
        log_in(other := Client())
        assert "was used" in text(give(other, code))

    def test_a_backup_code_is_good_once_however_it_is_typed(self, client, backup_codes):
        code = backup_codes[0]
        log_in(client)
        assert give(client, f" {code[:4].upper()} {code[4:]}").status_code == 302
        assert "9 backup codes are left" in text(client.get(PAGE))
        log_in(other := Client())
        assert "was used" in text(give(other, code))

    def test_wrong_codes_lock_out_and_a_password_between_them_does_not_help(
        self, client, backup_codes, app
    ):
        log_in(client)
        for _ in range(4):
            give(client, "000000")
            log_in(client)
        assert give(client, "zzzzzzzz").status_code == 200
        answer = give(client, app())
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
        assert "Locked out" in answer.content.decode()
        assert log_in(Client()).status_code == 429

    def test_after_a_wrong_code_the_next_one_waits(self, client, backup_codes, app, settings):
        settings.OTP_TOTP_THROTTLE_FACTOR = 60
        log_in(client)
        give(client, "000000")
        assert give(client, app()).status_code == 200

    def test_whoever_has_none_is_asked_for_none(self, client, ann):
        assert log_in(client)["Location"] == "/admin/"
        assert client.get(CODE)["Location"] == "/admin/"
        assert Client().get(CODE)["Location"] == "/admin/"

    def test_somebody_else_may_log_in_instead(self, client, backup_codes):
        log_in(client)
        assert client.post(CODE, {"leave": "1"})["Location"] == LOG_IN
        assert "_auth_user_id" not in client.session

    def test_the_form_is_guarded_against_other_sites(self, backup_codes):
        strict = Client(enforce_csrf_checks=True)
        assert give(strict, "000000").status_code == 403


@pytest.fixture
def let_in(client, backup_codes, app):
    log_in(client)
    give(client, app())
    return client


class TestTakingOff:
    def test_asks_for_the_password_and_a_code(self, let_in, backup_codes):
        path = f"{PAGE}take-off/"
        code = backup_codes[0]
        assert "not your password" in text(let_in.post(path, {"password": "x", "code": code}))
        form = {"password": factories.PASSWORD, "code": "zzzzzzzz"}
        assert "is wrong" in text(let_in.post(path, form))
        assert let_in.post(path, form | {"code": code})["Location"] == PAGE
        assert "Set it up" in text(let_in.get(PAGE))
        log_in(other := Client())
        assert other.get("/admin/").status_code == 200

    def test_a_superuser_takes_off_what_is_lost(self, client, ann, backup_codes):
        root = factories.UserFactory(is_staff=True, is_superuser=True)
        client.force_login(root)
        assert "Remove the second factor" in text(client.get(page_of(ann)))
        client.post(step(ann, "remove_second_factor"))
        assert "Remove the second factor" not in text(client.get(page_of(ann)))
        with acting_as(SYSTEM):
            assert not TOTPDevice.objects.exists()
            assert not StaticToken.objects.exists()
        entry = LogEntry.objects.first()
        assert (entry.actor, entry.changes) == (root, {"second factor": ["on", "off"]})

    def test_a_moderator_neither_sees_nor_takes_off_anothers(
        self, client, moderator, ann, backup_codes
    ):
        client.force_login(moderator)
        assert "second factor</" not in text(client.get(page_of(ann)))
        assert client.post(step(ann, "remove_second_factor")).status_code == 403
        assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
        assert not TOTPDevice.objects.exists()
