"""The row id that follows from an Open Library id, without Django: for what reads millions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = {"A": 1, "W": 2, "M": 3}
"""What an id's last letter says: an author, a work or an edition."""
NUMBER_BITS = 57
"""Room for the seventeen digits that fit into the column, 10**17 - 1."""
ABOVE_NUMBERS = 10**17


def row_hexes(letter: str, folder: str = "") -> Callable[[str], str]:
    """Make the function that computes row ids, as 32 hexadecimal digits, of ids of one kind.

    The ids may stand behind a folder, as in `/works/OL1W`; ValueError for whatever looks otherwise.
    A row id is a UUIDv8 (RFC 9562, section 5.8), whose 122 free bits are, from the left:

    - 3 bits, the kind: 1 author, 2 work, 3 edition,
    - 57 bits, the number,
    - 62 bits of zero.

    So the same record has the same id wherever it is loaded, no two records share one, and ids
    sort as their numbers do. Rows made before this rule, and by hand, may have another id: whoever
    writes takes the id that the row has.
    """
    start, kind = f"{folder}OL", KINDS[letter] << NUMBER_BITS
    length = len(start)

    def row_hex(key: str) -> str:
        number = int(key[length:-1])
        if key != f"{start}{number}{letter}" or not 0 < number < ABOVE_NUMBERS:
            raise ValueError(f"{key!r} is no id of Open Library")
        leading = kind | number
        # Version and variant stand where the RFC wants them: after 48 bits, and after 12 more.
        return f"{(leading >> 12) << 16 | 0x8000 | leading & 0xFFF:016x}8000000000000000"

    return row_hex
