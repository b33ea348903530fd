"""`/api/enrichment/plugins`: which sources there are, and how they fare."""

import pytest

from enrichment import http
from enrichment.sources import googlebooks
from enrichment.stand_in import Fault
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
URL = "/api/enrichment/plugins"


def plugin(name, *, configured=True, healthy=None):
    return {"name": name, "configured": configured, "healthy": healthy}


def test_nobody_has_been_asked(api, reader, stand_in):
    assert api(reader).get(URL).json() == {
        "items": [plugin("openlibrary"), plugin("googlebooks"), plugin("legimi")],
        "total": 3,
        "page": 1,
    }
    assert stand_in.requests == []


def test_what_the_operator_has_not_set(api, reader, stand_in, settings):
    settings.GOOGLE_BOOKS_API_KEY, settings.LEGIMI_ENABLED = "", False
    found = api(reader).get(URL).json()["items"]
    assert [each["configured"] for each in found] == [True, False, False]


def test_a_source_that_refuses_us_is_not_healthy(api, reader, stand_in):
    stand_in.fault("/gb", Fault.FORBIDDEN)
    with pytest.raises(http.NoAnswerError):
        http.get(googlebooks.service(), "/volumes")
    assert api(reader).get(URL).json()["items"][1] == plugin("googlebooks", healthy=False)


def test_a_source_that_answers_is_healthy(api, reader, stand_in):
    stand_in.answer("/gb/volumes", {})
    http.get(googlebooks.service(), "/volumes")
    assert api(reader).get(URL).json()["items"][1] == plugin("googlebooks", healthy=True)


def test_pages(api, reader):
    found = api(reader).get(URL, {"page": 2, "page_size": 2}).json()
    assert ([each["name"] for each in found["items"]], found["total"]) == (["legimi"], 3)
    assert api(reader).get(URL, {"page": 9}).json()["items"] == []
    problem = problem_of(api(reader).get(URL, {"page": 0}), 400, "VALIDATION_ERROR")
    assert fields_of(problem) == ["page"]


def test_it_needs_a_token(api):
    problem_of(api().get(URL), 401, "UNAUTHORIZED")
