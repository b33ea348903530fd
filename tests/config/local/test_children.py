"""What the terminal shows of the parts' logs."""

import json

import pytest

from config.local import children


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ({"level": "info", "event": "request_finished"}, ""),
        ({"level": "warning", "event": "slow"}, "warning: slow"),
        (
            {"source": "legimi", "event": "late", "level": "error", "user_id": 7},
            "late source=legimi",
        ),
        ({"level": "error", "event": "failed", "exception": "Trace\nKeyError: 1\n"}, "KeyError: 1"),
        ({"event": "no level"}, ""),
    ],
)
def test_terminal_shows_warnings_alone(line, shown):
    text = children.worth_showing(json.dumps(line).encode())
    assert text.endswith(shown)
    assert bool(text) == bool(shown)


@pytest.mark.parametrize(
    "line",
    [
        b"[2026-01-01 10:00:00 +0000] [77] [%s] Booting worker with pid: 77\n",
        b"[2026-01-01 10:00:00,000: %s/MainProcess] celery@here ready.\n",
    ],
)
def test_terminal_shows_warnings_of_plain_formats_alone(line):
    assert children.worth_showing(line % b"INFO") == ""
    assert children.worth_showing(line % b"WARNING") != ""


def test_terminal_shows_what_is_no_log_entry():
    assert children.worth_showing(b"Traceback (most recent call last):\n").startswith("Traceback")
    assert children.worth_showing(b"[1, 2]\n") == "[1, 2]"
    assert len(children.worth_showing(b"x" * 10_000)) == children.SHOWN_WIDTH
