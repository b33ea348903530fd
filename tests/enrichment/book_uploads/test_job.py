"""The job: what is in afterwards, what it counts, and what a cut, a suspension or a bomb leave."""

import gzip
import io
import json
from itertools import islice

import pytest

from accounts import services
from accounts.models import Permission
from catalog.models import Book
from config.errors import ConflictError, LimitReachedError
from config.row_security import SYSTEM, acting_as
from enrichment import book_import, jobs, uploads
from enrichment.book_uploads import MOST_UNFINISHED, Order, job, refusals, start
from enrichment.jobs import RunningJob
from enrichment.models import Upload
from tests import factories
from tests.enrichment.book_uploads.csv_files import HEADER, csv_of, row
from tests.enrichment.jobs.job_kinds import change, fresh, ran

pytestmark = pytest.mark.django_db
GOOD = csv_of(*(row(number) for number in range(5)))
MIXED = csv_of(row(1), "=1+1,A,123,5", row(2), row(2), row(3, price="free"))


@pytest.fixture
def acme(member):
    return member.membership.publisher


@pytest.fixture
def begun(member, acme):
    """Put a file's job into the queue, and give its id."""

    def begin(content, format_name="csv", *, finalize=False, may=tuple(Permission.values)):
        upload = uploads.keep(
            io.BytesIO(content), name="spring.csv", user_id=member.pk, limit=10**8
        )
        order = Order(upload, acme.pk, format_name, finalize, may)
        with acting_as(SYSTEM):
            return start(order, user_id=member.pk)

    return begin


@pytest.fixture
def small_batches(monkeypatch):
    def of_two(rows):
        while batch := list(islice(rows, 2)):
            yield batch

    monkeypatch.setattr(job, "batches", of_two)


def books():
    with acting_as(SYSTEM):
        return dict(Book.objects.order_by("title").values_list("title", "status"))


def names_kept():
    with acting_as(SYSTEM):
        return [upload.name for upload in Upload.objects.all()]


def refused_file(row):
    return b"".join(refusals.download(row).streaming_content).decode()


def test_all_is_in_and_the_file_is_dropped(begun):
    ended = ran(begun(GOOD))
    assert (ended.status, ended.done, ended.total) == ("succeeded", 5, 5)
    counts = ended.result["counts"]
    assert {name: count for name, count in counts.items() if count} == {"read": 5, "created": 5}
    assert ended.result["refused"] == []
    assert set(books().values()) == {"PENDING"}
    assert names_kept() == []


def test_one_that_succeeded_keeps_its_result(begun):
    ended = ran(begun(MIXED))
    with pytest.raises(ConflictError, match="Bring the file again"):
        jobs.run_again(ended)
    assert fresh(ended.pk).result == ended.result


def test_finalized_and_of_another_format(begun, member):
    one = {"title": "T", "author": "A", "isbn": factories.isbn13(1), "price": 5, "colour": "red"}
    ended = ran(begun(gzip.compress(json.dumps(one).encode()), "jsonl", finalize=True))
    assert ended.result["counts"]["finalized"] == 1
    assert "colour" in ended.result["warnings"][0]
    assert books() == {"T": "ACTIVE"}


def test_the_refused_are_told_and_can_be_mended(begun, member):
    ended = ran(begun(MIXED))
    counts = ended.result["counts"]
    assert (counts["created"], counts["already_there"], counts["refused"]) == (2, 1, 2)
    assert [each["line"] for each in ended.result["refused"]] == [3, 6]
    assert ended.result["refused"][0]["details"][0]["field"] == "isbn"
    assert names_kept() == [f"refused-{ended.pk}.csv"]
    text = refused_file(ended)
    assert text.count("\n") == 3
    # What a spreadsheet would compute stands behind an apostrophe.
    assert "'=1+1" in text
    mended = text.replace("123", factories.isbn13(9)).replace("free", "0")
    assert ran(begun(mended.encode())).result["counts"]["created"] == 2


def test_only_so_many_are_told_and_kept(begun, monkeypatch, small_batches):
    monkeypatch.setattr(refusals, "MOST_TOLD", 3)
    monkeypatch.setattr(refusals, "LIMIT", 10)
    ended = ran(begun(csv_of(*(row(number, price="x" * 600) for number in range(5)))))
    assert ended.result["counts"]["refused"] == 5
    assert len(ended.result["refused"]) == 3
    assert ended.result["refused_kept"] == refused_file(ended).count("\n") - 1 == 2


