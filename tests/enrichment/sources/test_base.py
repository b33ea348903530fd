"""What the sources share."""

import pytest

from enrichment.records import Wanted
from enrichment.sources import base


@pytest.mark.parametrize(
    ("title", "searched"),
    [
        ("Dune", ["Dune"]),
        (
            "The Dispossessed: An Ambiguous Utopia",
            ["The Dispossessed: An Ambiguous Utopia", "The Dispossessed"],
        ),
        ("Solaris (SF Masterworks)", ["Solaris (SF Masterworks)", "Solaris"]),
        (": a title", [": a title"]),
    ],
)
def test_a_subtitle_is_left_out_when_nothing_is_found_with_it(title, searched):
    assert base.titles(Wanted(title=title)) == searched
