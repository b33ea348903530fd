"""Which of the sources' values a moderator takes."""

import pytest

from moderation.comparison.choices import chosen, values
from moderation.comparison.findings import Finding, Row

SURE, DOUBTFUL = "openlibrary", "googlebooks"


class _Match:
    def __init__(self, *, is_sure):
        self.is_sure, self.confidence = is_sure, 0.5


def finding(name):
    return Finding(name, "matched", "", _Match(is_sure=name == SURE), {})


ROWS = [
    Row("title", "Emma", [(finding(SURE), "Emma, annotated")]),
    Row("description", "", [(finding(SURE), "Long."), (finding(DOUBTFUL), "Short.")]),
    Row("genres", [], [(finding(DOUBTFUL), ["Novel"])]),
]


@pytest.mark.parametrize(
    ("posted", "taken"),
    [
        ({}, {}),
        ({"take_title": ""}, {}),
        ({"take_title": SURE}, {"title": SURE}),
        ({"take_title": DOUBTFUL}, {}),
        (
            {"take_genres": DOUBTFUL, "take_description": DOUBTFUL},
            {"genres": DOUBTFUL, "description": DOUBTFUL},
        ),
        # What is below the threshold fills no blank unless it is named.
        ({"quick": "blanks", "take_title": SURE}, {"description": SURE}),
        ({"quick": DOUBTFUL}, {"description": DOUBTFUL, "genres": DOUBTFUL}),
        ({"quick": "nobody"}, {}),
    ],
)
def test_chosen(posted, taken):
    assert chosen(ROWS, posted) == taken


def test_values_stand_under_the_columns():
    taken = {"description": DOUBTFUL, "genres": DOUBTFUL}
    assert values(ROWS, taken) == {"description": "Short.", "genre_names": ["Novel"]}
