"""The page: its rows, its verdicts, and what it says of paths that are not there."""

from bench.measure import Latency
from bench.report import FLOOR, PLAIN, PROJECT, Path, Run, page, unmet

EMPTY = Latency(0.2, 0.3, 100)


def path(name, ours, p99, **more):
    """Give a path of three rounds, in which the floor takes 1 ms and plain DRF 10."""
    times = {
        PROJECT: [Latency(one, p99, 100) for one in ours],
        FLOOR: [Latency(1.0, 2.0, 100)] * 3,
        PLAIN: [Latency(10.0, 20.0, 100)] * 3,
    }
    return Path(name, more.pop("budget", 4.0), times, **more)


def written(*paths):
    lines = page(Run(facts=["one machine"], paths=paths, overhead=EMPTY)).splitlines()
    return [line for line in lines if line.startswith(tuple(f"| {path.name} " for path in paths))]


def test_a_path_within_its_budget():
    assert written(path("quick", [2.0, 3.0, 5.0], 6.0)) == [
        "| quick | 1.00 | 3.00 | 6.00 | 10.00 | **3.0** (2.0 to 5.0) | **10.0** (10.0 to 10.0) | 4 | yes |"
    ]


def test_a_path_above_its_budget_or_with_a_long_tail():
    rows = written(path("slow", [4.1, 4.2, 4.3], 5.0), path("tail", [1.0, 1.0, 1.0], 4.5))
    assert [row.split(" | ")[-1] for row in rows] == ["**no** |", "**no**, p99 |"]


def test_a_path_without_a_budget_has_no_verdict():
    (row,) = written(path("bulk", [9.0, 9.0, 9.0], 90.0, budget=None))
    assert row.endswith("|  |  |")


def test_a_missing_path_says_with_what_it_was_answered():
    (row,) = written(Path("later", 4.0, missing=404))
    assert row.startswith("| later | missing: 404 |")
    assert row.count("|") == 10


def test_throughput_has_a_table_of_its_own():
    busy = {PROJECT: [100.0, 200.0, 300.0], FLOOR: [600.0] * 3, PLAIN: [60.0] * 3}
    rows = written(path("busy", [2.0, 2.0, 2.0], 3.0, throughputs=busy))
    assert rows[1] == (
        "| busy | 600 | 200 | 60 | **3.0** (2.0 to 6.0) | **10.0** (10.0 to 10.0) | 4 | yes |"
    )


def test_what_is_not_met_is_named_at_the_end():
    paths = [path("quick", [1.0] * 3, 1.0), path("slow", [9.0] * 3, 9.0), Path("later", 4.0)]
    paths[2].missing = 404
    said = []
    unmet(Run(facts=[], paths=paths, overhead=EMPTY), said.append)
    assert [line.split(" | ")[0] for line in said] == ["| slow", "| later"]


def test_refused_answers_are_told():
    refused = path("limited", [1.0] * 3, 1.0)
    refused.latencies[FLOOR] = [Latency(1.0, 1.0, 10, refused=7)] * 3
    assert "21 answers were no success" in page(Run([], [refused], EMPTY))
