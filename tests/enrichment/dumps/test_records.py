"""What is read the short way becomes what it becomes the long way, or is left to that."""

import gzip
import json
from collections import Counter

import pytest

from catalog.openlibrary_ids import row_id
from enrichment.dumps import odd_records, records
from enrichment.dumps.kinds import NEEDED, Kind
from enrichment.dumps.odd_records import OtherThingError
from enrichment.dumps.reasons import Reason, RefusedError

AUTHOR = {"key": "/authors/OL1A", "type": {"key": "/type/author"}, "name": "Jane Doe"}
WORK = {
    "key": "/works/OL2W",
    "type": {"key": "/type/work"},
    "title": "A book",
    "authors": [{"type": "/type/author_role", "author": {"key": "/authors/OL1A"}}],
}
EDITION = {
    "key": "/books/OL3M",
    "type": {"key": "/type/edition"},
    "title": "A book",
    "works": [{"key": "/works/OL2W"}],
    "publish_date": "April 22, 2008",
    "isbn_13": ["9780306406157"],
    "isbn_10": ["0306406152", "080442957X"],
    "covers": [77],
    "languages": [{"key": "/languages/pol"}],
}
USUAL = {Kind.AUTHORS: AUTHOR, Kind.WORKS: WORK, Kind.EDITIONS: EDITION}
TEXT = {"type": "/type/text", "value": "A text"}
TITLES = [
    *(
        "",
        " ",
        "<>",
        "a\\b",
        "a\tb\nc",
        "cafe\u0301",
        "\u0301",
        "a\0b",
        "N&ouml",
        "&amp;",
        "\ud800x",
    ),
    *(
        "x\udc00",
        "\ud83d\ude00",
        "<i>it</i>",
        "a  b",
        "\u200b",
        "\u00a0",
        "'",
        "x" * 501,
        "é" * 3000,
    ),
    *(TEXT, None, 7, [], {}, True),
]
TYPES = [
    None,
    "",
    {},
    7,
    {"key": None},
    {"key": 1},
    {"key": "/type/x"},
    "/type/author",
    "/type/work",
]
TYPES += [
    "/type/edition",
    {"key": "/type/author"},
    {"key": "/type/work"},
    {"key": "/type/redirect"},
]
KEYS = [None, 7, "", "OL2W", "OL1A", "OL3M", "/a/OL1A", "/b/OL3M", "/works/OL2W", "/works/OL02W"]
KEYS += [
    "/authors/OL1A",
    "/authors/OL-1A",
    "/books/OL3M",
    "/books/OL3M\n",
    "//works//OL2W",
    "OL\u0661W",
]
KEYS += [f"/works/OL{10**17}W", f"/works/OL{10**17 - 1}W", {"key": "/works/OL2W"}]
REFERENCES = [None, {}, 7, "/works/OL2W", [None], [7], [[]], ["/works/OL2W"], [{}], [{"key": None}]]
REFERENCES += [[{"key": key}] for key in KEYS] + [[{"key": "/x/1"}, {"key": "/works/OL9W"}]]
ROLES = REFERENCES + [[{"author": each}] for each in (None, 7, {}, *KEYS)]
ROLES += [
    [{"author": {"key": f"/authors/OL{number}A"}} for number in numbers]
    for numbers in ([1, 1], [3, 1, 2, 1], [])
]
ROLES += [[{"author": {"key": key}}] for key in KEYS]
DATES = [
    "",
    "1996",
    "22 April 2008",
    "01.02.2001",
    "\\1999",
    "a\tb",
    "9999",
    "x" * 99,
    None,
    1996,
    [],
    {},
    "\0",
]
ISBNS = [
    None,
    7,
    "9780306406157",
    [None],
    [9780306406157],
    ["978-0-306-40615-7"],
    ["x"],
    ["0306406152"],
]
ISBNS += [["9780306406157", "0306406152"], ["9780306406158"], [], ["0306406152 (pbk.)", None]]
COVERS = [
    None,
    [],
    [None],
    [-1],
    [0],
    [-1, 5],
    [1.5],
    ["5"],
    [True],
    [10**9],
    [10**12],
    [10**30],
    5,
]
LANGUAGES = [
    None,
    [],
    "eng",
    ["eng"],
    [None],
    [{}],
    [{"key": "/languages/mul"}],
    [{"key": "/l/ger"}],
]
LANGUAGES += [[{"key": "/languages/xx"}, {"key": "/languages/eng"}], [{"key": 7}], [{"key": "eng"}]]
SHAPES = {
    Kind.AUTHORS: {
        "name": TITLES, "personal_name": TITLES, "alternate_names": [None, ["B"], "B", [TEXT]],
        "type": TYPES, "key": KEYS,
    },
    Kind.WORKS: {
        "title": TITLES, "authors": ROLES, "first_publish_date": DATES, "type": TYPES, "key": KEYS,
    },
    Kind.EDITIONS: {
        "title": TITLES, "works": REFERENCES, "publish_date": DATES, "isbn_13": ISBNS,
        "isbn_10": ISBNS, "covers": COVERS, "languages": LANGUAGES, "language": LANGUAGES,
        "type": TYPES, "key": KEYS,
    },
}  # fmt: skip


