"""`/api/works`: reading, own rows, and the edition that stands for a work."""

from uuid import uuid4

import pytest

from catalog.models import Edition, EditionChoice, Work
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
NO_ROW = "0190b1c2-7d4e-7a10-8f00-2f6b1e5c9a01"


@pytest.fixture
def author():
    return factories.AuthorFactory(name="Ursula K. Le Guin")


@pytest.fixture
def client(api, reader):
    return api(reader)


def post(client, author, **more):
    body = {"title": "The Dispossessed", "author_ids": [str(author.pk)]} | more
    return client.post("/api/works", body, format="json")


def choose(client, work, edition):
    path = f"/api/works/{work.pk}/primary-edition"
    return client.post(path, {"edition_id": str(edition.pk)}, format="json")


def shown(client, work):
    return client.get(f"/api/works/{work.pk}").json()["work"]


def test_a_work_has_the_fields_of_the_contract(client, author):
    work = factories.WorkFactory(title="The Dispossessed")
    factories.AuthorWorkFactory(author=author, work=work)
    edition = factories.EditionFactory(work=work, title="First", publish_year=1974, language="en")
    with acting_as(SYSTEM):
        Work.objects.filter(pk=work.pk).update(primary_edition=edition)
    body = shown(client, work)
    assert body == {
        "id": str(work.pk),
        "title": "The Dispossessed",
        "openlibrary_id": work.openlibrary_id,
        "first_publish_year": None,
        "publish_year": 1974,
        "manual": False,
        "owner_user_id": None,
        "authors": [{"id": str(author.pk), "name": "Ursula K. Le Guin"}],
        "primary_edition": {
            "id": str(edition.pk),
            "title": "First",
            "publish_year": 1974,
            "publish_date": None,
            "isbn13": edition.isbn13,
            "cover_url": None,
            "language": "en",
        },
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }


def test_a_withdrawn_work_is_read_and_anothers_is_not(client, other_reader):
    assert shown(client, factories.WorkFactory(listed=False))["authors"] == []
    theirs = factories.WorkFactory(owner_user=other_reader)
    for path in (f"/api/works/{theirs.pk}", "/api/works/nonsense", f"/api/works/{uuid4()}"):
        problem_of(client.get(path), 404, "NOT_FOUND")


def test_a_reader_adds_a_work(client, reader, author):
    own = factories.AuthorFactory(owner_user=reader, name="Me")
    ids = [str(own.pk), str(author.pk), str(own.pk)]
    answer = post(client, author, author_ids=ids, first_publish_year=1974, manual=True)
    assert answer.status_code == 201
    work = answer.json()["work"]
    assert [a["name"] for a in work["authors"]] == ["Me", "Ursula K. Le Guin"]
    assert (work["manual"], work["owner_user_id"]) == (True, str(reader.pk))
    assert (work["publish_year"], work["primary_edition"]) == (1974, None)
    assert client.get(f"/api/works/{work['id']}").json()["work"] == work


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("title", " ", "title"),
        ("title", "x" * 501, "title"),
        ("author_ids", [], "author_ids"),
        ("author_ids", None, "author_ids"),
        ("author_ids", "x", "author_ids"),
        ("author_ids", ["x"], "author_ids[0]"),
        ("author_ids", [7], "author_ids[0]"),
        ("author_ids", [NO_ROW] * 51, "author_ids"),
        ("first_publish_year", 10_000, "first_publish_year"),
        ("first_publish_year", -1, "first_publish_year"),
        ("first_publish_year", "1974", "first_publish_year"),
        ("first_publish_year", True, "first_publish_year"),
        ("primary_edition_id", NO_ROW, "primary_edition_id"),
        ("manual", False, "manual"),
        ("openlibrary_id", "OL1W", "openlibrary_id"),
    ],
)
def test_what_is_wrong_is_named(client, author, field, value, named):
    answer = post(client, author, **{field: value})
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == [named]


def test_an_author_that_is_not_visible_is_named_and_nothing_made(client, author, other_reader):
    hidden = factories.AuthorFactory(owner_user=other_reader)
    answer = post(client, author, author_ids=[str(author.pk), str(hidden.pk)])
    assert fields_of(problem_of(answer, 404, "NOT_FOUND")) == ["author_ids[1]"]
    with acting_as(SYSTEM):
        assert not Work.objects.exists()


