"""The front page: what everybody finds there, and what becomes of odd questions."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisIsDown

from catalog import front_page
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.problems import problem_of

pytestmark = pytest.mark.django_db

COVER = "https://covers.openlibrary.org/b/id/1-L.jpg"
HOME_QUERIES = 6
"""Those below, and the size of the catalog; once a minute, then none."""
SEARCH_QUERIES = 5
"""A savepoint and its release, who asks, twice, and the search."""


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self._inside = [], [], ""
        self.titles = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data):
        self.words.append(data)
        if self._inside == "h2" and data.strip():
            self.titles.append(data.strip())

    def handle_endtag(self, _tag):
        self._inside = ""

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def named(self, name):
        return next(attrs for attrs in self.all("meta") if attrs.get("name") == name)["content"]

    @property
    def links(self):
        return [attrs["href"] for attrs in self.all("a")]


@pytest.fixture
def ask(client):
    """Search, and give the page; `status` is what it has to answer with."""

    def run(q, status=200, **query):
        response = client.get("/", {"q": q, **query})
        assert response.status_code == status
        assert response["Content-Type"] == "text/html; charset=utf-8"
        return Page(response.content.decode())

    return run


def work(title, *, author="Stanisław Lem", **edition):
    """Make a shared work with a primary edition and an author."""
    made = factories.EditionFactory(title=title, work__title=title, **edition)
    with acting_as(SYSTEM):
        made.work.primary_edition = made
        made.work.save(update_fields=["primary_edition"])
    factories.AuthorWorkFactory(work=made.work, author__name=author)
    return made


class TestHome:
    def test_it_leads_to_the_rest(self, client):
        page = Page(client.get("/").content.decode())
        assert {"/api/docs", "/api/schema", "/admin/", "#content"} <= set(page.links)

    def test_it_has_a_search_box(self, client):
        page = Page(client.get("/").content.decode())
        (form,) = page.all("form")
        (box,) = page.all("input")
        (label,) = page.all("label")
        assert (form["action"], form.get("method", "get"), form["role"]) == ("/", "get", "search")
        assert (box["name"], label["for"]) == ("q", box["id"])

    def test_it_may_be_found_by_search_engines(self, client):
        page = Page(client.get("/").content.decode())
        assert "noindex" not in str(page.elements)
        assert {"rel": "canonical", "href": "http://testserver/"} in page.all("link")
        assert page.named("description")

    def test_it_loads_nothing_from_elsewhere(self, client):
        page = Page(client.get("/").content.decode())
        loaded = [attrs["href"] for attrs in page.all("link") if attrs["rel"] != "canonical"]
        loaded += [attrs["src"] for attrs in page.all("img")]
        assert loaded
        assert all(finders.find(path.removeprefix("/static/")) for path in loaded)

    def test_nothing_on_it_needs_an_unsafe_policy(self, client):
        page = Page(client.get("/").content.decode())
        assert page.all("script") == page.all("style") == []
        assert not [name for _, attrs in page.elements for name in attrs if name == "style"]

    def test_everybody_sees_the_same(self, client, api, reader, member, moderator):
        page = client.get("/").content
        client.force_login(moderator)
        assert client.get("/").content == page
        assert {api(user).get("/").content for user in (reader, member, moderator)} == {page}

    def test_its_queries(self, client, django_assert_num_queries):
        with django_assert_num_queries(HOME_QUERIES):
            client.get("/")
        with django_assert_num_queries(0):
            client.get("/")

    def test_an_empty_search_is_the_same_page(self, client):
        assert client.get("/?q=+").content == client.get("/").content

    def test_an_empty_catalog_says_so(self, client):
        assert "Nothing has been finalized yet" in client.get("/").content.decode()


class TestSearch:
    def test_by_words_of_title_and_author(self, ask):
        work("Solaris", language="pl", publish_year=1961, isbn13="9788308049051", cover_url=COVER)
        work("Emma", author="Jane Austen")
        page = ask("stanislaw SOLARIS")
        assert page.titles == ["Solaris"]
        assert "1 found" in page.text
        assert "1961 Polish ISBN 978-83-08-04905-1" in page.text
        cover = page.all("img")[-1]
        assert (cover["src"], cover["alt"]) == (COVER, "Cover of Solaris")
        assert (cover["loading"], cover["referrerpolicy"]) == ("lazy", "no-referrer")

    @pytest.mark.parametrize("q", ["9788308049051", "978-83-08-04905-1", "ISBN: 83-08-04905-2"])
    def test_by_isbn(self, ask, q):
        work("Solaris", isbn13="9788308049051")
        assert ask(q).titles == ["Solaris"]

    def test_the_query_stays_where_it_was_typed(self, ask):
        page = ask('<b>"Żółw"</b>')
        assert page.all("input")[0]["value"] == '<b>"Żółw"</b>'
        assert page.all("b") == []
        assert '“<b>"Żółw"</b>” · BookHub' in page.text
        assert page.named("robots") == "noindex, follow"

    def test_nobody_sees_a_readers_own_or_withdrawn_works(self, ask, reader):
        factories.WorkFactory(title="Own diary", owner_user=reader)
        factories.WorkFactory(title="Withdrawn diary", listed=False)
        assert ask("diary").titles == []

    def test_nor_does_who_is_signed_in(self, client, moderator):
        factories.WorkFactory(title="Own diary", owner_user=moderator)
        client.force_login(moderator)
        assert "Nothing found" in client.get("/", {"q": "diary"}).content.decode()

    def test_covers_from_elsewhere_are_drawn(self, ask):
        work("Time Machine", cover_url="https://evil.example/1.jpg")
        page = ask("machine")
        assert "evil.example" not in str(page.elements)
        assert "TM" in page.text

    def test_pages(self, ask):
        with acting_as(SYSTEM):
            for number in range(25):
                factories.WorkFactory(title=f"Saga {number}")
        first, second = ask("saga"), ask("saga", page=2)
        assert (len(first.titles), len(second.titles)) == (20, 5)
        assert "25 found; here 1 to 20" in first.text
        assert "here 21 to 25" in second.text
        assert second.all("ol")[0]["start"] == "21"
        assert "?q=saga&page=2" in first.links
        assert {"?q=saga&page=1"} <= set(second.links)
        assert {"rel": "canonical", "href": "http://testserver/?q=saga&page=2"} in second.all(
            "link"
        )
        past = ask("saga", page=3)
        assert "There is no page 3" in past.text
        assert "?q=saga&page=2" in past.links

    def test_nothing_found(self, ask):
        page = ask("Emma by Nobody")
        assert "Nothing found for “Emma by Nobody”" in page.text
        assert "?q=Emma%20Nobody" in page.links

    def test_an_isbn_with_a_wrong_digit(self, ask):
        assert "a digit is wrong" in ask("978-83-08-04905-2").text

    def test_its_queries_do_not_grow(self, client):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/", {"q": "saga"}).status_code == 200
            return [query["sql"] for query in captured]

        work("Saga 1")
        few = queries()
        for number in range(2, 6):
            work(f"Saga {number}")
        assert len(few) == len(queries()) == SEARCH_QUERIES, "\n".join(few)


class TestOddInput:
    @pytest.mark.parametrize("q", ["x" * 201, "a\x00b", "?!", "\u200b"])
    def test_what_is_no_search(self, ask, q):
        page = ask(q, 400)
        assert "cannot search for that" in page.text
        assert page.all("input")[0]["value"] == q
        assert page.named("robots") == "noindex"

    @pytest.mark.parametrize("query", ["q=%ED%A0%80", "q=%FF%FE", "q=%00"])
    def test_bytes_that_are_no_text(self, client, query):
        assert client.get(f"/?{query}").status_code == 400

    @pytest.mark.parametrize("page", ["0", "-1", "x", "51", "9" * 40, "1.5", "٣", ""])
    def test_pages_that_are_none(self, ask, page):
        refused = ask("saga", 400, page=page)
        assert "There is no such page Pages have numbers from 1 to 50." in refused.text

    def test_the_longest_query_of_the_shortest_words(self, ask):
        assert "Nothing found" in ask("a " * 99 + "b").text

    def test_other_parameters_do_not_matter(self, client):
        assert client.get("/?q[]=x&page=x").status_code == 200


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/?q=saga"])
    def test_any_cache_may_keep_a_page_for_a_minute(self, client, path):
        answer = client.get(path)
        assert answer["Cache-Control"] == "public, max-age=60"
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies
        again = client.get(path, headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_an_error_is_kept_by_nobody(self, client):
        assert client.get("/?q=!")["Cache-Control"] == "no-store"

    def test_a_packed_page_varies(self, client):
        packed = client.get("/", headers={"accept-encoding": "gzip"})
        assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")

    def test_the_policy_allows_covers_and_no_scripts_of_others(self, client):
        policy = client.get("/?q=saga")["Content-Security-Policy"]
        images = re.search("img-src ([^;]*)", policy)[1].split()
        assert "https://covers.openlibrary.org" in images
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy

    def test_head(self, client):
        answer = client.head("/?q=saga")
        assert (answer.status_code, answer.content) == (200, b"")

    def test_other_methods(self, client):
        refused = client.post("/", {"q": "saga"})
        problem_of(refused, 405, "METHOD_NOT_ALLOWED")
        assert refused["Allow"] == "GET, HEAD"


class TestLimits:
    @pytest.fixture(autouse=True)
    def _two_a_minute(self, monkeypatch):
        monkeypatch.setattr(front_page, "SEARCH_RATE", "2/m")

    def test_too_many_searches_of_one_address(self, ask, client):
        for _ in range(2):
            ask("saga")
        refused = client.get("/?q=saga")
        assert refused.status_code == 429
        assert 1 <= int(refused["Retry-After"]) <= 60
        assert refused["Cache-Control"] == "no-store"
        page = Page(refused.content.decode())
        assert f"Please try again in {refused['Retry-After']} second" in page.text
        assert page.all("input")[0]["value"] == "saga"
        assert client.get("/?q=saga", REMOTE_ADDR="192.0.2.7").status_code == 200

    def test_the_page_itself_has_no_limit(self, client):
        assert {client.get("/").status_code for _ in range(4)} == {200}


class TestWithoutRedis:
    @pytest.fixture(autouse=True)
    def _redis_is_down(self, monkeypatch):
        def fail(*_args, **_kwargs):
            raise RedisIsDown

        for name in ("get", "set", "add", "incr"):
            monkeypatch.setattr(type(cache._connections["default"]), name, fail)

    def test_the_page_is_still_there(self, client):
        assert client.get("/").status_code == 200

    def test_searches_wait(self, client):
        refused = client.get("/?q=saga")
        assert refused.status_code == 503
        assert refused["Retry-After"]
        assert "takes a break" in refused.content.decode()


def test_error_pages_look_the_same(client, moderator):
    client.force_login(moderator)
    page = Page(client.get("/admin/no-such-page/").content.decode())
    assert {"/", reverse("admin:index")} <= set(page.links)
    assert page.named("robots") == "noindex"
