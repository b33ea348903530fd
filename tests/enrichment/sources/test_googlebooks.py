"""Google Books over real HTTP: what is asked, and what is made of the answers."""

from datetime import datetime

import pytest

from config.errors import UpstreamNotConfiguredError
from enrichment import http
from enrichment.outside import source_health
from enrichment.records import Wanted
from enrichment.sources import googlebooks
from enrichment.sources.googlebooks_refusals import (
    BAD_KEY,
    UNKNOWN_COUNTRY,
    USED_UP,
    hold,
    seconds_to_midnight,
)
from enrichment.sources.plugins import PLUGINS
from enrichment.stand_in import Fault

ISBN = "9780140328721"
INFO = {
    "title": "Lalka",
    "authors": ["Bolesław Prus"],
    "industryIdentifiers": [{"type": "ISBN_10", "identifier": "0140328726"}],
    "categories": ["Fiction"],
    "description": "A shop in Warsaw.",
}
LISTED = {"id": "x1", "volumeInfo": INFO}
LALKA = Wanted(title="Lalka", authors=("Bolesław Prus",), isbn13=ISBN)


def listed(server, query, *items):
    """Answer a search; as Google does, without `items` when there are none."""
    body = {"kind": "books#volumes", "totalItems": len(items)}
    server.answer(
        f"/gb/volumes?q={query}&printType=books&maxResults=10&country=PL&key=the-key-of-google-books",
        body | ({"items": list(items)} if items else {}),
    )


def refused(server, status, error):
    server.answer("/gb/volumes", {"error": error}, status)
    with pytest.raises((http.NoAnswerError, http.NoAnswerNowError)) as raised:
        googlebooks.find(LALKA)
    return raised.value


class TestFind:
    def test_by_isbn_with_its_details(self, stand_in):
        listed(stand_in, f"isbn:{ISBN}", LISTED)
        more = INFO | {
            "categories": ["Fiction / Classics"],
            "imageLinks": {"large": "http://books.google.com/x?edge=curl"},
            "description": "<p>A shop</p><p>in Warsaw.</p>",
        }
        stand_in.answer("/gb/volumes/x1", {"id": "x1", "volumeInfo": more})
        (found,) = googlebooks.find(LALKA)
        assert (found.title, found.isbns, found.authors) == ("Lalka", (ISBN,), LALKA.authors)
        assert found.genres == ("Fiction", "Classics")
        assert found.covers == ("https://books.google.com/x",)
        assert found.description == "A shop\n\nin Warsaw."
        assert "country=PL" in stand_in.requests[1].query

    @pytest.mark.parametrize(
        "fault", [Fault.NOT_FOUND, Fault.SERVER_ERROR_HTML, Fault.WRONG_TYPES, Fault.TOO_MANY]
    )
    def test_details_that_fail_lose_nothing(self, stand_in, fault):
        listed(stand_in, f"isbn:{ISBN}", LISTED)
        stand_in.fault("/gb/volumes/", fault)
        (found,) = googlebooks.find(LALKA)
        assert (found.genres, found.description) == (("Fiction",), "A shop in Warsaw.")

    def test_a_book_that_merely_mentions_the_isbn_is_another(self, stand_in):
        listed(
            stand_in, f"isbn:{ISBN}", {"id": "x2", "volumeInfo": INFO | {"industryIdentifiers": []}}
        )
        listed(stand_in, 'intitle:"Lalka" inauthor:"Bolesław Prus"')
        assert googlebooks.find(LALKA) == []
        assert len(stand_in.requests) == 2

    def test_by_title_and_author(self, stand_in):
        listed(stand_in, 'intitle:"The  Doll" inauthor:"Prus"', {"id": "x2"}, LISTED)
        found = googlebooks.find(Wanted(title='The "Doll', authors=("Prus", "Another")))
        assert [each.title for each in found] == ["Lalka"]
        assert len(stand_in.requests) == 1

    def test_by_title_alone(self, stand_in):
        listed(stand_in, 'intitle:"Lalka"', LISTED)
        assert len(googlebooks.find(Wanted(title="Lalka"))) == 1

    @pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_HTML, Fault.WRONG_TYPES])
    def test_no_answer(self, stand_in, fault):
        stand_in.fault("/gb/volumes", fault)
        with pytest.raises(http.NoAnswerError):
            googlebooks.find(LALKA)

    def test_without_a_key_nothing_is_asked(self, stand_in, settings):
        settings.GOOGLE_BOOKS_API_KEY = ""
        assert not PLUGINS["googlebooks"].is_configured()
        with pytest.raises(UpstreamNotConfiguredError, match="GOOGLE_BOOKS_API_KEY"):
            googlebooks.find(LALKA)
        assert stand_in.requests == []


