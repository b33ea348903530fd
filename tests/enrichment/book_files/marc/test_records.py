"""MARC 21 in its own form: frames, encodings, and records that are broken."""

import pytest
from pymarc import Field, Indicators, Record, Subfield

from enrichment.book_files.marc import records
from enrichment.book_files.rows import FileError


def marc(title="Emma", *, leader="00000nam a2200000   4500"):
    record = Record(leader=leader, force_utf8=True)
    record.add_field(
        Field("245", indicators=Indicators("1", "0"), subfields=[Subfield("a", title)]),
        Field("020", indicators=Indicators(" ", " "), subfields=[Subfield("a", "0306406152")]),
    )
    return record.as_marc()


def titles(found):
    return [row.data and row.data.get("title") for row in found]


class TestFrames:
    @pytest.mark.parametrize("between", [b"", b"\n", b"\r\n", b"\0\0", b"\x1a"])
    def test_records_and_what_programs_put_between(self, between, rows):
        found = rows("marc", marc("One") + between + marc("Two") + between)
        assert titles(found) == ["One", "Two"]
        assert [row.line for row in found] == [1, 2]
        assert rows("marc", marc("One"), packed=True)[0].data == found[0].data

    @pytest.mark.parametrize("length", [b"00000", b"00004", b"-0001", b"99999", b"abcde"])
    def test_a_wrong_length_spoils_no_other_record(self, length, rows):
        found = rows("marc", marc("One") + length + marc("Two")[5:] + marc("Three"))
        assert titles(found)[::2] == ["One", "Three"]

    def test_a_record_that_breaks_off(self, rows):
        good, cut = rows("marc", marc("One") + marc("Two")[:-20])
        assert (good.data["title"], cut.problem) == ("One", "The record has no end.")

    def test_a_record_that_is_too_long_is_passed_over(self, rows, monkeypatch):
        monkeypatch.setattr(records, "LONGEST_RECORD", 1000)
        monkeypatch.setattr(records, "CHUNK", 300)
        found = rows("marc", marc("One") + b"x" * 5000 + b"\x1d" + marc("Three"))
        assert titles(found) == ["One", None, "Three"]
        assert found[1].problem == "The record is too long."

    def test_a_broken_directory_is_told(self, rows):
        data = bytearray(marc("One"))
        data[24:27] = b"\xff\xff\xff"
        shifted = marc("Two").replace(b"0000", b"0001", 1)
        first, _, third = rows("marc", bytes(data) + shifted + marc("Three"))
        assert first.problem.startswith("The record is broken")
        assert third.data["title"] == "Three"

    @pytest.mark.parametrize("content", [b"title,author\n", b"<record/>", b"{}", b"\xff" * 99])
    def test_what_is_no_marc(self, content, rows):
        with pytest.raises(FileError, match="no MARC 21"):
            rows("marc", content)

    def test_an_empty_file_is_no_mistake(self, rows):
        assert rows("marc", b"") == rows("marc", b"\n") == []


class TestEncodings:
    @pytest.mark.parametrize("said", ["a", " "])
    def test_utf_8_whatever_the_leader_says(self, said, rows):
        data = bytearray(marc("Zażółć"))
        data[9:10] = said.encode()
        assert titles(rows("marc", bytes(data))) == ["Zażółć"]

    def test_marc_8(self, rows):
        data = marc("De la solitude ~a la").replace(b"~a", b"\xe1a")
        assert titles(rows("marc", data[:9] + b" " + data[10:])) == ["De la solitude à la"]

    @pytest.mark.parametrize(("said", "byte"), [(b"a", b"\xe1"), (b" ", b"\xff")])
    def test_neither_is_refused(self, said, byte, rows):
        data = marc("Caf~ a").replace(b"~", byte)
        (row,) = rows("marc", data[:9] + said + data[10:])
        assert row.problem == "The record is broken: its text is neither UTF-8 nor MARC-8."


@pytest.mark.parametrize("position", range(0, 60, 3))
def test_a_byte_that_is_wrong_ends_no_file(position, rows):
    data = bytearray(marc("One"))
    data[position] ^= 0x15
    *_, last = rows("marc", marc("Zero") + bytes(data) + marc("Last"))
    assert last.data["title"] == "Last"


def test_a_deleted_record_deletes(rows):
    (row,) = rows("marc", marc(leader="00000dam a2200000   4500"))
    assert (row.action, row.data) == ("delete", {"isbn": "9780306406157"})
