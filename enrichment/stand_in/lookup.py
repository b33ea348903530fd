"""What the answers of all three services are made from: the records beside this, and words."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("records")

Row = dict[str, Any]
Asked = dict[str, str]
"""The parameters of a request; of a repeated one the last."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answers: JSON, or a page when the body is a text."""

    body: Row | str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Read the records of a file, in its order."""
    text = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())


def words(text: str) -> list[str]:
    """Give a text's words in lower case and without accents."""
    # The letter l with a stroke is the only one of Polish that does not come apart.
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l"))
    return re.findall(r"\w+", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def is_found(asked: str, *texts: str) -> bool:
    """Tell whether each word that is asked for begins some word of the texts, in any order."""
    there = words(" ".join(texts))
    return all(any(word.startswith(part) for word in there) for part in words(asked))


def number(asked: Asked, name: str, default: int) -> int:
    """Read a parameter that is a whole number; what is none counts as left out."""
    text = asked.get(name, "")
    return int(text) if text.isdecimal() else default
