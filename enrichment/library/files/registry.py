"""The exports that are known. A further one is a module like these and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.library.files import (
    bookhub,
    bookwyrm,
    calibre,
    goodreads,
    librarything,
    openlibrary,
    storygraph,
)

if TYPE_CHECKING:
    from enrichment.library.files.kinds import Kind

KINDS: dict[str, Kind] = {
    "goodreads": goodreads.KIND,
    "storygraph": storygraph.KIND,
    "librarything": librarything.KIND,
    "openlibrary": openlibrary.KIND,
    "bookwyrm": bookwyrm.KIND,
    "calibre": calibre.KIND,
    "bookhub": bookhub.KIND,
}
KNOWN = "Known are the exports of {} and {}.".format(
    ", ".join(kind.name for kind in list(KINDS.values())[:-1]), list(KINDS.values())[-1].name
)
