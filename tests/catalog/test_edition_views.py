"""`/api/editions`, and the editions of a work."""

from datetime import date
from uuid import uuid4

import pytest

from catalog.models import Edition
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
ISBN = "9780306406157"


@pytest.fixture
def client(api, reader):
    return api(reader)


@pytest.fixture
def work():
    return factories.WorkFactory()


def post(client, work, **more):
    body = {"work_id": str(work.pk), "title": "Paperback"} | more
    return client.post("/api/editions", body, format="json")


def test_editions_come_by_year_unknown_years_last(client, reader, other_reader, work):
    for title, year, owner in (
        ("none", None, None),
        ("old", 1974, None),
        ("mine", 1999, reader),
        ("new", 2020, None),
        ("theirs", 2024, other_reader),
    ):
        factories.EditionFactory(work=work, title=title, publish_year=year, owner_user=owner)
    items = client.get(f"/api/works/{work.pk}/editions").json()["items"]
    assert [edition["title"] for edition in items] == ["new", "mine", "old", "none"]


def test_a_work_without_editions_has_none_and_a_hidden_one_is_not_found(client, other_reader, work):
    assert client.get(f"/api/works/{work.pk}/editions").json() == {"items": []}
    hidden = factories.WorkFactory(owner_user=other_reader)
    problem_of(client.get(f"/api/works/{hidden.pk}/editions"), 404, "NOT_FOUND")


def test_a_reader_adds_an_edition(client, reader, work):
    answer = post(
        client,
        work,
        manual=True,
        publish_date="2001-02-03",
        publish_date_raw="Feb. 2001",
        isbn13="0-306-40615-2",
        cover_url="https://covers.example.org/1.jpg",
        language="EN-gb",
    )
    assert answer.status_code == 201, answer.content
    edition = answer.json()["edition"]
    assert edition == {
        "id": edition["id"],
        "work_id": str(work.pk),
        "title": "Paperback",
        "openlibrary_id": None,
        "publish_year": 2001,
        "publish_date": "2001-02-03",
        "publish_date_raw": "Feb. 2001",
        "isbn13": ISBN,
        "cover_url": "https://covers.example.org/1.jpg",
        "language": "en-GB",
        "manual": True,
        "owner_user_id": str(reader.pk),
        "ol_fetched_at": None,
        "ol_expires_at": None,
        "created_at": edition["created_at"],
        "updated_at": edition["updated_at"],
    }
    assert client.get(f"/api/works/{work.pk}/editions").json()["items"] == [edition]
    assert client.get(f"/api/works/{work.pk}").json()["work"]["primary_edition"] is None


def test_the_first_edition_of_an_own_work_stands_for_it(client, reader):
    own = factories.WorkFactory(owner_user=reader)
    first = post(client, own).json()["edition"]
    post(client, own)
    shown = client.get(f"/api/works/{own.pk}").json()["work"]
    assert shown["primary_edition"]["id"] == first["id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 501),
        ("publish_year", "2001"),
        ("publish_year", 10_000),
        ("publish_date", "yesterday"),
        ("publish_date", 5),
        ("publish_date_raw", "x" * 101),
        ("isbn13", "9780306406158"),
        ("isbn13", 9780306406157),
        ("cover_url", "ftp://example.org/x"),
        ("cover_url", "https://me:secret@example.org/x"),
        ("cover_url", "javascript:alert(1)"),
        ("cover_url", "https://example.org/" + "x" * 2000),
        ("language", "no language"),
        ("work_id", "x"),
        ("work_id", None),
        ("manual", False),
        ("openlibrary_id", "OL1M"),
    ],
)
def test_what_is_wrong_is_named(client, work, field, value):
    answer = post(client, work, **{field: value})
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == [field]


def test_year_and_date_have_to_agree(client, work):
    answer = post(client, work, publish_year=2000, publish_date="2001-02-03")
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == ["publish_year"]
    assert post(client, work, publish_year=2001, publish_date="2001-02-03").status_code == 201


