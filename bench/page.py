"""docs/performance.md: each measurement writes its own part and leaves the rest as it is."""

from __future__ import annotations

from config.local.processes import PROJECT

PAGE = PROJECT / "docs" / "performance.md"
PARTS = ("bulk loading", "back-office")
"""What stands behind the paths that `make bench` measures."""


def put(page: str, name: str, text: str) -> str:
    """Put a part into a page in place of the former one, or at its end."""
    begin, end = _marks(name)
    before, found, rest = page.partition(begin)
    after = rest.partition(end)[2] if found else ""
    return f"{before.rstrip()}\n\n{begin}\n{text.strip()}\n\n{end}\n{after.lstrip()}"


def kept(page: str, former: str) -> str:
    """Give a new page with the parts that the former one has."""
    for name in PARTS:
        begin, end = _marks(name)
        _, found, rest = former.partition(begin)
        if found:
            page = put(page, name, rest.partition(end)[0])
    return page


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
