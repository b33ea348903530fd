"""Whether a session has shown the second factor that its user has set up.

Django's session says who gave the password; the device of the code stands beside it. Asked at each
page, so a session that signed in before the second factor was set up is asked for a code, too.
(django-otp's middleware looks for the device before the database knows who asks, and finds none.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.urls import reverse

from accounts.second_factor.devices import device_of
from config.row_security import Actor, acting_as, current_actor

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

_DEVICE = "second_factor_device"
_ANSWER = "_second_factor_page"


def page_before(request: HttpRequest) -> str:
    """Give the page on which the code has to be given first; empty when there is none to give."""
    if not hasattr(request, _ANSWER):
        user = cast("User", request.user)
        device = _device_id(user)
        shown = device is None or request.session.get(_DEVICE) == device
        setattr(request, _ANSWER, "" if shown else reverse("admin:second_factor_code"))
    return cast("str", getattr(request, _ANSWER))


def let_in(request: HttpRequest) -> None:
    """Note that the session has shown the code, under a new session id."""
    request.session.cycle_key()
    request.session[_DEVICE] = _device_id(cast("User", request.user))
    setattr(request, _ANSWER, "")


def _device_id(user: User) -> int | None:
    if current_actor().user_id == user.pk:
        device = device_of(user)
    else:
        with acting_as(Actor(role="user", user_id=user.pk)):
            device = device_of(user)
    return device.pk if device else None