def test_a_work_that_is_not_visible_is_named(client, other_reader):
    for hidden in (factories.WorkFactory(owner_user=other_reader), factories.WorkFactory.build()):
        answer = post(client, hidden)
        assert fields_of(problem_of(answer, 404, "NOT_FOUND")) == ["work_id"]


def test_an_isbn_stands_once_among_ones_own(api, client, other_reader, work):
    factories.EditionFactory(isbn13=ISBN)
    assert post(client, work, isbn13=ISBN).status_code == 201
    assert fields_of(problem_of(post(client, work, isbn13=ISBN), 409, "DUPLICATE_ISBN")) == [
        "isbn13"
    ]
    assert post(api(other_reader), work, isbn13=ISBN).status_code == 201


@pytest.fixture
def own(reader, work):
    return factories.EditionFactory(
        work=work, owner_user=reader, publish_year=2001, publish_date=date(2001, 2, 3)
    )


@pytest.mark.parametrize(
    ("change", "year", "day"),
    [
        ({"title": "New"}, 2001, "2001-02-03"),
        ({"publish_date": "2010-01-01"}, 2010, "2010-01-01"),
        ({"publish_date": None}, 2001, None),
        ({"publish_date": None, "publish_year": 1990}, 1990, None),
        ({"publish_year": None}, 2001, "2001-02-03"),
        ({}, 2001, "2001-02-03"),
    ],
)
def test_a_change_keeps_year_and_date_together(client, own, change, year, day):
    answer = client.patch(f"/api/editions/{own.pk}", change, format="json")
    edition = answer.json()["edition"]
    assert (edition["publish_year"], edition["publish_date"]) == (year, day)


def test_a_changed_year_has_to_agree_with_the_date(client, own):
    answer = client.patch(f"/api/editions/{own.pk}", {"publish_year": 1990}, format="json")
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == ["publish_year"]


def test_an_own_edition_goes(client, own):
    assert client.delete(f"/api/editions/{own.pk}").status_code == 204
    with acting_as(SYSTEM):
        assert not Edition.objects.exists()
    problem_of(client.delete(f"/api/editions/{own.pk}"), 404, "NOT_FOUND")


def test_an_own_work_outlives_its_primary_edition(client, reader):
    own = factories.WorkFactory(owner_user=reader)
    first = post(client, own, publish_year=2001).json()["edition"]
    assert client.delete(f"/api/editions/{first['id']}").status_code == 204
    shown = client.get(f"/api/works/{own.pk}").json()["work"]
    assert (shown["primary_edition"], shown["publish_year"]) == (None, None)


def test_the_best_of_the_others_takes_the_place_of_a_primary_edition(client, reader):
    own = factories.WorkFactory(owner_user=reader)
    cover = "https://covers.openlibrary.org/b/id/1-L.jpg"
    first = post(client, own, publish_year=2001).json()["edition"]
    post(client, own, publish_year=1990)
    post(client, own, publish_year=2005, isbn13="9780306406157", cover_url=cover)
    best = post(client, own, publish_year=2003, isbn13="9788324631766", cover_url=cover).json()
    assert client.delete(f"/api/editions/{first['id']}").status_code == 204
    shown = client.get(f"/api/works/{own.pk}").json()["work"]
    assert shown["primary_edition"]["id"] == best["edition"]["id"]
    assert shown["publish_year"] == 2003


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_shared_editions_are_not_changed_and_hidden_ones_not_found(client, other_reader, method):
    for owner, status, code in ((None, 403, "FORBIDDEN"), (other_reader, 404, "NOT_FOUND")):
        edition = factories.EditionFactory(owner_user=owner)
        answer = getattr(client, method)(f"/api/editions/{edition.pk}", {}, format="json")
        problem_of(answer, status, code)
    problem_of(getattr(client, method)(f"/api/editions/{uuid4()}", {}, format="json"), 404, code)
