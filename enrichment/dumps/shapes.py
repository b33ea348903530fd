"""The shapes that nearly all records of a dump have, as types that decode just what is kept.

A record of any other shape does not decode, and is left to the rules of `sources`, which know all
shapes (external-services.md, sections 2.3 and 2.4).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.json import Decoder


class Reference(Struct, gc=False):
    key: str


class AuthorType(Struct, gc=False):
    key: Literal["/type/author"]


class WorkType(Struct, gc=False):
    key: Literal["/type/work"]


class EditionType(Struct, gc=False):
    key: Literal["/type/edition"]


class Role(Struct, gc=False):
    author: Reference


class Author(Struct, gc=False):
    type: AuthorType | Literal["/type/author"]
    key: str
    name: str


class Work(Struct, gc=False):
    type: WorkType | Literal["/type/work"]
    key: str
    title: str
    authors: list[Role] = []
    first_publish_date: str = ""


class Edition(Struct, gc=False):
    """`language` has the languages of some old records, and the words of a title page in others."""

    type: EditionType | Literal["/type/edition"]
    key: str
    title: str
    works: list[Reference] = []
    publish_date: str = ""
    isbn_13: list[str | None] = []
    isbn_10: list[str | None] = []
    covers: list[int | None] = []
    languages: list[Reference] = []
    language: list[Reference] | str | None = None


decode_author = Decoder(Author).decode
decode_work = Decoder(Work).decode
decode_edition = Decoder(Edition).decode
