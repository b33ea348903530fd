"""What every API view stands on, seen through real ones."""

import pytest
from django.urls import path
from rest_framework.response import Response

from config.api import BaseView
from config.row_security import current_actor
from config.urls import handler404, handler500  # noqa: F401
from tests import factories, sql
from tests.problems import fields_of, problem_of

pytestmark = pytest.mark.django_db


class WhoIsActing(BaseView):
    def get(self, _request):
        actor = current_actor()
        return Response({"role": actor.role, "user": actor.user_id})


class Loose(BaseView):
    """Knows its user, and runs outside of a transaction of its own."""

    opens_transaction = False

    def get(self, request):
        in_database = sql.value("SELECT actor_role()")
        return Response([request.user.email, current_actor().role, in_database])


class Careless(BaseView):
    """Looks at nothing that it is sent."""

    def post(self, _request):
        return Response(status=204)


urlpatterns = [
    path("who", WhoIsActing.as_view()),
    path("loose", Loose.as_view()),
    path("careless", Careless.as_view()),
]
here = pytest.mark.urls(__name__)


@here
class TestActor:
    def test_a_request_acts_for_its_user(self, api, reader, moderator):
        assert api(reader).get("/who").json() == {"role": "user", "user": str(reader.pk)}
        assert api(moderator).get("/who").json()["role"] == "staff"
        assert current_actor().role == "nobody"

    def test_a_view_without_a_transaction_knows_its_user_and_acts_for_nobody(self, api, reader):
        sql.value("SELECT set_config('bookhub.role', '', true)")
        assert api(reader).get("/loose").json() == [reader.email, "nobody", "nobody"]

    def test_nobody_gets_no_further(self, api):
        response = api().get("/who")
        problem_of(response, 401, "UNAUTHORIZED")
        assert response["WWW-Authenticate"].startswith("Bearer")


class TestMethods:
    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PATCH", "DELETE", "NONSENSE"])
    def test_an_unknown_one_says_which_are_known(self, api, reader, method):
        response = api(reader).generic(method, "/api/v1/books")
        problem_of(response, 405, "METHOD_NOT_ALLOWED")
        assert set(response["Allow"].split(", ")) == {"GET", "HEAD", "POST"}

    def test_head_is_get_without_its_body(self, api, reader):
        client = api(reader)
        head, get = client.head("/api/v1/books"), client.get("/api/v1/books")
        assert (head.status_code, head.content) == (200, b"")
        assert head["Content-Type"] == get["Content-Type"]

    def test_it_counts_before_the_body_does(self, api, reader):
        response = api(reader).patch("/api/v1/books", "{", content_type="application/json")
        problem_of(response, 405, "METHOD_NOT_ALLOWED")


class TestNegotiation:
    @pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", "text/*"])
    def test_answers_are_json_and_nothing_else(self, api, reader, accept):
        response = api(reader).get("/api/v1/books", headers={"accept": accept})
        problem_of(response, 406, "NOT_ACCEPTABLE")

    @pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.1"])
    def test_whoever_takes_json_gets_it(self, api, reader, accept):
        response = api(reader).get("/api/v1/books?format=html", headers={"accept": accept})
        assert (response.status_code, response["Content-Type"]) == (200, "application/json")


class TestBodies:
    @pytest.mark.parametrize(
        "kind",
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"],
    )
    @here
    def test_another_kind_is_refused_by_a_careless_view_too(self, api, reader, kind):
        response = api(reader).post("/careless", b"a=b", content_type=kind)
        problem_of(response, 415, "UNSUPPORTED_MEDIA_TYPE")

    @here
    def test_so_is_what_is_malformed(self, api, reader):
        response = api(reader).post("/careless", b"{", content_type="application/json")
        problem_of(response, 400, "MALFORMED_REQUEST")

    @here
    def test_no_body_is_fine(self, api, reader):
        assert api(reader).post("/careless").status_code == 204

    def test_who_may_not_is_told_first(self, api):
        response = api().post("/api/v1/books", b"{", content_type="application/json")
        problem_of(response, 401, "UNAUTHORIZED")


@pytest.mark.parametrize("path", ["/api/profile?q=%00", "/api/v1/books?sort=%00title&q=%00"])
def test_nul_in_the_query_is_named(api, reader, path):
    body = problem_of(api(reader).get(path), 400, "VALIDATION_ERROR")
    assert "q" in fields_of(body)


def test_what_is_hidden_is_not_there(api, member, rival):
    book = factories.BookFactory(publisher=member.membership.publisher)
    problem_of(api(rival).get(f"/api/v1/books/{book.pk}"), 404, "NOT_FOUND")


def test_query_parameters_do_not_hide_a_row(api, member):
    book = factories.BookFactory(publisher=member.membership.publisher)
    assert api(member).get(f"/api/v1/books/{book.pk}?status=ACTIVE").status_code == 200
