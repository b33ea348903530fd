"""Five wrong passwords for one e-mail from one address, and no more for a quarter of an hour.

django-axes asks and answers; what counts is ours. Its own cache handler checks before the password
is hashed and counts afterwards, so attempts made at once all get through, and it locks at the fifth
failure instead of after it.
"""

from __future__ import annotations

import time
from functools import cache
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING, Any

from axes.backends import AxesBackend
from axes.handlers.base import AxesHandler
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.db import connection, transaction
from django.shortcuts import render
from limits import RateLimitItemPerSecond
from limits.strategies import MovingWindowRateLimiter

from accounts.models import User
from accounts.rates import address_of, network_of
from accounts.second_factor import devices
from config import limits
from config.errors import RateLimitedError
from config.problems import problem_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from limits import WindowStats
    from rest_framework.request import Request

LOCKED_OUT = "Too many wrong passwords. Wait, or reset the password."


class Failures:
    """The wrong passwords for one e-mail from one address within AXES_COOLOFF_TIME, in Redis."""

    def __init__(self, email: str, address: str) -> None:
        folded = User.objects.normalize_email(email)
        self._digest = sha256(f"{folded} {address}".encode()).digest()
        self._key = f"lockout-{self._digest.hex()}"
        window = int(settings.AXES_COOLOFF_TIME.total_seconds())
        self._limit = RateLimitItemPerSecond(settings.AXES_FAILURE_LIMIT, window)

    def take_turn(self) -> None:
        """Wait until no other attempt on the same pair is under way; until this transaction ends.

        So attempts made at once cannot overtake the count, and none that is still being checked
        has to be counted as a failure.
        """
        lock = int.from_bytes(self._digest[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])

    def count(self) -> int:
        return int(self._limit.amount - self._window().remaining)

    def seconds_left(self) -> int:
        """Say after how many seconds there is another attempt."""
        left: float = self._window().reset_time - time.time()
        return ceil(left)

    def add(self) -> None:
        _limiter().hit(self._limit, self._key)

    def clear(self) -> None:
        _limiter().clear(self._limit, self._key)

    def _window(self) -> WindowStats:
        return _limiter().get_window_stats(self._limit, self._key)


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(limits.storage())


class FailureHandler(AxesHandler):
    """Tells django-axes what was counted; the backend below does the counting."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        return _failures(request, credentials).count()

    def user_login_failed(
        self,
        sender: Any,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **_kwargs: Any,
    ) -> None:
        """Leave for `answer` whose attempt it was."""
        if request is not None:
            request.axes_credentials = credentials  # type: ignore[attr-defined]

    def reset_attempts(
        self,
        *,
        ip_address: str | None = None,
        username: str | None = None,
        ip_or_username: bool = False,
    ) -> int:
        """Let somebody try again (`manage.py axes_reset_ip_username ADDRESS EMAIL`)."""
        if not (ip_address and username) or ip_or_username:
            raise NotImplementedError("Name both the address and the e-mail.")
        failures = Failures(username, network_of(ip_address))
        count = failures.count()
        failures.clear()
        return count


class PasswordBackend(AxesBackend):
    """Checks a password, one attempt after another for one e-mail and address."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        email = username or kwargs.get(User.USERNAME_FIELD)
        if request is None or email is None or password is None:
            return None
        failures = Failures(email, address_of(request))
        with transaction.atomic():
            failures.take_turn()
            # Raises what ends Django's `authenticate` when the pair is locked out.
            super().authenticate(request, username=email, password=password)
            user = ModelBackend.authenticate(self, request, username=email, password=password)
            # Somebody with a second factor has not shown yet that the account is theirs.
            if user is None:
                failures.add()
            elif not (user.is_staff and devices.is_set_up(user)):
                failures.clear()
        return user


def attempt(request: HttpRequest, email: str, check: Callable[[], bool]) -> bool:
    """Try something else than a password, counted together with the wrong passwords.

    Raises RateLimitedError, without trying, when the e-mail and the address are locked out.
    """
    failures = Failures(email, address_of(request))
    with transaction.atomic():
        failures.take_turn()
        if failures.count() >= settings.AXES_FAILURE_LIMIT:
            raise RateLimitedError(LOCKED_OUT, retry_after=failures.seconds_left())
        fits = check()
        (failures.clear if fits else failures.add)()
    return fits


def check_password(request: Request, email: str, password: str) -> User | None:
    """Give the user whose password this is; None for anybody else, suspended users included.

    After too many failures it is always None, and `answer` takes the place of what the view says.
    """
    # AxesMiddleware looks at Django's request, not at the one that DRF has wrapped around it.
    return authenticate(request._request, username=email, password=password)  # noqa: SLF001


def forgive(request: Request, email: str) -> None:
    """Forget the failures: the caller has just shown that the account is theirs."""
    Failures(email, address_of(request)).clear()


def answer(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any]
) -> HttpResponse:
    """Say that it was too often and when to come back: a page in the admin, else JSON."""
    seconds = _failures(request, credentials).seconds_left()
    problem = RateLimitedError(LOCKED_OUT, retry_after=seconds)
    if not request.path.startswith("/admin/"):
        return problem_response(problem)
    context = {"message": LOCKED_OUT, "minutes": ceil(seconds / 60)}
    page = render(request, "accounts/locked_out.html", context, status=429)
    page["Retry-After"] = problem.headers["Retry-After"]
    return page


def _failures(request: HttpRequest, credentials: dict[str, Any] | None) -> Failures:
    given = credentials or {}
    email = given.get("username") or given.get(User.USERNAME_FIELD) or ""
    return Failures(email, address_of(request))
