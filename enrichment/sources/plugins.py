"""The sources of books, by name. One more is a file beside these and its name below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.sources import googlebooks, legimi, openlibrary

if TYPE_CHECKING:
    from enrichment.sources.base import Plugin

_ALL: tuple[Plugin, ...] = (openlibrary, googlebooks)
PLUGINS: dict[str, Plugin] = {plugin.name: plugin for plugin in _ALL}


def configured() -> dict[str, bool]:
    """Say of everything outside that we may ask, Legimi included, whether it is set up here."""
    known = {name: plugin.is_configured() for name, plugin in PLUGINS.items()}
    return known | {legimi.NAME: legimi.is_configured()}
