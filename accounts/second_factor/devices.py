"""Somebody's second factor: an authenticator app, and ten backup codes for the day it is lost.

django-otp keeps both, throttles wrong codes (1, 2, 4, ... seconds), takes each code once, and
allows a clock to be one step of 30 seconds off. A row is its owner's alone, so each function is
called as the user or as the system.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import segno
from auditlog.models import LogEntry
from django.utils.crypto import salted_hmac
from django.utils.safestring import mark_safe
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.personal_data import exports, rows
from config.row_security import SYSTEM, acting_as

if TYPE_CHECKING:
    from typing import Any

    from django.utils.safestring import SafeString

    from accounts.models import User

SECOND_FACTOR = "second factor"
"""What the audit trail calls it."""
BACKUP_CODES = 10
KEPT_LENGTH = 16
"""Characters that django-otp's column has for a backup code."""
_SHOWN_BY_APP = re.compile(r"[0-9]{6}")


def device_of(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def begun_by(user: User) -> TOTPDevice | None:
    """Give the device whose secret was shown, and whose first code has not come yet."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


def is_set_up(user: User) -> bool:
    """Say whether somebody has one, whoever asks."""
    with acting_as(SYSTEM):
        return device_of(user) is not None


def begin(user: User) -> None:
    """Make a secret, unless one was made already; it protects nothing before it is confirmed."""
    if not (device_of(user) or begun_by(user)):
        TOTPDevice.objects.create(user=user, name="Authenticator app", confirmed=False)


def confirm(user: User, code: str) -> list[str]:
    """Switch the second factor on by its first code; give the backup codes, none if it is wrong."""
    begun = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if begun is None or not begun.verify_token(_typed(code)):
        return []
    begun.confirmed = True
    begun.save(update_fields=["confirmed"])
    _note(user, "off", "on")
    return _new_backup_codes(user)


def verify(user: User, code: str) -> bool:
    """Say whether it is the app's code of now, or a backup code; neither is good a second time."""
    typed = _typed(code)
    if _SHOWN_BY_APP.fullmatch(typed):
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        return bool(device and device.verify_token(typed))
    backup = StaticDevice.objects.select_for_update().filter(user=user).first()
    return bool(backup and backup.verify_token(_kept(typed)))


def backup_codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def remove(user: User) -> bool:
    """Take somebody's second factor off; say whether there was one."""
    with acting_as(SYSTEM):
        was_set_up = device_of(user) is not None
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
    if was_set_up:
        _note(user, "on", "off")
    return was_set_up


def qr_code(device: TOTPDevice) -> SafeString:
    """Draw what an authenticator app scans, as an SVG element."""
    drawn = segno.make(device.config_url, micro=False)
    # Colours are attributes: the content security policy lets no style stand in the page.
    return mark_safe(drawn.svg_inline(scale=5, dark="#000", light="#fff"))  # noqa: S308


def _typed(code: str) -> str:
    return "".join(code.split()).lower()


def _kept(code: str) -> str:
    """Give what is stored of a backup code: whoever reads the table can sign in with none."""
    return salted_hmac("accounts.second_factor", code, algorithm="sha256").hexdigest()[:KEPT_LENGTH]


def _new_backup_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="Backup codes")
    codes = [StaticToken.random_token() for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_kept(code)) for code in codes)
    return codes


def _note(user: User, old: str, new: str) -> None:
    changes = {SECOND_FACTOR: [old, new]}
    LogEntry.objects.log_create(user, action=LogEntry.Action.UPDATE, changes=changes)


@exports("second_factor")
def _second_factor(user: User) -> list[dict[str, Any]]:
    """Say since when somebody has one; the secret and the codes stay here."""
    devices = TOTPDevice.objects.filter(user=user)
    return rows(devices.order_by("pk"), "confirmed", "created_at", "last_used_at")