def test_the_limit_of_own_works_is_the_profiles(client, reader, author):
    with acting_as(SYSTEM):
        type(reader.profile).objects.filter(user=reader).update(max_works=1)
    assert post(client, author).status_code == 201
    problem_of(post(client, author), 409, "LIMIT_REACHED")


def test_an_own_work_is_changed(client, reader, author):
    work = factories.WorkFactory(owner_user=reader, first_publish_year=1900)
    path = f"/api/works/{work.pk}"
    factories.AuthorWorkFactory(author=factories.AuthorFactory(), work=work)
    change = {"title": "New", "first_publish_year": None, "author_ids": [str(author.pk)]}
    changed = client.patch(path, change, format="json").json()["work"]
    assert (changed["title"], changed["publish_year"]) == ("New", None)
    assert [a["id"] for a in changed["authors"]] == [str(author.pk)]
    assert client.patch(path, {"title": "Newer"}, format="json").json()["work"]["authors"]
    answer = client.patch(path, {"author_ids": [str(uuid4())]}, format="json")
    assert fields_of(problem_of(answer, 404, "NOT_FOUND")) == ["author_ids[0]"]
    assert [a["id"] for a in shown(client, work)["authors"]] == [str(author.pk)]


def test_an_own_work_goes_with_its_editions_and_its_place_on_the_shelf(client, reader):
    work = factories.WorkFactory(owner_user=reader)
    factories.EditionFactory(work=work, owner_user=reader)
    factories.UserWorkFactory(user=reader, work=work)
    assert client.delete(f"/api/works/{work.pk}").status_code == 204
    with acting_as(SYSTEM):
        reader.profile.refresh_from_db()
        assert not Work.objects.exists()
        assert not Edition.objects.exists()
    assert (reader.profile.work_count, reader.profile.manual_work_count) == (0, 0)


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_shared_works_are_not_changed_and_hidden_ones_not_found(client, other_reader, method):
    for owner, status, code in ((None, 403, "FORBIDDEN"), (other_reader, 404, "NOT_FOUND")):
        work = factories.WorkFactory(owner_user=owner)
        answer = getattr(client, method)(f"/api/works/{work.pk}", {"title": "x"}, format="json")
        problem_of(answer, status, code)


def test_a_choice_on_a_shared_work_is_the_readers_own(api, client, other_reader):
    work = factories.WorkFactory()
    first, second = (factories.EditionFactory(work=work, publish_year=y) for y in (1974, 2020))
    assert choose(client, work, first).status_code == 200
    answer = choose(client, work, second).json()["work"]
    assert (answer["primary_edition"]["id"], answer["publish_year"]) == (str(second.pk), 2020)
    assert shown(client, work) == answer
    assert shown(api(other_reader), work)["primary_edition"] is None
    with acting_as(SYSTEM):
        assert EditionChoice.objects.count() == 1


def test_an_own_edition_of_a_shared_work_can_be_chosen(client, reader):
    edition = factories.EditionFactory(work=factories.WorkFactory(), owner_user=reader)
    answer = choose(client, edition.work, edition)
    assert answer.json()["work"]["primary_edition"]["id"] == str(edition.pk)


def test_on_an_own_work_it_is_the_works(client, reader):
    work = factories.WorkFactory(owner_user=reader)
    edition = factories.EditionFactory(work=work, owner_user=reader, publish_year=2020)
    assert choose(client, work, edition).json()["work"]["publish_year"] == 2020
    with acting_as(SYSTEM):
        work.refresh_from_db()
        assert work.primary_edition_id == edition.pk
        assert not EditionChoice.objects.exists()


def test_an_edition_of_another_work_or_reader_is_not_found(client, other_reader):
    work = factories.WorkFactory()
    hidden = factories.EditionFactory(work=work, owner_user=other_reader)
    for edition in (factories.EditionFactory(), hidden):
        problem_of(choose(client, work, edition), 404, "NOT_FOUND")
    theirs = factories.EditionFactory(owner_user=other_reader)
    problem_of(choose(client, theirs.work, theirs), 404, "NOT_FOUND")


@pytest.mark.parametrize("body", [{}, {"edition_id": None}, {"edition_id": "x"}])
def test_a_choice_names_an_edition(client, body):
    path = f"/api/works/{factories.WorkFactory().pk}/primary-edition"
    answer = client.post(path, body, format="json")
    assert fields_of(problem_of(answer, 400, "VALIDATION_ERROR")) == ["edition_id"]
