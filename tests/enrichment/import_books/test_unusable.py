"""Files and arguments that `import_books` can do nothing with."""

import gzip

import pytest
from django.utils import timezone

from enrichment.book_import import batching
from tests import factories
from tests.enrichment.import_books.files import (
    HEADER,
    MEBIBYTE,
    as_csv,
    as_lines,
    book,
    call,
    loaded,
    row,
    row_counts,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


class TestUnusable:
    """Exit code 2, and nothing is written."""

    @pytest.fixture(autouse=True)
    def _nothing_is_written(self, acme):
        before = row_counts()
        yield
        assert row_counts() == before

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            pytest.param("", "There is no header row: the file is empty.", id="empty"),
            pytest.param(
                "title,price\nx,1\n", "names no author, isbn. Needed", id="columns missing"
            ),
            pytest.param(
                as_csv(header=HEADER + ",Title"), "names title more than once", id="twice"
            ),
            pytest.param(
                b"\x00" * 3 * MEBIBYTE, "There is no header row: longer than", id="no text"
            ),
            pytest.param(
                as_csv(row(1, title="Caf\xe9"), row(2)).encode("latin-1"),
                "not UTF-8: byte 0xE9 at position 28, line 2.",
                id="latin-1",
            ),
            pytest.param(
                as_csv(row(1)).encode("utf-16"), "byte 0xFF at position 0, line 1", id="UTF-16"
            ),
            pytest.param(
                as_csv(row(1, title="\ud83d")).encode("utf-8", "surrogatepass"),
                "byte 0xED at position 25, line 2",
                id="surrogate",
            ),
            pytest.param(
                gzip.compress(as_csv(row(1)).encode(), mtime=0)[:-12],
                "cannot be read to its end",
                id="cut",
            ),
            pytest.param(b"\x1f\x8bnonsense", "cannot be read to its end", id="no gzip"),
        ],
    )
    def test_files(self, content, message, load):
        result = load(content)
        assert result.code == 2
        assert message in result.message

    def test_an_empty_file_of_json_lines_is_no_mistake(self, load):
        assert load("", name="books.jsonl").code == 0

    def test_a_header_alone_is_no_mistake(self, load):
        assert load(as_csv()).code == 0

    def test_a_format_that_the_name_does_not_tell(self, load):
        result = load(as_csv(row()), name="books")
        assert (result.code, result.message) == (
            2,
            "Say what the file is: --format csv or jsonl or onix or marc or marcxml.",
        )

    @pytest.mark.parametrize("name", ["missing.csv", "."])
    def test_no_file(self, name, tmp_path):
        result = call(str(tmp_path / name), "--format", "csv", "--publisher", "Acme")
        assert result.code == 2
        assert "cannot be opened" in result.message

    def test_an_unknown_publisher_brings_close_names(self, load):
        result = load(as_csv(row()), publisher="acmee")
        assert result.message == 'There is no publisher "acmee". Is it Acme?'
        assert result.code == 2

    def test_the_refusals_may_not_overwrite_what_is_read(self, load, tmp_path):
        result = load(as_csv(row()), "--refused", str(tmp_path / "books.csv"))
        assert result.code == 2
        assert (tmp_path / "books.csv").read_text().startswith(HEADER)

    def test_refusals_that_cannot_be_written(self, load, tmp_path):
        result = load(as_csv(row()), "--refused", str(tmp_path / "no" / "folder"))
        assert result.code == 2
        assert "cannot be written" in result.message


def test_a_suspended_publisher_is_refused(load):
    factories.PublisherFactory(name="Closed", suspended_at=timezone.now())
    result = load(as_csv(row()), publisher="Closed")
    assert (result.code, loaded()) == (2, [])


def test_what_came_before_a_cut_is_in(load, monkeypatch):
    monkeypatch.setattr(batching, "ROWS_A_BATCH", 5)
    whole = "".join(as_lines(book(n)) for n in range(12))
    result = load(whole.encode() + b"\xff", name="books.jsonl")
    assert result.code == 2
    assert "run the same command again" in result.message
    assert "12  created" in result.out
    assert len(loaded()) == 12
