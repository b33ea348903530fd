"""Texts in CSV cells that a spreadsheet shows and never runs, and the way back.

A cell that begins with `=`, `+`, `-` or `@` is a formula to a spreadsheet, also after white space
or quotes, and in full width (OWASP, "CSV Injection"). Where `;` separates lists, as in Poland,
a line is cut at other places than ours: what follows a separator inside a text begins a cell there,
too. So an apostrophe is put before whatever could begin a formula, and before each apostrophe
that stands at such a place already; `unescape` takes one away at each. Nothing else changes.
"""

from __future__ import annotations

import re

FORMULA = (
    "=+@-"
    "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH COMMERCIAL AT}"
    "\N{FULLWIDTH HYPHEN-MINUS}\N{SMALL EQUALS SIGN}\N{SMALL PLUS SIGN}\N{SMALL COMMERCIAL AT}"
    "\N{SMALL HYPHEN-MINUS}\N{MINUS SIGN}"
)
_SEPARATORS = r";,\t\r\n"
_SKIPPED = r"(?:(?![\t\r\n])[\s\"'\x00-\x1f\u200b-\u200f\u2060\ufeff])*"
"""What a spreadsheet may trim before it looks for a formula."""
_BEGINS = rf"(?<![^{_SEPARATORS}])"
_MARKED = re.compile(rf"\A(?=[\t\r\n])|{_BEGINS}(?='|{_SKIPPED}[{re.escape(FORMULA)}])")
_MARK = re.compile(rf"{_BEGINS}'")
_NAMES_APART = re.compile(r"(?:[^;\\]|\\.)+", re.DOTALL)


def escape(text: str) -> str:
    return _MARKED.sub("'", text)


def unescape(cell: str) -> str:
    """Give the text that `escape` made the cell of."""
    return _MARK.sub("", cell)


def join_names(names: list[str]) -> str:
    r"""Put names, none of them empty, into one text: `;` between them, `\;` and `\\` inside."""
    return ";".join(re.sub(r"([;\\])", r"\\\1", name) for name in names)


def split_names(text: str) -> list[str]:
    """Give the names that `join_names` put together."""
    return [re.sub(r"\\(.)", r"\1", name, flags=re.DOTALL) for name in _NAMES_APART.findall(text)]
