"""The platform's own pages: docs, health, figures; and errors in the admin."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.db import connection
from prometheus_client import REGISTRY

from tests.problems import fields_of, problem_of
from tests.routes import api_routes, routes

PAGES = ["/api/docs"]
TOKEN = "a-token-for-prometheus"


class _Links(HTMLParser):
    """Collects what a page loads or leads to, and scripts or styles that stand in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.inline = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.links += [attrs[name] for name in ("href", "src", "action") if name in attrs]
        if (tag == "script" and "src" not in attrs) or tag == "style" or "style" in attrs:
            self.inline.append(tag)
        self.inline += [name for name in attrs if name.startswith("on")]


class TestPages:
    @pytest.mark.parametrize("path", PAGES)
    def test_they_load_nothing_from_elsewhere(self, client, path):
        page = _Links(client.get(path).content.decode())
        assert page.links
        assert all(re.match(r"/(?!/)", link) for link in page.links), page.links
        assert page.inline == []

    @pytest.mark.parametrize("path", PAGES)
    def test_all_that_they_load_is_there(self, client, path):
        links = _Links(client.get(path).content.decode()).links
        assert all(finders.find(link[8:]) for link in links if link.startswith("/static/"))

    @pytest.mark.parametrize("name", ["front_page.css", "docs.css", "docs.js", "icon.svg"])
    def test_nor_do_its_files(self, name):
        text = Path(finders.find(f"config/{name}")).read_text()
        assert set(re.findall(r"https?://[^\s\"']+", text)) <= {"http://www.w3.org/2000/svg"}

    @pytest.mark.parametrize("path", PAGES)
    def test_they_need_no_database(self, client, path):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "route", [r for r in routes() if r.path != "/api/schema"], ids=lambda route: route.path
)
def test_a_page_of_another_site_meets_json_everywhere(client, route, db):
    """Outside the admin no page of Django's own, such as that of a CSRF failure, is ever shown."""
    client.handler.enforce_csrf_checks = True
    path = re.sub("<.*?>", "x", route.path)
    response = client.post(path, {"a": "b"}, headers={"referer": "https://evil.example"})
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["requestId"] == response["X-Request-ID"]


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/api/docs"])
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "DELETE"])
def test_pages_are_read_only(client, path, method):
    response = client.generic(method, path)
    problem_of(response, 405, "METHOD_NOT_ALLOWED")
    assert response["Allow"] == "GET, HEAD"


class TestHealth:
    def test_healthz_asks_nobody(self, client):
        assert client.get("/healthz").json() == {"status": "ok"}

    @pytest.mark.django_db
    def test_readyz(self, client):
        assert client.get("/readyz").json() == {"status": "ok"}

    @pytest.mark.django_db
    def test_readyz_names_postgresql(self, client, monkeypatch):
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
        body = problem_of(client.get("/readyz"), 503, "UNAVAILABLE")
        assert fields_of(body) == ["postgresql"]

    @pytest.mark.django_db
    def test_readyz_names_both(self, client, monkeypatch, settings):
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        body = problem_of(client.get("/readyz"), 503, "UNAVAILABLE")
        assert fields_of(body) == ["postgresql", "redis"]


@pytest.mark.django_db
class TestMetrics:
    @pytest.fixture(autouse=True)
    def _token(self, settings):
        settings.METRICS_TOKEN = TOKEN

    def test_prometheus_has_a_token(self, client):
        response = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert b"django_http_requests_total" in response.content
        assert response["Content-Type"].startswith("text/plain")

    def test_so_have_moderators(self, api, moderator):
        assert b"django_http_requests_total" in api(moderator).get("/metrics").content

    def test_for_others_it_is_not_there(self, api, reader, member):
        problem_of(api(reader).get("/metrics"), 404, "NOT_FOUND")
        problem_of(api(member).get("/metrics"), 404, "NOT_FOUND")

    @pytest.mark.parametrize("header", ["", "Bearer wrong", f"bearer {TOKEN}", "Bearer ", TOKEN])
    def test_nobody_gets_in(self, client, header):
        problem_of(client.get("/metrics", headers={"authorization": header}), 401, "UNAUTHORIZED")

    @pytest.mark.parametrize("header", ["Bearer ", "Bearer", ""])
    def test_no_token_set_is_no_token_that_fits(self, client, settings, header):
        settings.METRICS_TOKEN = ""
        problem_of(client.get("/metrics", headers={"authorization": header}), 401, "UNAUTHORIZED")

    def test_paths_and_methods_that_somebody_makes_up_are_not_counted_one_by_one(self, client, api):
        def series():
            return sum(len(metric.samples) for metric in REGISTRY.collect())

        def ask(number):
            client.get(f"/no-such-path-{number}")
            client.get(f"/api/v1/books/no-such-book-{number}")
            client.generic(f"METHOD{number}", "/healthz")

        ask(0)
        before = series()
        for number in range(1, 20):
            ask(number)
        assert series() == before


class TestErrorsInTheAdmin:
    @pytest.mark.django_db
    def test_an_unknown_page_is_html(self, client, moderator):
        client.force_login(moderator)
        response = client.get("/admin/no-such-page/")
        assert response.status_code == 404
        assert "There is nothing here" in response.content.decode()

    def test_a_host_that_is_not_served(self, client):
        response = client.get("/admin/", headers={"host": "evil.example"})
        assert response.status_code == 400
        assert "makes no sense" in response.content.decode()

    @pytest.mark.django_db
    def test_a_failure_says_nothing_of_itself(self, client, moderator, monkeypatch):
        def fail(_request):
            raise RuntimeError("nowhere")

        client.force_login(moderator)
        client.raise_request_exception = False
        monkeypatch.setattr(admin.site, "get_sidebar_list", fail)
        response = client.get("/admin/")
        assert response.status_code == 500
        assert "Something went wrong" in response.content.decode()
        assert "nowhere" not in response.content.decode()

    @pytest.mark.django_db(transaction=True)
    def test_a_server_that_is_down_is_said_to_be(self, client, moderator, monkeypatch):
        client.force_login(moderator)
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
        response = client.get("/admin/")
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert "nowhere" not in response.content.decode()


def test_the_schema_view_serves_openapi(client):
    response = client.get("/api/schema")
    assert response["Content-Type"] == "application/json"
    assert response.json()["openapi"].startswith("3.1")
    asked = client.get("/api/schema", headers={"accept": "application/vnd.oai.openapi+json"})
    assert asked["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert asked.json() == response.json()


def test_there_are_routes():
    assert len(api_routes()) > 5
