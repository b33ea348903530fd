"""The library as a file: whole, harmless to a spreadsheet, and the reader's alone."""

import csv
import json
from datetime import date, datetime
from io import StringIO

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from config.row_security import SYSTEM, Actor, acting_as
from config.spreadsheet import FORMULA, escape, join_names, split_names, unescape
from shelves import export
from tests import factories, sql
from tests.problems import fields_of, problem_of

PATH = "/api/user/export"
# What the API and imports can bring; PostgreSQL holds neither NUL nor surrogates.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NASTY = st.text(st.sampled_from("'\"=+-@;,\t\r\n \\a\uff1d\ufeff\u00a0"))


@pytest.fixture
def as_file(api):
    """A function that gives the answer's whole body as text."""

    def download(user, kind):
        response = api(user).get(PATH, {"format": kind})
        assert response.status_code == 200
        return response.getvalue().decode("utf-8-sig" if kind == "csv" else "utf-8")

    return download


@pytest.fixture
def as_dict(as_file):
    return lambda user: json.loads(as_file(user, "json"))


@pytest.fixture
def as_rows(as_file):
    def download(user):
        return list(csv.DictReader(StringIO(as_file(user, "csv"), newline="")))

    return download


@pytest.fixture
def shelf(reader):
    """A read and rated work of two authors, seen in an edition of the reader's choice."""
    edition = factories.EditionFactory(publish_year=2001, language="pl")
    chosen = factories.EditionFactory(work=edition.work, publish_year=2005, language="en")
    with acting_as(SYSTEM):
        sql.run(
            "UPDATE works SET primary_edition_id = %s, title = '=HYPERLINK(\"x\")'", [edition.pk]
        )
    for position, name in enumerate(("Lem, S.; ed.", "+Żuk\\")):
        author = factories.AuthorFactory(name=name)
        factories.AuthorWorkFactory(author=author, work=edition.work, position=position)
        factories.UserAuthorFactory(user=reader, author=author)
    factories.EditionChoiceFactory(user=reader, edition=chosen)
    factories.RatingFactory(user=reader, work=edition.work, score=5)
    item = factories.UserWorkFactory(user=reader, work=edition.work, status="read")
    with acting_as(SYSTEM):
        sql.run("UPDATE user_works SET available_in_legimi = true, legimi_checked_at = now()")
        item.refresh_from_db()
    return item, chosen


def _time(moment):
    return moment.isoformat().replace("+00:00", "Z")


