"""`/api/user/works` over HTTP (plan, "User Works"; contract, "Readers")."""

import time
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import Event
from config.row_security import SYSTEM, acting_as
from shelves.models import UserWork
from tests import factories, sql
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
PATH = "/api/user/works"
ITEM = {"work", "status", "available_in_legimi", "legimi_checked_at", "status_updated_at", "created_at", "updated_at"}  # fmt: skip
WORK = {"id", "title", "openlibrary_id", "first_publish_year", "publish_year", "manual", "owner_user_id", "authors", "primary_edition", "created_at", "updated_at"}  # fmt: skip


@pytest.fixture
def client(api, reader):
    return api(reader)


def shelve(user, title="Prose", year=None, **state):
    work = factories.WorkFactory(title=title, first_publish_year=year)
    factories.UserWorkFactory(user=user, work=work, **state)
    return work


def titles(client, query=""):
    response = client.get(PATH + query)
    assert response.status_code == 200, response.content
    body = response.json()
    names = [item["work"]["title"] for item in body["items"]]
    assert body["total"] >= len(names)
    return names


def events(name):
    with acting_as(SYSTEM):
        return [event.payload for event in Event.objects.filter(name=name).order_by("created_at")]


def stored(user, work):
    with acting_as(SYSTEM):
        return UserWork.objects.get(user=user, work=work)


class TestList:
    def test_an_item_shows_the_work_and_its_state(self, client, reader):
        edition = factories.EditionFactory(publish_year=1961)
        with acting_as(SYSTEM):
            edition.work.primary_edition = edition
            edition.work.save(update_fields=["primary_edition"])
        author = factories.AuthorWorkFactory(work=edition.work).author
        factories.UserWorkFactory(user=reader, work=edition.work, status="read")
        (item,) = client.get(PATH).json()["items"]
        assert set(item) == ITEM
        assert set(item["work"]) == WORK
        assert item["work"]["publish_year"] == 1961
        assert item["work"]["authors"] == [{"id": str(author.pk), "name": author.name}]
        assert item["work"]["primary_edition"]["isbn13"] == edition.isbn13
        assert (item["status"], item["available_in_legimi"]) == ("read", None)
        assert item["status_updated_at"].endswith("Z")

    def test_the_latest_published_first_and_those_without_a_year_last(self, client, reader):
        for title, year in (("old", 1900), ("none", None), ("new", 2020), ("ancient", 0)):
            shelve(reader, title, year)
        assert titles(client) == ["new", "old", "ancient", "none"]

    def test_by_title_without_case_and_accents(self, client, reader):
        for title in ("zoo", "Éclair", "apple", "Eclair 2"):
            shelve(reader, title)
        assert titles(client, "?sort=title_asc") == ["apple", "Éclair", "Eclair 2", "zoo"]

    @pytest.mark.parametrize("sort", ["published_desc", "title_asc"])
    def test_equal_keys_are_neither_lost_nor_repeated(self, sort, client, reader):
        works = {str(shelve(reader, "Same", 2000).pk) for _ in range(5)}
        pages = [
            client.get(f"{PATH}?sort={sort}&page_size=2&page={n}").json()["items"]
            for n in (1, 2, 3)
        ]
        seen = [item["work"]["id"] for page in pages for item in page]
        assert len(seen) == 5
        assert set(seen) == works

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["to_read", "in_progress", "read", "hidden"]),
            ("status=read", ["read"]),
            ("status=read,hidden", ["read", "hidden"]),
            ("status=hidden&status=read", ["read", "hidden"]),
            ("status=hidden&status=read,to_read", ["to_read", "read", "hidden"]),
            ("status=read,read", ["read"]),
            ("status=", ["to_read", "in_progress", "read", "hidden"]),
            ("available=true", ["read"]),
            ("available=false", ["hidden"]),
            ("available=null", ["to_read", "in_progress"]),
            ("available=null&status=to_read,read", ["to_read"]),
            ("search=READ", ["to_read", "read"]),
            ("search=rèàd&status=read&available=true", ["read"]),
            ("search=%25", []),
        ],
    )
    @pytest.mark.parametrize("sort", ["", "title_asc"])
    def test_filters(self, query, sort, found, client, reader):
        known = {"read": True, "hidden": False}
        for status in UserWork.Status.values:
            shelve(reader, status, status=status, available_in_legimi=known.get(status))
        body = client.get(f"{PATH}?{query}&sort={sort}").json()
        assert {item["work"]["title"] for item in body["items"]} == set(found)
        assert body["total"] == len(found)
        past = client.get(f"{PATH}?{query}&sort={sort}&page=7").json()
        assert past == {"items": [], "total": len(found), "page": 7}

    def test_by_author(self, client, reader):
        work = shelve(reader, "Mine")
        shelve(reader, "Another's")
        author = factories.AuthorWorkFactory(work=work).author
        factories.AuthorWorkFactory(author=author)  # not on the shelf
        assert titles(client, f"?author_id={author.pk}") == ["Mine"]
        assert titles(client, f"?author_id={author.pk}&sort=title_asc&status=read") == []

    def test_by_an_author_who_is_not_visible(self, client, reader, other_reader):
        work = shelve(reader)
        hidden = factories.AuthorFactory(owner_user=other_reader)
        factories.AuthorWorkFactory(author=hidden, work=work)
        assert titles(client, f"?author_id={hidden.pk}") == []
        assert titles(client, f"?author_id={uuid4()}") == []

    def test_nobody_elses_shelf_is_shown(self, client, other_reader):
        shelve(other_reader, status="read")
        for query in ("", "?status=read", "?search=prose", "?available=null"):
            assert client.get(PATH + query).json()["total"] == 0

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("page=0", "page"),
            ("page=x", "page"),
            ("page_size=0", "page_size"),
            ("sort=title", "sort"),
            ("status=reading", "status"),
            ("status=read,READ", "status"),
            ("available=yes", "available"),
            ("author_id=x", "author_id"),
            (f"search={'x' * 201}", "search"),
        ],
    )
    def test_a_wrong_parameter_is_named(self, query, field, client):
        body = problem_of(client.get(f"{PATH}?{query}"), 400, "VALIDATION_ERROR")
        assert fields_of(body) == [field]


