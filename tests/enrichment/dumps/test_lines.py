"""Lines out of gzip files, whatever their length, and where a file ends before its end."""

import gzip

import pytest

from enrichment.dumps import lines
from enrichment.dumps.lines import DumpFileError, DumpLines, UnreadableLine
from enrichment.dumps.reasons import Reason

TEXT = b"one\ntwo\n\nthree \xc3\xa9\nfour"


def split(text, size):
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [line for block in lines.split(iter([*pieces, b""]).__next__) for line in block]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_lines_do_not_depend_on_the_pieces(size):
    assert split(TEXT, size) == TEXT.split(b"\n")
    assert split(TEXT + b"\n", size) == TEXT.split(b"\n")


@pytest.mark.parametrize("size", [1, 7, 10])
def test_a_line_that_is_too_long_is_counted_and_not_held(monkeypatch, size):
    monkeypatch.setattr(lines, "LONGEST", 10)
    monkeypatch.setattr(lines, "HEAD", 4)
    found = split(b"short\n" + b"x" * 11 + b"\n" + b"y" * 10 + b"\n" + b"z" * 50, size)
    assert found == [b"short", b"", b"y" * 10, b""]
    assert [(each.reason, each.head) for each in (found[1], found[3])] == [
        (Reason.TOO_LONG, b"xxxx"),
        (Reason.TOO_LONG, b"zzzz"),
    ]


def test_a_line_that_is_not_utf_8_is_put_aside():
    good, bad, also_good = split("é\n".encode() + b"\xff\n\xc3\xa9\n", 100)
    assert (good, also_good) == ("é".encode(), "é".encode())
    assert isinstance(bad, UnreadableLine)
    assert (bad.reason, bad.head) == (Reason.NOT_UTF8, b"\xff")


def test_a_file_of_several_parts_is_one(tmp_path):
    path = tmp_path / "parts.gz"
    path.write_bytes(gzip.compress(b"one\ntw") + gzip.compress(b"o\n"))
    found = DumpLines(path)
    assert [line for block in found for line in block] == [b"one", b"two"]
    assert found.bytes_read == path.stat().st_size


def broken(name):
    packed = gzip.compress(b"".join(b"%d\n" % number for number in range(200_000)), 1)
    middle = len(packed) // 2
    return {
        "cut off": packed[:middle],
        "wrong checksum": packed[:-8] + b"\0" * 4 + packed[-4:],
        "garbage in the middle": packed[:middle] + b"\xff" * 99 + packed[middle + 99 :],
        "something behind it": packed + b"<html>",
        "no gzip": b"<html></html>",
    }[name]


@pytest.mark.parametrize(
    "name",
    ["cut off", "wrong checksum", "garbage in the middle", "something behind it", "no gzip"],
)
def test_a_broken_file_says_so(tmp_path, name):
    path = tmp_path / "ol_dump_works.txt.gz"
    path.write_bytes(broken(name))
    with pytest.raises(DumpFileError, match=r"^ol_dump_works.txt.gz is broken: .+ up to byte "):
        for _ in DumpLines(path):
            pass
