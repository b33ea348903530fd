"""What the back-office tells of each source outside: how it fares, why, and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from config.model_admin import labelled
from enrichment.outside import source_health
from enrichment.sources import plugins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.safestring import SafeString

    from enrichment.outside.source_health import Health

LABELS = {"unused": "never asked"}
STATE_COLOURS = {
    "healthy": "success",
    "failing": "warning",
    "paused": "danger",
    "never asked": "info",
}
SETUP_COLOURS = {"configured": "success", "incomplete": "warning", "not configured": "info"}
SENTENCES = {
    "healthy": "It answers.",
    "failing": "The last call brought no answer. It is still asked.",
    "paused": "Nobody asks it, callers are refused at once, and jobs wait for it.",
    "unused": "Nobody has asked it yet, so nothing is known of it.",
}
OFF = "It is not asked until it is configured."

LOOK_AT_THE_LOG = "Look at the lines source_failed in the log; most often the fault is theirs."
ADVICE = {
    "": "",
    "quota": "",
    "rate_limited": "If it comes back, something else on this address asks the same source.",
}
"""What to do, beside what the source's own message says."""

ANSWERS = frozenset({"found", "unusable", "missing"})
NOT_SENT = frozenset({"paused", "our_pace", "busy"})
"""Outcomes of calls that we did not let out; all others but ANSWERS are failures."""


class Told(NamedTuple):
    """What an operator reads of a source that its module does not say."""

    title: str
    variable: str = ""
    """Of the environment, and by the same name of the settings: without it the source is not all
    that it can be."""
    meaning: str = ""
    if_blocked: str = ""


TOLD = {
    "openlibrary": Told(
        "Open Library",
        "OPENLIBRARY_CONTACT",
        "a URL and an e-mail address of yours; without them Open Library turns us away",
        "If OPENLIBRARY_CONTACT is set, choose another SOURCES_USER_AGENT, and write to them.",
    ),
    "googlebooks": Told("Google Books", "GOOGLE_BOOKS_API_KEY", "a free key of Google's"),
    "legimi": Told(
        "Legimi",
        "LEGIMI_ENABLED",
        "1, once you have read docs/legimi.md",
        "Read docs/legimi.md, and switch it off or write to them.",
    ),
}


class Calls(NamedTuple):
    """How often a source was asked since Redis was emptied last, by what came of it."""

    found: int
    unusable: int
    """Among those found: the record was no good."""
    missing: int
    failures: list[tuple[str, int]]
    """By reason, the most frequent first."""
    not_sent: list[tuple[str, int]]

    @property
    def failed(self) -> int:
        return sum(count for _, count in self.failures)


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the page shows it."""

    name: str
    is_configured: bool
    health: Health
    calls: Calls

    @property
    def told(self) -> Told:
        return _told(self.name)

    @property
    def is_paused(self) -> bool:
        return self.health.state == "paused"

    @property
    def state_label(self) -> SafeString:
        return labelled(LABELS.get(self.health.state, self.health.state), STATE_COLOURS)

    @property
    def sentence(self) -> str:
        if self.health.state == "unused" and not self.is_configured:
            return OFF
        return SENTENCES[self.health.state]

    @property
    def setup_label(self) -> SafeString:
        if not self.is_configured:
            return labelled("not configured", SETUP_COLOURS)
        return labelled("incomplete" if self.unset else "configured", SETUP_COLOURS)

    @property
    def unset(self) -> str:
        """Name the variable that is not set."""
        variable = self.told.variable
        return variable if variable and not getattr(settings, variable) else ""

    @property
    def reason(self) -> str:
        return _words(self.health.reason)

    @property
    def advice(self) -> str:
        if self.health.reason == "blocked":
            return self.told.if_blocked
        return ADVICE.get(self.health.reason, LOOK_AT_THE_LOG)


def all_sources() -> list[Source]:
    """Give all sources as they are now. Raises RedisError."""
    counts = _counts()
    return [
        Source(name, is_configured, source_health.health(name), _calls(counts[name]))
        for name, is_configured in plugins.configured().items()
    ]


def known_title(name: str) -> str | None:
    """Give what people call a source; None when there is none of this name."""
    return _told(name).title if name in plugins.configured() else None


def _counts() -> Mapping[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for (name, outcome), count in source_health.calls().items():
        counts[name][outcome] = count
    return counts


def _calls(counts: Mapping[str, int]) -> Calls:
    by_count = sorted(counts.items(), key=lambda outcome: -outcome[1])
    return Calls(
        found=counts.get("found", 0),
        unusable=counts.get("unusable", 0),
        missing=counts.get("missing", 0),
        failures=[(_words(key), count) for key, count in by_count if key not in NOT_SENT | ANSWERS],
        not_sent=[(_words(key), count) for key, count in by_count if key in NOT_SENT],
    )


def _words(reason: str) -> str:
    return reason.replace("_", " ")


def _told(name: str) -> Told:
    return TOLD.get(name, Told(name))
