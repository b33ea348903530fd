"""The files of a dump, and what is said about those that cannot be one."""

import gzip
from datetime import date

import pytest

from enrichment.dumps import files
from enrichment.dumps.files import Problem
from enrichment.dumps.kinds import Kind


def line_of(kind, number=1):
    return f"/type/{kind.type_name}\t/x/OL{number}X\t1\t2020-01-01T00:00:00.000000\t{{}}\n"


@pytest.fixture
def dump(tmp_path):
    """Make a folder with a dump of one date."""
    for kind in Kind:
        put(tmp_path, kind, "2026-09-30")
    return tmp_path


def put(folder, kind, when, text=None):
    path = folder / f"ol_dump_{kind}_{when}.txt.gz"
    lines = "".join(line_of(kind, number) for number in range(30)) if text is None else text
    path.write_bytes(gzip.compress(lines.encode()))
    return path


def test_a_whole_dump(dump):
    (dump / "ol_dump_ratings_2026-09-30.txt.gz").touch()
    found = files.find(dump)
    assert found.keys() == set(Kind)
    assert files.date_of(found) == date(2026, 9, 30)
    assert files.check(found) == []
    assert files.sizes(found)[Kind.WORKS] == found[Kind.WORKS].stat().st_size


def test_the_newest_file_of_a_kind_is_taken_and_one_without_a_date_before_it(dump):
    newer = put(dump, Kind.WORKS, "2026-10-31")
    latest = put(dump, Kind.AUTHORS, "latest")
    put(dump, Kind.AUTHORS, "2026-10-31")
    found = files.find(dump)
    assert (found[Kind.WORKS], found[Kind.AUTHORS]) == (newer, latest)


def test_names_need_no_date(tmp_path):
    path = tmp_path / "ol_dump_works.txt.gz"
    path.touch()
    found = files.find(tmp_path)
    assert found == {Kind.WORKS: path}
    assert files.date_of(found) is None


def test_a_name_with_a_day_that_is_none_is_not_of_a_dump(tmp_path):
    put(tmp_path, Kind.WORKS, "2026-02-31")
    assert files.find(tmp_path) == {}


def test_what_is_missing_or_of_several_dates_is_told_at_once(dump):
    put(dump, Kind.WORKS, "2026-10-31")
    (dump / "ol_dump_editions_2026-09-30.txt.gz").unlink()
    found = files.find(dump)
    assert files.date_of(found) is None
    assert files.check(found) == [
        Problem("", "There is no file of editions: ol_dump_editions_YYYY-MM-DD.txt.gz."),
        Problem(
            "", "The files are of several dumps: 2026-09-30, 2026-10-31. Take all of one date."
        ),
    ]


def test_redirects_and_deletes_may_be_missing(dump):
    found = {kind: path for kind, path in files.find(dump).items() if kind in files.NEEDED}
    assert files.check(found) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty."),
        (b"  <!DOCTYPE html><p>503", "is a web page: the download failed."),
        (b"<html>", "is a web page: the download failed."),
        (b"/type/work\t/works/OL1W\t1\t2020\t{}\n", "is no gzip file."),
        (gzip.compress(b"", mtime=0), "has only 20 bytes: the dump failed upstream."),
        (gzip.compress(bytes(range(256)), mtime=0), "holds no lines of a dump"),
        (gzip.compress(b"\0" * 99_999, mtime=0), "holds no lines of a dump"),
        (
            gzip.compress(line_of(Kind.AUTHORS).encode(), mtime=0),
            "holds /type/author, not /type/work.",
        ),
        (b"\x1f\x8b\x08\x00 and so on for a hundred bytes" * 9, "cannot be read: "),
        (gzip.compress(line_of(Kind.WORKS).encode(), mtime=0)[:30], "has only 30 bytes"),
        (gzip.compress(bytes(range(256)), mtime=0)[:-9], "cannot be read: "),
    ],
)
def test_a_file_that_cannot_be_one(dump, content, message):
    path = dump / "ol_dump_works_2026-09-30.txt.gz"
    path.write_bytes(content)
    (problem,) = files.check(files.find(dump))
    assert problem.file == path.name
    assert problem.message.startswith(f"{path.name} {message}")
    assert problem.message.endswith(".")


def test_a_file_that_is_not_there(dump, tmp_path):
    found = files.find(dump) | {Kind.DELETES: tmp_path / "none.gz"}
    (problem,) = files.check(found)
    assert (problem.file, "cannot be read" in problem.message) == ("none.gz", True)


def test_some_lines_of_other_types_among_the_first_do_no_harm(dump):
    mixed = line_of(Kind.REDIRECTS) * 40 + "<p>\n" + line_of(Kind.WORKS)
    put(dump, Kind.WORKS, "2026-09-30", mixed)
    assert files.check(files.find(dump)) == []
