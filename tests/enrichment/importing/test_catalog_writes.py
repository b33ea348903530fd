"""Pages of records as rows: real ones, extreme ones, and many writers at once."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from catalog.models import Author, AuthorWork, Edition, Work
from catalog.openlibrary_ids import row_id
from config.row_security import SYSTEM, acting_as
from enrichment.importing import catalog_writes as writes
from enrichment.importing import edition_writes
from enrichment.records import AuthorRecord, EditionRecord, WorkRecord
from enrichment.sources import openlibrary_records
from tests import factories
from tests.factories import isbn13


def dumped(shared_data, kind, read):
    path = shared_data / "openlibrary" / "connected" / f"ol_dump_{kind}.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [read(json.loads(line.split("\t", 4)[4])) for line in lines]


@pytest.mark.django_db
def test_real_records_go_in_and_stay_as_they_are_the_second_time(shared_data):
    authors = dumped(shared_data, "authors", openlibrary_records.author)
    works = dumped(shared_data, "works", openlibrary_records.work)
    editions = dumped(shared_data, "editions", openlibrary_records.edition)

    def put():
        changes = writes.put_authors(authors).changes
        found = writes.put_works(works, is_whole=True)
        writes.link_authors([(found.ids[work.openlibrary_id], work) for work in works])
        changes += found.changes
        for key, work_id in found.ids.items():
            of_it = [edition for edition in editions if key in edition.works]
            changes += edition_writes.put_editions(of_it, work_id).changes
            edition_writes.choose_primary(work_id)
        return changes

    first, second = writes.written(put), writes.written(put)
    assert first.keys() == {writes.ADDED}
    assert second == {writes.UNCHANGED: first[writes.ADDED]}
    with acting_as(SYSTEM):
        assert (Author.objects.count(), Work.objects.count()) == (len(authors), len(works))
        assert AuthorWork.objects.exists()
        with_editions = Edition.objects.values("work").distinct().count()
        assert Work.objects.exclude(primary_edition=None).count() == with_editions > 0


@pytest.mark.django_db
def test_a_name_that_no_index_takes_is_cut():
    author = AuthorRecord(openlibrary_id="OL1A", name="\U00010380\U00010381" * 1000)
    writes.written(lambda: writes.put_authors([author]))
    with acting_as(SYSTEM):
        assert len(Author.objects.get().name) == writes.LONGEST_NAME


@pytest.mark.django_db
def test_a_reader_s_own_row_and_a_submitted_book_s_are_left_alone(reader):
    work = factories.WorkFactory(openlibrary_id="OL1W")
    own = factories.EditionFactory(work=work, owner_user=reader, isbn13=isbn13(1))
    record = EditionRecord(openlibrary_id="OL1M", title="New", isbns=(isbn13(1),))

    def put():
        edition_writes.put_editions([record], work.pk)
        edition_writes.choose_primary(work.pk)

    writes.written(put)
    with acting_as(SYSTEM):
        now = Edition.objects.get(pk=own.pk)
        assert (now.title, now.updated_at) == (own.title, own.updated_at)
        brought = Edition.objects.get(openlibrary_id="OL1M")
        assert brought.isbn13 == isbn13(1)
        assert Work.objects.get().primary_edition_id == brought.pk


@pytest.mark.django_db
def test_an_isbn_that_upstream_corrected_is_followed_and_one_that_it_lost_stays():
    work = factories.WorkFactory()

    def isbn_after(*isbns):
        record = EditionRecord(openlibrary_id="OL1M", title="x", isbns=isbns)
        writes.written(lambda: edition_writes.put_editions([record], work.pk))
        with acting_as(SYSTEM):
            return Edition.objects.get().isbn13

    assert isbn_after(isbn13(1)) == isbn13(1)
    assert isbn_after(isbn13(2), isbn13(1)) == isbn13(1)
    assert isbn_after(isbn13(2)) == isbn13(2)
    assert isbn_after() == isbn13(2)


def at_once(*writers):
    """Run each in a thread and a transaction of its own, all at the same moment."""
    start = Barrier(len(writers))

    def run(write):
        start.wait(5)
        try:
            return writes.written(write)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(writers)) as pool:
        return list(pool.map(run, writers))


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_neither_fail_nor_double_anything():
    works = [WorkRecord(openlibrary_id=f"OL{n}W", title=f"Work {n}") for n in range(1, 41)]
    at_once(
        lambda: writes.put_works(works, is_whole=False),
        lambda: writes.put_works(works[::-1], is_whole=True),
        lambda: writes.put_works(works[20:] + works[:20], is_whole=True),
    )
    editions = [
        EditionRecord(openlibrary_id=f"OL{n}M", title="x", isbns=(isbn13(1),)) for n in range(1, 5)
    ]

    def put(number):
        return lambda: edition_writes.put_editions([editions[number]], row_id("OL1W"))

    at_once(*map(put, range(4)))
    with acting_as(SYSTEM):
        assert Work.objects.count() == 40
        assert Edition.objects.count() == 4
        assert Edition.objects.filter(isbn13=isbn13(1)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_edition_of_two_new_works_goes_in_with_both_at_once():
    has_begun = Barrier(2)

    def put(number):
        waits = [has_begun.wait]
        work = WorkRecord(openlibrary_id=f"OL{number}W", title="x")

        def putting():
            work_id = writes.put_works([work], is_whole=True).ids[work.openlibrary_id]
            while waits:
                waits.pop()(5)
            edition = EditionRecord(openlibrary_id="OL3M", title="x")
            edition_writes.put_editions([edition], work_id)

        return putting

    at_once(put(1), put(2))
    with acting_as(SYSTEM):
        assert (Work.objects.count(), Edition.objects.count()) == (2, 1)
