"""The JSON of a line, field by field, in the shapes in which the real records have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.dumps.draws import share
from bench.dumps.vocabulary import name, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.dumps.space import Kind

LANGUAGES = (
    [("eng", "en")] * 44
    + [("fre", "fr"), ("ger", "de"), ("spa", "es"), ("pol", "pl"), ("rus", "ru"), ("ita", "it")] * 2
    + [("cze", "cs"), ("chi", "zh"), ("dut", "nl"), ("rum", "ro"), ("gre", "el"), ("scr", "hr")]
    + [("mul", None), ("und", None)]
)


def line(kind: Kind, number: int, said: str, drawn: tuple[int, ...], version: int) -> str:
    key, revision = kind.key(number), 2 + version + drawn[30] % 4
    at = (
        f"20{8 + drawn[31] % 16:02}-{1 + drawn[30] % 12:02}-{1 + drawn[31] % 28:02}"
        f"T{drawn[30] % 24:02}:{drawn[31] % 60:02}:00.{drawn[30]:06}"
    )
    type_ = f"/type/{kind.name}"
    kept_type = f'"{type_}"' if drawn[29] < share(0.02) else f'{{"key": "{type_}"}}'
    return (
        f'{type_}\t{key}\t{revision}\t{at}\t{{{said}, "type": {kept_type}, "key": "{key}", '
        f'"revision": {revision}, {_since(at, revision) if drawn[28] & 3 else ""}'
        f'"last_modified": {{"type": "/type/datetime", "value": "{at}"}}}}'
    )


def _since(at: str, revision: int) -> str:
    """Give what a quarter of the records, the oldest, do not say."""
    return (
        f'"latest_revision": {revision}, "created": {{"type": "/type/datetime", "value": "{at}"}}, '
    )


def authors_field(authors: list[int], drawn: tuple[int, ...]) -> str:
    if not authors:
        return "" if drawn[21] & 1 else '"authors": [], '
    role = '"/type/author_role"' if drawn[21] % 3 == 0 else '{"key": "/type/author_role"}'
    # Of old.
    folder = "a" if drawn[22] < share(0.003) else "authors"
    entries = [
        f'{{"type": {role}, "author": {{"key": "/{folder}/OL{each}A"}}}}' for each in authors
    ]
    if drawn[23] < share(0.002):
        entries.insert(0, f'{{"type": {role}}}')
    return f'"authors": [{", ".join(entries)}], '


def about(drawn: tuple[int, ...]) -> str:
    """Give a work's subjects, description and covers; they weigh most of its bytes."""
    subjects = ""
    if drawn[24] < share(0.43):
        subjects = (
            f'"subjects": ["{words(drawn[25:28])}", "{words(drawn[1:4])}", "Accessible book"], '
        )
    if drawn[25] < share(0.16):
        subjects += f'"subject_places": ["{words(drawn[3:5])}"], '
    if drawn[26] < share(0.03):
        text = f'"{words(drawn[:32])}\\r\\n{words(drawn[8:24])}"'
        said = text if drawn[26] & 1 else f'{{"type": "/type/text", "value": {text}}}'
        subjects += f'"description": {said}, '
    cover = -1 if drawn[27] < share(0.01) else drawn[27] << 6
    return subjects + (f'"covers": [{cover}]' if drawn[28] < share(0.37) else '"subtitle": ""')


def works_field(work: int | None, draw: int) -> str:
    if work is None:
        return "" if draw & 1 else '"works": [], '
    entry = f'{{"key": "/works/OL{work}W"}}'
    return f'"works": [{entry}, {entry}], ' if draw < share(0.001) else f'"works": [{entry}], '


def language(draw: int) -> tuple[str, str | None]:
    code, tag = LANGUAGES[draw % len(LANGUAGES)]
    if draw < share(0.37):
        return f'"languages": [{{"key": "/languages/{code}"}}], ', tag
    if draw < share(0.39):
        return f'"languages": [{{"key": "/l/{code}"}}], ', tag
    return (f'"language": "{code}", ' if draw < share(0.65) else ""), None


def covers(cover: int | None, draw: int) -> str:
    if cover is None:
        return '"covers": [-1]' if draw < share(0.01) else '"covers": []'
    return f'"covers": [-1, {cover}]' if draw < share(0.01) else f'"covers": [{cover}, 12345]'


def publishing(drawn: tuple[int, ...], date: str | None) -> str:
    """Give what an edition says of its making, which nothing reads but everything decodes."""
    said = f'"publishers": ["{words(drawn[26:29])}"], "authors": [{{"key": "/authors/OL9A"}}], '
    if date is not None:
        said += f'"publish_date": "{date}", '
    return said + "".join(field(drawn) for often, draw, field in _SAID if drawn[draw] < often)


# How many have a field, the draw that says so, and the field.
_SAID: tuple[tuple[int, int, Callable[[tuple[int, ...]], str]], ...] = (
    (
        share(0.62),
        27,
        lambda drawn: f'"number_of_pages": {drawn[27] % 900}, "physical_format": "Paperback", ',
    ),
    (
        share(0.54),
        28,
        lambda drawn: f'"subjects": ["{words(drawn[20:23])}", "{words(drawn[23:26])}"], ',
    ),
    (
        share(0.41),
        29,
        lambda drawn: (
            '"source_records": ["marc:marc_loc_2016/BooksAll.2016.part'
            f'{drawn[29] % 40:02}.utf8:{drawn[28]}:590"], '
        ),
    ),
    (
        share(0.36),
        30,
        lambda drawn: f'"ocaid": "{drawn[27]:x}0000unse", "oclc_numbers": ["{drawn[27]:08}"], ',
    ),
    (
        share(0.29),
        31,
        lambda drawn: f'"identifiers": {{"goodreads": ["{drawn[31]}"], "amazon": [""]}}, ',
    ),
    (
        share(0.18),
        26,
        lambda drawn: (
            f'"by_statement": "{name(drawn[20], drawn[21])}.", "lccn": ["{drawn[23]}"], '
            f'"notes": {{"type": "/type/text", "value": "{words(drawn[8:20])}"}}, '
            f'"publish_country": "ii ", "pagination": "{drawn[22] % 500} p. ;", '
        ),
    ),
)
