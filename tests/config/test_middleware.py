"""Proxies, request ids, the line in the log, headers, and bodies of every size and kind."""

from contextlib import closing
from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from prometheus_client import REGISTRY

from accounts import tokens
from config import urls
from config.middleware import FILE_LIMITS, FRAME
from config.urls import handler400, handler404, handler500  # noqa: F401
from tests.problems import problem_of

OVER = 1024 * 1024 + 1


def echo(request):
    """Give the address, the scheme and the body's length as the platform sees them."""
    return HttpResponse(f"{request.META['REMOTE_ADDR']} {request.scheme} {len(request.body)}")


def fail(_request):
    raise LookupError


urlpatterns = [path("echo", echo), path("fail", fail, name="fail"), *urls.urlpatterns]
here = pytest.mark.urls(__name__)


@pytest.fixture
def echoed():
    """Make a client, now that the settings are what the test wants, and give the echo's words."""

    def get(**extra):
        return Client().get("/echo", **extra).content.decode().split()[:2]

    return get


@here
class TestTrustedProxies:
    @pytest.fixture(autouse=True)
    def _proxies(self, settings):
        settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8::1"]
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    @pytest.mark.parametrize("proxy", ["10.1.2.3", "2001:db8::1"])
    def test_a_named_proxy_is_believed(self, echoed, proxy):
        told = {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "HTTP_X_FORWARDED_PROTO": "https"}
        assert echoed(REMOTE_ADDR=proxy, **told) == ["192.0.2.7", "https"]

    @pytest.mark.parametrize("stranger", ["192.0.2.9", "11.0.0.1", "2001:db8::2"])
    def test_nobody_else_is(self, echoed, stranger):
        told = {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "HTTP_X_FORWARDED_PROTO": "https"}
        assert echoed(REMOTE_ADDR=stranger, **told) == [stranger, "http"]

    def test_what_the_client_wrote_in_front_counts_for_nothing(self, echoed):
        told = {"HTTP_X_FORWARDED_FOR": "127.0.0.1, 192.0.2.7, 10.9.9.9"}
        assert echoed(REMOTE_ADDR="10.1.2.3", **told) == ["192.0.2.7", "http"]

    @pytest.mark.parametrize("told", ["", " , ", "10.0.0.9"])
    def test_a_proxy_that_names_no_client(self, echoed, told):
        assert echoed(REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR=told)[0] == "10.1.2.3"

    def test_a_unix_socket_has_no_address(self, echoed):
        assert echoed(REMOTE_ADDR="", HTTP_X_FORWARDED_PROTO="https") == ["http", "0"]


@pytest.fixture
def static_file(db, client):
    with closing(client.get("/static/config/icon.svg")) as response:
        yield response


class TestRequestId:
    @pytest.mark.parametrize("given", ["a", "A.b_c-9", "x" * 128])
    def test_a_sane_one_is_taken(self, client, given):
        response = client.get("/healthz", headers={"x-request-id": given})
        assert response["X-Request-ID"] == given

    @pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a\tb", "é", "a;b", '"', "a\n"])
    def test_another_is_replaced(self, client, given):
        response = client.get("/healthz", headers={"x-request-id": given})
        assert given != response["X-Request-ID"]
        assert len(response["X-Request-ID"]) == 36

    def test_each_request_has_its_own(self, client):
        assert client.get("/healthz")["X-Request-ID"] != client.get("/healthz")["X-Request-ID"]

    def test_it_is_on_every_answer(self, client, settings, static_file):
        answers = [
            static_file,
            client.get("/nope"),
            client.post("/api/auth/sign-in", "x" * OVER, content_type="application/json"),
            client.get("/healthz", headers={"host": "evil.example"}),
        ]
        settings.SECURE_SSL_REDIRECT = True
        answers.append(Client().get("/"))
        assert [a.status_code for a in answers] == [200, 404, 413, 400, 301]
        assert all(a["X-Request-ID"] for a in answers)


@pytest.mark.django_db
class TestRequestLog:
    def test_one_line_a_request(self, api, reader, log_lines):
        response = api(reader).get("/api/v1/books?q=dune&page=2")
        [line] = log_lines()
        assert line.pop("milliseconds") > 0
        assert line.pop("timestamp").endswith("Z")
        assert line == {
            "event": "request",
            "level": "info",
            "logger": "bookhub.request",
            "method": "GET",
            "path": "/api/v1/books",
            "query": "q=dune&page=2",
            "status": 200,
            "user_id": str(reader.pk),
            "request_id": response["X-Request-ID"],
        }

    def test_the_next_request_is_not_taken_for_the_same_user(self, api, client, reader, log_lines):
        api(reader).get("/api/profile")
        client.get("/api/profile")
        first, second = log_lines()
        assert first["user_id"]
        assert "user_id" not in second

    def test_a_browser_session_names_its_user(self, client, moderator, log_lines):
        client.force_login(moderator)
        client.get("/admin/")
        assert log_lines()[-1]["user_id"] == str(moderator.pk)

    def test_no_secret_is_in_it(self, client, reader, log_text):
        token = str(tokens.access_token(reader))
        client.cookies["bookhub_access"] = token
        client.post(
            f"/api/auth/sign-in?token=hunter2&api_key=hunter2&next={token}",
            {"email": "reader@example.org", "password": "hunter2 correct"},
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )
        assert "/api/auth/sign-in" in log_text()
        assert "hunter2" not in log_text()
        assert token.rpartition(".")[2] not in log_text()


