"""`/api/user/works/.../legimi-check` over HTTP (contract, "Readers")."""

from uuid import UUID, uuid4

import pytest

from config.row_security import SYSTEM, acting_as
from enrichment.models import Job
from tests import factories
from tests.enrichment.jobs import job_kinds
from tests.enrichment.legimi.legimi_bodies import has
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
BULK = "/api/user/works/legimi-check"


def one(work_id):
    return f"/api/user/works/{work_id}/legimi-check"


@pytest.fixture
def work(reader):
    return factories.UserWorkFactory(user=reader, work__title="Solaris").work


def jobs_made():
    with acting_as(SYSTEM):
        return Job.objects.count()


def test_one_work(stand_in, api, reader, work):
    has(stand_in)
    response = api(reader).post(one(work.pk))
    assert response.status_code == 202, response.content
    job = job_kinds.ran(UUID(response.json()["job_id"]))
    assert (job.kind, job.user_id, job.status) == ("legimi_check", reader.pk, "succeeded")
    (item,) = api(reader).get("/api/user/works?available=true").json()["items"]
    assert item["work"]["id"] == str(work.pk)
    assert item["legimi_checked_at"].endswith("Z")


def test_several_works_each_once(stand_in, api, reader, work):
    other = factories.UserWorkFactory(user=reader).work
    ids = [str(other.pk), str(work.pk), str(other.pk)]
    response = api(reader).post(BULK, {"work_ids": ids}, format="json")
    assert response.status_code == 202, response.content
    job = job_kinds.fresh(UUID(response.json()["job_id"]))
    assert job.arguments == {"work_ids": ids[:2]}
    assert stand_in.requests == []


def test_nothing_is_asked_before_the_answer_and_asking_again_is_the_same_job(
    stand_in, api, reader, work
):
    answers = [api(reader).post(one(work.pk)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert stand_in.requests == []


def test_switched_off_it_is_forbidden_to_everybody(api, settings, reader, moderator, work):
    settings.LEGIMI_ENABLED = False
    for user in (reader, moderator):
        for path, body in ((one(work.pk), {}), (one(uuid4()), {}), (BULK, {"work_ids": []})):
            problem_of(api(user).post(path, body, format="json"), 403, "FEATURE_DISABLED")
    assert jobs_made() == 0


def test_a_work_that_is_not_on_ones_shelf_is_not_found(stand_in, api, reader, other_reader, work):
    for stranger in (work.pk, uuid4(), "x", "legimi"):
        problem = problem_of(api(other_reader).post(one(stranger)), 404, "NOT_FOUND")
        assert fields_of(problem) == ["work_id"]
    others = str(factories.UserWorkFactory(user=other_reader).work.pk)
    body = {"work_ids": [str(work.pk), others]}
    problem = problem_of(api(reader).post(BULK, body, format="json"), 404, "NOT_FOUND")
    assert problem["details"] == [
        {"field": "work_ids", "message": f"{others} is not on your shelf."}
    ]
    assert jobs_made() == 0


@pytest.mark.parametrize(
    "body",
    [
        *[{}, {"work_ids": []}, {"work_ids": None}, {"work_ids": "x"}, {"work_ids": [1]}],
        {"work_ids": [str(UUID(int=n)) for n in range(5_001)]},
    ],
)
def test_a_body_that_is_no_good_names_its_field(stand_in, api, reader, body):
    problem = problem_of(api(reader).post(BULK, body, format="json"), 400, "VALIDATION_ERROR")
    assert all(name.startswith("work_ids") for name in fields_of(problem))


def test_without_a_token_it_is_401(stand_in, api, work):
    assert [api().post(path).status_code for path in (one(work.pk), BULK)] == [401, 401]
