"""Each source times each fault: what the caller is told, and that nothing else has happened.

A fault costs one line in the log, one count in the figures, and no more requests than it says
here; not one column of our rows is another than before, `updated_at` included.
"""

from datetime import timedelta
from typing import NamedTuple

import pytest
from django.utils import timezone

from catalog import sources
from catalog.models import Author, AuthorWork, Book, Edition, OpenLibraryAlias, Work
from config import metrics
from config.row_security import SYSTEM, acting_as
from enrichment.importing.catalog_source import OpenLibrarySource
from enrichment.stand_in import Fault
from shelves.models import UserWork
from tests import factories, sql
from tests.enrichment.jobs import job_kinds

pytestmark = pytest.mark.django_db

OUR_ROWS = (Author, Work, Edition, AuthorWork, OpenLibraryAlias, Book, UserWork)
EVERYTHING = " UNION ALL ".join(
    f"SELECT '{model._meta.db_table}', t::text FROM {model._meta.db_table} t" for model in OUR_ROWS
)
EVERYTHING += " ORDER BY 1, 2"
LONG_AGO = timezone.now() - timedelta(days=30)


class Said(NamedTuple):
    """What is made of a fault: the reason in the figures, and the answer to the caller."""

    reason: str
    requests: int = 1
    status: int = 502
    code: str | None = "UPSTREAM_ERROR"
    retry_after: str | None = None


SAID = {
    Fault.TIMEOUT: Said("timeout"),
    Fault.REFUSED: Said("refused", requests=2),
    Fault.FORBIDDEN: Said("blocked"),
    Fault.NOT_FOUND: Said("missing", status=404, code="NOT_FOUND"),
    Fault.TOO_MANY: Said("rate_limited", code="UPSTREAM_RATE_LIMITED", retry_after="60"),
    Fault.TOO_MANY_WITH_RETRY_AFTER: Said(
        "rate_limited", code="UPSTREAM_RATE_LIMITED", retry_after="90"
    ),
    Fault.SERVER_ERROR_HTML: Said("server_error", requests=2),
    Fault.HTML_200: Said("not_json"),
    Fault.CUT_OFF: Said("cut_off"),
    Fault.HUGE: Said("too_large"),
    Fault.INVALID_UTF8: Said("not_json"),
    Fault.WRONG_TYPES: Said("wrong_shape"),
    Fault.REDIRECT_CYCLE: Said("redirect", requests=2),
    Fault.REDIRECT_TO_LOOPBACK: Said("redirect"),
}


@pytest.fixture(scope="module")
def reader(module_rows):
    return factories.UserFactory(email="reader@example.org")


@pytest.fixture(scope="module")
def here(reader):
    """Rows that were read from Open Library long ago, on the reader's shelf, and their own book."""
    old = {"ol_fetched_at": LONG_AGO, "ol_expires_at": LONG_AGO}
    author = factories.AuthorFactory(openlibrary_id="OL99010000A", **old)
    work = factories.WorkFactory(openlibrary_id="OL99010100W", **old)
    factories.AuthorWorkFactory(author=author, work=work)
    factories.EditionFactory(openlibrary_id="OL99010101M", work=work, **old)
    factories.UserWorkFactory(user=reader, work=work)
    book = factories.BookFactory(publisher=None, created_by=reader)
    return {"author": author, "work": work, "book": book}


def search_authors(client, _here):
    return client.get("/api/authors/search", {"q": "somebody whom nobody knows"})


def import_author(client, _here):
    body = {"openlibrary_id": "OL99010000A"}
    return client.post("/api/openlibrary/import/author", body, format="json")


def import_work(client, here):
    body = {"openlibrary_id": "OL99010100W", "author_id": here["author"].pk}
    return client.post("/api/openlibrary/import/work", body, format="json")


def import_edition(client, here):
    body = {"openlibrary_id": "OL99010101M", "work_id": here["work"].pk}
    return client.post("/api/openlibrary/import/edition", body, format="json")


def recheck(plugin):
    def call(client, here):
        path = f"/books/{here['book'].pk}/recheck"
        return client.post(path, {"plugin": plugin}, format="json")

    return call


