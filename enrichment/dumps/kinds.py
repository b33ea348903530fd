"""The kinds of records that a dump has a file for, as its files name them."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    AUTHORS = "authors"
    WORKS = "works"
    EDITIONS = "editions"
    REDIRECTS = "redirects"
    DELETES = "deletes"

    @property
    def type_name(self) -> str:
        """Name this kind as `type` has it in a record ("author")."""
        return self.value.removesuffix("s")

    @property
    def type_key(self) -> bytes:
        """Give what stands in the first column of a line of this kind."""
        return f"/type/{self.type_name}".encode()


NEEDED = (Kind.AUTHORS, Kind.WORKS, Kind.EDITIONS)
"""Without these there is nothing to load; redirects and deletes may be left out."""
