"""`POST /api/v1/books` over HTTP, as the specification and the contract say."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from auditlog.models import LogEntry

from catalog.models import Book, Genre
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.catalog.book_calls import BOOK, MINIMUM, URL, assert_problem, count_books, create

pytestmark = pytest.mark.django_db


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
