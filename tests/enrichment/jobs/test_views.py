"""What the API tells of a job, and to whom."""

import pytest

from accounts import services
from tests import factories, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(reader):
    return factories.JobFactory(
        user=reader, done=1000, total=2400, state={"offset": 1000}, arguments={"author": "OL1A"}
    )


def path(job):
    return f"/api/jobs/{job.pk}"


def test_the_owner_sees_how_far_it_is(api, reader, job):
    answer = api(reader).get(path(job))
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(job.pk),
        "kind": "author_works",
        "status": "queued",
        "done": 1000,
        "total": 2400,
        "result": None,
        "error": None,
    }


@pytest.mark.parametrize(
    "end",
    [
        {"status": "succeeded", "result": {"works": 2400}},
        {"status": "failed", "error": "There is no such author."},
    ],
)
def test_and_how_it_ended(api, reader, end):
    job = factories.JobFactory(user=reader, finished_at=reader.created_at, **end)
    answer = api(reader).get(path(job)).json()
    assert {name: answer[name] for name in end} == end


def test_nobody_else_sees_it(api, job, other_reader, moderator):
    for user in (other_reader, moderator):
        assert api(user).get(path(job)).status_code == 404
    assert api().get(path(job)).status_code == 401


def test_nobody_sees_the_platforms_own(api, reader):
    assert api(reader).get(path(factories.JobFactory(user=None))).status_code == 404


@pytest.mark.parametrize("job_id", ["x", "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a01"])
def test_what_is_no_job_is_not_found(api, reader, job_id):
    assert api(reader).get(f"/api/jobs/{job_id}").status_code == 404


def test_the_export_tells_of_the_readers_jobs(api, reader, job):
    factories.JobFactory()
    (exported,) = api(reader).get("/api/profile/export").json()["jobs"]
    assert exported["id"] == str(job.pk)
    assert exported["arguments"] == {"author": "OL1A"}


def test_jobs_end_with_the_account(reader, job):
    services.delete_account(reader)
    assert sql.value("SELECT count(*) FROM jobs") == 0