def policy(answer):
    """Give the sources that the content policy of an answer allows, by directive."""
    directives = answer["Content-Security-Policy"].split("; ")
    return {name: sources for name, *sources in map(str.split, directives)}


@pytest.mark.django_db
class TestSecurityHeaders:
    @pytest.mark.parametrize("path", ["/", "/api/docs", "/nope", "/healthz", "/api/schema"])
    def test_on_every_answer(self, client, path):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"

    def test_covers_come_from_their_hosts_alone(self, client, settings):
        allowed = settings.COVER_IMAGE_HOSTS + settings.COVER_REDIRECT_HOSTS
        hosts = [f"https://{host}" for host in allowed]
        # Open Library keeps most of its covers at the Internet Archive.
        assert "https://*.us.archive.org" in hosts
        for page in ("/", "/admin/login/"):
            directives = policy(client.get(page))
            assert directives["img-src"] == ["'self'", "data:", *hosts], page
        assert policy(client.get("/api/docs"))["img-src"] == ["'self'", "data:"]

    def test_the_admin_runs_no_text_of_a_page(self, client):
        directives = policy(client.get("/admin/login/"))
        assert directives["script-src"] == ["'self'", "'unsafe-eval'"]
        assert directives["style-src"] == ["'self'"]
        assert directives["object-src"] == directives["base-uri"] == ["'none'"]

    def test_no_cache_keeps_what_is_somebodys(self, api, reader):
        response = api(reader).get("/api/profile")
        assert response.status_code == 200
        assert response["Cache-Control"] == "no-store"

    def test_static_files_may_be_kept(self, static_file):
        assert "max-age" in static_file["Cache-Control"]


@here
@pytest.mark.django_db
class TestBodyLimit:
    @pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-nothing"])
    def test_one_byte_too_many(self, client, kind):
        at_limit = client.post("/echo", "x" * (OVER - 1), content_type=kind)
        assert at_limit.content.split()[2] == str(OVER - 1).encode()
        over = client.post("/echo", "x" * OVER, content_type=kind)
        assert str(OVER - 1) in problem_of(over, 413, "PAYLOAD_TOO_LARGE")["message"]

    def test_a_length_that_is_said_is_believed_before_anything_is_read(self, client):
        said = client.post("/echo", b"", content_type="text/plain", CONTENT_LENGTH=str(10**12))
        problem_of(said, 413, "PAYLOAD_TOO_LARGE")

    @pytest.mark.parametrize("length", ["x", "-5", "1e3", "9" * 5000])
    def test_a_length_that_is_none(self, client, length):
        response = client.post("/echo", b"", content_type="text/plain", CONTENT_LENGTH=length)
        assert response.content.split()[2] == b"0"

    @pytest.mark.parametrize(("path", "limit"), sorted(FILE_LIMITS.items()))
    def test_files_may_be_larger_where_they_are_expected(self, client, path, limit):
        kind = "multipart/form-data; boundary=b"
        assert client.generic("PUT", path, b"x" * OVER, content_type=kind).status_code != 413
        said = client.generic("PUT", path, b"", kind, CONTENT_LENGTH=str(limit + FRAME + 1))
        problem_of(said, 413, "PAYLOAD_TOO_LARGE")
        for elsewhere, other_kind in (("/echo", kind), (path, "application/json")):
            said = client.generic("PUT", elsewhere, b"", other_kind, CONTENT_LENGTH=str(OVER))
            problem_of(said, 413, "PAYLOAD_TOO_LARGE")

    @pytest.mark.parametrize(("size", "status"), [(OVER - 1, 200), (OVER, 413)])
    def test_a_body_that_says_no_length_is_counted(self, client, size, status):
        extra = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
        body = BytesIO(b"x" * size)
        answer = client.post("/echo", b"", "text/plain", **extra, **{"wsgi.input": body})
        assert answer.status_code == status
        assert size > OVER - 1 or answer.content.split()[2] == str(size).encode()


@here
def test_a_view_that_fails_is_timed_once_and_by_a_method_that_there_is():
    def times():
        name = "django_http_requests_latency_seconds_by_view_method"
        found = [m for m in REGISTRY.collect() if m.name == name]
        counts = [s for m in found for s in m.samples if s.name.endswith("_count")]
        return {s.labels["method"]: s.value for s in counts if s.labels["view"] == "fail"}

    client = Client(raise_request_exception=False)
    for method in ("GET", "MADEUP"):
        assert client.generic(method, "/fail").status_code == 500
    assert times() == {"GET": 1, "<invalid method>": 1}
    failures = {"type": "LookupError"}
    assert REGISTRY.get_sample_value("django_http_exceptions_total_by_type_total", failures) >= 2
