"""What the stand-in answers from its records: the shapes and habits of the three services."""

from urllib.parse import urlencode

import pytest
import requests

from enrichment.sources import googlebooks_records, openlibrary_records
from enrichment.sources.legimi_records import read_formats, read_listings
from enrichment.stand_in.faults import Fault
from enrichment.stand_in.lookup import is_found, rows, words
from enrichment.stand_in.replay import Replay, answer, fault_of

LEM, SOLARIS = "OL99020000A", "OL99020100W"


def ask(path, query="", **asked):
    return answer(path, query or urlencode(asked))


def body(path, query="", **asked):
    told = ask(path, query, **asked)
    assert told.status == 200
    return told.body


# --- The records ----------------------------------------------------------------------------------


def test_every_work_hangs_on_an_author_and_every_edition_on_a_work():
    authors = {row["key"] for row in rows("openlibrary_authors")}
    works = {row["key"] for row in rows("openlibrary_works")}
    for work in rows("openlibrary_works"):
        named = {entry["author"]["key"] for entry in work["authors"] if "author" in entry}
        assert named
        assert named <= authors
    for edition in rows("openlibrary_editions"):
        assert {entry["key"] for entry in edition["works"]} <= works


def test_keys_stand_once_and_beyond_those_that_open_library_gives():
    kinds = ("authors", "works", "editions", "others")
    keys = [row["key"] for kind in kinds for row in rows(f"openlibrary_{kind}")]
    assert len(keys) == len(set(keys))
    assert all("/OL99" in key and len(key.rsplit("/", 1)[1]) == 11 for key in keys)


def test_words_have_no_accents():
    assert words("Prowadź swój PŁUG, Łódź") == ["prowadz", "swoj", "plug", "lodz"]
    assert is_found("lem stan", "Stanisław Lem")
    assert not is_found("lem olga", "Stanisław Lem")


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        (openlibrary_records.author, "openlibrary_authors"),
        (openlibrary_records.work, "openlibrary_works"),
        (openlibrary_records.edition, "openlibrary_editions"),
        (googlebooks_records.volume, "googlebooks_volumes"),
    ],
)
def test_the_platform_can_use_every_record(read, kind):
    """Of the shapes that nobody can use there are enough in the faults."""
    assert all(read(row) for row in rows(kind))


def test_the_platform_understands_what_legimi_lists():
    listings = read_listings(body("/legimi/api/catalogue"))
    assert len(listings) == len(rows("legimi_books"))
    for listing in listings:
        assert read_formats(body(f"/legimi/api/catalogue/book/{listing.legimi_id}"))


# --- Open Library ---------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["Stanisław Lem", "lem", "LEM, stanislaw", "Станислав"])
def test_authors_are_searched_by_the_words_of_their_names(query):
    [found] = body("/ol/search/authors.json", q=query)["docs"]
    assert (found["key"], found["type"], found["top_work"]) == (LEM, "author", "Solaris")


def test_nobody_is_found_by_other_words():
    assert body("/ol/search/authors.json", q="nobody at all")["docs"] == []


def test_works_come_in_pages_until_no_next_is_named():
    seen, page = [], f"/authors/{LEM}/works.json?limit=4"
    while page:
        path, query = page.split("?")
        told = body(f"/ol{path}", query)
        seen += [entry["title"] for entry in told["entries"]]
        page = told["links"].get("next")
    assert (len(seen), len(set(seen)), told["size"]) == (10, 10, 11)


def test_a_page_above_the_limit_is_refused():
    assert ask(f"/ol/authors/{LEM}/works.json", limit=1001).status == 422


def test_a_merged_record_is_a_redirect_with_status_200_whose_lists_are_gone():
    merged = body("/ol/authors/OL99020001A.json")
    assert (merged["type"], merged["location"]) == ({"key": "/type/redirect"}, f"/authors/{LEM}")
    assert ask("/ol/authors/OL99020001A/works.json").status == 404
    assert body("/ol/authors/OL99030002A.json")["location"] == "OL99030001A"


@pytest.mark.parametrize(
    "path", ["authors/OL1A", "works/OL1W", "works/OL1W/editions", "books/OL1M"]
)
def test_an_unknown_record_is_404_in_json(path):
    told = ask(f"/ol/{path}.json")
    assert (told.status, told.body["error"]) == (404, "notfound")


@pytest.mark.parametrize("code", ["9780156027601", "0156027607", "978-0-15-602760-1"])
def test_an_isbn_leads_to_its_edition(code):
    told = ask(f"/ol/isbn/{code}.json")
    assert (told.status, told.headers["Location"]) == (302, "/ol/books/OL99020101M.json")
    edition = body("/ol/books/OL99020101M.json")
    assert edition["works"] == [{"key": f"/works/{SOLARIS}"}]
    assert body(f"/ol/works/{SOLARIS}/editions.json")["entries"][0] == edition
    unknown = ask("/ol/isbn/9789990000000.json")
    assert (unknown.status, "<html>" in unknown.body) == (404, True)


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "isbn:9780156027601"},
        {"isbn": "0156027607"},
        {"title": "solaris"},
        {"title": "Solaris", "author": "Lem"},
        {"q": "title:Solaris author:Lem"},
    ],
)
def test_works_are_searched_by_isbn_title_and_author(asked):
    fields = "key,title,isbn,editions,editions.key"
    [found] = body("/ol/search.json", fields=fields, **asked)["docs"]
    assert (found["key"], "author_name" in found) == (f"/works/{SOLARIS}", False)
    assert found["editions"]["docs"][0]["key"] == "/books/OL99020101M"


