"""`/books` over HTTP, as the use case "Add a Book" and the contract say."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from auditlog.models import LogEntry
from django.db import connection

from catalog import lifecycle
from catalog.models import Book, Genre
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db
URL = "/books"
BOOK = {
    "title": "Solaris",
    "authors": ["Stanisław Lem"],
    "isbn": "978-0-15-602760-1",
    "description": "A planet that thinks.",
    "language": "en",
    "publishedDate": "2002-11-20",
    "coverImages": ["https://covers.openlibrary.org/b/id/1-L.jpg"],
    "genres": ["Science fiction", "Classics"],
}
MINIMUM = {"title": "Solaris", "authors": ["Stanisław Lem"]}


def add(client, body=None, **headers):
    return client.post(URL, BOOK if body is None else body, format="json", headers=headers)


def added(client, **changes):
    """Add a book; give its path."""
    response = add(client, MINIMUM | changes)
    assert response.status_code == 201, response.content
    return response["Location"]


def finalize(link):
    with acting_as(SYSTEM):
        return lifecycle.finalize(Book.objects.get(pk=link.rsplit("/")[-1]))


def withdraw(link):
    with acting_as(SYSTEM):
        return lifecycle.deactivate(Book.objects.get(pk=link.rsplit("/")[-1]))


def active_book(**fields):
    book = factories.BookFactory(**fields)
    with acting_as(SYSTEM):
        return lifecycle.finalize(book)


class TestAdd:
    def test_answers_with_the_book_and_where_it_is(self, api, reader):
        response = add(api(reader))
        body = response.json()
        assert response.status_code == 201
        assert response["Location"] == f"{URL}/{body['id']}"
        assert UUID(body["id"]).version == 7
        assert body.items() >= (BOOK | {"isbn": "9780156027601"}).items()
        assert body["status"] == "PENDING"
        assert body["rating"] == {"average": None, "count": 0}
        assert body["mine"] is True
        assert body["lockedFields"] == []
        sellers = {"price": None, "currency": None, "bookFormat": None, "publisherId": None}
        assert body.items() >= sellers.items()
        assert api(reader).get(response["Location"]).json() == body

    def test_a_title_and_an_author_are_enough(self, api, reader):
        body = add(api(reader), MINIMUM).json()
        nothing = {"isbn": None, "description": None, "language": None, "publishedDate": None}
        assert body.items() >= (nothing | {"coverImages": [], "genres": []}).items()

    def test_it_is_linked_to_the_caller_and_in_the_audit_trail(self, api, reader):
        body = add(api(reader), MINIMUM, **{"X-Request-ID": "trace-7"}).json()
        with acting_as(SYSTEM):
            book = Book.objects.get(pk=body["id"])
        assert (book.created_by_id, book.publisher_id) == (reader.pk, None)
        entry = LogEntry.objects.get(object_pk=body["id"], action=LogEntry.Action.CREATE)
        assert (entry.actor_id, entry.cid) == (reader.pk, "trace-7")

    def test_a_publishers_member_adds_as_a_member(self, api, member):
        body = add(api(member), MINIMUM).json()
        assert (body["publisherId"], body["mine"]) == (None, True)

    def test_nobody_learns_who_added_it(self, api, reader):
        content = add(api(reader)).content.decode()
        assert str(reader.pk) not in content
        assert reader.email not in content

    def test_what_the_server_decides_cannot_be_sent(self, api, reader, member):
        sent = {
            "id": str(uuid4()),
            "status": "ACTIVE",
            "publisherId": str(member.membership.publisher_id),
            "lockedFields": ["title"],
            "price": 5,
        }
        body = add(api(reader), BOOK | sent).json()
        assert all(body[field] != value for field, value in sent.items())

    @pytest.mark.parametrize("field", MINIMUM)
    def test_a_missing_field_is_named(self, api, reader, field):
        body = {name: value for name, value in BOOK.items() if name != field}
        assert fields_of(problem_of(add(api(reader), body), 400, "VALIDATION_ERROR")) == [field]

    @pytest.mark.parametrize(
        ("field", "value", "named"),
        [
            ("title", " ", "title"),
            ("title", "x" * 501, "title"),
            ("authors", [], "authors"),
            ("authors", "Stanisław Lem", "authors"),
            ("authors", ["Lem", " "], "authors[1]"),
            ("authors", ["Lem", "x" * 301], "authors[1]"),
            ("authors", ["Lem", None], "authors[1]"),
            ("authors", ["Lem; Dick"], "authors[0]"),
            ("authors", ["The same"] * 51, "authors"),
            ("isbn", "978-0-15-602760-2", "isbn"),
            ("isbn", "", "isbn"),
            ("coverImages", ["https://evil.example/1.jpg"], "coverImages[0]"),
        ],
    )
    def test_a_bad_value_is_refused_by_name(self, api, reader, field, value, named):
        response = add(api(reader), BOOK | {field: value})
        assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == [named]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", "x" * 500),
            ("authors", ["x" * 300]),
            ("authors", [f"Author {n}" for n in range(50)]),
            ("isbn", None),
            ("language", None),
        ],
    )
    def test_the_edges_are_taken(self, api, reader, field, value):
        assert add(api(reader), BOOK | {field: value}).status_code == 201

    def test_an_author_named_twice_is_one(self, api, reader):
        assert add(api(reader), MINIMUM | {"authors": ["A", "B", " A "]}).json()["authors"] == [
            "A",
            "B",
        ]


class TestDuplicates:
    def refused(self, response):
        """Give the id that the refusal tells; None when it tells none."""
        body = problem_of(response, 400, "DUPLICATE_BOOK")
        told = {row["field"]: row["message"] for row in body["details"]}
        assert set(told) <= {"id", "title"}
        return told.get("id")

    def test_ones_own_is_named_by_its_id(self, api, reader):
        link = added(api(reader), authors=["A", "B"])
        response = add(api(reader), {"title": " solaris", "authors": ["b", "A "]})
        assert f"{URL}/{self.refused(response)}" == link

    def test_what_is_hidden_is_refused_and_not_betrayed(self, api, reader, other_reader):
        link = added(api(reader))
        assert self.refused(add(api(other_reader), MINIMUM)) is None
        finalize(link)
        assert f"{URL}/{self.refused(add(api(other_reader), MINIMUM))}" == link

    def test_a_moderator_sees_which(self, api, reader, moderator):
        link = added(api(reader))
        assert f"{URL}/{self.refused(add(api(moderator), MINIMUM))}" == link

    def test_a_publishers_book_counts_once_it_is_active(self, api, reader):
        book = factories.BookFactory(title="Solaris", authors=["Stanisław Lem"])
        link = added(api(reader))
        assert api(reader).delete(link).status_code == 204
        with acting_as(SYSTEM):
            lifecycle.finalize(book)
        assert self.refused(add(api(reader), MINIMUM)) == str(book.pk)

    def test_a_withdrawn_book_does_not_count(self, api, reader, other_reader):
        link = added(api(reader))
        finalize(link)
        withdraw(link)
        assert added(api(other_reader)) != link

    def test_an_isbn_is_taken_once(self, api, reader, other_reader):
        add(api(reader))
        response = add(api(other_reader), BOOK | {"title": "Fiasco"})
        assert fields_of(problem_of(response, 409, "DUPLICATE_ISBN")) == ["isbn"]

    def test_put_refuses_anothers_title_and_keeps_ones_own(self, api, reader):
        client = api(reader)
        other, link = added(client), added(client, title="Fiasco")
        assert f"{URL}/{self.refused(client.put(link, MINIMUM, format='json'))}" == other
        again = MINIMUM | {"title": "FIASCO"}
        assert client.put(link, again, format="json").json()["title"] == "FIASCO"

    def test_put_refuses_a_hidden_ones_title(self, api, reader, other_reader):
        added(api(other_reader))
        link = added(api(reader), title="Fiasco")
        assert self.refused(api(reader).put(link, MINIMUM, format="json")) is None

    def test_put_keeps_what_a_publisher_has_brought_since(self, api, reader):
        link = added(api(reader))
        active_book(title="Solaris", authors=["Stanisław Lem"])
        body = MINIMUM | {"description": "Another"}
        assert api(reader).put(link, body, format="json").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_leave_one_book(api, reader, other_reader):
    clients = [api(reader), api(other_reader)]

    def run(number):
        try:
            return add(clients[number % 2], MINIMUM)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(run, range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 19
    (winner,) = (n for n, answer in enumerate(answers) if answer.status_code == 201)
    told = {
        n % 2: {row["field"] for row in problem_of(answer, 400, "DUPLICATE_BOOK")["details"]}
        for n, answer in enumerate(answers)
        if n != winner
    }
    assert told == {winner % 2: {"id", "title"}, 1 - winner % 2: {"title"}}
    with acting_as(SYSTEM):
        assert Book.objects.count() == 1


class TestRead:
    @pytest.mark.parametrize(
        ("who", "pending", "active", "inactive"),
        [
            ("reader", 200, 200, 200),
            ("other_reader", 404, 200, 404),
            ("member", 404, 200, 404),
            ("moderator", 200, 200, 200),
        ],
    )
    def test_who_reads_it(self, api, reader, request, who, pending, active, inactive):
        client = api(request.getfixturevalue(who))
        link = added(api(reader))
        assert client.get(link).status_code == pending
        finalize(link)
        assert client.get(link).status_code == active
        assert client.get(link).json()["mine"] is (who == "reader")
        withdraw(link)
        assert client.get(link).status_code == inactive

    def test_a_publishers_book_has_what_a_seller_knows(self, api, reader):
        book = active_book(currency="PLN")
        body = api(reader).get(f"{URL}/{book.pk}").json()
        assert (body["price"], body["currency"], body["bookFormat"]) == (29.99, "PLN", "Paperback")
        assert body["publisherId"] == str(book.publisher_id)
        assert body["finalizedDate"].endswith("Z")
        assert body["mine"] is False

    @pytest.mark.parametrize("book_id", [UUID(int=7), "nonsense", "x" * 3000])
    def test_an_unknown_id(self, api, reader, book_id):
        problem_of(api(reader).get(f"{URL}/{book_id}"), 404, "NOT_FOUND")


class TestReplace:
    def test_all_of_it_is_written_anew(self, api, reader):
        client = api(reader)
        link = add(client)["Location"]
        body = client.put(link, MINIMUM, format="json").json()
        assert (body["isbn"], body["description"], body["genres"]) == (None, None, [])
        assert client.get(link).json() == body

    def test_what_get_gives_put_takes(self, api, reader):
        client = api(reader)
        before = add(client).json()
        response = client.put(f"{URL}/{before['id']}", before, format="json")
        assert (response.status_code, response.json()) == (200, before)

    def test_what_changes_is_locked_and_stays_so(self, api, reader):
        client = api(reader)
        link = add(client)["Location"]

        def locked_after(**changes):
            return client.put(link, BOOK | changes, format="json").json()["lockedFields"]

        assert locked_after(genres=["classics", "SCIENCE fiction", "Classics"]) == ["genres"]
        assert locked_after(genres=["classics", "Science Fiction"]) == ["genres"]
        assert locked_after(isbn=None) == ["genres"]
        assert locked_after(title="Fiasco", description=None) == ["description", "genres", "title"]
        rest = {"authors": ["S. Lem"], "language": "pl", "publishedDate": None, "coverImages": []}
        assert locked_after(**rest) == sorted(
            ["title", "description", "genres", *rest],
        )

    def test_genres_in_another_case_are_the_same(self, api, reader):
        client = api(reader)
        link = add(client)["Location"]
        body = BOOK | {"genres": ["SCIENCE FICTION", "classics"]}
        assert client.put(link, body, format="json").json()["lockedFields"] == []
        assert {genre.name for genre in Genre.objects.all()} == {"Science fiction", "Classics"}

    def test_a_missing_field_is_named(self, api, reader):
        link = added(api(reader))
        response = api(reader).put(link, {"title": "Fiasco"}, format="json")
        assert fields_of(problem_of(response, 400, "VALIDATION_ERROR")) == ["authors"]

    def test_a_taken_isbn(self, api, reader):
        client = api(reader)
        add(client)
        link = added(client, title="Fiasco")
        response = client.put(link, BOOK | {"title": "Fiasco"}, format="json")
        problem_of(response, 409, "DUPLICATE_ISBN")


class TestWhoMay:
    """Whoever brought it, while it is PENDING; others see it or do not."""

    @pytest.fixture(params=["put", "delete"])
    def ask(self, request, api):
        def send(user, link):
            body = [MINIMUM | {"title": "Fiasco"}] if request.param == "put" else []
            return getattr(api(user), request.param)(link, *body, format="json")

        return send

    def test_its_creator_not_once_it_is_active(self, ask, api, reader):
        link = added(api(reader))
        finalize(link)
        problem_of(ask(reader, link), 409, "INVALID_STATUS")
        withdraw(link)
        problem_of(ask(reader, link), 409, "INVALID_STATUS")

    def test_others(self, ask, api, reader, other_reader, moderator):
        link = added(api(reader))
        problem_of(ask(other_reader, link), 404, "NOT_FOUND")
        problem_of(ask(moderator, link), 403, "FORBIDDEN")
        finalize(link)
        problem_of(ask(other_reader, link), 403, "FORBIDDEN")

    def test_a_publishers_book_is_not_changed_here(self, ask, member):
        book = factories.BookFactory(publisher=member.membership.publisher, created_by=member)
        problem_of(ask(member, f"{URL}/{book.pk}"), 403, "FORBIDDEN")


class TestDelete:
    def test_it_is_gone_with_what_others_said_and_in_the_audit_trail(self, api, reader, moderator):
        link = add(api(reader))["Location"]
        for user in (reader, moderator):
            assert api(user).put(f"{link}/rating", {"score": 2}, format="json").status_code == 200
            said = api(user).post(f"{link}/comments", {"body": "Hm."}, format="json")
            assert said.status_code == 201
        assert api(reader).delete(link).status_code == 204
        problem_of(api(reader).get(link), 404, "NOT_FOUND")
        problem_of(api(reader).delete(link), 404, "NOT_FOUND")
        entry = LogEntry.objects.get(object_pk=link.rsplit("/")[-1], action=LogEntry.Action.DELETE)
        assert entry.actor_id == reader.pk
        assert add(api(reader)).status_code == 201
