"""`/api/authors`: reading, own rows, and the works of one author."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from catalog import sources
from catalog.models import Author, EditionChoice
from config.row_security import SYSTEM, acting_as
from tests import factories, sql
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db


def test_an_author_has_the_fields_of_the_contract(api, reader):
    author = factories.AuthorFactory(name="Ursula K. Le Guin")
    body = api(reader).get(f"/api/authors/{author.pk}").json()["author"]
    assert body == {
        "id": str(author.pk),
        "name": "Ursula K. Le Guin",
        "openlibrary_id": author.openlibrary_id,
        "manual": False,
        "owner_user_id": None,
        "ol_fetched_at": None,
        "ol_expires_at": None,
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }
    assert body["created_at"].endswith("Z")


def test_anothers_author_is_not_there(api, reader, other_reader):
    author = factories.AuthorFactory(owner_user=other_reader)
    for method in ("get", "patch", "delete"):
        answer = getattr(api(reader), method)(f"/api/authors/{author.pk}", format="json")
        problem_of(answer, 404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_shared_author_is_not_for_readers_to_change(api, reader, method):
    author = factories.AuthorFactory()
    answer = getattr(api(reader), method)(
        f"/api/authors/{author.pk}", {"name": "Mine"}, format="json"
    )
    problem_of(answer, 403, "FORBIDDEN")


def test_a_reader_adds_an_author(api, reader):
    whole = {"name": "Me", "manual": True, "owner_user_id": str(reader.pk), "openlibrary_id": None}
    for body in ({"name": "Me"}, whole, {"name": "Me", "owner_user_id": None}):
        answer = api(reader).post("/api/authors", body, format="json")
        assert answer.status_code == 201
        author = answer.json()["author"]
        assert (author["name"], author["manual"]) == ("Me", True)
        assert author["owner_user_id"] == str(reader.pk)
    assert api(reader).get(f"/api/authors/{author['id']}").json()["author"] == author


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u200b"),
        ("name", "x" * 301),
        ("name", 5),
        ("name", None),
        ("manual", False),
        ("manual", None),
        ("manual", "true"),
        ("openlibrary_id", "OL1A"),
        ("owner_user_id", 5),
        ("owner_user_id", "me"),
    ],
)
def test_what_is_wrong_is_named(api, reader, field, value):
    answer = api(reader).post("/api/authors", {"name": "Me", field: value}, format="json")
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == [field]


def test_nobody_makes_rows_for_somebody_else(api, reader, other_reader):
    body = {"name": "Theirs", "owner_user_id": str(other_reader.pk)}
    problem_of(api(reader).post("/api/authors", body, format="json"), 403, "FORBIDDEN")


def test_an_own_author_is_renamed(api, reader):
    author = factories.AuthorFactory(owner_user=reader)
    path = f"/api/authors/{author.pk}"
    assert api(reader).patch(path, {"name": "New"}, format="json").json()["author"]["name"] == "New"
    assert api(reader).patch(path, {}, format="json").json()["author"]["name"] == "New"


@pytest.mark.django_db(transaction=True)
def test_no_concurrency_gets_past_the_limit(api, reader):
    sql_as_system("UPDATE profiles SET max_authors = 3 WHERE user_id = %s", [reader.pk])

    def add(number):
        try:
            return api(reader).post("/api/authors", {"name": f"A {number}"}, format="json")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(add, range(6)))
    assert sorted(a.status_code for a in answers) == [201] * 3 + [409] * 3
    refused = next(a for a in answers if a.status_code == 409)
    assert refused.json()["code"] == "LIMIT_REACHED"


def sql_as_system(statement, parameters):
    with acting_as(SYSTEM):
        assert sql.run(statement, parameters) == 1


def works_of(author, *rows, **more):
    """Link new works to an author: (title, year) each."""
    made = []
    for title, year in rows:
        work = factories.WorkFactory(title=title, first_publish_year=year, **more)
        factories.AuthorWorkFactory(author=author, work=work)
        made.append(work)
    return made


@pytest.fixture
def author():
    return factories.AuthorFactory()


@pytest.fixture
def listed(api, reader, author):
    def titles(**query):
        answer = api(reader).get(f"/api/authors/{author.pk}/works", query)
        assert answer.status_code == 200, answer.content
        return [work["title"] for work in answer.json()["items"]]

    return titles


def test_works_come_by_year_then_id_unknown_years_last(author, listed):
    works_of(author, ("old", 1950), ("none", None), ("new", 2001), ("new too", 2001))
    assert listed() == ["new", "new too", "old", "none"]


def test_works_come_by_title_without_case_and_accents(author, listed):
    works_of(author, ("beta", 1), ("Émile", 2), ("Alpha", 3), ("Zeta", 4))
    assert listed(sort="title_asc") == ["Alpha", "beta", "Émile", "Zeta"]


def test_pages_have_the_total(api, reader, author):
    works_of(author, *((f"Work {n}", 2000 - n) for n in range(5)))
    path = f"/api/authors/{author.pk}/works"
    body = api(reader).get(path, {"page": 2, "page_size": 2}).json()
    assert [work["title"] for work in body["items"]] == ["Work 2", "Work 3"]
    assert (body["total"], body["page"]) == (5, 2)
    assert api(reader).get(path, {"page": 9}).json() == {"items": [], "total": 5, "page": 9}


def test_withdrawn_and_other_readers_works_are_not_listed(author, reader, other_reader, listed):
    works_of(author, ("withdrawn", 2000), listed=False)
    works_of(author, ("theirs", 2000), owner_user=other_reader)
    works_of(author, ("mine", 2000), owner_user=reader)
    assert listed() == ["mine"]


def test_the_years_are_those_that_the_reader_sees(author, reader, listed, api, other_reader):
    early, late = works_of(author, ("early", None), ("late", None))
    for work, year in ((early, 1900), (late, 1990)):
        work_edition = factories.EditionFactory(work=work, publish_year=year)
        sql_as_system(
            "UPDATE works SET primary_edition_id = %s WHERE id = %s", [work_edition.pk, work.pk]
        )
    reprint = factories.EditionFactory(work=early, publish_year=2020)
    assert listed() == ["late", "early"]
    with acting_as(SYSTEM):
        EditionChoice.objects.create(user=reader, work=early, edition=reprint)
    assert listed() == ["early", "late"]
    assert listed(sort="title_asc") == ["early", "late"]
    assert listed(page=2, page_size=1) == ["late"]
    theirs = api(other_reader).get(f"/api/authors/{author.pk}/works").json()["items"]
    assert [work["publish_year"] for work in theirs] == [1990, 1900]


@pytest.mark.parametrize(
    ("name", "value"),
    [("sort", "x"), ("page", "0"), ("page_size", "101"), ("forceRefresh", "yes")],
)
def test_a_wrong_parameter_is_named(api, reader, author, name, value):
    answer = api(reader).get(f"/api/authors/{author.pk}/works", {name: value})
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == [name]


@pytest.mark.parametrize("path", ["/api/user/works", "/api/user/authors", "/api/authors/{}/works"])
def test_an_empty_parameter_is_one_left_out(api, reader, author, path):
    assert api(reader).get(path.format(author.pk), {"sort": ""}).status_code == 200


def test_a_hidden_author_has_no_works(api, reader, other_reader):
    author = factories.AuthorFactory(owner_user=other_reader)
    for path in (f"/api/authors/{author.pk}/works", "/api/authors/nonsense/works"):
        problem_of(api(reader).get(path), 404, "NOT_FOUND")


class Refreshing:
    def __init__(self):
        self.asked = []

    def refresh(self, author_id, user_id):
        self.asked.append((author_id, user_id))


@pytest.fixture
def source():
    registered = Refreshing()
    sources.register(registered)
    return registered


def test_staff_have_an_authors_works_renewed(api, moderator, reader, author, source):
    path = f"/api/authors/{author.pk}/works"
    problem_of(api(reader).get(path, {"forceRefresh": "true"}), 403, "FORBIDDEN")
    assert api(reader).get(path, {"forceRefresh": "false"}).status_code == 200
    assert source.asked == []
    assert api(moderator).get(path, {"forceRefresh": "true"}).status_code == 200
    assert source.asked == [(author.pk, moderator.pk)]


def test_without_a_source_there_is_nothing_to_renew(api, moderator, author):
    path = f"/api/authors/{author.pk}/works"
    assert api(moderator).get(path, {"forceRefresh": "true"}).status_code == 200


def test_one_statement_gives_a_page(api, reader, author, django_assert_max_num_queries):
    works_of(author, *((f"Work {n}", n) for n in range(30)))
    client = api(reader)
    with django_assert_max_num_queries(5) as counted:
        client.get(f"/api/authors/{author.pk}/works")
    assert sum("author_works" in query["sql"] for query in counted.captured_queries) == 1
    assert Author.objects.count() == 1
