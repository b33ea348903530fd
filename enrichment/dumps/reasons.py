"""Why a line of a dump is refused."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A reason as it is counted and kept; `sentence` says it to the operator."""

    NOT_FIVE_COLUMNS = "not_five_columns"
    NOT_UTF8 = "not_utf8"
    TOO_LONG = "too_long"
    NOT_JSON = "not_json"
    WRONG_TYPE = "wrong_type"
    NO_KEY = "no_key"
    NO_NAME = "no_name"
    NO_TITLE = "no_title"
    NO_WORK = "no_work"
    DUPLICATE_KEY = "duplicate_key"
    REDIRECT_NOWHERE = "redirect_nowhere"
    REDIRECT_TO_ANOTHER_KIND = "redirect_to_another_kind"
    REDIRECT_CYCLE = "redirect_cycle"
    REDIRECT_DANGLING = "redirect_dangling"
    DANGLING_WORK = "dangling_work"

    @property
    def sentence(self) -> str:
        return SENTENCES[self]


SENTENCES = {
    Reason.NOT_FIVE_COLUMNS: "The line does not have five columns.",
    Reason.NOT_UTF8: "The line is not UTF-8.",
    Reason.TOO_LONG: "The line is longer than any real record.",
    Reason.NOT_JSON: "The fifth column is no JSON object.",
    Reason.WRONG_TYPE: "The record is of another type than the file.",
    Reason.NO_KEY: "The record has no key of its kind.",
    Reason.NO_NAME: "The author has no name that shows anything.",
    Reason.NO_TITLE: "The record has no title that shows anything.",
    Reason.NO_WORK: "The edition names no work.",
    Reason.DUPLICATE_KEY: "The line beside it has the same key and is the newer one.",
    Reason.REDIRECT_NOWHERE: "The redirect does not say where to.",
    Reason.REDIRECT_TO_ANOTHER_KIND: "The redirect leads to a record of another kind.",
    Reason.REDIRECT_CYCLE: "The redirect leads round in a circle, or on for more than ten hops.",
    Reason.REDIRECT_DANGLING: "The redirect ends where the dump has no record.",
    Reason.DANGLING_WORK: "The edition names a work that the dump does not have.",
}


def sentence_of(reason: str) -> str:
    return Reason(reason).sentence


OF_RECORDS = {Reason.NO_NAME, Reason.NO_TITLE, Reason.NO_WORK}
"""What a record says of itself: where it is the newest of its key, older ones do not count."""


class RefusedError(Exception):
    """Raised for a line that cannot be taken."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
