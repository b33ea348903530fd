"""Random numbers that hang on nothing but a seed and a name.

A record that is made of its own draws alone is the same wherever it is made: one that refers to it
can ask what it is, and next month's dump repeats it, without either keeping the other in memory.
"""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct

ALL = 65_536
"""A draw is a number from 0 to ALL - 1."""

_NUMBERS = Struct("<32H")


def draws(seed: int, what: str, number: int) -> tuple[int, ...]:
    """Give 32 draws."""
    return _NUMBERS.unpack(blake2b(f"{seed} {what} {number}".encode(), digest_size=64).digest())


def share(part: float) -> int:
    """Give the number that this part of all draws is below."""
    return round(part * ALL)


def skewed(high: int, low: int, size: int) -> int:
    """Pick from 1 to `size` with two draws; the lower numbers are the frequent ones.

    Of n numbers the first is drawn as often as n ** -0.5 says: as few authors wrote much.
    """
    return 1 + int(size * ((high * ALL + low) / ALL**2) ** 2)


def even(high: int, low: int, size: int) -> int:
    """Pick from 1 to `size` with two draws, each as often as the others."""
    return 1 + (high * ALL + low) * size // ALL**2