def test_the_search_knows_the_years_of_an_author_s_works():
    asked = {"q": f"author_key:{LEM}", "fields": "key,first_publish_year", "limit": 1000}
    docs = body("/ol/search.json", **asked)["docs"]
    years = {doc["key"]: doc["first_publish_year"] for doc in docs}
    assert (len(years), years[f"/works/{SOLARIS}"]) == (10, 1961)


def test_a_translated_title_finds_its_work():
    fields = "title,author_key,editions"
    [found] = body("/ol/search.json", title="lewa ręka ciemności", fields=fields)["docs"]
    assert (found["title"], found["author_key"]) == ("The Left Hand of Darkness", ["OL99040000A"])
    assert found["editions"]["docs"][0]["title"] == "Lewa ręka ciemności"


@pytest.mark.parametrize(("language", "title"), [("pl", "Duma i uprzedzenie"), ("fr", "Pride")])
def test_of_a_work_s_editions_that_in_the_reader_s_language_is_shown(language, title):
    asked = {"author": "Austen", "isbn": "", "lang": language, "fields": "key,editions"}
    docs = body("/ol/search.json", **asked)["docs"]
    [found] = [doc for doc in docs if doc["key"] == "/works/OL99030100W"]
    assert found["editions"]["docs"][0]["title"].startswith(title)


@pytest.mark.parametrize("query", ["x", "the"])
def test_a_query_that_says_nothing_is_refused(query):
    assert ask("/ol/search.json", q=query).status == 422


# --- Google Books ---------------------------------------------------------------------------------


def test_without_a_key_the_quota_is_zero():
    told = ask("/gb/volumes", q="isbn:9780451524935")
    assert (told.status, told.body["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")


@pytest.mark.parametrize("query", ["isbn:9780451524935", 'intitle:"1984" inauthor:"George Orwell"'])
def test_volumes_are_found_by_operators(query):
    volume = body("/gb/volumes", q=query, key="k")["items"][0]
    info = volume["volumeInfo"]
    assert (info["title"], info["categories"]) == ("1984", ["Fiction"])
    assert info["imageLinks"]["thumbnail"].startswith("http://")
    detail = body(f"/gb/volumes/{volume['id']}", key="k")["volumeInfo"]
    assert detail["categories"] == ["Fiction / Dystopian"]


def test_every_demo_book_is_known():
    titles = [row["volumeInfo"]["title"] for row in rows("googlebooks_volumes")]
    assert {"Good Omens", "Catch-22", "The Martian"} <= set(titles)
    assert len(titles) > 130


def test_an_isbn_is_looked_for_in_texts_too():
    found = body("/gb/volumes", q="isbn:9780156027601", key="k")["items"]
    titles = [item["volumeInfo"]["title"] for item in found]
    assert titles == ["Solaris", "Solaris: A Reader's Companion"]


def test_items_are_absent_when_nothing_was_found():
    empty = {"kind": "books#volumes", "totalItems": 0}
    assert body("/gb/volumes", q="intitle:unheard", key="k") == empty
    assert body("/gb/volumes", q="Solaris", key="k", langRestrict="de") == empty
    assert ask("/gb/volumes/none", key="k").status == 404


# --- Legimi ---------------------------------------------------------------------------------------


def titles_at_legimi(phrase, filters=""):
    query = urlencode({"searchphrase": phrase}) + f"&filters={filters}&languages=[%22polish%22]"
    books = body("/legimi/api/catalogue", query)["bookList"]["books"]
    return [book["title"] for book in books]


def test_legimi_looks_for_all_terms_in_the_title_alone():
    assert titles_at_legimi("ksiegi jakubowe") == ["Księgi Jakubowe"]
    assert titles_at_legimi("Solaris Lem") == []
    assert titles_at_legimi("Wiedźmin. Ostatnie życzenie") == []
    assert titles_at_legimi("Achaja") == ["Achaja", "Wojna Rzymu z Achajami"]


def test_legimi_tells_what_is_in_the_subscription_by_filter_and_by_detail():
    assert titles_at_legimi("Księgi", "[%22ebooks%22,%22audiobooks%22]") == ["Księgi Jakubowe"]
    assert titles_at_legimi("Księgi", "[%22unlimited%22]") == []
    [book] = body("/legimi/api/catalogue", "searchphrase=Bajki")["bookList"]["books"]
    assert (book["ebookFormat"], book["audiobookFormat"]) == (False, True)
    detail = body(f"/legimi/api/catalogue/book/{book['id']}")["book"]
    assert (detail["ebook"], detail["audiobook"]["isInSubscription"]) == (None, True)


def test_legimi_knows_no_other_title_language_or_path():
    assert body("/legimi/api/catalogue/book/1") == {"book": None, "bookCollections": []}
    english = body("/legimi/api/catalogue", "searchphrase=Solaris&languages=[%22english%22]")
    assert english["bookList"]["books"] == []
    assert (ask("/legimi/api/search").status, ask("/elsewhere")) == (404, None)


# --- Faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("faults"), ids=lambda row: row["asked_for"])
def test_some_requests_are_played_a_fault(row):
    assert fault_of("/gb/volumes", urlencode({"q": row["asked_for"]})) == Fault(row["fault"])
    assert fault_of(f"/ol/authors/{row['asked_for']}.json", "") == Fault(row["fault"])


def test_the_records_are_served_over_http():
    with Replay() as server, requests.Session() as session:
        told = session.get(f"{server.url}/ol/isbn/9780156027601.json")
        assert told.json()["title"] == "Solaris"
        unknown = session.get(f"{server.url}/ol/isbn/9789990000000.json")
        assert unknown.headers["Content-Type"].startswith("text/html")
        assert unknown.status_code == session.get(f"{server.url}/elsewhere").status_code == 404
        assert session.get(f"{server.url}/ol/authors/OL99990010A.json").status_code == 500
