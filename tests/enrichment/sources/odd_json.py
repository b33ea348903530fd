"""Any JSON whatever, for readers that must bear it."""

import dataclasses

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# JSON can name halves of surrogate pairs, which no database takes.
_texts = st.text(st.characters(exclude_categories=()))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""


def assert_storable(record):
    """Hold that PostgreSQL takes every text of a record."""
    values = dataclasses.asdict(record).values()
    shown = "".join("".join(each) if isinstance(each, tuple) else str(each) for each in values)
    assert shown.encode("utf-8")
    assert "\x00" not in shown
