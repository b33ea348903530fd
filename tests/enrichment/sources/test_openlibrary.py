"""Open Library over real HTTP: what is asked, and what is made of the answers."""

from datetime import date

import pytest

from config.errors import NotFoundError, UnprocessableRecordError
from enrichment import http, matching
from enrichment.outside import source_health
from enrichment.records import AuthorRecord, BookRecord, PublishDate, Wanted
from enrichment.sources import openlibrary
from enrichment.sources.openlibrary_requests import ASK_FOR_CONTACT, LAST_OFFSET
from enrichment.sources.plugins import PLUGINS
from enrichment.stand_in import Fault

LALKA = Wanted(title="Lalka", authors=("Bolesław Prus",), isbn13="9780140328721", language="pl")
EDITION = {
    "key": "/books/OL3M",
    "type": {"key": "/type/edition"},
    "title": "Lalka",
    "works": [{"key": "/works/OL2W"}],
    "isbn_10": ["0140328726"],
    "publish_date": "January 5, 2006",
    "languages": [{"key": "/languages/pol"}],
    "covers": [7],
}
WORK = {
    "key": "/works/OL2W",
    "type": {"key": "/type/work"},
    "title": "The Doll",
    "authors": [{"author": {"key": "/authors/OL1A"}}],
    "description": {"type": "/type/text", "value": "A shop in Warsaw."},
    "subjects": ["Fiction"],
}
AUTHOR = {"key": "/authors/OL1A", "type": {"key": "/type/author"}, "name": "Bolesław Prus"}
FOUND = BookRecord(
    title="Lalka",
    authors=("Bolesław Prus",),
    isbns=("9780140328721",),
    description="A shop in Warsaw.",
    language="pl",
    published=PublishDate(date(2006, 1, 5), "day"),
    covers=("https://covers.openlibrary.org/b/id/7-L.jpg",),
    genres=("Fiction",),
)


@pytest.fixture
def ol(stand_in):
    """Give the server with a book, its work and their author."""
    record(stand_in, EDITION)
    record(stand_in, WORK)
    record(stand_in, AUTHOR)
    stand_in.answer(
        "/ol/isbn/9780140328721.json", "", 302, headers={"Location": "/ol/books/OL3M.json"}
    )
    return stand_in


def record(server, body):
    server.answer(f"/ol{body['key']}.json", body)


def redirect(server, old, new):
    body = {"key": old, "type": {"key": "/type/redirect"}, "location": new}
    server.answer(f"/ol{old}.json", body)


def paths(server):
    return [arrived.path.removeprefix("/ol") for arrived in server.requests]


class TestService:
    def test_we_say_who_we_are(self, ol):
        openlibrary.author("OL1A")
        assert ol.requests[0].headers["User-Agent"] == (
            "BookHub/1.0 (https://bookhub.example books@bookhub.example)"
        )

    def test_without_a_contact_it_turns_us_away_and_tells_what_to_do(self, ol, settings):
        settings.OPENLIBRARY_CONTACT = ""
        ol.anonymous_is_forbidden = True
        with pytest.raises(http.NoAnswerError, match="OPENLIBRARY_CONTACT"):
            openlibrary.author("OL1A")
        health = source_health.health(openlibrary.name)
        assert (health.state, health.message) == ("paused", ASK_FOR_CONTACT)
        assert ol.requests[0].headers["User-Agent"] == "BookHub/1.0"

    def test_it_is_a_plugin(self):
        assert PLUGINS["openlibrary"].is_configured()