@pytest.mark.django_db
class TestContents:
    def test_json_tells_all_of_a_row(self, shelf, as_dict, reader):
        item, chosen = shelf
        (work,) = as_dict(reader)["works"]
        assert [author["name"] for author in work.pop("authors")] == ["Lem, S.; ed.", "+Żuk\\"]
        assert work == {
            "work_id": str(item.work_id),
            "openlibrary_id": item.work.openlibrary_id,
            "title": '=HYPERLINK("x")',
            "isbn13": chosen.isbn13,
            "publish_year": 2005,
            "first_publish_year": None,
            "language": "en",
            "status": "read",
            "available_in_legimi": True,
            "legimi_checked_at": _time(item.legimi_checked_at),
            "rating": 5,
            "status_updated_at": _time(item.status_updated_at),
            "created_at": _time(item.created_at),
            "updated_at": _time(item.updated_at),
        }

    def test_json_says_what_it_is_and_whom_the_reader_follows(self, shelf, as_dict, reader):
        library = as_dict(reader)
        assert list(library) == ["format", "version", "exported_at", "authors", "works"]
        assert (library["format"], library["version"]) == ("bookhub-library", 1)
        assert datetime.fromisoformat(library["exported_at"]).tzinfo
        assert [set(author) for author in library["authors"]] == [set(export.AUTHOR_FIELDS)] * 2
        assert {author["name"] for author in library["authors"]} == {"Lem, S.; ed.", "+Żuk\\"}

    def test_csv_tells_the_same(self, shelf, as_rows, as_dict, reader):
        """Empty cells for null, plain numbers and times, texts as `unescape` gives them back."""
        library, rows = as_dict(reader), as_rows(reader)
        assert [row["kind"] for row in rows] == ["author", "author", "work"]
        *followed, row = rows
        (work,) = library["works"]
        authors = work.pop("authors")
        assert split_names(unescape(row["authors"])) == [author["name"] for author in authors]
        assert row["author_ids"].split(";") == [author["id"] for author in authors]
        told = {name: _in_csv(value) for name, value in work.items()}
        assert {name: unescape(row[name]) for name in told} == told
        assert [
            {
                "id": line["author_ids"],
                "openlibrary_id": line["openlibrary_id"],
                "name": split_names(unescape(line["authors"]))[0],
                "created_at": line["created_at"],
            }
            for line in followed
        ] == library["authors"]

    def test_no_cell_runs(self, shelf, as_rows, reader):
        work = as_rows(reader)[-1]
        assert work["title"] == '\'=HYPERLINK("x")'
        assert work["authors"] == "Lem, S.\\; ed.;'+Żuk\\\\"

    def test_what_is_not_known_is_null_or_an_empty_cell(self, as_dict, as_rows, reader):
        factories.UserWorkFactory(user=reader, work__owner_user=reader)
        (work,), (row,) = as_dict(reader)["works"], as_rows(reader)
        unknown = {name for name, value in work.items() if value is None}
        assert unknown >= {"openlibrary_id", "isbn13", "rating", "available_in_legimi"}
        assert {row[name] for name in unknown} == {""}
        assert (work["authors"], row["authors"]) == ([], "")

    def test_an_empty_library_is_a_file_too(self, as_dict, as_file, reader):
        library = as_dict(reader)
        assert (library["authors"], library["works"]) == ([], [])
        assert as_file(reader, "csv") == ",".join(export.CSV_FIELDS) + "\r\n"

    def test_nothing_of_others_is_in_it(self, shelf, as_dict, as_rows, other_reader, reader):
        """Nor another's rating of the same work, nor another's private author of it."""
        item, _ = shelf
        private = factories.AuthorFactory(owner_user=reader, name="private")
        factories.AuthorWorkFactory(author=private, work=item.work)
        factories.UserWorkFactory(user=other_reader, work=item.work)
        (work,) = as_dict(other_reader)["works"]
        assert (work["rating"], work["status"], work["publish_year"]) == (None, "to_read", 2001)
        assert "private" not in [author["name"] for author in work["authors"]]
        assert len(as_rows(other_reader)) == 1

    @pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
    def test_every_row_comes_once_however_many_batches(
        self, number, as_dict, as_rows, reader, monkeypatch
    ):
        monkeypatch.setattr(export, "BATCH", 2)
        works = {str(factories.UserWorkFactory(user=reader).work_id) for _ in range(number)}
        for _ in range(number):
            factories.UserAuthorFactory(user=reader)
        library = as_dict(reader)
        assert len(library["authors"]) == len(library["works"]) == number
        assert {work["work_id"] for work in library["works"]} == works
        assert len(as_rows(reader)) == 2 * number


