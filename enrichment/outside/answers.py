"""What may come of asking an outside service: found, missing, or no answer, never mixed up."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from config.errors import UpstreamError, UpstreamRateLimitedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from limits import RateLimitItem

HOUR = 60 * 60

REASONS = {
    "timeout": "{} takes too long to answer.",
    "refused": "{} cannot be reached.",
    "insecure": "{} does not prove who it is.",
    "private_address": "{} is said to be in a private network, where we do not ask.",
    "redirect": "{} sends us somewhere where we do not go.",
    "server_error": "{} has an error of its own.",
    "bad_request": "{} does not accept what we ask.",
    "bad_status": "{} answers in a way that we do not know.",
    "blocked": "{} refuses to answer us.",
    "rate_limited": "{} asks us to slow down.",
    "quota": "Our share of requests to {} is used up.",
    "our_pace": "Too much is being asked of {} at this moment.",
    "too_large": "{} answers with more than we read.",
    "cut_off": "{} breaks off in the middle of its answer.",
    "not_json": "{} answers with something that is no JSON.",
    "wrong_shape": "{} answers with something that we do not understand.",
    "failing": "{} has failed several times in a row.",
    "paused": "{} is left alone for a while.",
    "busy": "{} is being asked for the same already.",
}
"""Why there is no answer, and the sentence that a caller reads; {} is the service's name."""

RATE_REASONS = frozenset({"rate_limited", "quota", "our_pace"})
"""Those that pass by themselves at a known time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A 4xx answer, for a service to read; the body is cut to its first 64 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Leave the service alone for so many seconds; `reason` is "blocked" or one of RATE_REASONS."""

    seconds: float
    reason: str
    advice: str = ""
    """What the operator can do about it: a whole sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One outside service: where it is, how fast we may ask, and what its refusals mean."""

    name: str
    """The key of its pace, health and figures."""
    base_url: str
    """Without a slash at its end."""
    user_agent: str
    pace: tuple[RateLimitItem, ...]
    """Windows that all processes share; all of them hold."""
    title: str = ""
    """What people call it; without one, its name."""
    redirect_hosts: frozenset[str] = frozenset()
    """Hosts, beside its own, to which it may send us over HTTPS; "*.a.org" is all below a.org."""
    attempts: int = 2
    """How often we ask where asking again may help."""
    read_refusal: Callable[[Refusal], Hold | None] | None = None
    """Reads a 4xx where the common rule is not enough; None leaves it to the common rule."""
    advice: Mapping[int, str] = field(default_factory=dict)
    """What the operator can do about a status, in whole sentences."""

    def sentence(self, reason: str) -> str:
        return REASONS[reason].format(self.title or self.name)


@dataclass(frozen=True, slots=True)
class Found:
    """A JSON object, and the address that gave it at last."""

    body: dict[str, Any]
    url: str
    """Without its query, in which there may be a key."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first bytes of a file of any kind (64 KiB at most), and what its sender calls it."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The service answers, and has no such thing."""


MISSING = Missing()


class NoAnswerError(UpstreamError):
    """Nothing is known: the service failed, or what it said made no sense (502)."""

    def __init__(self, message: str | None = None, *, reason: str, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.reason = reason


class NoAnswerNowError(UpstreamRateLimitedError):
    """Nothing is known, and there is a time after which to ask again (502 with Retry-After)."""

    def __init__(
        self, message: str | None = None, *, reason: str, retry_after: int, **kwargs: Any
    ) -> None:
        super().__init__(message, retry_after=retry_after, **kwargs)
        self.reason = reason


class CallFailedError(Exception):
    """A call that brought no answer, on its way from where it failed to where that is noted."""

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        hold: Hold | None = None,
        retry_after: float | None = None,
        may_pass: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.hold = hold
        self.retry_after = retry_after
        self.may_pass = may_pass
        """Whether asking once more at once may help."""

    def told(self, service: Service) -> NoAnswerError | NoAnswerNowError:
        """Make the error that the caller meets; it names the service and no address."""
        message = self.message(service)
        if self.retry_after is None:
            return NoAnswerError(message, reason=self.reason)
        return NoAnswerNowError(message, reason=self.reason, retry_after=ceil(self.retry_after))

    def message(self, service: Service) -> str:
        advice = (self.hold and self.hold.advice) or "Try again later."
        return f"{service.sentence(self.reason)} {advice}"
