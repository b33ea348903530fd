"""The text of a file whose encoding nobody wrote down."""

from __future__ import annotations

import codecs

from enrichment.library.files import single_byte

# UTF-32 begins as UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
_STRAY = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
"""What a byte becomes that is no UTF-8, by the lone surrogate that Python puts in its place."""


def decoded(raw: bytes) -> tuple[str, str]:
    """Give the text, with "\\n" alone between lines, and the name of its encoding.

    What fits nowhere becomes U+FFFD, so every file has a text.
    """
    text, encoding = _decoded(raw)
    plain = text.replace("\ufeff", "").replace("\0", "")
    return plain.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _decoded(raw: bytes) -> tuple[str, str]:
    encoding = _marked(raw) or _wide(raw[:_SAMPLE])
    if encoding and encoding != "utf-8":
        return raw.decode(encoding, "replace"), encoding
    text = raw.decode("utf-8", "surrogateescape")
    stray = len(text) - len(text.encode("utf-8", "ignore").decode())
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    # One broken byte among good letters makes no other encoding of the whole file.
    if encoding or stray <= beyond_ascii - stray:
        return text.translate(_STRAY) if stray else text, "utf-8"
    encoding = single_byte.guess(raw)
    return raw.decode(encoding, "replace"), encoding


def _marked(raw: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)


def _wide(sample: bytes) -> str | None:
    """Recognise UTF-16 without a mark: most of a table is ASCII, with a zero beside each byte."""
    if sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > len(sample) // 4 else None
