"""`/api/v1/books` over HTTP, as the specification and the contract say."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from auditlog.models import LogEntry
from django.db import connection

from catalog.models import Book, Edition, Genre
from config.row_security import SYSTEM, acting_as
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/api/v1/books"
BOOK = {
    "title": "The Art of API Design",
    "author": "Jane Developer",
    "description": "A comprehensive guide to designing robust APIs",
    "language": "en",
    "publishedDate": "2025-01-15",
    "isbn": "978-3-16-148410-0",
    "price": 29.99,
    "coverImages": ["https://cdn.bookhub.com/covers/api-design.jpg"],
    "genres": ["Technology", "Programming"],
    "bookFormat": "Paperback",
}
MINIMUM = {key: BOOK[key] for key in ("title", "author", "isbn", "price")}


def create(client, body=None, **headers):
    # ASCII JSON, so that a lone surrogate can be sent too.
    text = json.dumps(BOOK if body is None else body)
    return client.post(URL, text, content_type="application/json", headers=headers)


def count_books():
    with acting_as(SYSTEM):
        return Book.objects.count()


def assert_problem(response, status, code, field=None):
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, "error", code), body
    assert body["message"]
    assert body["requestId"] == response["X-Request-ID"]
    if field:
        assert field in [detail["field"] for detail in body["details"]]


class TestCreate:
    def test_answers_as_specified(self, api, member):
        response = create(api(member))
        body = response.json()
        book_id = body["data"].pop("bookId")
        created = datetime.fromisoformat(body["data"].pop("createdDate"))
        assert UUID(book_id).version == 7
        assert created.tzinfo == UTC
        assert response.status_code == 201
        assert response["Location"] == f"{URL}/{book_id}"
        assert body == {
            "status": "success",
            "data": {
                "title": "The Art of API Design",
                "author": "Jane Developer",
                "status": "PENDING",
            },
            "message": "Book created successfully. Use PATCH /api/v1/books/{bookId}/finalize"
            " to make it available to users.",
            "links": {"self": f"{URL}/{book_id}", "finalize": f"{URL}/{book_id}/finalize"},
        }

    def test_keeps_every_field(self, api, member):
        client = api(member)
        book = client.get(create(client).json()["links"]["self"]).json()["data"]
        assert book.items() >= (BOOK | {"isbn": "9783161484100"}).items()
        assert book["currency"] == "USD"
        assert book["publisherId"] == str(member.membership.publisher_id)
        assert book["finalizedDate"] is None

    def test_four_fields_are_enough(self, api, member):
        client = api(member)
        book = client.get(create(client, MINIMUM).json()["links"]["self"]).json()["data"]
        empty = {"description": None, "language": None, "publishedDate": None, "bookFormat": None}
        assert book.items() >= (empty | {"coverImages": [], "genres": []}).items()

    def test_money_keeps_its_two_decimals(self, api, member):
        client = api(member)
        link = create(client, MINIMUM | {"price": 30}).json()["links"]["self"]
        assert b'"price":30.00,' in client.get(link).content

    def test_several_authors_are_separated_by_semicolons(self, api, member):
        response = create(api(member), BOOK | {"author": "Terry Pratchett;Neil Gaiman"})
        assert response.json()["data"]["author"] == "Terry Pratchett; Neil Gaiman"
        with acting_as(SYSTEM):
            assert Book.objects.get().authors == ["Terry Pratchett", "Neil Gaiman"]

    def test_genres_are_one_whatever_their_case(self, api, member):
        create(api(member), BOOK | {"genres": ["Poetry", "POETRY", " poetry "]})
        create(api(member), BOOK | {"isbn": "0-306-40615-2", "genres": ["poetry"]})
        assert [g.name for g in Genre.objects.all()] == ["Poetry"]

    def test_what_the_server_decides_cannot_be_sent(self, api, member, rival):
        body = BOOK | {
            "status": "ACTIVE",
            "publisherId": str(rival.membership.publisher_id),
            "bookId": str(uuid4()),
        }
        client = api(member)
        data = client.get(create(client, body).json()["links"]["self"]).json()["data"]
        assert data["status"] == "PENDING"
        assert data["publisherId"] == str(member.membership.publisher_id)
        assert data["bookId"] != body["bookId"]

    def test_without_token(self, api):
        response = create(api())
        assert_problem(response, 401, "UNAUTHORIZED")
        assert response["WWW-Authenticate"].startswith("Bearer")

    def test_reader_has_no_publisher(self, api, reader):
        assert_problem(create(api(reader)), 403, "FORBIDDEN")

    def test_without_permission(self, api):
        user = factories.MembershipFactory(permissions=["books:update"]).user
        assert_problem(create(api(user)), 403, "FORBIDDEN")

    def test_suspended_publisher_is_out_at_once(self, api, member):
        client = api(member)
        publisher = member.membership.publisher
        publisher.suspended_at = datetime.now(UTC)
        publisher.save()
        assert_problem(create(client), 403, "FORBIDDEN")

    @pytest.mark.parametrize("isbn", ["978-3-16-148410-0", "9783161484100", "3-16-148410-X"])
    def test_an_isbn_is_taken_once_in_any_form(self, api, member, rival, isbn):
        create(api(member))
        assert_problem(create(api(rival), BOOK | {"isbn": isbn}), 409, "DUPLICATE_ISBN", "isbn")
        assert count_books() == 1

    def test_audit_entry_names_who_and_which_request(self, api, member):
        response = create(api(member), **{"X-Request-ID": "trace-1"})
        entry = LogEntry.objects.get(
            object_pk=response.json()["data"]["bookId"], action=LogEntry.Action.CREATE
        )
        assert (entry.actor_id, entry.cid) == (member.pk, "trace-1")
        assert entry.actor_email is None

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", "   "),
            ("title", "\u200b"),
            ("title", "x" * 501),
            ("title", None),
            ("title", 7),
            ("title", ["a"]),
            ("title", "a\x00b"),
            ("title", "a\ud800b"),
            ("title", "a\x07b"),
            ("author", ""),
            ("author", "x" * 301),
            ("author", "Jane;;John"),
            ("author", "Jane\ud800"),
            ("description", "a\udfff"),
            ("author", {"name": "Jane"}),
            ("isbn", "978-3-16-148410-1"),
            ("isbn", "12345"),
            ("isbn", 9783161484100),
            ("isbn", "x" * 10_000),
            ("isbn", None),
            ("price", -0.01),
            ("price", 1_000_000),
            ("price", 9.999),
            ("price", "29.99"),
            ("price", True),
            ("price", None),
            ("price", [1]),
            ("currency", "XXY"),
            ("currency", "usd"),
            ("currency", None),
            ("description", "x" * 10_001),
            ("description", 5),
            ("language", "english"),
            ("language", "e" * 36),
            ("publishedDate", "2025-13-01"),
            ("publishedDate", "15.01.2025"),
            ("publishedDate", 2025),
            ("coverImages", "https://cdn.bookhub.com/a.jpg"),
            ("coverImages", ["http://cdn.bookhub.com/a.jpg"]),
            ("coverImages", ["https://evil.example/a.jpg"]),
            ("coverImages", ["https://cdn.bookhub.com@evil.example/a.jpg"]),
            ("coverImages", ["https://user:pass@cdn.bookhub.com/a.jpg"]),
            ("coverImages", ["https://cdn.bookhub.com:8443/a.jpg"]),
            ("coverImages", ["javascript:alert(1)"]),
            ("coverImages", ["https://["]),
            ("coverImages", ["https://cdn.bookhub.com/a b"]),
            ("coverImages", ['https://cdn.bookhub.com/"><script>']),
            ("coverImages", ["https://cdn.bookhub.com/a.jpg"] * 11),
            ("genres", ["x" * 101]),
            ("genres", ["a"] * 21),
            ("genres", [""]),
            ("genres", {"0": "a"}),
            ("bookFormat", "Scroll"),
            ("bookFormat", ["Ebook"]),
        ],
    )
    def test_a_bad_value_is_refused_by_name(self, api, member, field, value):
        response = create(api(member), BOOK | {field: value})
        body = response.json()
        assert (response.status_code, body["code"]) == (400, "VALIDATION_ERROR"), body
        assert all(detail["field"].split("[")[0] == field for detail in body["details"])
        assert count_books() == 0

    @pytest.mark.parametrize("field", MINIMUM)
    def test_a_missing_field_is_named(self, api, member, field):
        body = {key: value for key, value in BOOK.items() if key != field}
        assert_problem(create(api(member), body), 400, "VALIDATION_ERROR", field)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", "x" * 500),
            ("title", "Zażółć gęślą jaźń 📚"),
            ("author", "x" * 300),
            ("price", 0),
            ("price", 999999.99),
            ("currency", "PLN"),
            ("description", "two\nlines"),
            ("description", None),
            ("language", "zh-Hant-TW"),
            ("publishedDate", None),
            ("coverImages", []),
            ("bookFormat", None),
        ],
    )
    def test_the_edges_are_taken(self, api, member, field, value):
        assert create(api(member), BOOK | {field: value}).status_code == 201

    @pytest.mark.parametrize("body", ["", "{", "[1", '{"title": NaN}', "\x00", "[" * 100_000])
    def test_a_body_that_is_no_json(self, api, member, body):
        response = api(member).post(URL, body, content_type="application/json")
        code = "VALIDATION_ERROR" if body == "" else "MALFORMED_REQUEST"
        assert_problem(response, 400, code)

    @pytest.mark.parametrize("body", ["[]", '"text"', "7", "null"])
    def test_json_that_is_no_object(self, api, member, body):
        response = api(member).post(URL, body, content_type="application/json")
        assert_problem(response, 400, "VALIDATION_ERROR")

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/xml", "multipart/form-data"]
    )
    def test_other_media_types(self, api, member, content_type):
        response = api(member).post(URL, "title=x", content_type=content_type)
        assert_problem(response, 415, "UNSUPPORTED_MEDIA_TYPE")

    def test_a_body_of_two_megabytes(self, api, member):
        body = BOOK | {"description": "x" * 2_000_000}
        assert_problem(create(api(member), body), 413, "PAYLOAD_TOO_LARGE")


class TestRateLimit:
    def test_twenty_in_one_second_and_headers_on_every_answer(self, api, member):
        client = api(member)
        answers = [create(client) for _ in range(25)]
        assert [a.status_code for a in answers] == [201] + [409] * 19 + [429] * 5
        assert all(a["X-RateLimit-Limit"] == "100" for a in answers)
        assert [int(a["X-RateLimit-Remaining"]) for a in answers[:20]] == list(range(99, 79, -1))
        now = datetime.now(UTC).timestamp()
        assert all(now < int(a["X-RateLimit-Reset"]) <= now + 62 for a in answers)
        assert_problem(answers[-1], 429, "RATE_LIMITED")
        assert answers[-1]["Retry-After"] == "1"

    def test_a_bad_body_counts_and_has_the_headers(self, api, member):
        response = create(api(member), {})
        assert (response.status_code, response["X-RateLimit-Remaining"]) == (400, "99")

    def test_publishers_do_not_share_their_limit(self, api, member, rival):
        for _ in range(21):
            create(api(member))
        assert create(api(rival), BOOK | {"isbn": "0-306-40615-2"}).status_code == 201

    def test_members_of_one_publisher_do(self, api, member):
        colleague = factories.MembershipFactory(publisher=member.membership.publisher).user
        create(api(member))
        assert create(api(colleague))["X-RateLimit-Remaining"] == "98"

    def test_reading_is_not_limited(self, api, member):
        assert "X-RateLimit-Limit" not in api(member).get(URL)


class TestIdempotency:
    def test_a_retry_gets_the_first_answer(self, api, member):
        first, second = (create(api(member), **{"Idempotency-Key": "k-1"}) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert second["Idempotent-Replayed"] == "true"
        assert second["Location"] == first["Location"]
        assert count_books() == 1

    def test_another_body_with_the_same_key(self, api, member):
        create(api(member), **{"Idempotency-Key": "k-1"})
        response = create(api(member), BOOK | {"title": "Other"}, **{"Idempotency-Key": "k-1"})
        assert_problem(response, 409, "CONFLICT")

    def test_a_refused_create_leaves_the_key_free(self, api, member):
        create(api(member), {}, **{"Idempotency-Key": "k-1"})
        assert create(api(member), **{"Idempotency-Key": "k-1"}).status_code == 201

    def test_keys_are_the_publishers_own(self, api, member, rival):
        create(api(member), **{"Idempotency-Key": "k-1"})
        response = create(api(rival), **{"Idempotency-Key": "k-1"})
        assert_problem(response, 409, "DUPLICATE_ISBN")

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ż"])
    def test_a_key_that_is_none(self, api, member, key):
        response = create(api(member), **{"Idempotency-Key": key})
        assert_problem(response, 400, "VALIDATION_ERROR", "Idempotency-Key")

    def test_after_a_day_the_key_is_forgotten(self, api, member):
        create(api(member), **{"Idempotency-Key": "k-1"})
        with acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute("UPDATE idempotent_answers SET created_at = now() - interval '25 hours'")
        response = create(api(member), **{"Idempotency-Key": "k-1"})
        assert_problem(response, 409, "DUPLICATE_ISBN")


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def _at_once(self, number, call):
        def run(index):
            try:
                return call(index)
            finally:
                connection.close()

        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(run, range(number)))

    def test_twenty_creates_of_one_isbn_leave_one_book(self, api, member):
        client = api(member)
        answers = self._at_once(20, lambda _: create(client))
        assert sorted(a.status_code for a in answers) == [201] + [409] * 19
        assert count_books() == 1

    def test_ten_retries_at_once_are_one_create(self, api, member):
        client = api(member)
        answers = self._at_once(10, lambda _: create(client, **{"Idempotency-Key": "k"}))
        assert {a.status_code for a in answers} == {201}
        assert len({a.json()["data"]["bookId"] for a in answers}) == 1

    def test_ten_finalize_at_once_place_it_once(self, api, member):
        client = api(member)
        link = create(client).json()["links"]["finalize"]
        answers = self._at_once(10, lambda _: client.patch(link))
        assert sorted(a.status_code for a in answers) == [200] + [409] * 9
        with acting_as(SYSTEM):
            assert Edition.objects.count() == 1


class TestLifecycle:
    CALLS = ("put", "finalize", "delete")
    ALLOWED = {("PENDING", "put"): 200, ("PENDING", "finalize"): 200, ("ACTIVE", "delete"): 204}

    def call(self, client, name, link):
        if name == "put":
            return client.put(link, BOOK | {"title": "Second edition"}, format="json")
        return client.patch(f"{link}/finalize") if name == "finalize" else client.delete(link)

    def in_status(self, client, status):
        link = create(client).json()["links"]["self"]
        for call in {"PENDING": [], "ACTIVE": ["finalize"], "INACTIVE": ["finalize", "delete"]}[
            status
        ]:
            assert self.call(client, call, link).status_code < 300
        return link

    @pytest.mark.parametrize("name", CALLS)
    @pytest.mark.parametrize("status", Book.Status.values)
    def test_every_arrow(self, api, member, status, name):
        client = api(member)
        link = self.in_status(client, status)
        response = self.call(client, name, link)
        if (status, name) in self.ALLOWED:
            assert response.status_code == self.ALLOWED[status, name]
        else:
            assert_problem(response, 409, "INVALID_STATUS")
            assert client.get(link).json()["data"]["status"] == status

    @pytest.mark.parametrize("name", CALLS)
    @pytest.mark.parametrize("status", Book.Status.values)
    def test_a_rival_may_not_and_sees_only_what_is_active(self, api, member, rival, status, name):
        link = self.in_status(api(member), status)
        response = self.call(api(rival), name, link)
        if status == "ACTIVE":
            assert_problem(response, 403, "FORBIDDEN")
        else:
            assert_problem(response, 404, "NOT_FOUND")

    @pytest.mark.parametrize("who", ["reader", "rival"])
    @pytest.mark.parametrize(
        ("status", "seen"), [("PENDING", 404), ("ACTIVE", 200), ("INACTIVE", 404)]
    )
    def test_who_reads_it(self, api, member, request, who, status, seen):
        link = self.in_status(api(member), status)
        assert api(request.getfixturevalue(who)).get(link).status_code == seen

    @pytest.mark.parametrize("status", Book.Status.values)
    def test_moderators_and_the_publisher_read_it_always(self, api, member, moderator, status):
        link = self.in_status(api(member), status)
        assert api(moderator).get(link).json()["data"]["status"] == status
        assert api(member).get(link).json()["data"]["status"] == status

    @pytest.mark.parametrize("name", CALLS)
    def test_each_call_needs_its_permission(self, api, member, name):
        link = self.in_status(api(member), "ACTIVE" if name == "delete" else "PENDING")
        colleague = factories.MembershipFactory(
            publisher=member.membership.publisher, permissions=["books:create"]
        ).user
        assert_problem(self.call(api(colleague), name, link), 403, "FORBIDDEN")

    def test_put_replaces_the_whole_book(self, api, member):
        client = api(member)
        link = create(client).json()["links"]["self"]
        data = client.put(link, MINIMUM | {"price": 5}, format="json").json()["data"]
        assert (data["price"], data["genres"], data["description"]) == (5.0, [], None)
        assert data["updatedDate"] >= data["createdDate"]

    def test_what_get_gives_put_takes(self, api, member):
        client = api(member)
        link = create(client, MINIMUM).json()["links"]["self"]
        before = client.get(link).json()["data"]
        after = client.put(link, before, format="json").json()["data"]
        assert after == before | {"updatedDate": after["updatedDate"]}

    def test_put_refuses_a_taken_isbn(self, api, member):
        client = api(member)
        create(client, BOOK | {"isbn": "0-306-40615-2"})
        link = create(client).json()["links"]["self"]
        response = client.put(link, BOOK | {"isbn": "0-306-40615-2"}, format="json")
        assert_problem(response, 409, "DUPLICATE_ISBN", "isbn")

    def test_finalize_answers_with_the_whole_book(self, api, member):
        client = api(member)
        response = client.patch(create(client).json()["links"]["finalize"])
        body = response.json()
        assert (body["status"], body["data"]["status"]) == ("success", "ACTIVE")
        assert body["data"]["finalizedDate"]

    @pytest.mark.parametrize("book_id", [UUID(int=7), "nonsense", "507f1f77bcf86cd799439011"])
    def test_an_unknown_id(self, api, member, book_id):
        assert_problem(api(member).get(f"{URL}/{book_id}"), 404, "NOT_FOUND")

    def test_the_trail_says_what_happened(self, api, member):
        link = self.in_status(api(member), "INACTIVE")
        entries = LogEntry.objects.filter(object_pk=link.rsplit("/", 1)[1])
        moves = [e.changes["status"] for e in entries.order_by("id") if "status" in e.changes]
        assert moves == [["None", "PENDING"], ["PENDING", "ACTIVE"], ["ACTIVE", "INACTIVE"]]
        assert {e.actor_id for e in entries} == {member.pk}


class TestList:
    NARROWED = [
        ({"genre": "classics"}, ["Emma", "The Hobbit"]),
        ({"language": "PL"}, ["Zażółć gęślą jaźń"]),
        ({"bookFormat": "Ebook"}, ["Emma", "Zażółć gęślą jaźń"]),
        ({"isbn": "978-99-0000001-7"}, ["The Hobbit"]),
        ({"q": "zolc"}, []),
        ({"q": "zazolc"}, ["Zażółć gęślą jaźń"]),
        ({"q": "tolkien HOB"}, ["The Hobbit"]),
        ({"q": "lakowa"}, ["Zażółć gęślą jaźń"]),
        ({"q": "'; DROP TABLE books --"}, []),
        ({"q": "& | ! ( ) :*"}, []),
        ({"sort": "title"}, ["Emma", "The Hobbit", "Zażółć gęślą jaźń"]),
        ({"sort": "-price"}, ["The Hobbit", "Emma", "Zażółć gęślą jaźń"]),
        ({"pageSize": "2"}, ["Emma", "The Hobbit"]),
        ({"pageSize": "2", "page": "2"}, ["Zażółć gęślą jaźń"]),
        ({"page": "99999999999999"}, []),
    ]

    @pytest.fixture
    def shelf(self, api, member, rival):
        """Three ACTIVE books, one PENDING of each publisher."""
        client = api(member)
        rows = [
            ("Zażółć gęślą jaźń", "Zofia Łąkowa", "pl", "Ebook", 10, ["Poetry"]),
            ("The Hobbit", "J.R.R. Tolkien", "en", "Hardcover", 30, ["Fantasy", "Classics"]),
            ("Emma", "Jane Austen", "en", "Ebook", 20, ["Classics"]),
        ]
        for n, (title, author, language, book_format, price, genres) in enumerate(rows):
            body = BOOK | {
                "title": title,
                "author": author,
                "language": language,
                "bookFormat": book_format,
                "price": price,
                "genres": genres,
                "isbn": factories.isbn13(n),
            }
            client.patch(create(client, body).json()["links"]["finalize"])
        create(client, BOOK | {"title": "Pending here", "isbn": factories.isbn13(10)})
        create(api(rival), BOOK | {"title": "Pending there", "isbn": factories.isbn13(11)})

    def titles(self, client, **params):
        response = client.get(URL, params)
        assert response.status_code == 200, response.json()
        return [item["title"] for item in response.json()["data"]["items"]]

    def test_shows_active_books_newest_first(self, api, reader, shelf):
        assert self.titles(api(reader)) == ["Emma", "The Hobbit", "Zażółć gęślą jaźń"]

    def test_mine_shows_all_of_ones_own(self, api, member, rival, shelf):
        assert len(self.titles(api(member), mine="true")) == 4
        assert self.titles(api(rival), mine="true") == ["Pending there"]
        assert self.titles(api(member), mine="true", status="PENDING") == ["Pending here"]

    def test_mine_is_for_publishers(self, api, reader):
        assert_problem(api(reader).get(URL, {"mine": "true"}), 403, "FORBIDDEN")

    def test_pending_are_the_moderators_to_list(self, api, reader, moderator, shelf):
        assert len(self.titles(api(moderator), status="PENDING")) == 2
        assert self.titles(api(reader), status="PENDING") == []

    def test_narrowing_and_sorting(self, api, reader, shelf):
        client = api(reader)
        for params, expected in self.NARROWED:
            isbn = {"isbn": factories.isbn13(1)} if "isbn" in params else {}
            assert self.titles(client, **(params | isbn)) == expected, params

    def test_pages_tell_the_total(self, api, reader, shelf):
        data = api(reader).get(URL, {"pageSize": "2", "page": "9"}).json()["data"]
        assert data == {"items": [], "total": 3, "page": 9}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("page", "0"),
            ("page", "x"),
            ("page", "-1"),
            ("page", ""),
            ("page", "٣"),
            ("pageSize", "0"),
            ("pageSize", "101"),
            ("sort", "colour"),
            ("status", "LOST"),
            ("mine", "perhaps"),
            ("bookFormat", "Scroll"),
            ("isbn", "123"),
            ("q", "x" * 201),
            ("q", "a\x00b"),
            ("genre", "a\x00b"),
        ],
    )
    def test_a_bad_parameter_is_named(self, api, reader, name, value):
        assert_problem(api(reader).get(URL, {name: value}), 400, "VALIDATION_ERROR", name)

    def test_equal_keys_keep_their_order_over_pages(self, api, reader):
        publisher = factories.PublisherFactory()
        books = [factories.BookFactory(title="Same", publisher=publisher) for _ in range(7)]
        with acting_as(SYSTEM):
            edition = factories.EditionFactory()
            Book.objects.update(status="ACTIVE", edition=edition, finalized_at=datetime.now(UTC))
        client = api(reader)
        pages = [
            client.get(URL, {"sort": "title", "pageSize": "3", "page": n}).json()["data"]["items"]
            for n in (1, 2, 3)
        ]
        seen = [item["bookId"] for page in pages for item in page]
        assert sorted(seen) == sorted(str(b.pk) for b in books)
