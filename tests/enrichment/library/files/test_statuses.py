import pytest

from enrichment.library.files import statuses


@pytest.mark.parametrize(
    ("shelf", "status"),
    [
        ("to-read", "to_read"),
        ("Want to Read", "to_read"),
        ("To read", "to_read"),
        ("currently-reading", "in_progress"),
        ("Currently Reading", "in_progress"),
        ("reading", "in_progress"),
        ("read", "read"),
        ("Already Read", "read"),
        ("Read but unowned", "read"),
        ("did-not-finish", "hidden"),
        ("DNF", "hidden"),
        ("abandoned", "hidden"),
        ("stopped-reading", "hidden"),
        ("Your library", None),
        ("my-favourites", None),
        ("", None),
    ],
)
def test_shelves(shelf, status):
    assert statuses.of_shelf(shelf) == status


@pytest.mark.parametrize(
    ("finished", "stopped", "started", "status"),
    [(1, 1, 1, "read"), (0, 1, 1, "hidden"), (0, 0, 1, "in_progress"), (0, 0, 0, None)],
)
def test_dates(finished, stopped, started, status):
    assert statuses.of_dates(finished=finished, stopped=stopped, started=started) == status
