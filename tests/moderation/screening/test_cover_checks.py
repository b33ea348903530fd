"""What the addresses of covers give, asked of a server on this machine."""

import pytest

from config.row_security import SYSTEM, acting_as
from enrichment.outside import pace
from enrichment.stand_in import Fault
from moderation.models import CoverCheck, Flag, Screening
from moderation.screening import cover_checks, running
from moderation.tasks import check_covers
from tests import factories, sql

pytestmark = pytest.mark.django_db

HOST = "covers.openlibrary.org"
PATH = "b/id/8739161-L.jpg"
URL = f"https://{HOST}/{PATH}"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
BLANK_GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (200).to_bytes(4) + (300).to_bytes(4)
WHY = {
    "missing": f"{HOST} has no such cover.",
    "no_image": f"What {HOST} gives at the cover's address is no picture.",
    "blank": f"{HOST} gives a blank picture of one pixel: it has no such cover.",
}


@pytest.fixture
def hosts(stand_in, settings, monkeypatch):
    """Give the server in place of all hosts of covers."""
    settings.COVERS_BASE_URL = f"{stand_in.url}/covers"
    monkeypatch.setattr(pace, "take_turn", lambda service, patience: None)
    return stand_in


@pytest.fixture
def book():
    return factories.BookFactory(cover_images=[URL])


def screened(book):
    """Screen, ask for the cover, and screen again."""
    list(running.screen_due())
    check_covers()
    list(running.screen_due())
    with acting_as(SYSTEM):
        return Screening.objects.get(book=book)


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (JPEG, 200, "image"),
        (PNG, 200, "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", 200, "image"),
        (BLANK_GIF, 200, "blank"),
        ("<html>", 200, "no_image"),
        (b"", 200, "no_image"),
        ("Not there", 404, "missing"),
    ],
)
def test_what_an_address_gives(hosts, book, body, status, answer):
    hosts.answer(f"/covers/{HOST}/{PATH}", body, status, content_type="image/jpeg")
    screening = screened(book)
    assert screening.flags == ([Flag.BROKEN_COVER] if answer in WHY else [])
    assert screening.facts == ({Flag.BROKEN_COVER: WHY[answer]} if answer in WHY else {})


@pytest.mark.parametrize(
    "fault",
    [Fault.FORBIDDEN, Fault.TOO_MANY_WITH_RETRY_AFTER, Fault.SERVER_ERROR_HTML, Fault.TIMEOUT],
)
def test_no_answer_is_no_flag_and_is_asked_later(hosts, book, fault):
    hosts.fault(f"/covers/{HOST}/", fault)
    assert screened(book).flags == []
    assert check_covers() == 0
    with acting_as(SYSTEM):
        assert CoverCheck.objects.get(url=URL).answer == "not_known"
        sql.run("UPDATE screenings_due SET due_at = clock_timestamp()")
        sql.run("UPDATE cover_checks SET ask_again_at = clock_timestamp()")
    assert check_covers() == 1


def test_an_address_is_asked_once_for_all_books_that_have_it(hosts, book):
    factories.BookFactory(cover_images=[URL])
    hosts.answer(f"/covers/{HOST}/{PATH}", JPEG)
    screened(book)
    screened(book)
    assert [request.path for request in hosts.requests] == [f"/covers/{HOST}/{PATH}"]


@pytest.mark.parametrize(
    "url",
    [
        "http://covers.openlibrary.org/b/id/1-L.jpg",
        "https://evil.example/1.jpg",
        "https://covers.openlibrary.org:8443/1.jpg",
        "https://me@covers.openlibrary.org/1.jpg",
        "https://127.0.0.1/1.jpg",
        "",
    ],
)
def test_other_addresses_are_not_asked(url):
    assert cover_checks._answer(url) is None
