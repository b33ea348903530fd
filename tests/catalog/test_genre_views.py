"""`/api/genres` over HTTP (contract, "Members")."""

import pytest

from catalog import genres
from config.row_security import SYSTEM, acting_as
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
URL = "/api/genres"


@pytest.fixture(autouse=True)
def _genres(db):
    with acting_as(SYSTEM):
        genres.named(["Poetry", "essays", "Łódź", "100% Fun", "Science  Fiction"])


def names(client, **params):
    response = client.get(URL, params)
    assert response.status_code == 200, response.content
    return [genre["name"] for genre in response.json()["items"]]


def test_all_by_name(api, reader):
    body = api(reader).get(URL).json()
    assert (set(body), body["total"], body["page"]) == ({"items", "total", "page"}, 5, 1)
    assert all(set(genre) == {"id", "name"} for genre in body["items"])
    expected = ["100% Fun", "essays", "Poetry", "Science  Fiction", "Łódź"]
    assert [genre["name"] for genre in body["items"]] == expected


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"q": "POET"}, ["Poetry"]),
        ({"q": "science fiction"}, ["Science  Fiction"]),
        ({"q": "łÓ"}, ["Łódź"]),
        ({"q": "0%"}, ["100% Fun"]),
        ({"q": "_"}, []),
        ({"q": ""}, ["100% Fun", "essays", "Poetry", "Science  Fiction", "Łódź"]),
        ({"page": "2", "page_size": "2"}, ["Poetry", "Science  Fiction"]),
        ({"page": "7"}, []),
    ],
)
def test_what_it_is_narrowed_by(api, reader, params, found):
    assert names(api(reader), **params) == found


@pytest.mark.parametrize("params", [{"q": "x" * 101}, {"q": "a\x07"}, {"page": "0"}])
def test_what_is_no_such_parameter_is_named(api, reader, params):
    problem = problem_of(api(reader).get(URL, params), 400, "VALIDATION_ERROR")
    assert fields_of(problem) == [*params]


def test_what_the_caller_has_already_is_not_sent_again(api, reader):
    etag = api(reader).get(URL)["ETag"]
    assert api(reader).get(URL, headers={"If-None-Match": etag}).status_code == 304