@pytest.mark.parametrize("cut_after", [0, 2, 4])
def test_a_run_that_is_cut_off_is_gone_on_with(begun, monkeypatch, small_batches, cut_after):
    content = csv_of(row(1), row(2), "x,A,1,1", row(3), row(4), "y,A,1,1")
    load, loaded = book_import.BookImport.load, []

    def load_until_cut(self, rows):
        result = load(self, rows)
        loaded.extend(rows)
        if len(loaded) == cut_after + 2:
            raise KeyError
        return result

    monkeypatch.setattr(book_import.BookImport, "load", load_until_cut)
    job_id = begun(content)
    assert ran(job_id).status == "failed"
    assert fresh(job_id).done == cut_after
    jobs.run_again(fresh(job_id))
    ended = ran(job_id)
    counts = {name: count for name, count in ended.result["counts"].items() if count}
    assert counts == {"read": 6, "created": 4, "refused": 2}
    assert [each["line"] for each in ended.result["refused"]] == [4, 7]
    assert refused_file(ended).count("\n") == 3


def test_it_lets_others_go_first(begun, monkeypatch, small_batches):
    monkeypatch.setattr(RunningJob, "should_yield", lambda _: True)
    job_id = begun(GOOD)
    runs = 0
    while ran(job_id).status == "queued":
        runs += 1
    assert 1 <= runs <= 3
    assert fresh(job_id).result["counts"]["created"] == 5


def test_an_end_that_was_not_noted_down_is_the_same_again(begun):
    job_id = begun(GOOD)
    first = ran(job_id)
    change(job_id, status="queued", finished_at=None, due_at=first.created_at)
    assert ran(job_id).result == first.result


def test_a_publisher_that_is_suspended_meanwhile(begun, acme, monkeypatch, small_batches):
    load = book_import.BookImport.load

    def load_and_suspend(self, rows):
        result = load(self, rows)
        services.suspend_publisher(acme)
        return result

    monkeypatch.setattr(book_import.BookImport, "load", load_and_suspend)
    job_id = begun(GOOD)
    ended = ran(job_id)
    assert (ended.status, ended.error) == ("failed", "Acme is suspended, and may bring no books.")
    assert len(books()) == ended.done == 2
    # The file is kept: whoever lifts the suspension has the job run again.
    assert names_kept() == ["spring.csv"]


@pytest.mark.parametrize(
    ("content", "limits", "error"),
    [
        (gzip.compress(GOOD, mtime=0)[:-9], {}, "cannot be read to its end"),
        (GOOD + b"\xff,A,1,1\n", {}, "not UTF-8"),
        (
            gzip.compress(HEADER.encode() + b"\n" * 10**7, mtime=0),
            {"UNPACKED_LIMIT": 10**6},
            "unpacks",
        ),
        (GOOD, {"MOST_ROWS": 4}, "more than 4 rows"),
        (HEADER.encode(), {}, "no book in it"),
    ],
)
def test_a_file_that_is_no_good_brings_nothing_in(begun, monkeypatch, content, limits, error):
    for name, limit in limits.items():
        monkeypatch.setattr(job, name, limit)
    ended = ran(begun(content))
    assert ended.status == "failed"
    assert error in ended.error
    assert books() == {}
    assert names_kept() == []


@pytest.mark.parametrize(("may", "refused"), [(["books:create"], 1), (Permission.values, 0)])
def test_a_row_does_no_more_than_its_senders_token_grants(begun, acme, may, refused):
    book = factories.BookFactory(publisher=acme)
    line = {"action": "delete", "isbn": book.isbn13}
    ended = ran(begun(json.dumps(line).encode(), "jsonl", may=tuple(may)))
    assert ended.result["counts"]["refused"] == refused
    assert len(books()) == refused
    for each in ended.result["refused"]:
        assert "books:delete" in each["details"][0]["message"]


def test_a_file_is_loaded_once_at_a_time_and_few_wait(begun, member, acme):
    order = Order(uploads.begin(name="x", user_id=member.pk), acme.pk, "csv", finalize=False)
    with acting_as(SYSTEM):
        assert start(order, user_id=member.pk) == start(order, user_id=member.pk)
        for _ in range(MOST_UNFINISHED - 1):
            begun(GOOD)
        with pytest.raises(LimitReachedError):
            begun(GOOD)