class TestRecords:
    def test_each_kind(self, ol):
        assert openlibrary.author("OL1A") == openlibrary.Fetched(
            AuthorRecord(openlibrary_id="OL1A", name="Bolesław Prus")
        )
        assert openlibrary.work("OL2W").record.authors == ("OL1A",)
        assert openlibrary.edition("OL3M").record.works == ("OL2W",)

    def test_an_unknown_id(self, ol):
        with pytest.raises(NotFoundError):
            openlibrary.author("OL99A")

    def test_redirects_are_followed_and_remembered(self, ol):
        redirect(ol, "/authors/OL8A", "/authors/OL7A")
        redirect(ol, "/authors/OL7A", "OL1A")
        found = openlibrary.author("OL8A")
        assert found.record.openlibrary_id == "OL1A"
        assert found.aliases == ("OL8A", "OL7A")

    @pytest.mark.parametrize(("hops", "is_read"), [(10, True), (11, False)])
    def test_ten_hops_are_enough(self, ol, hops, is_read):
        for number in range(101, 100 + hops):
            redirect(ol, f"/authors/OL{number}A", f"/authors/OL{number + 1}A")
        redirect(ol, f"/authors/OL{100 + hops}A", "/authors/OL1A")
        if is_read:
            assert len(openlibrary.author("OL101A").aliases) == hops
        else:
            with pytest.raises(UnprocessableRecordError, match="too often"):
                openlibrary.author("OL101A")
        assert len(ol.requests) == 11

    @pytest.mark.parametrize(
        ("location", "reason"),
        [("/authors/OL8A", "circles"), ("/works/OL2W", "something else"), (None, "something else")],
    )
    def test_redirects_that_lead_nowhere(self, ol, location, reason):
        redirect(ol, "/authors/OL8A", location)
        with pytest.raises(UnprocessableRecordError, match=reason):
            openlibrary.author("OL8A")

    def test_a_dangling_redirect(self, ol):
        redirect(ol, "/authors/OL8A", "/authors/OL99A")
        with pytest.raises(NotFoundError):
            openlibrary.author("OL8A")

    def test_a_deleted_record(self, ol):
        record(ol, {"key": "/works/OL9W", "type": {"key": "/type/delete"}})
        with pytest.raises(UnprocessableRecordError, match="deleted"):
            openlibrary.work("OL9W")


class TestLists:
    PATH = "/ol/authors/OL1A/works.json"

    def page(self, server, offset, entries, link=None, size=7):
        links = {"self": "x"} | ({"next": link} if link else {})
        body = {"links": links, "size": size, "entries": entries}
        server.answer(f"{self.PATH}?limit=1000&offset={offset}", body)

    def test_an_authors_works(self, ol):
        link = "/authors/OL1A/works.json?limit=1000&offset=1000"
        self.page(ol, 0, [WORK, {"key": "/works/OL4W"}, "odd"], link)
        page = openlibrary.author_works("OL1A")
        assert [each.openlibrary_id for each in page.works] == ["OL2W"]
        assert (page.refused, page.next_offset, page.size) == (2, 1000, 7)

    @pytest.mark.parametrize(
        ("offset", "link"),
        [
            (0, None),
            (0, 5),
            (0, "/authors/OL1A/works.json?limit=1000"),
            (1000, "/authors/OL1A/works.json?offset=1000&limit=1000"),
            (1000, "/authors/OL1A/works.json?offset=500"),
            (1000, f"/authors/OL1A/works.json?offset={LAST_OFFSET}"),
        ],
    )
    def test_the_last_page(self, ol, offset, link):
        self.page(ol, offset, [WORK], link, size=9_000)
        assert openlibrary.author_works("OL1A", offset).next_offset is None

    def test_an_empty_page_is_the_last_whatever_it_says(self, ol):
        self.page(ol, 0, [], "/authors/OL1A/works.json?offset=1000", size="many")
        page = openlibrary.author_works("OL1A")
        assert (page.works, page.next_offset, page.size) == ((), None, None)

    @pytest.mark.parametrize("size", [-1, 10**20, True, 7.5, None])
    def test_a_size_that_is_none(self, ol, size):
        self.page(ol, 0, [WORK], size=size)
        assert openlibrary.author_works("OL1A").size is None

    def test_editions_from_all_pages_each_once(self, ol):
        path = "/ol/works/OL2W/editions.json"
        link = "/works/OL2W/editions.json?limit=1000&offset=2"
        other = EDITION | {"key": "/books/OL4M"}
        ol.answer(
            f"{path}?limit=1000&offset=0",
            {"links": {"next": link}, "entries": [EDITION, {"key": "/books/OL5M"}]},
        )
        ol.answer(f"{path}?limit=1000&offset=2", {"links": {}, "entries": [EDITION, other]})
        found = openlibrary.work_editions("OL2W")
        assert [each.openlibrary_id for each in found] == ["OL3M", "OL4M"]

    def test_editions_without_an_end(self, ol):
        for page in range(9):
            link = f"?offset={page + 1}"
            ol.answer(
                f"/ol/works/OL2W/editions.json?limit=1000&offset={page}",
                {"links": {"next": link}, "entries": [EDITION]},
            )
        assert len(openlibrary.work_editions("OL2W")) == 1
        assert len(ol.requests) == openlibrary.MOST_EDITION_PAGES

    def test_a_merged_author_has_no_list(self, ol):
        with pytest.raises(NotFoundError):
            openlibrary.author_works("OL8A")

    @pytest.mark.parametrize("body", [{}, {"entries": {"a": 1}}])
    def test_what_is_no_list(self, ol, body):
        ol.answer(self.PATH, body)
        with pytest.raises(http.NoAnswerError) as error:
            openlibrary.author_works("OL1A")
        assert error.value.reason == "wrong_shape"