def _in_csv(value):
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@pytest.mark.django_db
class TestAnswer:
    @pytest.mark.parametrize(
        ("query", "kind", "media_type"),
        [
            ("", "json", "application/json"),
            ("?format=json", "json", "application/json"),
            ("?format=csv", "csv", "text/csv; charset=utf-8"),
        ],
    )
    def test_it_is_a_file_with_a_date(self, query, kind, media_type, api, reader):
        response = api(reader).get(PATH + query)
        name = f"bookhub-library-{date.today():%Y-%m-%d}.{kind}"  # noqa: DTZ011
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response["Content-Type"] == media_type
        assert response.streaming
        assert response.getvalue()

    def test_the_query_names_the_format_whatever_the_header_says(self, api, reader):
        response = api(reader).get(PATH + "?format=csv", headers={"accept": "text/csv"})
        assert response.status_code == 200
        assert response.getvalue().startswith(b"\xef\xbb\xbfkind,")

    @pytest.mark.parametrize("kind", ["xml", "", "JSON", "csv "])
    def test_another_format_is_refused_by_name(self, kind, api, reader):
        response = api(reader).get(PATH, {"format": kind})
        assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == ["format"]

    def test_a_stranger_is_asked_to_sign_in(self, api):
        problem_of(api().get(PATH), 401, "UNAUTHORIZED")

    @pytest.mark.parametrize("kind", ["csv", "json"])
    def test_a_failure_in_the_middle_is_no_whole_file(self, kind, api, reader, monkeypatch, caplog):
        """What the server has read goes out; then the connection breaks."""
        factories.UserWorkFactory(user=reader)
        monkeypatch.setattr(export, "_WORKS", "SELECT no_such_column FROM user_works")
        answer = api(reader).get(PATH, {"format": kind})
        parts = iter(answer)
        sent = [next(parts)]
        with pytest.raises(DatabaseError):
            sent.extend(parts)
        told = [str(line.msg) for line in caplog.records if "export_cut_off" in str(line.msg)]
        assert [answer["X-Request-ID"] in line for line in told] == [True]
        if kind == "json":
            with pytest.raises(ValueError, match=r"line 1"):
                json.loads(b"".join(sent))

    def test_a_long_shelf_is_read_in_few_statements(self, reader, monkeypatch):
        """One for 500 rows, with what sets the actor; and the whole is never held at once."""
        _fill(reader, 1_200)
        actor = Actor(role="user", user_id=reader.pk)
        queries = CaptureQueriesContext(connection)
        with queries:
            sizes = [len(part) for part in export.as_csv(actor)]
        assert len([q for q in queries if "FROM user_works" in q["sql"]]) == 3
        assert len(sizes) == 5
        assert max(sizes) < 200_000


def _fill(user, number):
    with acting_as(SYSTEM):
        sql.run(
            "INSERT INTO works (id, title, openlibrary_id)"
            " SELECT gen_random_uuid(), 'Work ' || n, 'OL' || n || 'W'"
            " FROM generate_series(1000001, 1000000 + %s) n",
            [number],
        )
        sql.run("INSERT INTO user_works (user_id, work_id) SELECT %s, id FROM works", [user.pk])


class TestCells:
    @pytest.mark.parametrize(
        ("text", "cell"),
        [
            ("Solaris", "Solaris"),
            ("Zażółć - gęślą", "Zażółć - gęślą"),
            ("1 + 1 = 2", "1 + 1 = 2"),
            ("Dave's", "Dave's"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+48", "'+48"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("\nx", "'\nx"),
            (" =1", "' =1"),
            ('"=1', "'\"=1"),
            ("\u00a0\ufeff=1", "'\u00a0\ufeff=1"),
            ("\uff1d1", "'\uff1d1"),
            ("'tis", "''tis"),
            ("'=1", "''=1"),
            # Where the list separator is another, a cell begins in the middle of ours.
            ("Lem;=1", "Lem;'=1"),
            ('Lem; "@x', "Lem;' \"@x"),
            ("a,'b", "a,''b"),
            ("a\n=1", "a\n'=1"),
        ],
    )
    def test_a_cell_that_could_be_a_formula_is_marked(self, text, cell):
        assert escape(text) == cell
        assert unescape(cell) == text

    @given(TEXTS | NASTY)
    def test_a_cell_can_be_read_back(self, text):
        assert unescape(escape(text)) == text

    @given(TEXTS | NASTY)
    def test_no_cell_begins_a_formula_wherever_a_line_is_cut(self, text):
        cell = escape(text)
        for separator in ";,\t\r\n":
            pieces = cell.split(separator)
            assert not any(
                piece.lstrip(' "\u00a0\ufeff').startswith(tuple(FORMULA)) for piece in pieces
            )

    @given(st.lists(st.one_of(TEXTS, NASTY).filter(bool)))
    def test_names_can_be_told_apart_again(self, names):
        assert split_names(join_names(names)) == names

    @given(st.lists(TEXTS | NASTY, min_size=1, max_size=5))
    def test_lines_can_be_read_back(self, titles):
        written = export._lines([{"title": title} for title in titles]).decode()
        read = csv.DictReader(StringIO(written, newline=""), export.CSV_FIELDS)
        assert [unescape(row["title"]) for row in read] == titles