class TestBulk:
    def add(self, client, ids, **more):
        ids = [str(one) for one in ids]
        return client.post(f"{PATH}/bulk", {"work_ids": ids, **more}, format="json")

    def test_tells_what_was_added_and_what_skipped_in_the_order_given(
        self, client, reader, other_reader
    ):
        there = shelve(reader, status="read")
        hidden = factories.WorkFactory(owner_user=other_reader)
        own = factories.WorkFactory(owner_user=reader)
        new = factories.WorkFactory.create_batch(3)
        unknown = uuid4()
        ids = [new[2].pk, there.pk, own.pk, unknown, new[0].pk, new[2].pk, hidden.pk, new[1].pk]
        response = self.add(client, ids, status="in_progress")
        assert response.status_code == 201
        assert response.json() == {
            "added": [str(work.pk) for work in (new[2], own, new[0], new[1])],
            "skipped": [str(pk) for pk in (there.pk, unknown, hidden.pk)],
        }
        assert stored(reader, there).status == "read"
        assert stored(reader, own).status == "in_progress"
        assert events("add_books_bulk") == [{"authors": 0, "works": 5, "added": 4}]

    def test_the_status_is_to_read_unless_it_is_named(self, client, reader):
        work = factories.WorkFactory()
        self.add(client, [work.pk])
        assert stored(reader, work).status == "to_read"

    def test_nothing_added_is_no_event(self, client):
        assert self.add(client, [uuid4()]).status_code == 201
        assert events("add_books_bulk") == []

    def test_over_the_limit_nothing_is_added(self, client, reader):
        with acting_as(SYSTEM):
            sql.run("UPDATE profiles SET max_works = 2 WHERE user_id = %s", [reader.pk])
        works = factories.WorkFactory.create_batch(3)
        problem_of(self.add(client, [work.pk for work in works]), 409, "LIMIT_REACHED")
        assert titles(client) == []
        assert self.add(client, [work.pk for work in works[:2]]).status_code == 201

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "work_ids"),
            ({"work_ids": []}, "work_ids"),
            ({"work_ids": None}, "work_ids"),
            ({"work_ids": "x"}, "work_ids"),
            ({"work_ids": {}}, "work_ids"),
            ({"work_ids": [str(UUID(int=1)), 2]}, "work_ids[1]"),
            ({"work_ids": [None]}, "work_ids[0]"),
            ({"work_ids": [str(UUID(int=1))] * 5001}, "work_ids"),
            ({"work_ids": [str(UUID(int=1))], "status": "reading"}, "status"),
            ({"work_ids": [str(UUID(int=1))], "status": None}, "status"),
        ],
    )
    @pytest.mark.parametrize("path", ["bulk", "status-bulk"])
    def test_a_wrong_body_is_named(self, path, body, field, client):
        response = client.post(f"{PATH}/{path}", {"status": "read", **body}, format="json")
        assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == [field]

    def test_many_wrong_ids_are_told_of_up_to_a_number(self, client):
        body = problem_of(self.add(client, ["x"] * 5000), 400, "VALIDATION_ERROR")
        assert fields_of(body) == [f"work_ids[{n}]" for n in range(20)]

    def test_five_thousand_ids_are_read_quickly(self, client):
        ids = [uuid4() for _ in range(5000)]
        begun = time.perf_counter()
        assert len(self.add(client, ids).json()["skipped"]) == 5000
        assert time.perf_counter() - begun < 1


