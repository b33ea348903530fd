"""Steps with what they need before them, on several connections at once; what is done stays done.

A step and the note that it is done are one transaction, so a load that is killed anywhere goes on
from its last whole steps. Steps that VACUUM, or that write through connections of their own, may
be done twice; they bear it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from enrichment.dumps.connections import connect
from enrichment.dumps.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

Result = dict[str, Any]
TRIES = 60
PAUSE_SECONDS = 1.0

Run = Callable[["psycopg.Connection"], Result | None]

DONE = f"SELECT name, result FROM {SCHEMA}.steps"  # noqa: S608  (a constant, here and below)
NOTE = f"INSERT INTO {SCHEMA}.steps (name, seconds, result) VALUES (%s, %s, %s)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Step:
    """`run` is given a connection, in a transaction unless `is_atomic` is false.

    `phase` is what a person is told meanwhile. What `run` returns is kept with the step (JSON).
    What `retried` names may come of others who write to the catalog; then it is tried again.
    """

    name: str
    phase: str
    run: Run
    needs: tuple[str, ...] = ()
    is_atomic: bool = True
    retried: tuple[type[Exception], ...] = ()


@dataclass(slots=True)
class Results:
    """What the steps have returned, by their names, earlier runs' included."""

    found: dict[str, Result] = field(default_factory=dict)

    def get(self, name: str) -> Result:
        return self.found.get(name) or {}


def done_before(connection: psycopg.Connection) -> Results:
    return Results({name: result or {} for name, result in connection.execute(DONE.encode())})


class Lanes:
    """Runs steps, each as soon as what it needs is done, on as many connections as given."""

    def __init__(self, count: int, results: Results, tell: Callable[[str], None]) -> None:
        self._results, self._tell = results, tell
        self._free: list[psycopg.Connection] = []
        self._open: list[psycopg.Connection] = []
        self._lock = threading.Lock()
        self._count = count

    def run(self, steps: Sequence[Step]) -> None:
        """Run what is not done yet, in the given order where there is a choice.

        Raises whatever the first failing step raises, after the others under way were stopped.
        """
        waiting = [step for step in steps if step.name not in self._results.found]
        with ExitStack() as stack, ThreadPoolExecutor(self._count) as pool:
            self._free = [stack.enter_context(connect()) for _ in range(self._count)]
            self._open = list(self._free)
            running: dict[Future[Result | None], Step] = {}
            try:
                while waiting or running:
                    self._begin(waiting, running, pool)
                    self._collect(running)
            except BaseException:
                self._stop()
                raise

    def _begin(
        self,
        waiting: list[Step],
        running: dict[Future[Result | None], Step],
        pool: ThreadPoolExecutor,
    ) -> None:
        for step in [each for each in waiting if self._is_ready(each)]:
            if len(running) == self._count:
                return
            waiting.remove(step)
            self._tell(step.phase)
            running[pool.submit(self._run, step)] = step

    def _is_ready(self, step: Step) -> bool:
        return all(name in self._results.found for name in step.needs)

    def _collect(self, running: dict[Future[Result | None], Step]) -> None:
        if not running:
            raise LookupError("Steps are left whose needs no step fulfils.")
        # The time-out lets Python hand a signal to the main thread.
        finished, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in finished:
            step = running.pop(future)
            self._results.found[step.name] = future.result() or {}

    def _run(self, step: Step) -> Result | None:
        with self._lock:
            connection = self._free.pop()
        try:
            return _run_noted(step, connection)
        finally:
            with self._lock:
                self._free.append(connection)

    def _stop(self) -> None:
        for connection in self._open:
            # A server that is gone cannot be asked, and has nothing left to stop.
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=2.0)


def _run_noted(step: Step, connection: psycopg.Connection) -> Result | None:
    for _ in range(TRIES - 1):
        try:
            return _run_once(step, connection)
        except step.retried:
            time.sleep(PAUSE_SECONDS)
    return _run_once(step, connection)


def _run_once(step: Step, connection: psycopg.Connection) -> Result | None:
    began = time.monotonic()
    with connection.transaction() if step.is_atomic else nullcontext():
        result = step.run(connection)
        _note(connection, step, began, result)
    return result


def _note(
    connection: psycopg.Connection, step: Step, began: float, result: Mapping[str, Any] | None
) -> None:
    seconds = round(time.monotonic() - began, 3)
    connection.execute(NOTE.encode(), [step.name, seconds, Jsonb(result)])
