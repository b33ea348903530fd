"""What is wrong in the real dumps: texts that need cleaning, and lines that cannot be read.

external-services.md, sections 2.2 to 2.5, lists what has been met. A dirt says in which way it
spoils the JSON of a text, and what is left of the text when it is cleaned as the project does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from bench.dumps.draws import share

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[str], str]

DIRTY = share(0.01)
"""One text in a hundred is spoiled: more often than in the real dumps, so that it costs."""


def _same(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Dirt:
    """`spoil` takes and gives escaped JSON, `clean` the plain text."""

    name: str
    spoil: Change
    clean: Change = _same


DIRTS = (
    Dirt("nul", lambda text: f"{text}\\u0000"),
    Dirt("nul first", lambda text: f"\\u0000{text}"),
    Dirt("lone surrogate", lambda text: f"{text} \\ud83d"),
    Dirt("lone low surrogate", lambda text: f"\\udc00{text}"),
    Dirt("control character", lambda text: f"\\u0007{text}\\u009c"),
    Dirt("line break and tab", lambda text: f" {text} \\n\\t x", lambda text: f"{text} x"),
    Dirt("entity", lambda text: f"{text} &amp; co", lambda text: f"{text} & co"),
    Dirt("half an entity", lambda text: f"{text} N&ouml", lambda text: f"{text} N&ouml"),
    Dirt("not NFC", lambda text: f"{text} cafe\\u0301", lambda text: f"{text} caf\u00e9"),
    Dirt("markup", lambda text: f"<i>{text}</i>"),
    Dirt("quotes", lambda text: f'{text} \\\\N \\"x\\"', lambda text: f'{text} \\N "x"'),
    Dirt("pair of surrogates", lambda text: f"{text} \\ud83d\\ude00", lambda text: f"{text} 😀"),
)
LONG = Dirt("a million characters", lambda _: "word " * 200_000, lambda _: ("word " * 400).strip())
"""Of a title two thousand characters are kept, up to the end of a word."""


def dirt_of(draw: int) -> Dirt | None:
    return DIRTS[draw % len(DIRTS)] if draw < DIRTY else None


_DATE = "2010-01-01T00:00:00.000000"
_START = f"/type/$kind\t$key\t1\t{_DATE}"
_JSON = """{"key": "$key", "type": {"key": "/type/$kind"}, "works": [{"key": "/works/OL1W"}]"""
BROKEN: tuple[tuple[str, Template], ...] = tuple(
    (reason, Template(line))
    for reason, line in (
        ("not_json", f'{_START}\t{{"key": "$key", "$field": "Cut o'),
        ("not_json", f"{_START}\t"),
        ("not_json", f'{_START}\t["$key"]'),
        ("not_utf8", f'{_START}\t{_JSON}, "$field": "\udcff"}}'),
        ("not_five_columns", _START),
        ("not_five_columns", "<p>$field</p>"),
        ("no_key", f'/type/$kind\t\t1\t{_DATE}\t{{"$field": "No key"}}'),
        ("no_key", f'/type/$kind\t/x/OL1X\t1\t{_DATE}\t{{"key": "/x/OL1X", "$field": "x"}}'),
        ("wrong_type", f'/type/page\t$key\t1\t{_DATE}\t{{"key": "$key", "type": "/type/page"}}'),
        ("no_$field", f"{_START}\t{_JSON}}}"),
        ("no_$field", f'{_START}\t{_JSON}, "$field": " \\u0000"}}'),
        ("no_$field", f'{_START}\t{_JSON}, "$field": null}}'),
    )
)
"""Lines that are refused and why, by the names of `enrichment.dumps.reasons`."""


def broken_line(index: int, kind: str, key: str, field: str) -> tuple[str, str]:
    """Give the reason and the line of the broken record of an index."""
    reason, line = BROKEN[index % len(BROKEN)]
    return reason.replace("$field", field), line.substitute(kind=kind, key=key, field=field)