class TestSearchAuthors:
    def test_bare_keys(self, ol):
        docs = [{"key": "OL1A", "type": "author", "name": "Bolesław Prus"}, {"key": "OL5A"}, None]
        ol.answer("/ol/search/authors.json", {"numFound": 3, "docs": docs})
        assert openlibrary.search_authors("prus", 20) == [
            AuthorRecord(openlibrary_id="OL1A", name="Bolesław Prus")
        ]
        assert "q=prus&limit=20&" in ol.requests[0].query

    def test_no_more_than_asked_for(self, ol):
        docs = [{"key": f"OL{number}A", "name": "Prus"} for number in range(1, 9)]
        ol.answer("/ol/search/authors.json", {"docs": docs})
        assert len(openlibrary.search_authors("prus", 3)) == 3

    @pytest.mark.parametrize("body", [{}, {"docs": 7}])
    def test_what_is_no_list(self, ol, body):
        ol.answer("/ol/search/authors.json", body)
        with pytest.raises(http.NoAnswerError):
            openlibrary.search_authors("prus", 20)


class TestFindByIsbn:
    def test_an_edition_its_work_and_their_author(self, ol):
        assert openlibrary.find(LALKA) == [FOUND]
        assert paths(ol) == [
            "/isbn/9780140328721.json",
            "/books/OL3M.json",
            "/works/OL2W.json",
            "/authors/OL1A.json",
        ]

    def test_merged_records_on_the_way(self, ol):
        redirect(ol, "/books/OL3M", "/books/OL4M")
        record(ol, EDITION | {"key": "/books/OL4M", "works": [{"key": "/works/OL8W"}]})
        redirect(ol, "/works/OL8W", "/works/OL2W")
        assert openlibrary.find(LALKA) == [FOUND]

    @pytest.mark.parametrize("gone", ["/ol/works", "/ol/authors"])
    def test_what_is_missing_beside_the_edition_loses_nothing_else(self, ol, gone):
        ol.fault(gone, Fault.NOT_FOUND)
        (found,) = openlibrary.find(LALKA)
        assert (found.title, found.isbns, found.authors) == ("Lalka", FOUND.isbns, ())

    def test_an_edition_without_a_work_has_its_own_authors(self, ol):
        record(ol, EDITION | {"works": [], "authors": [{"key": "/authors/OL1A"}]})
        assert openlibrary.find(LALKA)[0].authors == ("Bolesław Prus",)

    def test_too_many_authors_are_not_asked_for(self, ol):
        many = [{"author": {"key": f"/authors/OL{number}A"}} for number in range(1, 7)]
        record(ol, WORK | {"authors": many})
        assert openlibrary.find(LALKA)[0].authors == ()
        assert len(ol.requests) == 3

    def test_no_answer_about_the_work_is_no_answer(self, ol):
        ol.fault("/ol/works", Fault.HTML_200)
        with pytest.raises(http.NoAnswerError):
            openlibrary.find(LALKA)

    @pytest.mark.parametrize("edition", [EDITION | {"title": 5}, {"title": "Lalka"}])
    def test_an_edition_that_is_no_good_counts_as_unknown(self, ol, edition):
        ol.answer("/ol/books/OL3M.json", edition)
        ol.answer("/ol/search.json", {"docs": []})
        assert openlibrary.find(LALKA) == []