def line_of(kind, record):
    text = record if isinstance(record, str) else json.dumps(record)
    return b"\t".join([kind.type_key, b"/x/OL1X", b"1", b"2020-01-01T00:00:00", text.encode()])


def the_long_way(kind, line):
    try:
        found = odd_records.read(kind, line, 9)
    except (RefusedError, OtherThingError) as exc:
        return getattr(exc, "reason", "other")
    return found.rows if found.kind is kind else found.kind


def the_short_way(kind, line):
    try:
        return records.READERS[kind](line.split(b"\t", 4)[4], 9)
    except RefusedError as exc:
        return exc.reason
    except records.ODD:
        return None


@pytest.mark.parametrize("kind", NEEDED)
def test_every_shape_of_every_field(kind):
    usual, ways = USUAL[kind], Counter()
    odd = [usual | {field: value} for field, values in SHAPES[kind].items() for value in values]
    odd += [{name: usual[name] for name in usual if name != field} for field in usual]
    odd += [each | {"name": ""} for each in odd] if kind is Kind.AUTHORS else []
    for record in odd:
        line = line_of(kind, record)
        short, long = the_short_way(kind, line), the_long_way(kind, line)
        assert short in {None, long}, record
        ways[short is None] += 1
    assert ways[False] > 20


def test_the_rows_of_the_usual_records():
    author, work, edition = (row_id(key).hex for key in ("OL1A", "OL2W", "OL3M"))
    assert the_short_way(Kind.AUTHORS, line_of(Kind.AUTHORS, AUTHOR)) == (
        f"9\t{author}\tOL1A\tJane Doe\n",
        "",
    )
    assert the_short_way(Kind.WORKS, line_of(Kind.WORKS, WORK)) == (
        f"9\t{work}\tOL2W\tA book\t\\N\n",
        f"{work}\t{author}\t0\n",
    )
    cover = "https://covers.openlibrary.org/b/id/77-L.jpg"
    assert the_short_way(Kind.EDITIONS, line_of(Kind.EDITIONS, EDITION)) == (
        f"9\t{edition}\tOL3M\t{work}\tA book\t2008\t2008-04-22\tApril 22, 2008\t{cover}\tpl\n",
        f"{edition}\t9780306406157\t0\n{edition}\t9780804429573\t1\n",
    )


