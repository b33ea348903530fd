"""Records of the sources as JSON, in which a job keeps them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from enrichment.records import BookRecord, PublishDate

_TUPLES = ("authors", "isbns", "covers", "genres")


def packed(record: BookRecord) -> dict[str, Any]:
    kept = asdict(record)
    if record.published:
        kept["published"]["day"] = record.published.day.isoformat()
    return kept


def unpacked(kept: dict[str, Any]) -> BookRecord:
    fields = kept | {name: tuple(kept[name]) for name in _TUPLES}
    if told := kept["published"]:
        day = date.fromisoformat(told["day"])
        fields["published"] = PublishDate(day, told["precision"])
    return BookRecord(**fields)