class TestChange:
    def change(self, client, work_id, **body):
        return client.patch(f"{PATH}/{work_id}", body, format="json")

    def test_the_status_moves_its_time_and_is_told_of(self, client, reader):
        work = shelve(reader)
        before = stored(reader, work)
        response = self.change(client, work.pk, status="read")
        assert response.status_code == 200
        assert response.json() == client.get(PATH).json()["items"][0]
        after = stored(reader, work)
        assert after.status == "read"
        assert after.status_updated_at > before.status_updated_at
        assert events("mark_read") == [{"authors": 0, "works": 1, "read": 1}]

    def test_read_again_is_no_event(self, client, reader):
        work = shelve(reader, status="read")
        before = stored(reader, work)
        assert self.change(client, work.pk, status="read").status_code == 200
        assert self.change(client, work.pk, status="hidden").status_code == 200
        assert events("mark_read") == []
        assert stored(reader, work).status_updated_at > before.status_updated_at

    @pytest.mark.parametrize("available", [True, False, None])
    def test_availability_alone_leaves_the_status(self, available, client, reader):
        work = shelve(reader, status="read", available_in_legimi=available is None)
        before = stored(reader, work)
        body = self.change(client, work.pk, available_in_legimi=available).json()
        assert (body["status"], body["available_in_legimi"]) == ("read", available)
        assert stored(reader, work).status_updated_at == before.status_updated_at

    def test_availability_by_hand_is_checked_by_nobody(self, client, reader):
        checked_at = timezone.now()
        work = shelve(reader, available_in_legimi=True, legimi_checked_at=checked_at)
        assert self.change(client, work.pk, status="read").json()["legimi_checked_at"]
        assert stored(reader, work).legimi_checked_at == checked_at
        body = self.change(client, work.pk, available_in_legimi=False).json()
        assert (body["available_in_legimi"], body["legimi_checked_at"]) == (False, None)
        assert stored(reader, work).legimi_checked_at is None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "body"),
            ({"shelf": 1}, "body"),
            ({"status": "reading"}, "status"),
            ({"status": None}, "status"),
            ({"status": ["read"]}, "status"),
            ({"available_in_legimi": "true"}, "available_in_legimi"),
            ({"available_in_legimi": 1}, "available_in_legimi"),
        ],
    )
    def test_a_wrong_body_is_named(self, body, field, client, reader):
        work = shelve(reader)
        response = self.change(client, work.pk, **body)
        assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == [field]

    def test_what_is_not_on_the_shelf_is_not_there(self, client, other_reader):
        theirs = shelve(other_reader)
        for work_id in (theirs.pk, uuid4(), "x"):
            problem_of(self.change(client, work_id, status="read"), 404, "NOT_FOUND")
        assert stored(other_reader, theirs).status == "to_read"


class TestChangeMany:
    def change(self, client, works, **body):
        ids = [str(getattr(work, "pk", work)) for work in works]
        return client.post(f"{PATH}/status-bulk", {"work_ids": ids, **body}, format="json")

    def test_gives_the_items_in_the_order_given_and_one_event(self, client, reader):
        works = [shelve(reader) for _ in range(3)]
        read = shelve(reader, status="read")
        given = [works[2], read, works[0], works[2]]
        response = self.change(client, given, status="read", available_in_legimi=True)
        assert response.status_code == 200
        items = response.json()["works"]
        assert [item["work"]["id"] for item in items] == [str(work.pk) for work in given[:3]]
        assert {(item["status"], item["available_in_legimi"]) for item in items} == {("read", True)}
        assert events("mark_read") == [{"authors": 0, "works": 4, "read": 2}]
        assert stored(reader, works[1]).status == "to_read"

    def test_one_that_is_not_there_leaves_all_as_they_were(self, client, reader, other_reader):
        mine, theirs = shelve(reader), shelve(other_reader)
        body = problem_of(self.change(client, [mine, theirs], status="read"), 404, "NOT_FOUND")
        assert fields_of(body) == ["work_ids"]
        assert str(theirs.pk) in body["details"][0]["message"]
        assert stored(reader, mine).status == stored(other_reader, theirs).status == "to_read"
        assert events("mark_read") == []

    def test_twenty_of_those_that_are_not_there_are_named(self, client):
        body = problem_of(
            self.change(client, [uuid4() for _ in range(30)], status="read"), 404, "NOT_FOUND"
        )
        assert len(body["details"]) == 20

    def test_something_has_to_change(self, client, reader):
        response = self.change(client, [shelve(reader)])
        assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == ["body"]


class TestRemove:
    def test_leaves_the_catalog_and_other_shelves(self, client, reader, other_reader):
        work = shelve(reader)
        factories.UserWorkFactory(user=other_reader, work=work)
        assert client.delete(f"{PATH}/{work.pk}").status_code == 204
        assert titles(client) == []
        assert stored(other_reader, work)
        for work_id in (work.pk, uuid4(), "x"):
            problem_of(client.delete(f"{PATH}/{work_id}"), 404, "NOT_FOUND")
        with acting_as(SYSTEM):
            assert sql.value("SELECT work_count FROM profiles WHERE user_id = %s", [reader.pk]) == 0
