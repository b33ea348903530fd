"""The row id that follows from an Open Library id, without Django: for what reads millions."""

from __future__ import annotations

KINDS = {"A": 1, "W": 2, "M": 3}
"""What an id's last letter says: an author, a work or an edition."""
NUMBER_BITS = 57
"""Room for the seventeen digits that fit into the column, 10**17 - 1."""
NUMBERS = range(1, 10**17)
"""The numbers of ids that fit into the column."""

_LEADING = {letter: kind << NUMBER_BITS for letter, kind in KINDS.items()}


def row_hex(letter: str, number: int) -> str:
    """Compute the id of a shared row as 32 hexadecimal digits.

    A UUIDv8 (RFC 9562, section 5.8), whose 122 free bits are, from the left:

    - 3 bits, the kind: 1 author, 2 work, 3 edition,
    - 57 bits, the number,
    - 62 bits of zero.

    So the same record has the same id wherever it is loaded, no two records share one, and ids
    sort as their numbers do. Rows made before this rule, and by hand, may have another id: whoever
    writes takes the id that the row has.
    """
    leading = _LEADING[letter] | number
    # Version and variant stand where the RFC wants them: after 48 bits, and after 12 more.
    return f"{(leading >> 12) << 16 | 0x8000 | leading & 0xFFF:016x}8000000000000000"
