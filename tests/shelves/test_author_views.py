"""`/api/user/authors` over HTTP (plan, "User Authors"; contract, "Readers")."""

from uuid import UUID, uuid4

import pytest

from accounts.models import Event
from config.row_security import SYSTEM, acting_as
from shelves.models import UserWork
from tests import factories, sql
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
PATH = "/api/user/authors"
AUTHOR = {"id", "name", "openlibrary_id", "manual", "owner_user_id", "ol_fetched_at", "ol_expires_at", "created_at", "updated_at"}  # fmt: skip


@pytest.fixture
def client(api, reader):
    return api(reader)


@pytest.fixture
def listed(client):
    """Give the names of a page, and its total: `listed("?page=2")`."""

    def ask(query=""):
        response = client.get(PATH + query)
        assert response.status_code == 200, response.content
        body = response.json()
        return [item["author"]["name"] for item in body["items"]], body["total"]

    return ask


def follow(client, author_id):
    return client.post(PATH, {"author_id": str(author_id)}, format="json")


def followed(user, *names):
    return [factories.UserAuthorFactory(user=user, author__name=name).author for name in names]


def wrote(author, *works):
    for work in works:
        factories.AuthorWorkFactory(author=author, work=work)


def shelf_of(user):
    with acting_as(SYSTEM):
        return {row.work_id for row in UserWork.objects.filter(user=user)}


def counters(user):
    """Give the profile's counters beside the rows that they count."""
    with acting_as(SYSTEM):
        return sql.ask(
            "SELECT author_count, work_count,"
            " (SELECT count(*) FROM user_authors WHERE user_id = %(user)s),"
            " (SELECT count(*) FROM user_works WHERE user_id = %(user)s)"
            " FROM profiles WHERE user_id = %(user)s",
            {"user": user.pk},
        )[0]


class TestList:
    def test_an_item_shows_the_author_and_since_when(self, client, reader):
        row = factories.UserAuthorFactory(user=reader)
        body = client.get(PATH).json()
        assert body["total"] == body["page"] == 1
        (item,) = body["items"]
        assert set(item) == {"author", "created_at"}
        assert set(item["author"]) == AUTHOR
        assert item["author"]["id"] == str(row.author_id)
        assert item["created_at"].endswith("Z")

    def test_by_name_without_case_and_accents(self, listed, reader):
        followed(reader, "zola", "Émile Ajar", "Eco", "adam")
        assert listed()[0] == ["adam", "Eco", "Émile Ajar", "zola"]

    def test_the_latest_first(self, listed, reader):
        followed(reader, "b", "c", "a")
        with acting_as(SYSTEM):
            sql.run(
                "UPDATE user_authors SET created_at = '2020-01-01'::timestamptz"
                " + ascii(name_key) * interval '1 day'"
            )
        assert listed("?sort=created_desc")[0] == ["c", "b", "a"]

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("LEM", ["Stanisław Lem"]),
            ("nislaw l", ["Stanisław Lem"]),
            ("ö", ["100% Wolf", "Heinrich Böll", "Oe"]),
            ("%", ["100% Wolf"]),
            ("_", []),
            ("", ["100% Wolf", "Heinrich Böll", "Oe", "Stanisław Lem"]),
        ],
    )
    def test_search_is_part_of_the_name(self, search, found, client, reader):
        followed(reader, "Stanisław Lem", "Heinrich Böll", "Oe", "100% Wolf")
        body = client.get(PATH, {"search": search}).json()
        assert [item["author"]["name"] for item in body["items"]] == found
        assert body["total"] == len(found)

    def test_pages(self, listed, reader):
        followed(reader, "a", "b", "c")
        assert listed("?page_size=2") == (["a", "b"], 3)
        assert listed("?page_size=2&page=2") == (["c"], 3)
        assert listed("?page_size=2&page=3") == ([], 3)
        assert listed("?page=9&search=b") == ([], 1)

    def test_nobody_else_is_shown(self, listed, other_reader):
        followed(other_reader, "a")
        assert listed() == ([], 0)
        assert listed("?search=a") == ([], 0)

    @pytest.mark.parametrize(
        ("query", "field"),
        [("page=0", "page"), ("page_size=101", "page_size"), ("sort=name", "sort"), (f"search={'x' * 201}", "search")],
    )  # fmt: skip
    def test_a_wrong_parameter_is_named(self, query, field, client):
        body = problem_of(client.get(f"{PATH}?{query}"), 400, "VALIDATION_ERROR")
        assert fields_of(body) == [field]


