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

VERSION, VERSION_GAP = 0x8000, 0xF000
"""Version 8 in the last digits but three, and by how much it moves what stands in front of it."""
ENDING = "8000000000000000"
"""The variant, and zeros."""


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
    start = f"{folder}OL"
    length = len(start)
    # The last 12 bits of what leads stand behind the version, all others in front of it.
    kind = KINDS[letter] << NUMBER_BITS
    leading = kind >> 12 << 16 | VERSION

    def row_hex(key: str) -> str:
        number = int(key[length:-1])
        if key != f"{start}{number}{letter}" or not 0 < number < ABOVE_NUMBERS:
            raise ValueError(f"{key!r} is no id of Open Library")
        # Half the time that formatting takes, twice a record.
        return hex(leading + number + (number >> 12) * VERSION_GAP)[2:] + ENDING  # noqa: FURB116

    return row_hex
