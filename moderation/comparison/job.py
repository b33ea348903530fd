"""The job `book_comparison`: each source is asked about a book in turn, outside of transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from catalog.models import Book
from config.errors import (
    NotFoundError,
    UnavailableError,
    UnprocessableRecordError,
    UpstreamError,
    UpstreamNotConfiguredError,
)
from config.row_security import SYSTEM, acting_as
from enrichment import matching, recheck
from enrichment.jobs import job_kind
from enrichment.sources import plugins
from moderation.comparison import KIND
from moderation.comparison.records import packed

if TYPE_CHECKING:
    from enrichment.jobs import RunningJob
    from enrichment.records import Wanted
    from enrichment.sources.base import Plugin

State = Literal["matched", "no_match", "not_configured", "no_answer"]


@job_kind(KIND, queue="interactive")
def run(job: RunningJob) -> dict[str, Any]:
    """Give `{"sources": {name: {"state", "reason", "record"}}}`, the record of the best match.

    A source that fails fails no job: a moderator waits, reads why, and asks again.
    """
    wanted = _wanted(job.arguments["book"])
    answers: dict[str, Any] = dict(job.state.get("sources", {}))
    for name, plugin in plugins.PLUGINS.items():
        if name in answers:
            continue
        job.progress(len(answers), len(plugins.PLUGINS))
        answers[name] = _asked(plugin, wanted)
        job.remember(sources=answers)
    job.progress(len(answers), len(plugins.PLUGINS))
    return {"sources": answers}


def _wanted(book_id: str) -> Wanted:
    with acting_as(SYSTEM):
        book = Book.objects.filter(pk=book_id).first()
    if book is None:
        raise NotFoundError("The book has been deleted.")
    return recheck.wanted(book)


def _asked(plugin: Plugin, wanted: Wanted) -> dict[str, Any]:
    try:
        match = matching.best(wanted, plugin.find(wanted))
    except UpstreamNotConfiguredError as exc:
        return _answer("not_configured", str(exc.detail))
    except (UpstreamError, UnavailableError, UnprocessableRecordError) as exc:
        return _answer("no_answer", str(exc.detail))
    if match is None:
        return _answer("no_match")
    return _answer("matched") | {"record": packed(match.record)}


def _answer(state: State, reason: str = "") -> dict[str, Any]:
    return {"state": state, "reason": reason, "record": None}
