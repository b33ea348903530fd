"""A moderator with a password, and the authenticator app on their phone."""

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.second_factor import devices
from config.row_security import SYSTEM, acting_as
from tests import factories


@pytest.fixture
def ann(db):
    return factories.UserFactory(
        email="ann@example.org", password=factories.PASSWORD, is_staff=True
    )


@pytest.fixture
def app(ann):
    """Give the app's code of now, or of some steps of 30 seconds on: `app()`, `app(-1)`."""

    def code(step=0):
        with acting_as(SYSTEM):
            key = TOTPDevice.objects.get(user=ann).bin_key
        return f"{totp(key, drift=step):06}"

    return code


@pytest.fixture
def backup_codes(ann, app):
    """Ann has set her second factor up, with a code of a minute ago; these are her codes."""
    with acting_as(SYSTEM):
        devices.begin(ann)
        codes = devices.confirm(ann, app(-1))
    assert len(codes) == 10
    return codes
