"""One run: the questions, asked of the three servers in turn, round after round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.client import Client, Person, request
from bench.measure import Latency, is_good, latency, throughput
from bench.questions import People, Question, forget_books, questions
from bench.report import FLOOR, Path
from bench.rows import MEMBER, PUBLISHERS, READER, row_id
from config.local.processes import say

if TYPE_CHECKING:
    from uuid import UUID

    import psycopg

NOBODY = Person("", "")


def measure(
    database: psycopg.Connection, ports: dict[str, int], *, rounds: int, seconds: float
) -> list[Path]:
    """Ask everything `rounds` times; a path that some server does not serve is not timed."""
    forget_books(database)
    asked = questions(database, _people())
    # What earlier runs changed is swept up, lest it be swept up while the clock runs.
    database.execute("VACUUM ANALYZE user_works, books, profiles, events")
    paths = {question: _probed(question, ports) for question in asked}
    for number in range(1, rounds + 1):
        for question, path in paths.items():
            if path.missing is None:
                _round(question, path, ports, seconds)
                say(f"round {number} of {rounds}: {_progress(path)}")
    return list(paths.values())


def overhead(port: int, seconds: float) -> Latency:
    """Time an answer of the floor with nothing in it."""
    return latency(port, lambda: request("GET", "/empty", NOBODY), seconds)


def _probed(question: Question, ports: dict[str, int]) -> Path:
    """Ask each server once; the first that refuses makes the path missing."""
    path = Path(question.name, question.budget)
    for name, port in ports.items():
        status, body = Client(port).ask(question.next_request())
        if question.between:
            question.between()
        if not is_good(status):
            path.missing = path.missing or status
            say(f"{question.name}: {name} answers {status} {body[:200]!r}")
    return path


def _round(question: Question, path: Path, ports: dict[str, int], seconds: float) -> None:
    for name, port in ports.items():
        times = latency(port, question.next_request, seconds, question.between)
        path.latencies.setdefault(name, []).append(times)
    if question.at_eight:
        for name, port in ports.items():
            figure = throughput(port, question.next_request, seconds)
            path.throughputs.setdefault(name, []).append(figure)


def _progress(path: Path) -> str:
    last = {name: many[-1].p50 for name, many in path.latencies.items()}
    times = ", ".join(f"{name} {time:.2f} ms" for name, time in last.items())
    ratio = last["BookHub"] / last[FLOOR]
    return f"{path.name}: {times} ({ratio:.1f} times the floor)"


def _people() -> People:
    members = [person(row_id(MEMBER, number)) for number in range(PUBLISHERS)]
    return People(person(row_id(READER, 0)), person(row_id(READER, 1)), members)


def person(user_id: UUID) -> Person:
    """Give somebody with a token of the project's own."""
    from accounts.models import User  # noqa: PLC0415  (Django is set up by now)
    from accounts.tokens import access_token  # noqa: PLC0415
    from config.row_security import SYSTEM, acting_as  # noqa: PLC0415

    with acting_as(SYSTEM):
        token = access_token(User.objects.get(pk=user_id))
    return Person(str(user_id), str(token), str(token.get("publisherId", "")))
