"""Logging in to the back-office: with a second factor, after too many failures, and shut out."""

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from config.row_security import SYSTEM, acting_as
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann():
    return factories.UserFactory(
        email="ann@example.org", password=factories.PASSWORD, is_staff=True
    )


@pytest.fixture
def log_in(live_server):
    def act(page, email="ann@example.org", password=factories.PASSWORD):
        page.goto(f"{live_server}/admin/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()

    return act


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def code_of(user, step=0):
    with acting_as(SYSTEM):
        return f"{totp(TOTPDevice.objects.get(user=user).bin_key, drift=step):06}"


@pytest.mark.parametrize("page", [390], ids=["phone"], indirect=True)
def test_a_second_factor_is_set_up_used_and_taken_off(
    page, live_server, ann, log_in, save_screenshot
):
    log_in(page)
    page.goto(f"{live_server}/admin/second-factor/")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert fits(page)
    save_screenshot("second-factor-begun")
    page.get_by_role("textbox", name="Code").fill(code_of(ann, -1))
    page.get_by_role("button", name="Switch it on").click()
    codes = page.get_by_role("list", name="Backup codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    backup_code = codes.first.inner_text()
    assert fits(page)
    save_screenshot("second-factor-codes")

    page.context.clear_cookies()
    log_in(page)
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    assert fits(page)
    save_screenshot("log-in-code")
    page.get_by_role("textbox", name="Code").fill(code_of(ann))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="What waits")).to_be_visible()

    page.goto(f"{live_server}/admin/second-factor/")
    expect(page.get_by_text("10 backup codes are left")).to_be_visible()
    save_screenshot("second-factor-on")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("textbox", name="Code").fill(backup_code)
    page.get_by_role("button", name="Take it off").click()
    expect(page.get_by_text("The second factor is off")).to_be_visible()


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_wrong_passwords_lock_out_and_a_suspension_ends_the_session(
    page, live_server, browser, ann, log_in, save_screenshot
):
    factories.UserFactory(
        email="root@example.org", password=factories.PASSWORD, is_staff=True, is_superuser=True
    )
    log_in(page)
    expect(page.get_by_role("heading", name="What waits")).to_be_visible()
    other = browser.new_context(viewport=page.viewport_size).new_page()
    log_in(other, "root@example.org")
    other.goto(f"{live_server}/admin/accounts/user/{ann.pk}/change/")
    other.get_by_role("button", name="Suspend").click()
    expect(other.get_by_text("They are signed out at once")).to_be_visible()
    assert fits(other)
    other.get_by_role("button", name="Suspend").click()
    expect(other.get_by_text("1 user suspended.")).to_be_visible()
    other.context.close()

    page.goto(f"{live_server}/admin/catalog/book/")
    expect(page.get_by_label("Password")).to_be_visible()
    for _ in range(5):
        log_in(page, "bob@example.org", "wrong")
        expect(page.get_by_text("Please enter the correct")).to_be_visible()
    log_in(page, "bob@example.org", "wrong")
    expect(page.get_by_role("heading", name="Locked out for a while")).to_be_visible()
    assert fits(page)
    save_screenshot("locked-out")