@pytest.mark.parametrize(
    ("kind", "record", "reason"),
    [
        (Kind.AUTHORS, "", Reason.NOT_JSON),
        (Kind.AUTHORS, '{"key": "/authors/OL1A", "name": "Cut o', Reason.NOT_JSON),
        (Kind.AUTHORS, '["/authors/OL1A"]', Reason.NOT_JSON),
        (Kind.AUTHORS, "[" * 99_999, Reason.NOT_JSON),
        (Kind.AUTHORS, '{"a": %s}' % ("9" * 5_000), Reason.NOT_JSON),
        (Kind.AUTHORS, WORK, Reason.WRONG_TYPE),
        (Kind.AUTHORS, AUTHOR | {"key": "/authors/1"}, Reason.NO_KEY),
        (Kind.AUTHORS, AUTHOR | {"key": "/works/OL2W"}, Reason.NO_KEY),
        (Kind.AUTHORS, AUTHOR | {"name": "\0"}, Reason.NO_NAME),
        (Kind.WORKS, WORK | {"title": None}, Reason.NO_TITLE),
        (Kind.EDITIONS, EDITION | {"title": ""}, Reason.NO_TITLE),
        (Kind.EDITIONS, EDITION | {"works": []}, Reason.NO_WORK),
        (Kind.REDIRECTS, {"key": "/works/OL2W"}, Reason.REDIRECT_NOWHERE),
        (Kind.REDIRECTS, {"key": "/works/OL2W", "location": "/x"}, Reason.REDIRECT_NOWHERE),
        (Kind.REDIRECTS, {"key": "/works/OL2W", "location": "OL1A"}, Reason.REDIRECT_TO_ANOTHER_KIND),
        (Kind.REDIRECTS, {"key": "/languages/pol", "location": "/languages/eng"}, "other"),
        (Kind.DELETES, {"key": "/people/x"}, "other"),
        (Kind.DELETES, {"key": "/books//works/OL1M"}, "other"),
    ],
)  # fmt: skip
def test_what_is_refused(kind, record, reason):
    assert the_long_way(kind, line_of(kind, record)) == reason


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"key": "/authors/OL1A", "name": "a\x01b"}', "ab"),
        ('{"key": "/authors/OL1A", "name": "a\\ud800b", "z": NaN}', "ab"),
        ('{"key": "/authors/OL1A", "name": "a", "name": "b"}', "b"),
        ('{"key": "/authors/OL1A", "type": {"key": "/type/author"}, "name": "b"}\r', "b"),
    ],
)
def test_json_that_is_nearly_right(text, name):
    line = line_of(Kind.AUTHORS, text)
    row, _ = the_long_way(Kind.AUTHORS, line)
    assert row.endswith(f"\tOL1A\t{name}\n")
    assert the_short_way(Kind.AUTHORS, line) in {None, (row, "")}


@pytest.mark.parametrize(
    ("kind", "record", "row"),
    [
        (Kind.REDIRECTS, {"key": "/works/OL2W", "location": "/works/OL3W"}, "9\tOL2W\tOL3W\n"),
        (Kind.REDIRECTS, {"key": "/authors/OL1A", "location": "OL3A"}, "9\tOL1A\tOL3A\n"),
        (Kind.REDIRECTS, {"key": "/b/OL1M", "location": "/books/OL1M"}, "9\tOL1M\tOL1M\n"),
        (Kind.DELETES, {"key": "/books/OL1M"}, "OL1M\n"),
    ],
)
def test_redirects_and_deletes(kind, record, row):
    assert the_long_way(kind, line_of(kind, record)) == (row, "")
    stray = kind.type_key + line_of(Kind.WORKS, record).removeprefix(b"/type/work")
    assert odd_records.read(Kind.WORKS, stray, 9) == (kind, (row, ""))


def test_more_authors_than_positions():
    roles = [{"author": {"key": f"/authors/OL{number}A"}} for number in range(1, 40_000)]
    _, links = the_short_way(Kind.WORKS, line_of(Kind.WORKS, WORK | {"authors": roles}))
    assert links.endswith("\t32767\n")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b"/type/work\t/works/OL2W\t1", "/works/OL2W"),
        (b"/type/work\t\t1", ""),
        (b"<p>", ""),
        (b"x\t\xff\0\\" + b"y" * 999, "\ufffd\\\\" + "y" * 97),
    ],
)
def test_the_key_of_a_refused_line(line, key):
    assert odd_records.key_of(line) == key


@pytest.mark.parametrize("kind", NEEDED)
def test_real_records(shared_data, kind):
    folder = shared_data / "openlibrary"
    paths = [each / f"ol_dump_{kind}.txt.gz" for each in (folder, folder / "connected")]
    lines = [line for path in paths for line in gzip.decompress(path.read_bytes()).splitlines()]
    long = [the_long_way(kind, line) for line in lines]
    short = [the_short_way(kind, line) for line in lines]
    assert [a or b for a, b in zip(short, long, strict=True)] == long
    assert short.count(None) < len(lines) / 40
    assert {each for each in long if isinstance(each, Reason)} <= {Reason.NO_WORK}
