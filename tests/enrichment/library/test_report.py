"""The rows of a report: what the table refuses, and what is told of them."""

import pytest

from config.row_security import SYSTEM, acting_as
from enrichment.library import report
from enrichment.library.report import Told
from enrichment.models import LibraryImportRow
from tests import factories, sql

pytestmark = pytest.mark.django_db

ROW = {"line": 2, "title": "Solaris", "authors": [], "notes": [], "outcome": "refused"}


@pytest.fixture
def job(reader):
    return factories.JobFactory(user=reader, kind="library_import").pk


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("outcome_known", {"outcome": "lost", "work_id": "01900000-0000-7000-8000-000000000001"}),
        ("how_known", {"how": "guess"}),
        ("work_is_told", {"outcome": "manual"}),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_by_it(job, rule, columns):
    with acting_as(SYSTEM), sql.refused_by(f"library_import_rows_{rule}"):
        sql.insert("library_import_rows", job_id=job, number=1, **ROW | columns)


def test_batches_are_told_in_the_files_order(job):
    def told(line, **said):
        return Told(line=line, title="Ł", authors=("A, B", "C"), outcome="refused", **said)

    report.save(job, [told(7, notes=("One.", "Two.")), told(9, wanted={"isbn": None})], after=0)
    report.save(job, [told(8)], after=2)
    found = report.tell(LibraryImportRow.objects.filter(job=job))
    assert found["counts"] == {"matched": 0, "already": 0, "manual": 0, "refused": 3}
    assert [row["line"] for row in found["rows"]] == [7, 9, 8]
    first = {"line": 7, "title": "Ł", "authors": ["A, B", "C"], "outcome": "refused"}
    assert found["rows"][0] == first | {"work_id": None, "how": None, "notes": ["One.", "Two."]}
    with acting_as(SYSTEM):
        wanted = LibraryImportRow.objects.filter(wanted__isnull=False)
        assert list(wanted.values_list("number", flat=True)) == [2]
