"""Publishers' books as JSON Lines: one request body of the API a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from enrichment.book_files.rows import FIELDS, Action, Detail, Row, Warn
from enrichment.book_files.source import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from enrichment.book_files.source import Line, Source

REFUSAL_KEYS = {"line", "reason", "row"}
ACTION = "action"
"""Beside the fields of the API, a line may say what it asks for (enrichment.book_files.rows)."""
MOST_WARNINGS = 20
LONGEST_NUMBER = 300
_BLANKS = b"\xef\xbb\xbf \t\r\n"


class JsonLines:
    """Takes a file of refusals again, too: the book is what stands in `row`."""

    endings: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")

    def __init__(self, source: Source, warn: Warn) -> None:
        self._source, self._warn = source, warn
        self._unknown: set[str] = set()

    @staticmethod
    def recognises(head: bytes) -> bool:
        first, cut, _ = head.lstrip(_BLANKS).partition(b"\n")
        return first.startswith(b"{") and (not cut or first.rstrip().endswith(b"}"))

    def __iter__(self) -> Iterator[Row]:
        for line in self._source:
            if line.text is None or line.text.strip():
                yield self._row(line)

    def _row(self, line: Line) -> Row:
        try:
            data = _book(line.text)
            action = _action(data)
        except (ValueError, RecursionError) as exc:
            return Row(line.number, None, (line.text or "").strip(), line.size, _why(exc))
        self._tell_unknown(data)
        return Row(line.number, data, data, line.size, action=action)

    def _tell_unknown(self, data: dict[str, Any]) -> None:
        """Warn of each unknown name once, as far as there are not too many of them."""
        for name in data.keys() - self._unknown - {*FIELDS, ACTION}:
            if len(self._unknown) < MOST_WARNINGS:
                self._unknown.add(name)
                self._warn(f'"{name}" is no field of a book; it is left out.')

    def refusals_begin(self) -> str:
        return ""

    def refusal(self, row: Row, details: Sequence[Detail]) -> str:
        return refusal_line(row, details)


def refusal_line(row: Row, details: Sequence[Detail]) -> str:
    """Give `{"line": 3, "reason": [{"field", "message"}], "row": {..}}`.

    `row` is text where the line was no object. Formats that a person can hardly mend by hand
    refuse in this one, too, which reads it again.
    """
    told = {"line": row.line, "reason": list(details), "row": row.original}
    return json.dumps(told, ensure_ascii=False, default=float) + "\n"


def _book(text: str | None) -> dict[str, Any]:
    if text is None:
        raise ValueError(f"The line is longer than {LONGEST_LINE:,} bytes.")
    data = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_int)
    if isinstance(data, dict) and data.keys() == REFUSAL_KEYS:
        data = data["row"]
    if not isinstance(data, dict):
        raise ValueError("A line must be a JSON object.")  # noqa: TRY004  (one kind for all)
    # An escape such as "\ud800" stands for no character, and PostgreSQL keeps none.
    json.dumps(data, ensure_ascii=False).encode()
    return data


def _action(data: dict[str, Any]) -> Action:
    try:
        return Action(data.get(ACTION, Action.CREATE))
    except (ValueError, TypeError) as exc:
        raise ValueError(f'"{ACTION}" must be one of: {", ".join(Action)}.') from exc


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in built if names.count(name) > 1)
        raise ValueError(f'"{twice}" is given twice.')
    return built


def _int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"A number is longer than {LONGEST_NUMBER} digits.")
    return int(text)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON.")


def _why(exc: ValueError | RecursionError) -> str:
    match exc:
        case json.JSONDecodeError():
            return f"Not valid JSON: {exc.msg} (column {exc.colno})."
        case UnicodeEncodeError():
            return "A lone surrogate (half a character) is not allowed."
        case RecursionError():
            return "The JSON is nested too deeply."
        case _:
            return str(exc)
