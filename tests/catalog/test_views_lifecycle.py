"""What becomes of a book over `/api/v1/books`, and who may do and see it."""

from uuid import UUID

import pytest
from auditlog.models import LogEntry

from catalog.models import Book
from tests import factories
from tests.catalog.book_calls import BOOK, MINIMUM, URL, assert_problem, create

pytestmark = pytest.mark.django_db


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
