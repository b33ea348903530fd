"""The part of the page about bulk loading: its rows, its verdicts, and the page around it."""

import subprocess
import sys
from collections import Counter

import pytest

from bench.dumps import report
from bench.dumps.loading import Load
from bench.dumps.memory import MEBIBYTE, Peak, watched
from bench.dumps.readers import Answers
from bench.dumps.run import Round


def load(seconds, mebibytes=300):
    return Load(seconds, Peak(mebibytes * MEBIBYTE), Counter())


def measured(first=12.0, update=8.0, wait=20.0, mebibytes=300, sizes=()):
    floor = {"unpack and decode": 4.0, "COPY": 2.0, "index": 4.0}
    answers = Answers([5.0] * 98 + [wait] * 2)
    one = Round(floor, load(first, mebibytes), load(3.0), load(update), answers)
    return report.Run(["one machine"], (1000, 1010), 600, [one] * 3, sizes)


def rows(run):
    return [line for line in report.section(run).splitlines() if line.startswith("| ")]


def met(run):
    """Give the verdicts: of the ratio, the first load, the next month's, and the readers."""
    last = [row.split(" | ")[-1].removesuffix(" |") for row in rows(run)]
    return last[2], last[4], last[6], last[7]


def test_what_is_within_its_budgets():
    run = measured()
    assert met(run) == ("yes", "yes", "yes", "yes")
    assert rows(run)[2] == "|  | 4.0 | 2.0 | 4.0 | 10.0 | **1.20** (1.20 to 1.20) | 1.6 | yes |"
    assert rows(run)[4] == "| first load | 12.0 | 83 | 300 | 1 GiB | yes |"


@pytest.mark.parametrize(
    ("figures", "place"),
    [({"first": 17.0}, 0), ({"mebibytes": 1100}, 1), ({"update": 12.1}, 2), ({"wait": 300.0}, 3)],
)
def test_what_is_above_its_budget(figures, place):
    assert met(measured(**figures))[place] == "**no**"


def test_sizes_are_compared_by_the_time_of_a_line():
    linear = [(100, load(1.0)), (1000, load(11.0)), (3000, load(33.0))]
    assert "Within 15% of each other: yes." in report.section(measured(sizes=linear))
    bent = [(100, load(1.0)), (1000, load(12.0))]
    assert "Within 15% of each other: **no**." in report.section(measured(sizes=bent))


def test_the_full_dumps_are_told_at_the_rate_of_the_first_load():
    assert "**384.3 hours**" in report.section(measured())


def test_the_memory_of_a_process_and_its_children_is_counted():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    with watched(process.pid) as peak:
        while peak.processes < 2:
            assert process.poll() is None
        process.communicate(b"\n")
    assert peak.together > peak.largest > MEBIBYTE
