"""Reads that carry an ETag, through a path that has one."""

import pytest

from tests import factories
from tests.problems import problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return factories.AuthorFactory(name="Ursula K. Le Guin")


@pytest.fixture
def get(api, reader, author):
    def asking(known=None, method="get"):
        headers = {} if known is None else {"If-None-Match": known}
        return getattr(api(reader), method)(f"/api/authors/{author.pk}", headers=headers)

    return asking


def test_the_tag_is_strong_and_stays_while_the_answer_does(get):
    first, second = get(), get()
    assert first["ETag"] == second["ETag"]
    assert first["ETag"].startswith('"')
    assert first["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_gets_no_body(get, form):
    etag = get()["ETag"]
    answer = get(form.format(etag))
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert "Content-Type" not in answer.headers
    assert "Accept-Encoding" in answer["Vary"]


@pytest.mark.parametrize("known", ['"other"', "nonsense", ""])
def test_who_has_something_else_gets_all(get, known):
    answer = get(known)
    assert (answer.status_code, answer.json()["author"]["name"]) == (200, "Ursula K. Le Guin")


def test_a_change_changes_the_tag(api, reader):
    own = factories.AuthorFactory(owner_user=reader, name="Before")
    path = f"/api/authors/{own.pk}"
    before = api(reader).get(path)["ETag"]
    api(reader).patch(path, {"name": "After"}, format="json")
    answer = api(reader).get(path, headers={"If-None-Match": before})
    assert (answer.status_code, answer.json()["author"]["name"]) == (200, "After")


def test_head_carries_the_same_tag(get):
    assert get(method="head")["ETag"] == get()["ETag"]


def test_errors_and_changes_carry_none(api, reader):
    missing = api(reader).get("/api/authors/none", headers={"If-None-Match": "*"})
    problem_of(missing, 404, "NOT_FOUND")
    made = api(reader).post("/api/authors", {"name": "New"}, format="json")
    assert not missing.has_header("ETag")
    assert not made.has_header("ETag")


@pytest.mark.django_db
def test_an_answer_is_packed_for_those_who_take_it_and_still_known_by_its_tag(api, reader):
    author = factories.AuthorFactory(name="Long " * 100)
    client = api(reader)
    packed = client.get(f"/api/authors/{author.pk}", HTTP_ACCEPT_ENCODING="gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    again = client.get(
        f"/api/authors/{author.pk}",
        HTTP_ACCEPT_ENCODING="gzip",
        HTTP_IF_NONE_MATCH=packed["ETag"],
    )
    assert (again.status_code, again.content) == (304, b"")
