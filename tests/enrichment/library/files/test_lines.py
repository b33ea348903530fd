"""Records of good and bad CSV: which cells they have, and where they begin."""

import pytest

from enrichment.library.files import lines
from enrichment.library.files.lines import Lines
from enrichment.library.records import ExportError


def _records(text, delimiter=",", width=3):
    return list(Lines(text, delimiter, width))


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("a,b,c\n\n ,,\n1,2,3", [(1, ["a", "b", "c"]), (4, ["1", "2", "3"])]),
        ('a,"b\n\nb",c\n1,2,3\n', [(1, ["a", "b\n\nb", "c"]), (4, ["1", "2", "3"])]),
        ('="12",="",c\n', [(1, ['="12"', '=""', "c"])]),
        ('a,"=""12""",c\n', [(1, ["a", '="12"', "c"])]),
        # A quote in the middle of a cell, and behind one that is closed.
        ('a "x" b,2,3\n', [(1, ['a "x" b', "2", "3"])]),
        ('"a" b,2,3\n4,5,6\n', [(1, ["a b", "2", "3"]), (2, ["4", "5", "6"])]),
        ('"a" b,"2\n2",3\n4,5,6\n', [(1, ["a b", "2\n2", "3"]), (3, ["4", "5", "6"])]),
        # An open quote costs its own row at most.
        (
            'a,"b,c\n1,2,3\n4,5,6\n',
            [(1, ["a", '"b', "c"]), (2, ["1", "2", "3"]), (3, ["4", "5", "6"])],
        ),
        ('a,"b,c,d\n1,2,3\n', [(1, 'a,"b,c,d'), (2, ["1", "2", "3"])]),
        ('a,"b,c,d\n1,"2",3\n', [(1, 'a,"b,c,d'), (2, ["1", "2", "3"])]),
        ('a,"b\n1,2,3\n4",5,6\n', [(1, 'a,"b'), (2, ["1", "2", "3"]), (3, ['4"', "5", "6"])]),
        ("a,b\n1,2,3,4\n", [(1, ["a", "b"]), (2, ["1", "2", "3", "4"])]),
    ],
)
def test_records_with_commas(text, records):
    assert _records(text) == records


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('"A" is for Alibi\tb\tc\n', [(1, ['"A" is for Alibi', "b", "c"])]),
        ('"open\tb\tc\nx\ty"\tz\n', [(1, ['"open', "b", "c"]), (2, ["x", 'y"', "z"])]),
        ('"a ""x"""\tb\tc\n', [(1, ['a "x"', "b", "c"])]),
        ('a\t"b\nb"\tc\n1\t2\t3\n', [(1, ["a", "b\nb", "c"]), (3, ["1", "2", "3"])]),
        ('a\t"b\tb"\tc\n', [(1, ["a", "b\tb", "c"])]),
    ],
)
def test_records_with_tabs(text, records):
    assert _records(text, "\t") == records


def test_open_quotes_everywhere_end_the_reading(monkeypatch):
    monkeypatch.setattr(lines, "MOST_READ_AGAIN", 500_000)
    with pytest.raises(ExportError, match="quotes are left open"):
        _records('a","c\n' * 100_000, width=5)
