"""What many ask for at once is fetched once, over all processes: one goes, the others wait."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from redis.exceptions import LockError, RedisError

from config.errors import (
    NotFoundError,
    ProblemError,
    UnprocessableRecordError,
    UpstreamNotConfiguredError,
)
from enrichment.outside import db, redis_client
from enrichment.outside.answers import REASONS, NoAnswerError, NoAnswerNowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

FREED_AFTER = 20
"""Seconds after which the lock of a process that was killed is free."""
LOOK_EVERY = 0.02
FAILURE_LASTS = 60
"""Seconds that a crowd has to hear how the one who went for it fared."""
CROWD_LASTS = 600
"""Seconds after which those of a crowd who were killed belong to it no more."""
SHARED_ERRORS: dict[str, type[ProblemError]] = {
    kind.__name__: kind
    for kind in (
        NoAnswerError,
        NoAnswerNowError,
        NotFoundError,
        UnprocessableRecordError,
        UpstreamNotConfiguredError,
    )
}
"""What asking once more would bring, too; other errors belong to the one who met them."""


@contextmanager
def alone(key: str, *, wait: float = 30.0) -> Iterator[None]:
    """Hold the lock `key`, which no other thread or process holds then.

    Raises NoAnswerError ("busy") when it is not free within `wait` seconds; RuntimeError inside a
    transaction.
    """
    db.let_go()
    # The thread that renews the lock has to know its token, too.
    lock = redis_client.client().lock(
        redis_client.key("lock", key), timeout=FREED_AFTER, sleep=LOOK_EVERY, thread_local=False
    )
    if not lock.acquire(blocking_timeout=wait):
        raise NoAnswerError(
            f"{REASONS['busy'].format('The source')} Try again in a moment.", reason="busy"
        )
    done = threading.Event()
    threading.Thread(target=_renew, args=(lock, done), daemon=True).start()
    try:
        yield
    finally:
        done.set()
        # It may be lost: Redis was away, or this process stood still.
        with suppress(LockError):
            lock.release()


def _renew(lock: Any, done: threading.Event) -> None:
    """Keep the lock for as long as its holder lives, which may be long; it dies with the holder."""
    with suppress(LockError, RedisError):
        while not done.wait(FREED_AFTER / 3):
            lock.reacquire()


def once(
    key: str, do: Callable[[], T], *, is_done: Callable[[], T | None], wait: float = 30.0
) -> T:
    """Give what `is_done` finds, else what `do` brings; of those who ask at once, one does it.

    `is_done` gives None for "not there". When `do` fails, all of the crowd get that error: a web
    server takes in a few of many requests at a time, so some come while others are being told.
    """
    found = is_done()
    if found is not None:
        return found
    with _crowd(key), alone(key, wait=wait):
        found = is_done()
        if found is not None:
            return found
        failure: str | None = redis_client.client().get(_failure_key(key))
        if failure:
            raise _revived(failure)
        return _do(key, do)


@contextmanager
def _crowd(key: str) -> Iterator[None]:
    """Be one of those who ask for the same; what a crowd before was told is not for this one."""
    client, crowd, me = redis_client.client(), redis_client.key("crowd", key), uuid4().hex
    with client.pipeline() as pipe:
        pipe.sadd(crowd, me)
        pipe.expire(crowd, CROWD_LASTS)
        pipe.scard(crowd)
        size = pipe.execute()[-1]
    try:
        if size == 1:
            client.delete(_failure_key(key))
        yield
    finally:
        client.srem(crowd, me)


def _do(key: str, do: Callable[[], T]) -> T:
    try:
        return do()
    except tuple(SHARED_ERRORS.values()) as exc:
        told = {
            "kind": type(exc).__name__,
            "message": str(exc.detail),
            "headers": exc.headers,
            "more": {"reason": getattr(exc, "reason", "")},
        }
        redis_client.client().set(_failure_key(key), json.dumps(told), ex=FAILURE_LASTS)
        raise


def _failure_key(key: str) -> str:
    return redis_client.key("failure", key)


def _revived(told: str) -> ProblemError:
    """Make the error anew, as it was met in another thread or process."""
    failure = json.loads(told)
    kind = SHARED_ERRORS[failure["kind"]]
    error = kind.__new__(kind)
    ProblemError.__init__(error, failure["message"], headers=failure["headers"])
    vars(error).update(failure["more"])
    return error