class TestFindByTitle:
    HIT = {"key": "/works/OL2W", "title": "Lalka", "author_name": ["Bolesław Prus"]}
    WANTED = Wanted(title="Lalka", authors=("Bolesław Prus",), language="pl-PL")

    def test_the_book_that_fits_gets_a_description(self, ol):
        other = {"key": "/works/OL4W", "title": "Lalki", "author_name": ["Somebody"]}
        ol.answer("/ol/search.json", {"docs": [other, self.HIT, None]})
        found = openlibrary.find(self.WANTED)
        assert [each.description for each in found] == ["", "A shop in Warsaw."]
        assert paths(ol) == ["/search.json", "/works/OL2W.json"]
        query = ol.requests[0].query
        assert query.startswith("title=Lalka&author=Boles%C5%82aw+Prus&lang=pl&limit=10&fields=key")

    @pytest.mark.parametrize(("language", "expected"), [("", ""), ("pl", ""), ("en", "en")])
    def test_nobody_gets_the_english_edition_unasked(self, ol, language, expected):
        wanted = Wanted(title="Solaris", authors=("Lem",), language=language)
        english = {"key": "/books/OL4M", "title": "Solaris", "language": ["eng"]}
        work = {"key": "/works/OL4W", "title": "Solaris", "author_name": ["Lem"]}
        editions = {"language": ["pol", "eng"], "editions": {"docs": [english]}}
        ol.answer("/ol/search.json", {"docs": [work | editions]})
        found = matching.best(wanted, openlibrary.find(wanted))
        assert found.is_sure
        assert found.record.language == expected

    def test_an_unknown_isbn_is_looked_for_by_title(self, ol):
        ol.answer("/ol/search.json", {"docs": [self.HIT]})
        (found,) = openlibrary.find(Wanted(title="Lalka", isbn13="9780140328738"))
        assert found.title == "Lalka"
        assert paths(ol) == ["/isbn/9780140328738.json", "/search.json"]

    @pytest.mark.parametrize("fault", [Fault.NOT_FOUND, Fault.SERVER_ERROR_HTML, Fault.HTML_200])
    def test_the_description_may_fail(self, ol, fault):
        ol.answer("/ol/search.json", {"docs": [self.HIT]})
        ol.fault("/ol/works", fault)
        assert [each.title for each in openlibrary.find(self.WANTED)] == ["Lalka"]

    def test_no_such_book(self, ol):
        ol.answer("/ol/search.json", {"numFound": 0, "docs": []})
        assert openlibrary.find(self.WANTED) == []

    def test_no_such_search(self, ol):
        assert openlibrary.find(self.WANTED) == []

    @pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_HTML, Fault.WRONG_TYPES, Fault.HUGE])
    def test_no_answer(self, ol, fault):
        ol.fault("/ol/search.json", fault)
        with pytest.raises(http.NoAnswerError):
            openlibrary.find(self.WANTED)
