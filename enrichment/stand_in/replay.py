"""All services at one address, answering from the records: `/ol`, `/gb`, `/legimi`, `/covers`.

To some requests a fault is played, so that one can see what BookHub makes of it: those that
`records/faults.jsonl` names by an id, an ISBN or a word (docs/operations.md lists them).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus

from enrichment.stand_in import covers, googlebooks, legimi, openlibrary
from enrichment.stand_in.faults import HTML, JSON, Fault, Reply
from enrichment.stand_in.lookup import Answer, rows
from enrichment.stand_in.server import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from enrichment.stand_in.lookup import Asked
    from enrichment.stand_in.server import Arrived

SERVICES: dict[str, Callable[[str, Asked], Answer]] = {
    service.PREFIX: service.answer for service in (openlibrary, googlebooks, legimi)
}


class Replay(StandIn):
    """A stand-in that knows the records; what it is told to answer comes before them."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port, otherwise=_reply)

    def next_fault(self, arrived: Arrived) -> Fault | None:
        return super().next_fault(arrived) or fault_of(arrived.path, arrived.query)


def fault_of(path: str, query: str) -> Fault | None:
    """Give the fault that the records play to this request."""
    request = unquote_plus(f"{path}?{query}")
    return next(
        (Fault(row["fault"]) for row in rows("faults") if row["asked_for"] in request), None
    )


def answer(path: str, query: str) -> Answer | None:
    """Give what the service answers to this request, or None where no service stands."""
    for prefix, service in SERVICES.items():
        if path.startswith(f"{prefix}/"):
            return service(path.removeprefix(prefix), dict(parse_qsl(query)))
    return None


def _reply(arrived: Arrived) -> Reply | None:
    told = answer(arrived.path, arrived.query)
    if told is None:
        return covers.reply(arrived.path)
    if isinstance(told.body, str):
        return Reply(told.status, told.body.encode(), {"Content-Type": HTML, **told.headers})
    return Reply(
        told.status, json.dumps(told.body).encode(), {"Content-Type": JSON, **told.headers}
    )