class TestRefusals:
    @pytest.mark.parametrize("status", [429, 400, 403])
    @pytest.mark.parametrize(
        "error",
        [
            {"message": "Quota exceeded for quota metric 'Queries' and limit 'Queries per day'."},
            {"errors": [{"reason": "dailyLimitExceeded"}]},
            {"details": [{"metadata": {"quota_unit": "1/d/{project}", "quota_limit_value": "0"}}]},
        ],
    )
    def test_the_days_quota(self, stand_in, status, error):
        error = refused(stand_in, status, error)
        assert error.reason == "quota"
        assert 0 < int(error.headers["Retry-After"]) <= 25 * 3600
        assert USED_UP in str(error)
        assert source_health.health(googlebooks.name).state == "paused"

    @pytest.mark.parametrize(
        ("now", "hours"),
        [
            ("2026-07-01T23:30:00-07:00", 0.5),
            ("2026-07-01T12:00:00+00:00", 19),
            ("2026-03-08T00:00:00-08:00", 23),
            ("2026-11-01T00:00:00-07:00", 25),
        ],
    )
    def test_the_days_quota_ends_with_the_day_in_california(self, now, hours):
        assert seconds_to_midnight(datetime.fromisoformat(now)) == hours * 3600

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (429, {"message": "limit 'Queries per minute per user'", "status": "x"}),
            (429, None),
            (403, {"errors": [{"reason": "userRateLimitExceeded"}]}),
        ],
    )
    def test_the_minutes_quota(self, stand_in, status, error):
        error = refused(stand_in, status, error)
        assert (error.reason, error.headers["Retry-After"]) == ("rate_limited", "60")

    @pytest.mark.parametrize(
        ("status", "error", "advice"),
        [
            (403, {"errors": [{"reason": "unknownLocation"}]}, UNKNOWN_COUNTRY),
            (403, {"errors": [{"reason": "ipRefererBlocked"}]}, BAD_KEY),
            (403, [], BAD_KEY),
            (400, {"message": "API key not valid. Please pass a valid API key."}, BAD_KEY),
            (400, {"details": [{"reason": "API_KEY_INVALID"}]}, BAD_KEY),
        ],
    )
    def test_what_the_operator_can_mend(self, stand_in, status, error, advice):
        error = refused(stand_in, status, error)
        assert error.reason == "blocked"
        assert advice in str(error)
        assert source_health.health(googlebooks.name).message == advice

    def test_recorded_refusals(self, shared_data):
        folder = shared_data / "googlebooks"
        for name, status, reason in (
            ("error_403_unknown_location", 403, "blocked"),
            ("error_429_daily_quota_keyless", 429, "quota"),
        ):
            refusal = http.Refusal(
                status=status, headers={}, body=(folder / f"{name}.json").read_bytes()
            )
            assert hold(refusal).reason == reason

    def test_a_bad_question_holds_nothing(self, stand_in):
        assert refused(stand_in, 400, {"message": "Invalid value."}).reason == "bad_request"
        assert source_health.health(googlebooks.name).state != "paused"

    def test_the_key_is_told_to_nobody_else(self, stand_in, caplog):
        error = refused(stand_in, 403, {"message": "key=the-key-of-google-books"})
        health = source_health.health(googlebooks.name)
        assert "the-key" not in f"{error} {health} {caplog.text}"
