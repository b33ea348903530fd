"""What is said before the platform serves."""

import pytest
from django.core.checks import run_checks
from django.db import connection

pytestmark = pytest.mark.django_db


def _ids(**databases):
    return [message.id for message in run_checks(**databases) if message.is_serious()]


def test_the_webs_role_is_safe():
    assert _ids(databases=["default"]) == []


def test_the_owner_is_no_role_for_the_web():
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert _ids(databases=["default"]) == ["bookhub.E001"]
    assert _ids() == []