class TestFollow:
    def test_answers_with_the_item_and_tells_of_it(self, client, reader):
        author = factories.AuthorFactory()
        factories.UserWorkFactory(user=reader)
        response = follow(client, author.pk)
        assert response.status_code == 201
        assert response.json() == client.get(PATH).json()["items"][0]
        with acting_as(SYSTEM):
            event = Event.objects.get(name="add_author")
        assert event.user_id == reader.pk
        assert event.payload == {"authors": 1, "works": 1}

    def test_an_own_manual_author_can_be_followed(self, client, reader):
        assert follow(client, factories.AuthorFactory(owner_user=reader).pk).status_code == 201

    def test_who_is_not_visible_is_not_there(self, client, other_reader):
        for author_id in (
            uuid4(),
            UUID(int=0),
            factories.AuthorFactory(owner_user=other_reader).pk,
        ):
            body = problem_of(follow(client, author_id), 404, "NOT_FOUND")
            assert fields_of(body) == ["author_id"]

    def test_twice_is_a_conflict(self, client, reader):
        (author,) = followed(reader, "a")
        problem_of(follow(client, author.pk), 409, "ALREADY_ATTACHED")
        assert counters(reader) == (1, 0, 1, 0)

    @pytest.mark.parametrize("author_id", [None, 1, "", "x", [], {}, "{" + str(UUID(int=1)) + "}"])
    def test_what_is_no_id_is_named(self, author_id, client):
        response = client.post(PATH, {"author_id": author_id}, format="json")
        assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == ["author_id"]
        assert fields_of(problem_of(client.post(PATH, {}, format="json"), 400, "VALIDATION_ERROR"))

    def test_the_limit_is_exact(self, client, reader):
        with acting_as(SYSTEM):
            sql.run("UPDATE profiles SET max_authors = 1 WHERE user_id = %s", [reader.pk])
        first, second = factories.AuthorFactory.create_batch(2)
        assert follow(client, first.pk).status_code == 201
        problem_of(follow(client, second.pk), 409, "LIMIT_REACHED")
        assert counters(reader) == (1, 0, 1, 0)

    def test_ten_a_minute_and_refusals_do_not_count(self, client, reader):
        authors = factories.AuthorFactory.create_batch(11)
        for author in authors[:9]:
            assert follow(client, author.pk).status_code == 201
        problem_of(follow(client, authors[0].pk), 409, "ALREADY_ATTACHED")
        problem_of(follow(client, uuid4()), 404, "NOT_FOUND")
        assert follow(client, authors[9].pk).status_code == 201
        response = follow(client, authors[10].pk)
        problem_of(response, 429, "RATE_LIMITED")
        assert 1 <= int(response["Retry-After"]) <= 60
        assert counters(reader) == (10, 0, 10, 0)
        with acting_as(SYSTEM):
            assert Event.objects.filter(name="add_author").count() == 10


class TestUnfollow:
    def test_is_gone_and_stays_in_the_catalog(self, client, reader):
        (author,) = followed(reader, "a")
        assert client.delete(f"{PATH}/{author.pk}").status_code == 204
        assert counters(reader) == (0, 0, 0, 0)
        author.refresh_from_db()
        problem_of(client.delete(f"{PATH}/{author.pk}"), 404, "NOT_FOUND")

    def test_whom_another_follows_is_not_there(self, client, other_reader):
        (author,) = followed(other_reader, "a")
        for author_id in (author.pk, uuid4(), "x"):
            problem_of(client.delete(f"{PATH}/{author_id}"), 404, "NOT_FOUND")
        assert counters(other_reader) == (1, 0, 1, 0)

    def test_takes_along_the_works_of_nobody_who_is_left(self, client, reader):
        gone, co_author, other = followed(reader, "gone", "co-author", "other")
        stranger = factories.AuthorFactory()
        alone, together, with_stranger, others, nobodys = factories.WorkFactory.create_batch(5)
        wrote(gone, alone, together, with_stranger)
        wrote(co_author, together)
        wrote(stranger, with_stranger)
        wrote(other, others)
        for work in (alone, together, with_stranger, others, nobodys):
            factories.UserWorkFactory(user=reader, work=work)
        assert client.delete(f"{PATH}/{gone.pk}").status_code == 204
        assert shelf_of(reader) == {together.pk, others.pk, nobodys.pk}
        assert counters(reader) == (2, 3, 2, 3)
        client.delete(f"{PATH}/{co_author.pk}")
        assert shelf_of(reader) == {others.pk, nobodys.pk}
        assert counters(reader) == (1, 2, 1, 2)

    def test_leaves_another_readers_shelf_alone(self, client, reader, other_reader):
        (author,) = followed(reader, "a")
        factories.UserAuthorFactory(user=other_reader, author=author)
        stranger = factories.UserFactory()
        work = factories.WorkFactory()
        wrote(author, work)
        for user in (reader, other_reader, stranger):
            factories.UserWorkFactory(user=user, work=work)
        client.delete(f"{PATH}/{author.pk}")
        assert shelf_of(reader) == set()
        assert shelf_of(other_reader) == shelf_of(stranger) == {work.pk}
        assert counters(other_reader) == (1, 1, 1, 1)

    def test_an_own_manual_authors_works_go_too(self, client, reader):
        author = factories.AuthorFactory(owner_user=reader)
        factories.UserAuthorFactory(user=reader, author=author)
        shared, own = factories.WorkFactory(), factories.WorkFactory(owner_user=reader)
        wrote(author, shared, own)
        for work in (shared, own):
            factories.UserWorkFactory(user=reader, work=work)
        assert client.delete(f"{PATH}/{author.pk}").status_code == 204
        assert shelf_of(reader) == set()
