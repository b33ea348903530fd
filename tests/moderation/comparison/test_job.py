"""Asking the sources about a book, and what is kept of their answers."""

from datetime import date

import pytest

from config.errors import UpstreamNotConfiguredError
from config.row_security import SYSTEM, acting_as
from enrichment.http import NoAnswerError
from enrichment.jobs import runner
from enrichment.models import Job
from enrichment.records import BookRecord, PublishDate
from enrichment.sources import plugins
from moderation import comparison
from moderation.comparison.findings import Comparison
from moderation.comparison.records import packed, unpacked
from tests import factories
from tests.enrichment.fake_plugin import FakePlugin

pytestmark = pytest.mark.django_db
COVER = "https://covers.openlibrary.org/b/id/1-L.jpg"
RECORD = BookRecord(
    title="Solaris",
    authors=("Stanisław Lem",),
    description="A planet that thinks.",
    published=PublishDate(date(1961, 6, 1), "day"),
    covers=(COVER,),
    genres=("Science fiction",),
)


@pytest.fixture
def sources(monkeypatch):
    """Give the two sources; both know nothing yet."""
    both = {name: FakePlugin() for name in plugins.PLUGINS}
    monkeypatch.setattr(plugins, "PLUGINS", both)
    return both


@pytest.fixture
def book():
    return factories.BookFactory(title="Solaris", authors=["Stanisław Lem"], language="")


def asked(book):
    with acting_as(SYSTEM):
        job_id = comparison.start(book)
    runner.run(job_id)
    with acting_as(SYSTEM):
        compared = Comparison(book)
        # Read now, while the actor may.
        assert len(compared.rows) >= 0
    return compared


def findings(compared):
    return {finding.name: finding for finding in compared.findings}


def test_a_record_comes_back_as_it_was():
    assert unpacked(packed(RECORD)) == RECORD
    assert unpacked(packed(BookRecord(title="Bare"))) == BookRecord(title="Bare")


def test_each_source_says_how_sure_it_is_and_what_it_has_otherwise(sources, book):
    sources["openlibrary"].records = [RECORD]
    compared = asked(book)
    found = findings(compared)
    assert found["openlibrary"].is_sure
    assert found["googlebooks"].sentence == "It has no such book."
    assert [row.field for row in compared.rows] == [
        "coverImages",
        "description",
        "publishedDate",
        "genres",
    ]
    assert not compared.is_running
    assert (compared.job.done, compared.job.total) == (2, 2)


def test_what_is_below_the_threshold_is_a_suggestion(sources, book):
    sources["openlibrary"].records = [BookRecord(title="Solaris", description="Another one.")]
    found = findings(asked(book))["openlibrary"]
    assert not found.is_sure
    assert "below the threshold of 85%: a suggestion" in found.sentence
    assert "description" in found.offers


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (
            NoAnswerError("Google Books refuses to answer us.", reason="blocked"),
            "no_answer",
            "refuses",
        ),
        (UpstreamNotConfiguredError("Set GOOGLE_BOOKS_API_KEY."), "not_configured", "Set GOOGLE"),
    ],
)
def test_a_source_without_an_answer_says_why_and_fails_nothing(sources, book, error, state, said):
    sources["openlibrary"].records = [RECORD]
    sources["googlebooks"].error = error
    compared = asked(book)
    found = findings(compared)
    assert compared.job.status == "succeeded"
    assert (found["googlebooks"].state, found["openlibrary"].state) == (state, "matched")
    assert said in found["googlebooks"].sentence


def test_a_cut_off_run_asks_nobody_twice(sources, book):
    sources["openlibrary"].records = [RECORD]
    kept = {"state": "no_match", "reason": "", "record": None}
    job = factories.JobFactory(
        kind=comparison.KIND,
        queue="interactive",
        user=None,
        arguments={"book": str(book.pk)},
        once_key=str(book.pk),
        state={"sources": {"openlibrary": kept}},
    )
    runner.run(job.pk)
    assert sources["openlibrary"].asked == []
    assert len(sources["googlebooks"].asked) == 1


def test_two_moderators_ask_once(sources, book):
    with acting_as(SYSTEM):
        assert comparison.start(book) == comparison.start(book)
        assert Job.objects.filter(kind=comparison.KIND).count() == 1


def test_a_deleted_book_fails_its_job_in_words(sources, book):
    with acting_as(SYSTEM):
        job_id = comparison.start(book)
        book.delete()
    runner.run(job_id)
    with acting_as(SYSTEM):
        assert Job.objects.get(pk=job_id).error == "The book has been deleted."


def test_nobody_has_asked_yet(book):
    with acting_as(SYSTEM):
        compared = Comparison(book)
        assert (compared.job, compared.findings, compared.rows) == (None, [], [])
        assert not compared.is_alike
