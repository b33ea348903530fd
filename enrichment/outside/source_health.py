"""What all processes know of a service: how it fares, whether it is left alone, what came of calls.

It lives in Redis. A service that refuses us, or that fails FAILURES_IN_A_ROW times, is held: until
the hold runs out no request goes there. Then the next call is the trial; when it fails, too, the
service is held again.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from prometheus_client.core import CounterMetricFamily
from redis.exceptions import RedisError

from config import metrics
from enrichment.outside.answers import RATE_REASONS, CallFailedError, Hold
from enrichment.outside.redis_client import client, key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from enrichment.outside.answers import NoAnswerError, NoAnswerNowError, Service

    State = Literal["healthy", "failing", "paused", "unused"]

FAILURES_IN_A_ROW = 5
PAUSE_AFTER_FAILURES = 60
HARMLESS = RATE_REASONS | {"bad_request", "paused", "busy"}
"""They say nothing about whether the service works."""
CALLS = key("calls")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a service fares; the times that do not apply are None."""

    state: State
    reason: str = ""
    message: str = ""
    """What an operator should know, and do."""
    since: datetime | None = None
    """When it began to fail."""
    paused_until: datetime | None = None
    last_ok_at: datetime | None = None

    @property
    def is_healthy(self) -> bool:
        """Say whether it may be asked with good hope; nothing speaks against an unused one."""
        return self.state in {"healthy", "unused"}


def health(name: str) -> Health:
    """Give the health of the service with this name."""
    known: dict[str, str] = client().hgetall(_health_key(name))
    held = _read_hold(name)
    return Health(
        state=_state(known, held),
        reason=held.reason if held else known.get("reason", ""),
        message=(held and held.advice) or known.get("message", ""),
        since=_moment(known.get("since")),
        paused_until=_moment(time.time() + held.seconds) if held else None,
        last_ok_at=_moment(known.get("ok_at")),
    )


def _state(known: dict[str, str], held: Hold | None) -> State:
    if held:
        return "paused"
    if known.get("failures"):
        return "failing"
    return "healthy" if known else "unused"


def _moment(stamp: float | str | None) -> datetime | None:
    return datetime.fromtimestamp(float(stamp), tz=UTC) if stamp else None


def refuse_held(service: Service) -> None:
    """Raise CallFailedError while the service is left alone."""
    held = _read_hold(service.name)
    if held is None:
        return
    if held.reason == "blocked" and held.user_agent != service.user_agent:
        # It was another name that it refused; the operator has given a better one since.
        client().delete(_hold_key(service.name))
        return
    wait = held.seconds if held.reason in RATE_REASONS else None
    raise CallFailedError("paused", hold=held, retry_after=wait)


def resume(name: str) -> bool:
    """End the hold of the service with this name; say whether there was one.

    What it failed with stays known until it answers, so the next call is the trial.
    """
    return bool(client().delete(_hold_key(name)))


def calls() -> dict[tuple[str, str], int]:
    """Count the calls by service and outcome, since Redis was emptied last."""
    counted: dict[str, str] = client().hgetall(CALLS)
    fields = ((field.rpartition(":"), int(count)) for field, count in counted.items())
    return {(name, outcome): count for (name, _, outcome), count in fields}


def note_answer(service: Service, outcome: Literal["found", "missing"]) -> None:
    """The service has answered: whatever was wrong with it is over."""
    with client().pipeline() as pipe:
        pipe.hincrby(CALLS, f"{service.name}:{outcome}")
        pipe.hset(_health_key(service.name), "ok_at", time.time())
        pipe.hdel(_health_key(service.name), "failures", "reason", "message", "since")
        pipe.execute()


def note_failure(
    service: Service, path: str, failed: CallFailedError
) -> NoAnswerError | NoAnswerNowError:
    """Count and log a call without an answer, hold the service if need be; give what to raise.

    The log has the path and never the query, which may carry a key.
    """
    _note(service, path, failed.reason, failed.status)
    hold = failed.hold
    if failed.reason not in HARMLESS and _add_failure(service, failed) >= FAILURES_IN_A_ROW:
        hold = hold or Hold(seconds=PAUSE_AFTER_FAILURES, reason="failing")
    if hold and failed.reason != "paused":
        _write_hold(service, hold)
    return failed.told(service)


def note_unusable(service: Service, path: str) -> None:
    """Log and count a record that is no good; the service works, and has answered."""
    _note(service, path, "unusable")


def _note(service: Service, path: str, reason: str, status: int | None = None) -> None:
    _log.warning("source_failed", source=service.name, reason=reason, status=status, path=path)
    client().hincrby(CALLS, f"{service.name}:{reason}")


def _add_failure(service: Service, failed: CallFailedError) -> int:
    with client().pipeline() as pipe:
        pipe.hincrby(_health_key(service.name), "failures")
        pipe.hsetnx(_health_key(service.name), "since", str(time.time()))
        told = {"reason": failed.reason, "message": failed.message(service)}
        pipe.hset(_health_key(service.name), mapping=told)
        return int(pipe.execute()[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held(Hold):
    user_agent: str
    """The name under which we asked when it began."""


def _write_hold(service: Service, hold: Hold) -> None:
    """Hold the service; what was under way when a longer hold began does not shorten that."""
    held = _read_hold(service.name)
    if held and held.seconds > hold.seconds:
        return
    advice = hold.advice or service.sentence(hold.reason)
    told = {"reason": hold.reason, "advice": advice, "user_agent": service.user_agent}
    milliseconds = max(1, round(hold.seconds * 1000))
    client().set(_hold_key(service.name), json.dumps(told), px=milliseconds)


def _read_hold(name: str) -> _Held | None:
    """Give the hold that is on, with the seconds that are left of it."""
    with client().pipeline() as pipe:
        pipe.get(_hold_key(name))
        pipe.pttl(_hold_key(name))
        told, left = pipe.execute()
    return _Held(seconds=max(left, 1) / 1000, **json.loads(told)) if told else None


def _hold_key(name: str) -> str:
    return key("hold", name)


def _health_key(name: str) -> str:
    return key("health", name)


class CallsCollector:
    """Gives Prometheus what all processes have counted in Redis."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Give the counts; none while Redis does not answer, as the other figures still do."""
        family = CounterMetricFamily(
            "bookhub_source_requests",
            "What was asked of services outside, by what came of it.",
            labels=["source", "outcome"],
        )
        try:
            counts = calls()
        except RedisError:
            counts = {}
        for labels, count in counts.items():
            family.add_metric(labels, count)
        yield family


def register_collector() -> None:
    """Have /metrics show the counts."""
    metrics.SHARED.register(CallsCollector())