CALLS = {
    "search authors": ("openlibrary", "/ol", search_authors),
    "import an author": ("openlibrary", "/ol", import_author),
    "import a work": ("openlibrary", "/ol", import_work),
    "import an edition": ("openlibrary", "/ol", import_edition),
    "recheck at Open Library": ("openlibrary", "/ol", recheck("openlibrary")),
    "recheck at Google Books": ("googlebooks", "/gb", recheck("googlebooks")),
}
IMPORTS = ("import an author", "import a work", "import an edition")
BY_CALL = {
    # It is JSON, and no record of the kind that was asked for.
    **{
        (call, Fault.WRONG_TYPES): Said("unusable", status=422, code="UNPROCESSABLE_RECORD")
        for call in IMPORTS
    },
    ("search authors", Fault.NOT_FOUND): Said("wrong_shape"),
    # The redirect drops the query, so the address it began with is not the one it comes back to.
    ("search authors", Fault.REDIRECT_CYCLE): Said("redirect", requests=3),
    ("recheck at Google Books", Fault.REDIRECT_CYCLE): Said("redirect", requests=3),
    ("check at Legimi", Fault.REDIRECT_CYCLE): Said("redirect", requests=3),
    ("check at Legimi", Fault.NOT_FOUND): Said("wrong_shape"),
    # By ISBN first, and then by title.
    ("recheck at Open Library", Fault.NOT_FOUND): Said("missing", 2, status=200, code=None),
    ("recheck at Google Books", Fault.NOT_FOUND): Said("missing", 2, status=200, code=None),
    ("recheck at Open Library", Fault.WRONG_TYPES): Said("wrong_shape", requests=2),
}
"""Where a call makes something of its own of a fault."""
ANSWERS = {"found", "missing"}
"""They say nothing against the source."""


@pytest.fixture(autouse=True)
def _catalog_source():
    """Register what the platform's own start registers, and other tests do without."""
    sources.register(OpenLibrarySource())


def everything():
    with acting_as(SYSTEM):
        return sql.ask(EVERYTHING)


def counted(source, reason):
    labels = {"source": source, "outcome": reason}
    return metrics.SHARED.get_sample_value("bookhub_source_requests_total", labels) or 0


def lines_about(caplog, source):
    told = [str(record.msg) for record in caplog.records if "source_failed" in str(record.msg)]
    return [line for line in told if source in line]


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("call", CALLS)
def test_a_fault_is_told_and_changes_nothing(call, fault, here, api, reader, stand_in, caplog):
    source, path, ask = CALLS[call]
    said = BY_CALL.get((call, fault), SAID[fault])
    before, count = everything(), counted(source, said.reason)
    stand_in.fault(path, fault)
    answer = ask(api(reader), here)
    assert (answer.status_code, answer.json().get("code")) == (said.status, said.code)
    assert answer.headers.get("Retry-After") == said.retry_after
    assert everything() == before
    assert len(stand_in.requests) == said.requests
    answers = said.requests if said.reason == "missing" else 1
    assert counted(source, said.reason) == count + answers
    assert len(lines_about(caplog, source)) == (said.reason not in ANSWERS)


# --- Legimi ---------------------------------------------------------------------------------------

AGAIN = {Fault.FORBIDDEN, Fault.TOO_MANY, Fault.TOO_MANY_WITH_RETRY_AFTER}
"""After these Legimi as a whole is left alone, and the job waits; else the work has no answer."""


@pytest.mark.parametrize("fault", Fault)
def test_legimi_s_fault_leaves_the_shelf_as_it_is(fault, here, api, reader, stand_in, caplog):
    said = BY_CALL.get(("check at Legimi", fault), SAID[fault])
    before, count = everything(), counted("legimi", said.reason)
    stand_in.fault("/legimi", fault)
    started = api(reader).post(f"/api/user/works/{here['work'].pk}/legimi-check")
    assert started.status_code == 202
    job = job_kinds.ran(started.json()["job_id"])
    if fault in AGAIN:
        assert (job.status, job.attempts, job.result) == ("queued", 1, None)
        assert (job.due_at - timezone.now()).total_seconds() > float(said.retry_after or 20) - 5
    else:
        assert (job.status, job.result["unanswered"], job.error) == ("succeeded", 1, None)
    assert everything() == before
    assert len(stand_in.requests) == said.requests
    assert counted("legimi", said.reason) == count + 1
    assert len(lines_about(caplog, "legimi")) == 1
