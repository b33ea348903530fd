"""The hosts of covers, each below its name: `/covers/covers.openlibrary.org/b/id/1-L.jpg`.

Open Library gives a blank picture of one pixel for a cover that it does not have, and so does this
for one that no record names; the other hosts have all that they are asked for.
"""

from __future__ import annotations

import re
import struct
import zlib
from functools import cache

from enrichment.stand_in.faults import Reply
from enrichment.stand_in.lookup import rows

PREFIX = "/covers/"
BLANK = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
WIDTH, HEIGHT = 120, 180
OPENLIBRARYS = re.compile(r"covers\.openlibrary\.org/b/id/(\d+)-[SML]\.jpg")


def reply(path: str) -> Reply | None:
    """Answer a path; None where it is no cover's."""
    if not path.startswith(PREFIX):
        return None
    found = OPENLIBRARYS.fullmatch(path.removeprefix(PREFIX))
    if found and int(found[1]) not in _known():
        return Reply(200, BLANK, {"Content-Type": "image/gif"})
    return Reply(200, picture(zlib.crc32(path.encode())), {"Content-Type": "image/png"})


@cache
def _known() -> frozenset[int]:
    files = ("openlibrary_works", "openlibrary_editions")
    return frozenset(
        number for file in files for row in rows(file) for number in row.get("covers", ())
    )


def picture(number: int) -> bytes:
    """Draw a PNG in the one colour that a number gives."""
    row = b"\x00" + bytes([number & 255, number >> 8 & 255, number >> 16 & 255]) * WIDTH
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * HEIGHT)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
